//! Runs the steps of `action.yml` in jobs that share only what `actions/cache`
//! keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::github_runner::Job;
use super::project::{BROKEN, Project};
use super::{Tools, expect};
use crate::support::paths::repository;
use crate::support::process::{Captured, capture};

/// Prints a YAML file as JSON.
const YAML_TO_JSON: &str =
    "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";

pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "action")?;
    let action = Action {
        definition: read(tools)?,
        directory: tools.directory.join("runner"),
        project,
    };
    let _ = fs::remove_dir_all(&action.directory);
    action.has_safe_scripts()?;
    action.reports_the_problem_and_keeps_the_build()?;
    action.collects_and_keeps_the_copies()?;
    action.makes_no_copy_again()?;
    action.accepts_other_commands()?;
    action.does_not_run_inputs()
}

fn read(tools: &Tools) -> Result<Value, String> {
    let mut python = Command::new(tools.programs.join("python"));
    python
        .args(["-c", YAML_TO_JSON])
        .arg(repository().join("action.yml"));
    let json = capture(&mut python)?.output;
    serde_json::from_str(&json).map_err(|error| format!("{error}: {json}"))
}

/// The action, and a project that uses it.
struct Action {
    definition: Value,
    directory: PathBuf,
    project: Project,
}

impl Action {
    fn steps(&self) -> &[Value] {
        let steps = self.definition["runs"]["steps"].as_array();
        steps.map_or(&[], Vec::as_slice)
    }

    /// Every script stops at the first failure, and no expression is in its text.
    fn has_safe_scripts(&self) -> Result<(), String> {
        let scripts: Vec<&Value> = self
            .steps()
            .iter()
            .filter(|step| step["run"].is_string())
            .collect();
        expect(!scripts.is_empty(), "scripts", "")?;
        for step in scripts {
            let text = step["run"].as_str().unwrap_or_default();
            let strict = text.starts_with("set -euo pipefail\n") && step["shell"] == "bash";
            expect(strict && !text.contains("${{"), "a safe script", text)?;
        }
        Ok(())
    }

    fn reports_the_problem_and_keeps_the_build(&self) -> Result<(), String> {
        self.project.break_reference()?;
        let Captured { success, output } = self.run_job(&[])?;
        let annotation = format!(
            "::error file={},line={},col={}",
            BROKEN.file, BROKEN.line, BROKEN.column
        );
        let reported = output.lines().any(|line| line.starts_with(&annotation));
        expect(!success && reported, &annotation, &output)?;
        let built = output.contains("-- Build staticc\n");
        expect(built, "staticc is built", &output)?;
        expect(
            !self.project.is_collected(),
            "nothing is collected",
            &output,
        )?;
        expect(self.kept()?.len() == 1, "the build is kept", &output)
    }

    fn collects_and_keeps_the_copies(&self) -> Result<(), String> {
        self.project.repair_reference()?;
        let Captured { success, output } = self.run_job(&[])?;
        let collected = success && self.project.is_collected();
        expect(collected, "it collects", &output)?;
        let restored = output.contains("-- Build staticc: skipped\n");
        expect(restored, "staticc is not built again", &output)?;
        expect(
            self.kept()?.len() == 2,
            "the compressed copies are kept",
            &output,
        )
    }

    fn makes_no_copy_again(&self) -> Result<(), String> {
        let before = self.kept()?;
        let inputs = [
            ("format", "json"),
            ("static-root", "another root"),
            ("args", "-v 2 --set 'FORCE_SCRIPT_NAME=\"/a b\"'"),
        ];
        let Captured { success, output } = self.run_job(&inputs)?;
        let cache_event = output
            .lines()
            .find(|line| line.contains(r#""event":"cache""#));
        let none_made = cache_event.is_some_and(|line| line.contains(r#""made":0"#));
        expect(success && none_made, "no copy is made", &output)?;
        let collected = self.project.directory.join("another root/staticfiles.json");
        expect(collected.exists(), "static-root is used", &output)?;
        expect(self.kept()? == before, "nothing else is kept", &output)
    }

    /// The other commands make no compressed copies.
    fn accepts_other_commands(&self) -> Result<(), String> {
        for command in ["check", "verify", ""] {
            let result = self.run_job(&[("command", command)])?;
            result.expect_success(&format!("'{command}' succeeds"))?;
            let skipped = result
                .output
                .contains("-- Save compressed copies: skipped\n");
            expect(skipped, "nothing is kept", &result.output)?;
        }
        Ok(())
    }

    fn does_not_run_inputs(&self) -> Result<(), String> {
        let script = "\"; touch harm; $(touch harm) `touch harm`";
        for input in [
            "command",
            "settings",
            "static-root",
            "format",
            "args",
            "cache",
        ] {
            self.run_job(&[(input, script)])?;
            let was_run = self.project.directory.join("harm").exists();
            expect(!was_run, &format!("{input} is not run"), "")?;
        }
        Ok(())
    }

    /// Runs a job with these inputs and the defaults of the others.
    fn run_job(&self, inputs: &[(&str, &str)]) -> Result<Captured, String> {
        let mut all = BTreeMap::new();
        for (name, input) in self.definition["inputs"].as_object().into_iter().flatten() {
            let default = input["default"].as_str().unwrap_or_default();
            all.insert(name.clone(), default.to_owned());
        }
        for (name, value) in inputs {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let without_staticc: Vec<&str> = path
            .split(':')
            .filter(|directory| !PathBuf::from(directory).join("staticc").exists())
            .collect();
        let mut job = Job {
            workspace: &self.project.directory,
            action: &repository(),
            machine: &self.directory.join("machine"),
            cache_store: &self.directory.join("store"),
            path: without_staticc.join(":"),
            inputs: all,
            outputs: BTreeMap::new(),
        };
        job.run(self.steps())
    }

    /// The keys of what `actions/cache` keeps.
    fn kept(&self) -> Result<Vec<String>, String> {
        let entries =
            fs::read_dir(self.directory.join("store")).map_err(|error| error.to_string())?;
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.flatten().map(name).collect();
        names.sort();
        Ok(names)
    }
}
