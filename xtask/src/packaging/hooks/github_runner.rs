//! Runs the steps of a composite GitHub action: expressions, the files for
//! outputs and paths, bash, and `actions/cache`. Fails on everything else. Does
//! not know staticc.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::process::{Captured, capture, run};

/// The only supported system.
const OS: &str = "Linux";

/// One job on a new machine.
pub struct Job<'a> {
    /// The directory of the project.
    pub workspace: &'a Path,
    /// The directory of the action.
    pub action: &'a Path,
    /// The directory of the machine's own files.
    pub machine: &'a Path,
    /// What `actions/cache` keeps from job to job.
    pub cache_store: &'a Path,
    /// The value of PATH.
    pub path: String,
    /// All inputs by name.
    pub inputs: BTreeMap<String, String>,
    /// Outputs by `steps.ID.outputs.NAME`.
    pub outputs: BTreeMap<String, String>,
}

impl Job<'_> {
    /// Runs the action's steps until one fails.
    pub fn run(&mut self, steps: &[Value]) -> Result<Captured, String> {
        let temp = self.machine.join("temp");
        let _ = fs::remove_dir_all(&temp);
        fs::create_dir_all(&temp).map_err(|error| error.to_string())?;
        let mut log = Vec::new();
        for step in steps {
            let name = step["name"].as_str().unwrap_or("a step");
            let condition = step["if"]
                .as_str()
                .map_or(Ok(true), |text| self.evaluate(text));
            if !condition? {
                log.push(format!("-- {name}: skipped\n"));
                continue;
            }
            log.push(format!("-- {name}\n"));
            if let Some(action) = step["uses"].as_str() {
                self.run_cache(action, step)?;
                continue;
            }
            let Captured { success, output } = self.run_script(step)?;
            log.push(output);
            if !success {
                return Ok(Captured {
                    success,
                    output: log.concat(),
                });
            }
        }
        Ok(Captured {
            success: true,
            output: log.concat(),
        })
    }

    /// Runs the script of a step with bash.
    fn run_script(&mut self, step: &Value) -> Result<Captured, String> {
        let [script, outputs, paths] =
            ["script.sh", "outputs", "paths"].map(|name| self.machine.join(name));
        let text = step["run"]
            .as_str()
            .ok_or("a step without `uses` and `run`")?;
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
        bash.envs(self.expand_all(&step["env"])?);
        let result = capture(&mut bash)?;
        let read = |file| fs::read_to_string(file).map_err(|error| error.to_string());
        for line in read(&outputs)?.lines() {
            let (name, value) = line
                .split_once('=')
                .ok_or("a line of GITHUB_OUTPUT without `=`")?;
            self.set_output(step, name, value);
        }
        for line in read(&paths)?.lines() {
            self.path = format!("{line}:{}", self.path);
        }
        Ok(result)
    }

    /// Does what `actions/cache/restore` and `save` do.
    fn run_cache(&mut self, action: &str, step: &Value) -> Result<(), String> {
        let with = self.expand_all(&step["with"])?;
        let input = |name: &str| with.get(name).map_or("", String::as_str);
        let path = PathBuf::from(input("path"));
        let (name, _commit) = action.split_once('@').unwrap_or((action, ""));
        match name {
            "actions/cache/restore" => {
                let Some(found) = self.cache_key(input("key"), input("restore-keys"))? else {
                    return Ok(());
                };
                copy(&self.cache_store.join(&found), &path)?;
                self.set_output(step, "cache-hit", &(found == input("key")).to_string());
                self.set_output(step, "cache-matched-key", &found);
                Ok(())
            }
            "actions/cache/save" => copy(&path, &self.cache_store.join(input("key"))),
            _ => Err(format!("{action} is not supported")),
        }
    }

    /// The key of the entry to restore. Of several with the prefix, it returns any,
    /// not the newest.
    fn cache_key(&self, key: &str, prefix: &str) -> Result<Option<String>, String> {
        fs::create_dir_all(self.cache_store).map_err(|error| error.to_string())?;
        let entries = fs::read_dir(self.cache_store).map_err(|error| error.to_string())?;
        let names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let exact = names.iter().find(|name| *name == key);
        let has_prefix = |name: &&String| !prefix.is_empty() && name.starts_with(prefix);
        Ok(exact.or_else(|| names.iter().find(has_prefix)).cloned())
    }

    fn set_output(&mut self, step: &Value, name: &str, value: &str) {
        let id = step["id"].as_str().unwrap_or_default();
        let name = format!("steps.{id}.outputs.{name}");
        self.outputs.insert(name, value.to_owned());
    }

    /// Evaluates the expressions in the values of a mapping.
    fn expand_all(&self, mapping: &Value) -> Result<BTreeMap<String, String>, String> {
        let entries = mapping.as_object().into_iter().flatten();
        entries
            .map(|(name, value)| {
                let text = value
                    .as_str()
                    .ok_or_else(|| format!("{name}: not a string"))?;
                Ok((name.clone(), self.expand(text)?))
            })
            .collect()
    }

    /// Evaluates the expressions in a text.
    fn expand(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split("${{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").ok_or("an expression without `}}`")?;
            out += &self.value(name)?;
            out += rest;
        }
        Ok(out)
    }

    /// Evaluates a condition: comparisons joined by `&&`.
    fn evaluate(&self, condition: &str) -> Result<bool, String> {
        for comparison in condition.split("&&") {
            let (equal, sides) = match comparison.split_once("!=") {
                Some(sides) => (false, Some(sides)),
                None => (true, comparison.split_once("==")),
            };
            let (left, right) = sides.ok_or_else(|| format!("not supported: {condition}"))?;
            if (self.value(left)? == self.value(right)?) != equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a literal or a name.
    fn value(&self, text: &str) -> Result<String, String> {
        let name = text.trim();
        let literal = name.strip_prefix('\'').and_then(|n| n.strip_suffix('\''));
        let value = match (literal, name.split_once('.')) {
            (Some(literal), _) => Some(literal),
            (_, Some(("inputs", input))) => self.inputs.get(input).map(String::as_str),
            // Empty if the step did not run or has no such output.
            (_, Some(("steps", _))) => Some(self.outputs.get(name).map_or("", String::as_str)),
            _ => (name == "runner.os").then_some(OS),
        };
        value
            .map(str::to_owned)
            .ok_or_else(|| format!("not supported: {name}"))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(to);
    run(Command::new("cp").arg("-r").args([from, to]))
}
