//! `cargo xtask suites`: runs Django's and WhiteNoise's own tests of
//! collectstatic with the wheel installed, without and with `staticc` in
//! INSTALLED_APPS. Without it all tests must pass; with it, all but those in
//! [`KNOWN_DIFFERENCES`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::builder::PossibleValuesParser;
use serde_json::Value;

use crate::support::paths::{repository, script, work_dir};
use crate::support::process::{Captured, capture, run as run_program};
use crate::support::venv::{self, Environment};
use crate::support::{print_line, wheel};

/// Tests that fail with staticc, and what it does instead.
const KNOWN_DIFFERENCES: [(&str, &str); 3] = [
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_import_loop",
        "reports the files of the circle, not too many passes",
    ),
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_post_processing_failure",
        "reports file, line and column of each broken reference, not that post-processing failed",
    ),
    (
        "staticfiles_tests.test_storage.TestCollectionManifestStorage.test_post_processing_nonutf8",
        "reports where a file is not UTF-8, without UnicodeDecodeError",
    ),
];

/// The key under which `suites.py` counts the runs that staticc did.
const STATICC: &str = "staticc";

/// Releases that are tested together.
struct Releases {
    django: &'static str,
    /// Used if it is installed, else the default Python.
    python: &'static str,
    whitenoise: &'static str,
}

const RELEASES: [Releases; 4] = [
    Releases {
        django: "4.2.30",
        python: "3.9",
        whitenoise: "6.11.0",
    },
    Releases {
        django: "5.2.19",
        python: "3.12",
        whitenoise: "6.12.0",
    },
    Releases {
        django: "6.0.10",
        python: "3.12",
        whitenoise: "6.12.0",
    },
    Releases {
        django: "6.1.3",
        python: "3.12",
        whitenoise: "6.12.0",
    },
];

#[derive(clap::Args)]
pub struct Args {
    /// Django version [default: all]
    #[arg(
        long,
        value_name = "X.Y",
        value_parser = PossibleValuesParser::new(["4.2", "5.2", "6.0", "6.1"])
    )]
    django: Option<String>,
    /// Use the newest Django only
    #[arg(long, conflicts_with = "django")]
    quick: bool,
}

pub fn run(args: &Args) -> Result<(), String> {
    let only = if args.quick {
        Some("6.1")
    } else {
        args.django.as_deref()
    };
    let is_wanted = |releases: &&Releases| {
        only.is_none_or(|only| releases.django.starts_with(&format!("{only}.")))
    };
    let wheel = wheel::build()?;
    let mut total = Total::default();
    for releases in RELEASES.iter().filter(is_wanted) {
        total.add_releases(releases, &wheel)?;
    }
    total.finish(only.is_none())
}

/// A test suite and the interpreter that runs it.
struct Suite<'a> {
    name: &'a str,
    title: String,
    tests: PathBuf,
    interpreter: &'a Path,
}

impl Suite<'_> {
    /// Runs the tests.
    fn run(&self, flags: &[&str]) -> Result<SuiteResult, String> {
        let path = work_dir().join("suites/outcome.json");
        let _ = fs::remove_file(&path);
        let Captured { output, .. } = capture(
            Command::new(self.interpreter)
                .arg(script("suites.py"))
                .args([self.name.as_ref(), self.tests.as_os_str(), path.as_os_str()])
                .args(flags),
        )?;
        let json = fs::read(&path).map_err(|_| format!("{}: no result\n{output}", self.title))?;
        let result: Value = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        let entries = |key: &str| result[key].as_object().into_iter().flatten();
        Ok(SuiteResult {
            tests: entries("tests")
                .map(|(test, result)| {
                    let text = |index: usize| result[index].as_str().unwrap_or_default().to_owned();
                    let result = TestResult {
                        outcome: text(0),
                        message: text(1),
                    };
                    (test.clone(), result)
                })
                .collect(),
            collected: entries("collected")
                .map(|(key, count)| (key.clone(), count.as_u64().unwrap_or_default()))
                .collect(),
        })
    }
}

struct TestResult {
    /// "passed", "failed" or "skipped".
    outcome: String,
    message: String,
}

/// What a run of a suite reports.
struct SuiteResult {
    tests: BTreeMap<String, TestResult>,
    /// How many runs staticc did and, by reason, how many Django did.
    collected: BTreeMap<String, u64>,
}

impl SuiteResult {
    fn count(&self, outcome: &str) -> usize {
        let results = self.tests.values();
        results.filter(|result| result.outcome == outcome).count()
    }
}

/// The results of all suites.
#[derive(Default)]
struct Total {
    passed: usize,
    skipped: usize,
    /// How often each of [`KNOWN_DIFFERENCES`] failed.
    different: BTreeMap<&'static str, usize>,
    unexpected: Vec<String>,
}

impl Total {
    /// Runs the suites of these releases, and the tests of tests/python.
    fn add_releases(&mut self, releases: &Releases, wheel: &Path) -> Result<(), String> {
        let Releases {
            django, whitenoise, ..
        } = releases;
        let tested = [
            format!("Django=={django}"),
            format!("whitenoise=={whitenoise}"),
        ];
        let python =
            venv::interpreter(releases.python).map_or(venv::DEFAULT_PYTHON, |_| releases.python);
        let name = format!("suites-{django}-{python}");
        let environment = Environment {
            python,
            ..Environment::new(
                &name,
                &[&tested[0], &tested[1], "Brotli==1.2.*", "pytest==8.4.2"],
            )
        };
        let interpreter = environment.make()?;
        wheel::install(&interpreter, wheel)?;
        run_python_tests(&interpreter)?;
        for (suite, package) in ["django", "whitenoise"].into_iter().zip(&tested) {
            self.add(&Suite {
                name: suite,
                title: format!("tests of {suite}: {}, Python {python}", tested.join(", ")),
                tests: source(&interpreter, package)?.join("tests"),
                interpreter: &interpreter,
            })?;
        }
        Ok(())
    }

