//! `cargo xtask oracle`: real Django's outcome of every fixture case. A
//! version's outcome is stored where it differs from the version before.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::process::{self, checkout, script, workshop};
use crate::venv::{self, DJANGO};

/// Makes the outcomes of all cases, or of those named.
pub fn run(names: &[String]) -> Result<(), String> {
    let fixtures = checkout().join("fixtures");
    let mut cases: Vec<_> = fs::read_dir(&fixtures)
        .map_err(|error| error.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("note.md").is_file())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            names.is_empty() || names.iter().any(|wanted| *wanted == name)
        })
        .collect();
    cases.sort();
    for case in &cases {
        let _ = fs::remove_dir_all(case.join("expected"));
    }
    let mut before = vec![Value::Null; cases.len()];
    for django in DJANGO {
        let python = venv::python(django, django, &[])?;
        let output = workshop().join(format!("oracle-{django}.json"));
        process::run(
            Command::new(python)
                .arg(script("oracle.py"))
                .arg(django)
                .arg(&output)
                .args(&cases),
        )?;
        let text = fs::read_to_string(&output).map_err(|error| error.to_string())?;
        let outcomes: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        for (case, before) in cases.iter().zip(&mut before) {
            let name = case.file_name().unwrap_or_default().to_string_lossy();
            let outcome = &outcomes[name.as_ref()];
            if outcome == before {
                continue;
            }
            *before = outcome.clone();
            let directory = case.join("expected").join(django);
            let text = serde_json::to_string_pretty(outcome).map_err(|error| error.to_string())?;
            fs::create_dir_all(&directory)
                .and_then(|()| fs::write(directory.join("outcome.json"), text + "\n"))
                .map_err(|error| error.to_string())?;
        }
    }
    crate::say(&format!("{} cases, {} versions", cases.len(), DJANGO.len()));
    Ok(())
}
