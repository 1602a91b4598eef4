//! The example Makefile, with staticc on PATH.

use std::process::Command;

use super::project::{BROKEN, Project};
use super::{Tools, expect};
use crate::process::told;

/// Each of its targets, in a project that is broken at first.
pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "make")?;
    let directory = tools.binary.parent().unwrap_or(&tools.binary);
    let path = std::env::var("PATH").unwrap_or_default();
    let make = |target: &str| {
        let mut command = Command::new("make");
        command.arg("-C").arg(&project.directory).arg(target);
        // Where this make is below another.
        command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        told(command.env("PATH", format!("{}:{path}", directory.display())))
    };
    let place = BROKEN.to_string();
    project.harm()?;
    for target in ["check", "static"] {
        let (done, text) = make(target)?;
        let refused = !done && text.contains(&place);
        expect(refused, &format!("make {target} must tell {place}"), &text)?;
    }
    expect(!project.is_collected(), "nothing may be written", "")?;
    project.mend()?;
    for target in ["check", "static", "verify"] {
        let (done, text) = make(target)?;
        expect(done, &format!("make {target} must succeed"), &text)?;
    }
    expect(project.is_collected(), "make static must collect", "")
}
