//! Every fixture case by every Django's rules: the same tree, manifest, words and
//! exit status as real Django (`cargo xtask oracle`), or what the case states as a
//! deliberate difference. `cargo test chain-6` runs the case `chain-6` alone.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a test that cannot go on has failed, and need not be fast"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use support::fixtures::{self, DJANGO, cases, nearest, read_spec};
use support::outcome::describe;
use support::project::staticc;
use support::test_names::{self, CASE};
use support::tree;

fn main() -> ExitCode {
    let cases = cases();
    assert!(cases.len() >= 100, "only {} cases found", cases.len());
    test_names::run(cases.into_iter().flat_map(trials).collect())
}

/// One test for each Django version, and one for a deliberate difference. The outcome of a version
/// depends on that of the version before, so that one test blesses all versions of a case.
fn trials(case: PathBuf) -> Vec<Trial> {
    let name = fixtures::name(&case);
    if is_deliberate(&case) && std::env::var_os("STATICC_BLESS").is_some() {
        let bless = move || bless(&case);
        return vec![Trial::test(format!("{CASE}{name}/bless"), bless)];
    }
    let mut trials = Vec::new();
    for django in DJANGO {
        let case = case.clone();
        let compare = move || compare(&case, django).map_err(Failed::from);
        trials.push(Trial::test(format!("{CASE}{name}/{django}"), compare));
    }
    if is_deliberate(&case) {
        let differs = move || deliberate_difference_differs(&case);
        trials.push(Trial::test(format!("{CASE}{name}/differs"), differs));
    }
    trials
}

fn is_deliberate(case: &Path) -> bool {
    read_spec(case).1.get("deliberate").is_some()
}

/// Writes the outcomes of a deliberate difference, without those that a version has in common with
/// the version before.
fn bless(case: &Path) -> Result<(), Failed> {
    let (settings, spec) = read_spec(case);
    let mut last = None;
    for django in DJANGO {
        let (outcome, _) = run(case, &settings, &spec, django);
        let directory = case.join("deliberate").join(django);
        let _ = fs::remove_dir_all(&directory);
        if last.as_ref() != Some(&outcome) {
            fs::create_dir_all(&directory)?;
            let text = serde_json::to_string_pretty(&outcome)? + "\n";
            fs::write(directory.join("outcome.json"), text)?;
            last = Some(outcome);
        }
    }
    deliberate_difference_differs(case)
}

/// A stated difference must be one, or the statement is wrong.
fn deliberate_difference_differs(case: &Path) -> Result<(), Failed> {
    let differs = DJANGO.iter().any(|django| {
        let expected = nearest(&case.join("expected"), django).unwrap();
        let deliberate = nearest(&case.join("deliberate"), django).unwrap();
        comparable(&expected) != comparable(&deliberate)
    });
    if differs {
        Ok(())
    } else {
        Err(format!("{} is as Django does it", case.display()).into())
    }
}

/// An outcome without what is only for people.
fn comparable(outcome: &Value) -> Value {
    let mut outcome = outcome.clone();
    for step in outcome["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("error");
    }
    outcome
}

