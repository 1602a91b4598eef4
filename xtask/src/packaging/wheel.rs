//! `cargo xtask wheel`: builds the package for PyPI, installs it in an empty
//! virtual environment, and collects the bundled example with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::paths::{repository, work_dir};
use crate::support::process::{output_of, run as run_program};
use crate::support::{print_line, venv, wheel};

/// The Pythons that the wheel supports, oldest first. The first that is
/// installed is used.
const PYTHONS: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];

pub fn run() -> Result<(), String> {
    let wheel = wheel::build()?;
    let directory = work_dir().join("wheel-alone");
    let _ = fs::remove_dir_all(&directory);
    let base_python = PYTHONS
        .into_iter()
        .find_map(|version| venv::interpreter(version).ok())
        .ok_or("no Python 3.9 or later found (on PATH or among pyenv's versions)")?;
    run_program(
        Command::new(&base_python)
            .args(["-m", "venv"])
            .arg(&directory),
    )?;
    let python = directory.join("bin/python");
    wheel::install(&python, &wheel)?;
    check_contents(&python, &wheel)?;
    let program = directory.join("bin/staticc");
    let module = || {
        let mut command = Command::new(&python);
        command.args(["-m", "staticc"]);
        command
    };
    let version = output_of(Command::new(&program).arg("--version"))?;
    let module_version = output_of(module().arg("--version"))?;
    if version != module_version {
        return Err(format!(
            "staticc is {version}, python -m staticc is {module_version}"
        ));
    }
    let settings = repository().join("fixtures/demo/settings.toml");
    let static_root = directory.join("staticfiles");
    let on_example = |command: &mut Command| {
        let with_settings = command.arg("--settings").arg(&settings);
        output_of(with_settings.arg("--static-root").arg(&static_root))
    };
    on_example(module().args(["collect", "--noinput", "--no-cache"]))?;
    on_example(Command::new(&program).arg("verify"))?;
    print_line(&format!(
        "{}: {} works with {} alone",
        wheel.file_name().unwrap_or_default().display(),
        version.trim(),
        output_of(Command::new(&python).arg("--version"))?.trim(),
    ));
    Ok(())
}

/// Fails if the wheel holds more than the program, its Python package, and
/// pip's metadata.
fn check_contents(python: &Path, wheel: &Path) -> Result<(), String> {
    let list = "import sys, zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
    let names = output_of(Command::new(python).args(["-c", list]).arg(wheel))?;
    let is_expected = |name: &&str| {
        let is_python = Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "py");
        (is_python && name.starts_with("staticc/"))
            || name.ends_with(".data/scripts/staticc")
            || name.contains(".dist-info/")
    };
    match names.lines().find(|name| !is_expected(name)) {
        Some(other) => Err(format!("the wheel holds {other}")),
        None => Ok(()),
    }
}
