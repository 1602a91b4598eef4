//! As much of GitHub's runner as a composite action needs: expressions, the
//! files in which steps leave outputs and paths, bash, and `actions/cache`.
//! Refuses what it doesn't know; knows nothing of staticc.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{run, told};

/// The only system that is played here.
const OS: &str = "Linux";

/// One job on a machine of its own.
pub struct RewriteContext<'a> {
    /// Where the project is.
    pub workspace: &'a Path,
    /// Where the action is.
    pub action: &'a Path,
    /// Where this machine has its own files.
    pub machine: &'a Path,
    /// What `actions/cache` keeps, between jobs.
    pub store: &'a Path,
    /// PATH.
    pub path: String,
    /// Inputs by name, all of them.
    pub inputs: BTreeMap<String, String>,
    /// Outputs by `steps.ID.outputs.NAME`.
    pub outputs: BTreeMap<String, String>,
}

impl RewriteContext<'_> {
    /// Runs the action's steps until one fails; whether none did, and what was
    /// told.
    pub fn run(&mut self, steps: &[Value]) -> Result<(bool, String), String> {
        let temp = self.machine.join("temp");
        let _ = fs::remove_dir_all(&temp);
        fs::create_dir_all(&temp).map_err(|error| error.to_string())?;
        let mut log = Vec::new();
        for step in steps {
            let name = step["name"].as_str().unwrap_or("a step");
            let wanted = step["if"]
                .as_str()
                .map_or(Ok(true), |text| self.holds(text));
            if !wanted? {
                log.push(format!("-- {name}: not needed\n"));
                continue;
            }
            log.push(format!("-- {name}\n"));
            if let Some(action) = step["uses"].as_str() {
                self.cache(action, step)?;
                continue;
            }
            let (done, text) = self.script(step)?;
            log.push(text);
            if !done {
                return Ok((false, log.concat()));
            }
        }
        Ok((true, log.concat()))
    }

    /// What bash does with a step.
    fn script(&mut self, step: &Value) -> Result<(bool, String), String> {
        let [script, outputs, paths] =
            ["script.sh", "outputs", "paths"].map(|name| self.machine.join(name));
        let text = step["run"].as_str().ok_or("a step that does nothing")?;
        for (file, text) in [(&script, text), (&outputs, ""), (&paths, "")] {
            fs::write(file, text).map_err(|error| error.to_string())?;
        }
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]);
        bash.arg(&script).current_dir(self.workspace);
        bash.envs([("CI", "true"), ("GITHUB_ACTIONS", "true")]);
        bash.envs([("RUNNER_OS", OS), ("PATH", &self.path)]);
        bash.envs([
            ("GITHUB_ACTION_PATH", self.action),
            ("GITHUB_WORKSPACE", self.workspace),
            ("GITHUB_OUTPUT", &outputs),
            ("GITHUB_PATH", &paths),
            ("RUNNER_TEMP", &self.machine.join("temp")),
        ]);
        bash.envs(self.all(&step["env"])?);
        let result = told(&mut bash)?;
        let read = |file| fs::read_to_string(file).map_err(|error| error.to_string());
        for line in read(&outputs)?.lines() {
            let (name, value) = line.split_once('=').ok_or("not an output")?;
            self.put(step, name, value);
        }
        for line in read(&paths)?.lines() {
            self.path = format!("{line}:{}", self.path);
        }
        Ok(result)
    }

    /// What `actions/cache/restore` and `save` do.
    fn cache(&mut self, action: &str, step: &Value) -> Result<(), String> {
        let with = self.all(&step["with"])?;
        let given = |name: &str| with.get(name).map_or("", String::as_str);
        let path = PathBuf::from(given("path"));
        match action {
            "actions/cache/restore@v5" => {
                let Some(found) = self.kept(given("key"), given("restore-keys"))? else {
                    return Ok(());
                };
                copy(&self.store.join(&found), &path)?;
                self.put(step, "cache-hit", &(found == given("key")).to_string());
                self.put(step, "cache-matched-key", &found);
                Ok(())
            }
            "actions/cache/save@v5" => copy(&path, &self.store.join(given("key"))),
            other => Err(format!("{other} is not known here")),
        }
    }

    /// The key of what is restored. Which is the newest of several isn't known
    /// here.
    fn kept(&self, key: &str, prefix: &str) -> Result<Option<String>, String> {
        fs::create_dir_all(self.store).map_err(|error| error.to_string())?;
        let entries = fs::read_dir(self.store).map_err(|error| error.to_string())?;
        let names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let same = names.iter().find(|name| *name == key);
        let begins = |name: &&String| !prefix.is_empty() && name.starts_with(prefix);
        Ok(same.or_else(|| names.iter().find(begins)).cloned())
    }

    fn put(&mut self, step: &Value, name: &str, value: &str) {
        let id = step["id"].as_str().unwrap_or_default();
        let name = format!("steps.{id}.outputs.{name}");
        self.outputs.insert(name, value.to_owned());
    }

    /// A mapping, with its expressions replaced.
    fn all(&self, mapping: &Value) -> Result<BTreeMap<String, String>, String> {
        let entries = mapping.as_object().into_iter().flatten();
        entries
            .map(|(name, value)| {
                let text = value.as_str().ok_or_else(|| format!("{name}: no text"))?;
                Ok((name.clone(), self.replaced(text)?))
            })
            .collect()
    }

    /// A text with its expressions replaced.
    fn replaced(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split("${{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").ok_or("an expression without end")?;
            out += &self.value(name)?;
            out += rest;
        }
        Ok(out)
    }

    /// Whether a condition holds: comparisons, all of which must.
    fn holds(&self, condition: &str) -> Result<bool, String> {
        for comparison in condition.split("&&") {
            let (equal, sides) = match comparison.split_once("!=") {
                Some(sides) => (false, Some(sides)),
                None => (true, comparison.split_once("==")),
            };
            let (left, right) = sides.ok_or_else(|| format!("not known here: {condition}"))?;
            if (self.value(left)? == self.value(right)?) != equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A literal, or what has this name.
    fn value(&self, text: &str) -> Result<String, String> {
        let name = text.trim();
        let literal = name.strip_prefix('\'').and_then(|n| n.strip_suffix('\''));
        let value = match (literal, name.split_once('.')) {
            (Some(literal), _) => Some(literal),
            (_, Some(("inputs", input))) => self.inputs.get(input).map(String::as_str),
            // Of a step that didn't run, or left none.
            (_, Some(("steps", _))) => Some(self.outputs.get(name).map_or("", String::as_str)),
            _ => (name == "runner.os").then_some(OS),
        };
        value
            .map(str::to_owned)
            .ok_or_else(|| format!("not known here: {name}"))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(to);
    run(Command::new("cp").arg("-r").args([from, to]))
}