fn compare(case: &Path, django: &str) -> Result<(), String> {
    let (settings, spec) = read_spec(case);
    let name = case.file_name().unwrap().to_string_lossy();
    let difference = |what: &str, ours: &Value, wanted: &Value| {
        format!("{name}, Django {django}: {what}\n  ours:   {ours}\n  wanted: {wanted}")
    };
    let (ours, before) = run(case, &settings, &spec, django);
    let deliberate = is_deliberate(case);
    let stored = if deliberate { "deliberate" } else { "expected" };
    let wanted = nearest(&case.join(stored), django)
        .ok_or_else(|| format!("{name}: no outcome is stored for Django {django}"))?;
    let (ours, wanted) = (comparable(&ours), comparable(&wanted));
    let steps = ours["steps"].as_array().unwrap().iter();
    for (our, wanted) in steps.zip(wanted["steps"].as_array().unwrap()) {
        let failed = |step: &Value| step["exit"] != 0;
        if failed(our) != failed(wanted) {
            return Err(difference("exit status", our, wanted));
        }
        if !failed(our) && lines(our) != lines(wanted) {
            return Err(difference("words", &lines(our), &lines(wanted)));
        }
    }
    let last_failed = ours["steps"].as_array().unwrap().last().unwrap()["exit"] != 0;
    if last_failed {
        // Django has copied everything by then; nothing of ours may change.
        let now = json!([ours["files"], ours["encoded"]]);
        return if now == before {
            Ok(())
        } else {
            Err(difference(
                "a failed run changed STATIC_ROOT",
                &now,
                &before,
            ))
        };
    }
    for part in ["files", "encoded"] {
        if ours[part] != wanted[part] {
            return Err(difference(part, &ours[part], &wanted[part]));
        }
    }
    Ok(())
}

/// The lines of a step, sorted: Django's order is that of the file system
/// and of threads.
fn lines(step: &Value) -> Value {
    let mut lines = step["stdout"].as_array().unwrap().clone();
    lines.sort_by_key(ToString::to_string);
    Value::Array(lines)
}

/// Runs a case. Its outcome, and what was there before the last step.
fn run(case: &Path, settings: &toml::Value, spec: &toml::Value, django: &str) -> (Value, Value) {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().canonicalize().unwrap();
    let base = base.as_path();
    tree::copy(&case.join("tree"), base);
    fs::copy(case.join("settings.toml"), base.join("settings.toml")).unwrap();
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let root = base.join(settings.get("STATIC_ROOT").map_or("out".into(), text));
    let default = toml::Value::Array(vec![toml::Value::Array(vec!["--noinput".into()])]);
    let makes = spec.get("make").and_then(toml::Value::as_array);
    let umask = spec.get("umask").and_then(toml::Value::as_integer);
    let mut steps = Vec::new();
    let mut before = Value::Null;
    let all = spec.get("steps").unwrap_or(&default).as_array().unwrap();
    for (number, flags) in all.iter().enumerate() {
        for make in makes.into_iter().flatten() {
            let at = make.get("before").and_then(toml::Value::as_integer);
            if usize::try_from(at.unwrap_or(0)).unwrap() == number {
                fixtures::make(base, make);
            }
        }
        let (files, encoded) = describe(&root, base);
        before = json!([files, encoded]);
        let flags = flags.as_array().unwrap().iter().map(text);
        steps.push(collect(base, umask.unwrap_or(0o022), django, flags));
    }
    let (files, encoded) = describe(&root, base);
    (
        json!({"steps": steps, "files": files, "encoded": encoded}),
        before,
    )
}

/// Collects in a directory. Returns the step of the outcome.
fn collect(base: &Path, umask: i64, django: &str, flags: impl Iterator<Item = String>) -> Value {
    let staticc = staticc();
    let variables = staticc.get_envs();
    // A shell sets the umask.
    let output = Command::new("sh")
        .current_dir(base)
        .envs(variables.filter_map(|(key, value)| Some((key, value?))))
        .args(["-c", "umask $0; exec \"$@\""])
        .arg(format!("{umask:o}"))
        .arg(staticc.get_program())
        .args(["collect", "--settings", "settings.toml"])
        .args(["--set", &format!("staticc.django = \"{django}\"")])
        .args(flags)
        .output()
        .unwrap();
    let clean = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.replace(&*base.to_string_lossy(), "{base}")
    };
    let (code, error) = (output.status.code(), clean(&output.stderr));
    assert!(matches!(code, Some(0..=2)), "{code:?} {error}");
    let out = clean(&output.stdout);
    json!({
        "exit": code,
        "stdout": out.split('\n').collect::<Vec<_>>(),
        "error": error,
    })
}