    /// Runs a suite without staticc and with it.
    fn add(&mut self, suite: &Suite) -> Result<(), String> {
        let without = suite.run(&[])?;
        let with = suite.run(&["--staticc"])?;
        for (test, result) in &without.tests {
            if result.outcome == "failed" {
                let message = format!("fails without staticc: {}", result.message);
                self.add_unexpected(suite, test, &message);
            }
            match with.tests.get(test) {
                None => self.add_unexpected(suite, test, "is not run with staticc"),
                Some(with) if with.outcome == "skipped" && result.outcome != "skipped" => {
                    self.add_unexpected(suite, test, "is skipped with staticc");
                }
                Some(_) => {}
            }
        }
        for (test, result) in &with.tests {
            let known = KNOWN_DIFFERENCES.iter().find(|(known, _)| known == test);
            match (known, result.outcome == "failed") {
                (Some((known, _)), true) => *self.different.entry(known).or_default() += 1,
                (Some(_), false) => {
                    self.add_unexpected(suite, test, "passes, but is listed as different");
                }
                (None, true) => self.add_unexpected(suite, test, &result.message),
                (None, false) => {}
            }
        }
        self.add_counts(suite, &with);
        Ok(())
    }

    /// Counts the tests that ran with staticc, and prints who collected.
    fn add_counts(&mut self, suite: &Suite, result: &SuiteResult) {
        let [passed, failed, skipped] =
            ["passed", "failed", "skipped"].map(|outcome| result.count(outcome));
        self.passed += passed;
        self.skipped += skipped;
        let by_staticc = result.collected.get(STATICC).copied().unwrap_or_default();
        let by_django = || result.collected.iter().filter(|(key, _)| *key != STATICC);
        let by_django_total: u64 = by_django().map(|(_, count)| *count).sum();
        print_line(&format!(
            "{}: {passed} passed, {failed} failed, {skipped} skipped; \
             staticc collected {by_staticc} times, Django {by_django_total} times",
            suite.title
        ));
        for (reason, count) in by_django() {
            print_line(&format!("  Django, {count} times: {reason}"));
        }
        if by_staticc == 0 {
            self.add_unexpected(suite, "all tests", "staticc never collected");
        }
    }

    fn add_unexpected(&mut self, suite: &Suite, test: &str, message: &str) {
        let line = format!("{}: {test}: {message}", suite.title);
        self.unexpected.push(line);
    }

    /// Prints the totals; fails if anything was unexpected.
    fn finish(mut self, all: bool) -> Result<(), String> {
        for (test, difference) in KNOWN_DIFFERENCES {
            match self.different.get(test) {
                Some(times) => print_line(&format!(
                    "different, {times} times: {test}: staticc {difference}"
                )),
                None if all => {
                    let line = format!("{test} is listed as different, but does not exist");
                    self.unexpected.push(line);
                }
                None => {}
            }
        }
        let Self {
            passed,
            skipped,
            unexpected,
            ..
        } = self;
        let failed = unexpected.len();
        let totals = format!("{passed} passed, {failed} failed, {skipped} skipped");
        if unexpected.is_empty() {
            print_line(&totals);
            Ok(())
        } else {
            Err(format!("{}\n{totals}", unexpected.join("\n")))
        }
    }
}

/// Runs the tests of tests/python. None may be skipped, because the
/// environment has all that they need.
fn run_python_tests(interpreter: &Path) -> Result<(), String> {
    for name in ["test_ask.py", "test_collectstatic.py"] {
        let file = repository().join("tests/python").join(name);
        let Captured { success, output } =
            capture(Command::new(interpreter).arg(&file).arg("--verbose"))?;
        if !success {
            return Err(format!("{name} fails:\n{output}"));
        }
        let skipped: Vec<&str> = output
            .lines()
            .filter(|line| line.contains("... skipped"))
            .collect();
        if !skipped.is_empty() {
            return Err(format!("{name} skips tests:\n{}", skipped.join("\n")));
        }
    }
    Ok(())
}

/// The directory of the source of a package such as `Django==6.1.3`.
fn source(interpreter: &Path, package: &str) -> Result<PathBuf, String> {
    let name = package.to_lowercase().replace("==", "-");
    let parent = work_dir().join("suites");
    let directory = parent.join(&name);
    if !directory.is_dir() {
        run_program(
            venv::pip(interpreter, "download")
                .args(["--no-deps", "--no-binary", ":all:", package, "--dest"])
                .arg(&parent),
        )?;
        // Unpacked elsewhere first, so that an interrupted run leaves no
        // incomplete source.
        let unpacking = parent.join("unpacking");
        let _ = fs::remove_dir_all(&unpacking);
        fs::create_dir_all(&unpacking).map_err(|error| error.to_string())?;
        let archive = parent.join(format!("{name}.tar.gz"));
        run_program(
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
