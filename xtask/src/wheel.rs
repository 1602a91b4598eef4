//! `cargo xtask wheel`: the package for PyPI, as people install it. The wheel
//! is built from this checkout; an environment that holds nothing else must
//! then have the program, and the program must collect the bundled example.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{checkout, run, told, workshop};
use crate::venv;

/// From PyPI.
const MATURIN: [&str; 1] = ["maturin==1.16.0"];

/// Pythons that the wheel is for, oldest first: the first that there is tries it.
const PYTHONS: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];

/// The verb.
pub fn verb() -> Result<(), String> {
    let wheel = build()?;
    let place = workshop().join("wheel-alone");
    let _ = fs::remove_dir_all(&place);
    let python = PYTHONS
        .into_iter()
        .find_map(|it| venv::interpreter(it).ok());
    let python =
        python.ok_or("no Python 3.9 or later found (on PATH or among pyenv's versions)")?;
    run(Command::new(&python).args(["-m", "venv"]).arg(&place))?;
    let alone = place.join("bin/python");
    install(&alone, &wheel)?;
    holds_nothing_else(&alone, &wheel)?;
    let program = place.join("bin/staticc");
    let from_package = || {
        let mut command = Command::new(&alone);
        command.args(["-m", "staticc"]);
        command
    };
    let version = succeed(Command::new(&program).arg("--version"))?;
    let same = succeed(from_package().arg("--version"))?;
    if version != same {
        return Err(format!("staticc is {version}, python -m staticc is {same}"));
    }
    let settings = checkout().join("fixtures/demo/settings.toml");
    let root = place.join("staticfiles");
    let project = |command: &mut Command| {
        let command = command.arg("--settings").arg(&settings);
        succeed(command.arg("--static-root").arg(&root))
    };
    project(from_package().args(["collect", "--noinput", "--no-cache"]))?;
    project(Command::new(&program).arg("verify"))?;
    let python = succeed(Command::new(&alone).arg("--version"))?;
    let name = wheel.file_name().unwrap_or_default().display();
    let (version, python) = (version.trim(), python.trim());
    crate::say(&format!("{name}: {version}, alone with {python}"));
    Ok(())
}

/// Builds the wheel of this checkout; where it is.
pub fn build() -> Result<PathBuf, String> {
    let maturin = venv::programs("maturin", &MATURIN)?.join("maturin");
    let out = workshop().join("wheel");
    let _ = fs::remove_dir_all(&out);
    // Not stripped: the program is then the one that `cargo build` makes.
    succeed(
        Command::new(maturin)
            .current_dir(checkout())
            .args(["build", "--quiet", "--release", "--strip=false", "--out"])
            .arg(&out),
    )?;
    let wheels = fs::read_dir(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut wheels = wheels.flatten().map(|entry| entry.path());
    wheels
        .find(|path| path.extension().is_some_and(|it| it == "whl"))
        .ok_or_else(|| format!("maturin left no wheel in {}", out.display()))
}

/// Installs a wheel, in place of an earlier one.
pub fn install(python: &Path, wheel: &Path) -> Result<(), String> {
    run(Command::new(python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--force-reinstall", "--no-deps"])
        .arg(wheel))
}

/// That a wheel holds the program, its Python package, and what pip reads.
fn holds_nothing_else(python: &Path, wheel: &Path) -> Result<(), String> {
    let list = "import sys, zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
    let names = succeed(Command::new(python).args(["-c", list]).arg(wheel))?;
    let belongs = |name: &&str| {
        let python = Path::new(name).extension().is_some_and(|it| it == "py");
        (python && name.starts_with("staticc/"))
            || name.ends_with(".data/scripts/staticc")
            || name.contains(".dist-info/")
    };
    match names.lines().find(|name| !belongs(name)) {
        Some(other) => Err(format!("the wheel holds {other}")),
        None => Ok(()),
    }
}

/// What a program told, which must succeed.
fn succeed(command: &mut Command) -> Result<String, String> {
    match told(command)? {
        (true, text) => Ok(text),
        (false, text) => Err(format!("{command:?} failed; it told:\n{text}")),
    }
}
