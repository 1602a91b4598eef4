//! The example task of an editor: whether its pattern takes what staticc tells
//! apart, as far as Python's patterns and JavaScript's agree.

use std::process::Command;

use super::project::{BROKEN, Project};
use super::{Tools, expect};
use crate::process::told;

/// Prints what each part of the pattern finds, part by part.
const MATCH: &str = r#"
import json, re, sys
pattern = json.load(open(".vscode/tasks.json"))["tasks"][0]["problemMatcher"]["pattern"]
regexp = re.compile(pattern.pop("regexp"), re.ASCII)
for line in sys.argv[1].splitlines():
    if match := regexp.search(line):
        print(*(f"{part}={match[group]}" for part, group in pattern.items()), sep="\n")
"#;

/// Runs the task's command.
pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "editor")?;
    project.harm()?;
    let mut staticc = Command::new(&tools.binary);
    let (_, text) = told(staticc.arg("check").current_dir(&project.directory))?;
    let mut python = Command::new(tools.programs.join("python"));
    python.args(["-c", MATCH, &text]);
    let (_, found) = told(python.current_dir(&project.directory))?;
    let place = [
        "severity=error".to_owned(),
        format!("file={}", BROKEN.file),
        format!("line={}", BROKEN.line),
        format!("column={}", BROKEN.column),
        "code=missing-reference".to_owned(),
    ];
    let all = place
        .iter()
        .all(|part| found.lines().any(|line| line == part));
    expect(all, "the pattern must match", &[text, found].concat())
}
