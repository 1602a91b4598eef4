//! Runs the targets of the example Makefile with staticc on PATH.

use std::process::Command;

use super::project::{BROKEN, Project};
use super::{Tools, expect};
use crate::support::process::capture;

pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "make")?;
    let directory = tools.binary.parent().unwrap_or(&tools.binary);
    let path = std::env::var("PATH").unwrap_or_default();
    let make = |target: &str| {
        let mut command = Command::new("make");
        command.arg("-C").arg(&project.directory).arg(target);
        // This process may be a child of another make.
        command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        capture(command.env("PATH", format!("{}:{path}", directory.display())))
    };
    let location = BROKEN.to_string();
    project.break_reference()?;
    for target in ["check", "static"] {
        let expectation = format!("make {target} reports {location}");
        make(target)?.expect_failure(&expectation, &location)?;
    }
    expect(!project.is_collected(), "nothing is written", "")?;
    project.repair_reference()?;
    for target in ["check", "static", "verify"] {
        make(target)?.expect_success(&format!("make {target} succeeds"))?;
    }
    expect(project.is_collected(), "make static collects", "")
}
