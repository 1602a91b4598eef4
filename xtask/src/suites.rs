//! `cargo xtask suites`: what Django and WhiteNoise test of collectstatic, by
//! their own tests, with the wheel installed and `staticc` in INSTALLED_APPS.
//! All of them must pass without it. With it, a test that doesn't is in
//! [`DIFFERENT`] and says why.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{self, checkout, flag, script, told, workshop};
use crate::{venv, wheel};

/// Tests that don't pass with staticc, and why.
const DIFFERENT: [(&str, &str); 3] = [
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_import_loop",
        "says which files are the members of the circle, not that there were too many passes",
    ),
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_post_processing_failure",
        "says file, line and column of each broken reference, not that post-processing failed",
    ),
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_post_processing_nonutf8",
        "says where a file is not UTF-8; there is no UnicodeDecodeError",
    ),
];

/// What does the collecting, as xtask/python/suites.py counts it.
const STATICC: &str = "staticc";

/// Django, the Python that it is tested with where there is one, WhiteNoise.
const VERSIONS: [(&str, &str, &str); 4] = [
    ("4.2.30", "3.9", "6.11.0"),
    ("5.2.19", "3.12", "6.12.0"),
    ("6.0.10", "3.12", "6.12.0"),
    ("6.1.3", "3.12", "6.12.0"),
];

/// The verb: all versions, or one.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let only = flag(arguments, "--django");
    let wanted = |(django, ..): &&(&str, _, _)| {
        only.is_none_or(|only| django.starts_with(&format!("{only}.")))
    };
    let wheel = wheel::build()?;
    let mut total = Total::default();
    for &(django, python, whitenoise) in VERSIONS.iter().filter(wanted) {
        let versions = [
            format!("Django=={django}"),
            format!("whitenoise=={whitenoise}"),
        ];
        let packages = [
            &versions[..],
            &["Brotli==1.2.*".into(), "pytest==8.4.2".into()],
        ]
        .concat();
        let python = venv::interpreter(python).map_or(venv::USUAL, |_| python);
        let name = format!("suites-{django}-{python}");
        let interpreter = venv::environment(&name, python, &packages, &[])?;
        wheel::install(&interpreter, &wheel)?;
        own(&interpreter)?;
        for (suite, wanted) in ["django", "whitenoise"].into_iter().zip(&versions) {
            let suite = Suite {
                name: suite,
                title: format!("tests of {suite}: {}, Python {python}", versions.join(", ")),
                tests: source(&interpreter, wanted)?.join("tests"),
                interpreter: &interpreter,
            };
            total.add(&suite)?;
        }
    }
    total.finish(only.is_none())
}

/// Tests, and what they run with.
struct Suite<'a> {
    name: &'a str,
    title: String,
    tests: PathBuf,
    interpreter: &'a Path,
}

impl Suite<'_> {
    /// Runs the tests.
    fn outcome(&self, flags: &[&str]) -> Result<Outcome, String> {
        let out = workshop().join("suites/outcome.json");
        let _ = fs::remove_file(&out);
        let (_, text) = told(
            Command::new(self.interpreter)
                .arg(script("suites.py"))
                .args([self.name.as_ref(), self.tests.as_os_str(), out.as_os_str()])
                .args(flags),
        )?;
        let outcome = fs::read(&out).map_err(|_| format!("{}: no outcome\n{text}", self.title))?;
        let outcome: Value = serde_json::from_slice(&outcome).map_err(|error| error.to_string())?;
        let entries = |key: &str| outcome[key].as_object().into_iter().flatten();
        Ok(Outcome {
            tests: entries("tests")
                .map(|(test, outcome)| {
                    let text = |at: usize| outcome[at].as_str().unwrap_or_default().to_owned();
                    (test.clone(), (text(0), text(1)))
                })
                .collect(),
            collected: entries("collected")
                .map(|(by, count)| (by.clone(), count.as_u64().unwrap_or_default()))
                .collect(),
        })
    }
}

/// What came of the tests of a suite.
struct Outcome {
    /// Each test: passed, failed or skipped, and why.
    tests: BTreeMap<String, (String, String)>,
    /// How often staticc collected or, for a reason, Django.
    collected: BTreeMap<String, u64>,
}

impl Outcome {
    fn count(&self, wanted: &str) -> usize {
        let outcomes = self.tests.values();
        outcomes.filter(|(outcome, _)| outcome == wanted).count()
    }
}

/// What came of all suites.
#[derive(Default)]
struct Total {
    passed: usize,
    skipped: usize,
    /// Of [`DIFFERENT`], those that failed, and how often.
    different: BTreeMap<&'static str, usize>,
    /// What must not be.
    wrong: Vec<String>,
}

