//! `action.yml`, step by step, in jobs that share nothing but what
//! `actions/cache` keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::project::{BROKEN, Project};
use super::runner::RewriteContext;
use super::{Tools, expect};
use crate::process::{checkout, told};

/// Prints a YAML file as JSON.
const AS_JSON: &str =
    "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";

/// What the action does, from the first job of a project to later ones.
pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "action")?;
    let action = Action {
        text: read(tools)?,
        place: tools.place.join("runner"),
        project,
    };
    let _ = fs::remove_dir_all(&action.place);
    action.is_safe()?;
    action.tells_where_and_keeps_what_it_built()?;
    action.collects_and_keeps_the_copies()?;
    action.makes_no_copy_twice()?;
    action.has_other_commands()?;
    action.takes_no_input_for_a_script()
}

fn read(tools: &Tools) -> Result<Value, String> {
    let mut python = Command::new(tools.programs.join("python"));
    python
        .args(["-c", AS_JSON])
        .arg(checkout().join("action.yml"));
    let (_, text) = told(&mut python)?;
    serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
}

/// The action, and a project to use it on.
struct Action {
    text: Value,
    place: PathBuf,
    project: Project,
}

impl Action {
    fn steps(&self) -> &[Value] {
        let steps = self.text["runs"]["steps"].as_array();
        steps.map_or(&[], Vec::as_slice)
    }

    /// Every script stops at what fails, and no input is part of its text.
    fn is_safe(&self) -> Result<(), String> {
        let scripts: Vec<&Value> = self
            .steps()
            .iter()
            .filter(|s| s["run"].is_string())
            .collect();
        expect(!scripts.is_empty(), "there must be scripts", "")?;
        for step in scripts {
            let text = step["run"].as_str().unwrap_or_default();
            let strict = text.starts_with("set -euo pipefail\n") && step["shell"] == "bash";
            expect(strict && !text.contains("${{"), "an unsafe script", text)?;
        }
        Ok(())
    }

    fn tells_where_and_keeps_what_it_built(&self) -> Result<(), String> {
        self.project.harm()?;
        let (done, text) = self.job(&[])?;
        let place = format!(
            "::error file={},line={},col={}",
            BROKEN.file, BROKEN.line, BROKEN.column
        );
        let refused = !done && text.lines().any(|line| line.starts_with(&place));
        expect(refused, &format!("it must tell {place}"), &text)?;
        expect(text.contains("-- Build staticc\n"), "it must build", &text)?;
        expect(!self.project.is_collected(), "nothing is collected", &text)?;
        expect(self.kept()?.len() == 1, "it must keep staticc", &text)
    }

    fn collects_and_keeps_the_copies(&self) -> Result<(), String> {
        self.project.mend()?;
        let (done, text) = self.job(&[])?;
        let collected = done && self.project.is_collected();
        expect(collected, "it must collect", &text)?;
        let restored = text.contains("-- Build staticc: not needed\n");
        expect(restored, "it must not build again", &text)?;
        expect(self.kept()?.len() == 2, "it must keep the copies", &text)
    }

    fn makes_no_copy_twice(&self) -> Result<(), String> {
        let before = self.kept()?;
        let other = [
            ("format", "json"),
            ("static-root", "another root"),
            ("args", "-v 2 --set 'FORCE_SCRIPT_NAME=\"/a b\"'"),
        ];
        let (done, text) = self.job(&other)?;
        let found = text
            .lines()
            .find(|line| line.contains(r#""event":"cache""#));
        let none = found.is_some_and(|line| line.contains(r#""made":0"#));
        expect(done && none, "it must make no copy", &text)?;
        let there = self.project.directory.join("another root/staticfiles.json");
        expect(there.exists(), "it must heed static-root", &text)?;
        expect(self.kept()? == before, "there is nothing to keep", &text)
    }

    /// None of which makes copies.
    fn has_other_commands(&self) -> Result<(), String> {
        for command in ["check", "verify", ""] {
            let (done, text) = self.job(&[("command", command)])?;
            expect(done, &format!("'{command}' must succeed"), &text)?;
            let none = text.contains("-- Save compressed copies: not needed\n");
            expect(none, "there is nothing to keep", &text)?;
        }
        Ok(())
    }

    fn takes_no_input_for_a_script(&self) -> Result<(), String> {
        let words = "\"; touch harm; $(touch harm) `touch harm`";
        for input in [
            "command",
            "settings",
            "static-root",
            "format",
            "args",
            "cache",
        ] {
            self.job(&[(input, words)])?;
            let harmed = self.project.directory.join("harm").exists();
            expect(!harmed, &format!("{input} must not run"), "")?;
        }
        Ok(())
    }

    /// One job, with these inputs and the defaults of the others.
    fn job(&self, inputs: &[(&str, &str)]) -> Result<(bool, String), String> {
        let mut all = BTreeMap::new();
        for (name, input) in self.text["inputs"].as_object().into_iter().flatten() {
            let default = input["default"].as_str().unwrap_or_default();
            all.insert(name.clone(), default.to_owned());
        }
        all.extend(inputs.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())));
        let path = std::env::var("PATH").unwrap_or_default();
        let without: Vec<&str> = path
            .split(':')
            .filter(|directory| !PathBuf::from(directory).join("staticc").exists())
            .collect();
        let mut job = RewriteContext {
            workspace: &self.project.directory,
            action: &checkout(),
            machine: &self.place.join("machine"),
            store: &self.place.join("store"),
            path: without.join(":"),
            inputs: all,
            outputs: BTreeMap::new(),
        };
        job.run(self.steps())
    }

    /// The keys under which something is kept.
    fn kept(&self) -> Result<Vec<String>, String> {
        let entries = fs::read_dir(self.place.join("store")).map_err(|e| e.to_string())?;
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.flatten().map(name).collect();
        names.sort();
        Ok(names)
    }
}
