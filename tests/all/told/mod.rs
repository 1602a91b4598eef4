//! What is told, in every format: small projects, one for each kind of
//! problem, each run in each format and compared with
//! `tests/snapshots/<case>.<format>`. `STATICC_BLESS=1` writes those; they are
//! our own wording, so a difference is to be read, not only blessed. Besides,
//! JSON and SARIF must be what their schemas say.

mod django;
mod output;
mod paths;
mod places;
mod schemas;
mod settings;
mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::bounded::{Project, Said};
use crate::tree::staticc;
use schemas::Schemas;

const FORMATS: [&str; 4] = ["text", "json", "github", "sarif"];

/// A run that tells something.
struct Case {
    /// The code of the problem, or what else is shown.
    name: &'static str,
    /// Verb and flags.
    arguments: &'static [&'static str],
    /// Makes the project.
    make: fn(&Project),
}

const fn case(name: &'static str, arguments: &'static [&'static str], make: fn(&Project)) -> Case {
    Case {
        name,
        arguments,
        make,
    }
}

const COLLECT: &[&str] = &["collect", "--noinput"];
const CHECK: &[&str] = &["check"];
const VERIFY: &[&str] = &["verify"];

fn cases() -> Vec<&'static Case> {
    [
        django::CASES,
        settings::CASES,
        sources::CASES,
        output::CASES,
        paths::CASES,
        places::CASES,
    ]
    .iter()
    .copied()
    .flatten()
    .collect()
}

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// The runs of a case before this one: as few as possible.
fn collected(project: &Project) {
    run(project, COLLECT, "text").is(0, &[]);
}

/// Runs staticc in the project, with a cache of its own.
fn run(project: &Project, arguments: &[&str], format: &str) -> Said {
    let mut command = staticc();
    command
        .env("XDG_CACHE_HOME", project.path("cache"))
        .args(arguments);
    if format != "text" {
        command.args(["--format", format]);
    }
    project.run(command)
}

/// What a run said, without what differs from place to place.
fn told(case: &Case, format: &str, schemas: &Schemas) -> String {
    let project = Project::new();
    (case.make)(&project);
    let said = run(&project, case.arguments, format);
    let place = project.path("").canonicalize().unwrap();
    let place = place.to_string_lossy();
    let place = place.trim_end_matches('/');
    let temporary = regex::Regex::new(r"\.staticc-\w{6}\b").unwrap();
    let clean = |text: &str| {
        let text = text.replace(place, "{dir}");
        temporary.replace_all(&text, "{temporary}").into_owned()
    };
    let out = match format {
        "sarif" => schemas.sarif(case.name, &said.out),
        "json" => {
            schemas.lines(case.name, &said.out);
            said.out
        }
        _ => said.out,
    };
    format!(
        "exit {}\n--- out\n{}--- error\n{}",
        said.code,
        clean(&out),
        clean(&said.error)
    )
}

#[test]
fn as_in_the_snapshots() {
    let bless = std::env::var_os("STATICC_BLESS").is_some();
    let (cases, schemas) = (cases(), Schemas::new());
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for format in FORMATS {
                        let path = snapshots().join(format!("{}.{format}", case.name));
                        let told = told(case, format, &schemas);
                        let wanted = fs::read_to_string(&path).unwrap_or_default();
                        if bless {
                            fs::write(path, told).unwrap();
                        } else if told != wanted {
                            let name = path.file_name().unwrap().display().to_string();
                            let failure = format!("{name}:\n{told}\nwanted:\n{wanted}");
                            failures.lock().unwrap().push(failure);
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn each_snapshot_has_its_case() {
    let wanted: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| FORMATS.map(|format| format!("{}.{format}", case.name)))
        .collect();
    let there = fs::read_dir(snapshots()).unwrap();
    let there = there.filter(|entry| entry.as_ref().unwrap().path().is_file());
    let there = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<String>>(), wanted);
}

/// GitHub knows the repository, not the directory that staticc works in.
#[test]
fn services_are_told_paths_from_the_repository() {
    let project = Project::new();
    project.write("src/a.css", "a{b:url(c.png)}");
    let said = |format: &str, workspace: PathBuf| {
        let mut command = staticc();
        command
            .args(COLLECT)
            .args(["--no-cache", "--format", format])
            .env("GITHUB_WORKSPACE", workspace);
        project.run(command).out
    };
    let above = project.path("").canonicalize().unwrap();
    let name = above.file_name().unwrap().to_str().unwrap().to_owned();
    let above = above.parent().unwrap().to_owned();
    let github = said("github", above.clone());
    assert!(
        github.starts_with(&format!("::error file={name}/src/a.css,")),
        "{github}"
    );
    let sarif: Value = serde_json::from_str(&said("sarif", above)).unwrap();
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(
        location["physicalLocation"]["artifactLocation"],
        json!({"uri": format!("{name}/src/a.css"), "uriBaseId": "%SRCROOT%"})
    );
    // Not below it: the whole path, which leads somewhere at least.
    let github = said("github", project.path("src/none"));
    assert!(github.starts_with("::error file=src/a.css,"), "{github}");
    fs::create_dir(project.path("elsewhere")).unwrap();
    let github = said("github", project.path("elsewhere"));
    let whole = project.path("src/a.css").canonicalize().unwrap();
    let wanted = format!("::error file={},", whole.display());
    assert!(github.starts_with(&wanted), "{github}");
}
