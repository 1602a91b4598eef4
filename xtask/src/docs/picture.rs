//! `cargo xtask picture`: records a run of staticc on a copy of the bundled
//! example as an SVG, which the README shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::paths::{repository, work_dir};
use crate::support::process::{cargo, output_of, run as run_program};
use crate::support::{print_line, staticc};

/// The picture, relative to the repository.
const PICTURE: &str = "docs/images/run.svg";

/// Defines `staticc` in the recorded shell: with colors, with standard error,
/// and with a directory that is the same on every machine.
const FUNCTION: &str = r#"staticc() {
  command staticc "$@" --color always 2>&1 | sed "s#$PWD#/srv/demo#g"
}"#;

/// What is typed: a collect that succeeds, a typing error, and its report.
const COMMANDS: [&str; 4] = [
    "staticc collect --noinput",
    "ls staticfiles/css/*.css",
    "sed -i 's/logo.png/logo.pgn/' static/css/site.css",
    "staticc collect --noinput",
];

#[derive(clap::Args)]
pub struct Args {
    /// Fail if the picture is out of date, and do not write it
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args) -> Result<(), String> {
    let recorded = record()?;
    let picture = repository().join(PICTURE);
    if !args.check {
        let parent = picture.parent().unwrap_or(&picture);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&picture, recorded))
            .map_err(|error| format!("{PICTURE}: {error}"))?;
        print_line(&format!("{PICTURE} is written"));
        Ok(())
    } else if fs::read(&picture).is_ok_and(|bytes| bytes == recorded) {
        print_line(&format!("{PICTURE} is up to date"));
        Ok(())
    } else {
        Err(format!(
            "{PICTURE} is out of date; run `cargo xtask picture`"
        ))
    }
}

/// Runs the commands in a copy of the example; returns the SVG.
fn record() -> Result<Vec<u8>, String> {
    let directory = work_dir().join("picture");
    let project = directory.join("demo");
    copy_example(&project)?;
    let svg = directory.join("run.svg");
    let mut command = Command::new(term_transcript()?);
    command
        .args(["exec", "--shell", "bash", "--io-timeout", "2s"])
        .args(["--init", FUNCTION, "--palette", "dracula"])
        .args(["--window", "staticc", "--width", "1072"])
        .args(["--hard-wrap", "131", "--pure-svg", "--out"])
        .arg(&svg)
        .args(COMMANDS)
        .current_dir(&project)
        .env("PATH", path_with(&staticc::binary()?)?)
        .env("XDG_CACHE_HOME", directory.join("cache"))
        .env_remove("VIRTUAL_ENV");
    output_of(&mut command)?;
    fs::read(&svg).map_err(|error| format!("{}: {error}", svg.display()))
}

/// Makes a new copy of the example, without what a run left in it.
fn copy_example(project: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(project);
    let parent = project.parent().unwrap_or(project);
    fs::create_dir_all(parent).map_err(|error| error.to_string())?;
    let example = repository().join("fixtures/demo");
    run_program(Command::new("cp").arg("-R").args([&example, project]))?;
    let _ = fs::remove_dir_all(project.join("staticfiles"));
    Ok(())
}

/// PATH with the directory of a program in front.
fn path_with(program: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let parent = program.parent().unwrap_or(program).to_path_buf();
    let directories = std::iter::once(parent).chain(std::env::split_paths(&path));
    std::env::join_paths(directories).map_err(|error| error.to_string())
}

/// Installs term-transcript below `target/xtask` if it is missing; returns its
/// path.
fn term_transcript() -> Result<PathBuf, String> {
    let root = work_dir().join("term-transcript");
    let program = root.join("bin/term-transcript");
    if !program.is_file() {
        print_line("installing term-transcript");
        let install = "install term-transcript-cli --version 0.5.0 --locked --debug --quiet";
        run_program(cargo().args(install.split(' ')).arg("--root").arg(&root))?;
    }
    Ok(program)
}
