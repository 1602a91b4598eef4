//! Every fixture case by every Django's rules: the same tree, manifest,
//! words and exit status as real Django (`cargo xtask oracle`), or what the
//! case states as a deliberate difference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::outcome::describe;
use crate::tree;

pub const DJANGO: [&str; 6] = ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"];

#[test]
fn same_as_django() {
    let cases = cases();
    assert!(cases.len() >= 100, "only {} cases found", cases.len());
    let runs: Vec<(&PathBuf, &str)> = cases
        .iter()
        .flat_map(|case| DJANGO.map(|django| (case, django)))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((case, django)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = compare(case, django) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} runs differ:\n\n{}",
        failures.len(),
        runs.len(),
        failures.join("\n\n")
    );
}

/// A stated difference must be one, or it is a bug in the statement.
#[test]
fn deliberate_differences_differ() {
    for case in cases() {
        let (_, spec) = read_spec(&case);
        if spec.get("deliberate").is_none() {
            continue;
        }
        let differs = DJANGO.iter().any(|django| {
            let expected = nearest(&case.join("expected"), django).unwrap();
            let ours = nearest(&case.join("deliberate"), django).unwrap();
            comparable(&expected) != comparable(&ours)
        });
        assert!(differs, "{} is as Django does it", case.display());
    }
}

pub fn cases() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut cases: Vec<PathBuf> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("note.md").is_file())
        .collect();
    cases.sort();
    cases
}

pub fn read_spec(case: &Path) -> (toml::Value, toml::Value) {
    let read = |name: &str| {
        let text = fs::read_to_string(case.join(name)).unwrap_or_default();
        toml::from_str(&text).unwrap()
    };
    (read("settings.toml"), read("case.toml"))
}

/// The outcome stored for a version, or for the nearest one before it.
pub fn nearest(directory: &Path, django: &str) -> Option<Value> {
    let at = DJANGO.iter().position(|known| *known == django).unwrap();
    DJANGO[..=at].iter().rev().find_map(|django| {
        let text = fs::read_to_string(directory.join(django).join("outcome.json")).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    })
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
    let told = |what: &str, ours: &Value, wanted: &Value| {
        format!("{name}, Django {django}: {what}\n  ours:   {ours}\n  wanted: {wanted}")
    };
    let (ours, before) = run(case, &settings, &spec, django);
    let deliberate = spec.get("deliberate").is_some();
    if deliberate && std::env::var_os("STATICC_BLESS").is_some() {
        let directory = case.join("deliberate").join(django);
        let _ = fs::remove_dir_all(&directory);
        if nearest(&case.join("deliberate"), django).as_ref() != Some(&ours) {
            fs::create_dir_all(&directory).unwrap();
            let text = serde_json::to_string_pretty(&ours).unwrap() + "\n";
            fs::write(directory.join("outcome.json"), text).unwrap();
        }
        return Ok(());
    }
    let stored = if deliberate { "deliberate" } else { "expected" };
    let wanted = nearest(&case.join(stored), django)
        .ok_or_else(|| format!("{name}: no outcome is stored for Django {django}"))?;
    let (ours, wanted) = (comparable(&ours), comparable(&wanted));
    let steps = ours["steps"].as_array().unwrap().iter();
    for (our, wanted) in steps.zip(wanted["steps"].as_array().unwrap()) {
        let failed = |step: &Value| step["exit"] != 0;
        if failed(our) != failed(wanted) {
            return Err(told("exit status", our, wanted));
        }
        if !failed(our) && lines(our) != lines(wanted) {
            return Err(told("words", &lines(our), &lines(wanted)));
        }
    }
    let last_failed = ours["steps"].as_array().unwrap().last().unwrap()["exit"] != 0;
    if last_failed {
        // Django has copied everything by then; nothing of ours may change.
        let now = json!([ours["files"], ours["encoded"]]);
        return if now == before {
            Ok(())
        } else {
            Err(told("a failed run changed STATIC_ROOT", &now, &before))
        };
    }
    for part in ["files", "encoded"] {
        if ours[part] != wanted[part] {
            return Err(told(part, &ours[part], &wanted[part]));
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
                tree::make(base, make);
            }
        }
        let (files, encoded) = describe(&root, base);
        before = json!([files, encoded]);
        // A shell, to set the umask.
        let staticc = tree::staticc();
        let output = Command::new("sh")
            .current_dir(base)
            .envs(
                staticc
                    .get_envs()
                    .filter_map(|(key, value)| Some((key, value?))),
            )
            .args(["-c", "umask $0; exec \"$@\""])
            .arg(format!("{:o}", umask.unwrap_or(0o022)))
            .arg(staticc.get_program())
            .args(["collect", "--settings", "settings.toml"])
            .args(["--set", &format!("staticc.django = \"{django}\"")])
            .args(flags.as_array().unwrap().iter().map(text))
            .output()
            .unwrap();
        let clean = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.replace(&*base.to_string_lossy(), "{base}")
        };
        let code = output.status.code();
        assert!(
            matches!(code, Some(0..=2)),
            "{}: {code:?} {}",
            case.display(),
            clean(&output.stderr)
        );
        let out = clean(&output.stdout);
        steps.push(json!({
            "exit": code,
            "stdout": out.split('\n').collect::<Vec<_>>(),
            "error": clean(&output.stderr),
        }));
    }
    let (files, encoded) = describe(&root, base);
    (
        json!({"steps": steps, "files": files, "encoded": encoded}),
        before,
    )
}
