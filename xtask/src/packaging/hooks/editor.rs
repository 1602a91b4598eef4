//! Matches staticc's output with the pattern of the example editor task. Python
//! matches in place of JavaScript; for this pattern they agree.

use std::process::Command;

use super::project::{BROKEN, Project};
use super::{Tools, expect};
use crate::support::process::capture;

/// Prints what each group of the pattern matches.
const MATCH: &str = r#"
import json, re, sys
pattern = json.load(open(".vscode/tasks.json"))["tasks"][0]["problemMatcher"]["pattern"]
regexp = re.compile(pattern.pop("regexp"), re.ASCII)
for line in sys.argv[1].splitlines():
    if match := regexp.search(line):
        print(*(f"{part}={match[group]}" for part, group in pattern.items()), sep="\n")
"#;

pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "editor")?;
    project.break_reference()?;
    let mut staticc = Command::new(&tools.binary);
    let problems = capture(staticc.arg("check").current_dir(&project.directory))?.output;
    let mut python = Command::new(tools.programs.join("python"));
    python.args(["-c", MATCH, &problems]);
    let matches = capture(python.current_dir(&project.directory))?.output;
    let expected = [
        "severity=error".to_owned(),
        format!("file={}", BROKEN.file),
        format!("line={}", BROKEN.line),
        format!("column={}", BROKEN.column),
        "code=missing-reference".to_owned(),
    ];
    let all = expected
        .iter()
        .all(|group| matches.lines().any(|line| line == group));
    expect(all, "the pattern matches", &[problems, matches].concat())
}
