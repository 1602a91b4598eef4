//! Validates the repository's files against GitHub's and GitLab's schemas.

use std::process::Command;

use super::Tools;
use crate::support::paths::repository;
use crate::support::process::run;

/// Schemas, and the files that they apply to.
const SCHEMAS: [(&str, &str); 3] = [
    ("vendor.github-actions", "action.yml"),
    (
        "vendor.github-workflows",
        "docs/examples/.github/workflows/static.yml",
    ),
    ("vendor.gitlab-ci", "docs/examples/.gitlab-ci.yml"),
];

pub fn check(tools: &Tools) -> Result<(), String> {
    for (schema, file) in SCHEMAS {
        let mut command = Command::new(tools.programs.join("check-jsonschema"));
        command.args(["--quiet", "--builtin-schema", schema]);
        run(command.arg(repository().join(file)))?;
    }
    Ok(())
}