impl Total {
    /// Runs a suite without staticc and with it.
    fn add(&mut self, suite: &Suite) -> Result<(), String> {
        let stock = suite.outcome(&[])?;
        let ours = suite.outcome(&["--staticc"])?;
        for (test, (outcome, why)) in &stock.tests {
            if outcome == "failed" {
                self.wrong(suite, test, &format!("fails without staticc: {why}"));
            }
            match ours.tests.get(test) {
                None => self.wrong(suite, test, "isn't run with staticc"),
                Some((ours, _)) if ours == "skipped" && outcome != "skipped" => {
                    self.wrong(suite, test, "is skipped with staticc");
                }
                Some(_) => {}
            }
        }
        for (test, (outcome, why)) in &ours.tests {
            let known = DIFFERENT.iter().find(|(known, _)| known == test);
            match (known, outcome == "failed") {
                (Some((known, _)), true) => *self.different.entry(known).or_default() += 1,
                (Some(_), false) => self.wrong(suite, test, "is listed as different, and isn't"),
                (None, true) => self.wrong(suite, test, why),
                (None, false) => {}
            }
        }
        let [passed, failed, skipped] = ["passed", "failed", "skipped"].map(|it| ours.count(it));
        self.passed += passed;
        self.skipped += skipped;
        let by_staticc = ours.collected.get(STATICC).copied().unwrap_or_default();
        let left = ours.collected.iter().filter(|(by, _)| *by != STATICC);
        let left: Vec<_> = left.collect();
        let by_django: u64 = left.iter().map(|(_, count)| **count).sum();
        crate::say(&format!(
            "{}: {passed} passed, {failed} failed, {skipped} skipped; \
             collected {by_staticc} times by staticc, {by_django} times by Django",
            suite.title
        ));
        for (why, count) in left {
            crate::say(&format!("  {count} times by Django: {why}"));
        }
        if by_staticc == 0 {
            self.wrong(suite, "no test", "has staticc collect");
        }
        Ok(())
    }

    fn wrong(&mut self, suite: &Suite, test: &str, why: &str) {
        self.wrong.push(format!("{}: {test}: {why}", suite.title));
    }

    /// Says what came of it; fails if anything is other than it must be.
    fn finish(mut self, all: bool) -> Result<(), String> {
        for (test, why) in DIFFERENT {
            match self.different.get(test) {
                Some(times) => crate::say(&format!("different, {times} times: {test}: {why}")),
                None if all => {
                    let wrong = format!("{test} is listed as different, and doesn't exist");
                    self.wrong.push(wrong);
                }
                None => {}
            }
        }
        let Self {
            passed,
            skipped,
            wrong,
            ..
        } = self;
        let sentence = format!("{passed} passed, {} failed, {skipped} skipped", wrong.len());
        if wrong.is_empty() {
            crate::say(&sentence);
            Ok(())
        } else {
            Err(format!("{}\n{sentence}", wrong.join("\n")))
        }
    }
}

/// What staticc's Python has for tests. All that these need is installed, so
/// that none may be skipped.
fn own(interpreter: &Path) -> Result<(), String> {
    for file in ["test_ask.py", "test_collectstatic.py"] {
        let file = checkout().join("tests/python").join(file);
        let (passed, text) = told(Command::new(interpreter).arg(&file).arg("--verbose"))?;
        if !passed {
            return Err(format!("{} fails:\n{text}", file.display()));
        }
        let skipped = text.lines().filter(|line| line.contains("... skipped"));
        let skipped: Vec<&str> = skipped.collect();
        if !skipped.is_empty() {
            let skipped = skipped.join("\n");
            return Err(format!("{} skips tests:\n{skipped}", file.display()));
        }
    }
    Ok(())
}

/// The source of a package such as `Django==6.1.3`, unpacked.
fn source(interpreter: &Path, package: &str) -> Result<PathBuf, String> {
    let name = package.to_lowercase().replace("==", "-");
    let place = workshop().join("suites");
    let directory = place.join(&name);
    if !directory.is_dir() {
        process::run(
            Command::new(interpreter)
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .args(["--no-deps", "--no-binary", ":all:", package, "--dest"])
                .arg(&place),
        )?;
        // Unpacked beside it first, so that nothing is there half.
        let unpacking = place.join("unpacking");
        let _ = fs::remove_dir_all(&unpacking);
        fs::create_dir_all(&unpacking).map_err(|error| error.to_string())?;
        let archive = place.join(format!("{name}.tar.gz"));
        process::run(
            Command::new("tar")
                .arg("-xzf")
                .arg(archive)
                .arg("-C")
                .arg(&unpacking),
        )?;
        fs::rename(unpacking.join(&name), &directory).map_err(|error| error.to_string())?;
    }
    Ok(directory)
}
