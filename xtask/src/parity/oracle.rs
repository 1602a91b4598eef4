//! `cargo xtask oracle`: writes what real Django does with each fixture case.
//! A version's outcome is stored only where it differs from that of the
//! version before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::paths::{repository, script, work_dir};
use crate::support::venv::{self, DJANGO};
use crate::support::{print_line, process};

#[derive(clap::Args)]
pub struct Args {
    /// Names of cases, which are directories of fixtures/ [default: all]
    #[arg(value_name = "CASE")]
    cases: Vec<String>,
}

pub fn run(args: &Args) -> Result<(), String> {
    let cases = find_cases(&args.cases)?;
    for case in &cases {
        let _ = fs::remove_dir_all(case.join("expected"));
    }
    let mut previous = vec![Value::Null; cases.len()];
    for django in DJANGO {
        let outcomes = outcomes_of(django, &cases)?;
        for (case, previous) in cases.iter().zip(&mut previous) {
            let outcome = &outcomes[name_of(case)];
            if outcome != previous {
                *previous = outcome.clone();
                write(&case.join("expected").join(django), outcome)?;
            }
        }
    }
    print_line(&format!("{} cases, {} versions", cases.len(), DJANGO.len()));
    Ok(())
}

/// The directories of these cases, or of all.
fn find_cases(names: &[String]) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(repository().join("fixtures"));
    let mut cases: Vec<PathBuf> = entries
        .map_err(|error| error.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("note.md").is_file())
        .filter(|path| names.is_empty() || names.iter().any(|name| name == name_of(path)))
        .collect();
    cases.sort();
    Ok(cases)
}

fn name_of(case: &Path) -> &str {
    case.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}

/// One version's outcomes, by case.
fn outcomes_of(django: &str, cases: &[PathBuf]) -> Result<Value, String> {
    let output = work_dir().join(format!("oracle-{django}.json"));
    process::run(
        Command::new(venv::django_python(django)?)
            .arg(script("oracle.py"))
            .arg(django)
            .arg(&output)
            .args(cases),
    )?;
    let text = fs::read_to_string(&output).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn write(directory: &Path, outcome: &Value) -> Result<(), String> {
    let text = serde_json::to_string_pretty(outcome).map_err(|error| error.to_string())?;
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(directory.join("outcome.json"), text + "\n"))
        .map_err(|error| error.to_string())
}
