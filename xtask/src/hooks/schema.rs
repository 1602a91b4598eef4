//! What GitHub and GitLab say that their files may contain. Knows nothing of
//! what ours do.

use std::process::Command;

use super::Tools;
use crate::process::{checkout, run};

/// Our files, and whose schema each has.
const SCHEMAS: [(&str, &str); 3] = [
    ("vendor.github-actions", "action.yml"),
    (
        "vendor.github-workflows",
        "docs/examples/.github/workflows/static.yml",
    ),
    ("vendor.gitlab-ci", "docs/examples/.gitlab-ci.yml"),
];

/// Holds each file against its schema.
pub fn check(tools: &Tools) -> Result<(), String> {
    for (schema, file) in SCHEMAS {
        let mut command = Command::new(tools.programs.join("check-jsonschema"));
        command.args(["--quiet", "--builtin-schema", schema]);
        run(command.arg(checkout().join(file)))?;
    }
    Ok(())
}
