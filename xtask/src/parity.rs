//! `cargo xtask parity`: staticc against Django on real packages, and what it
//! finds against findstatic.

use std::path::PathBuf;
use std::process::Command;

use crate::npm;
use crate::process::{run as run_to_end, script, staticc, workshop};
use crate::reports;
use crate::venv::{self, DJANGO};

/// From PyPI.
const PACKAGES: [&str; 7] = [
    "djangorestframework",
    "django-debug-toolbar",
    "django-unfold",
    "django-import-export",
    "drf-spectacular-sidecar",
    "django-silk",
    "django-tinymce",
];

/// From npm.
const NODE_PACKAGES: [&str; 3] = ["bootstrap", "leaflet", "swagger-ui-dist"];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let binary = staticc()?;
    let node = npm::packages(&NODE_PACKAGES)?;
    let named = |django: &&str| arguments.iter().any(|argument| argument == django);
    let named: Vec<&str> = DJANGO.into_iter().filter(named).collect();
    let versions = match (&named[..], quick) {
        ([], true) => &["6.1"],
        ([], false) => &DJANGO[..],
        (named, _) => named,
    };
    let report = |django: &str| workshop().join(format!("parity-{django}.json"));
    // Two at a time: Django works on one core for the most part.
    for pair in versions.chunks(2) {
        let mut children = Vec::new();
        for django in pair {
            let python = venv::python(&format!("parity-{django}"), django, &PACKAGES)?;
            let child = Command::new(python)
                .arg(script("parity.py"))
                .arg(django)
                .arg(&binary)
                .arg(&node)
                .arg(workshop().join("parity"))
                .arg(report(django))
                .spawn()
                .map_err(|error| error.to_string())?;
            children.push((django, child));
        }
        for (django, mut child) in children {
            if !child.wait().is_ok_and(|status| status.success()) {
                return Err(format!("the comparison with Django {django} broke off"));
            }
        }
    }
    for django in versions {
        let python = venv::python(&format!("parity-{django}"), django, &PACKAGES)?;
        let mut command = Command::new(python);
        run_to_end(
            command
                .arg(script("find_parity.py"))
                .arg(django)
                .arg(&binary),
        )?;
    }
    let reports: Vec<PathBuf> = versions.iter().map(|django| report(django)).collect();
    let reports = reports::read(&reports)?;
    crate::say(
        "\nsizes in bytes           Django     .br WhiteNoise     .br staticc  ratio     .gz WhiteNoise     .gz staticc  ratio",
    );
    for report in &reports {
        for row in report["sizes"].as_array().into_iter().flatten() {
            crate::say(row.as_str().unwrap_or_default());
        }
    }
    crate::say("");
    reports::conclude(&reports)
}
