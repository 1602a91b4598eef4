//! The cases of the snapshots: small projects, one for each kind of problem, each
//! run in each format. Knows no snapshot.

pub mod help;
mod locations;
mod python_projects;
pub mod schemas;
mod settings;
mod single_paths;
mod sites;
mod sources;
mod static_root;
mod stores;

use crate::support::project::{Project, Run};
use schemas::Schemas;

pub const FORMATS: [&str; 4] = ["text", "json", "github", "sarif"];

/// A project, and the run in it whose output is a snapshot.
#[derive(Clone, Copy)]
pub struct Case {
    /// The code of the problem, or what else the run shows.
    pub name: &'static str,
    /// Verb and flags. `{site}` stands for what is in the project's file `site`.
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

pub fn cases() -> Vec<&'static Case> {
    [
        python_projects::CASES,
        settings::CASES,
        sources::CASES,
        static_root::CASES,
        single_paths::CASES,
        locations::CASES,
        stores::CASES,
        sites::CASES,
    ]
    .iter()
    .copied()
    .flatten()
    .collect()
}

/// An earlier run, before the one whose output is the snapshot.
fn collected(project: &Project) {
    run(project, COLLECT, "text").success();
}

/// Runs staticc in the project, with a cache of its own.
fn run<'p>(project: &'p Project, arguments: &[&str], format: &str) -> Run<'p> {
    let site = std::fs::read_to_string(project.path("site")).unwrap_or_default();
    let arguments = arguments.iter().map(|text| text.replace("{site}", &site));
    let run = project
        .verb(arguments)
        .env("XDG_CACHE_HOME", project.path("cache"));
    match format {
        "text" => run,
        _ => run.arguments(["--format", format]),
    }
}

/// What a run prints, without what differs from place to place.
pub fn output_of(case: &Case, format: &str, schemas: &Schemas) -> String {
    let project = Project::with_text_file();
    (case.make)(&project);
    let outcome = run(&project, case.arguments, format).outcome();
    let base = project.base().canonicalize().unwrap();
    let temporary_name = regex::Regex::new(r"\.staticc-\w{6}\b").unwrap();
    let release_name = regex::Regex::new(r"\b\d{8}-\d{8}T\d{6}Z-[0-9a-f]{32}\b").unwrap();
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let time = regex::Regex::new(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").unwrap();
    let clean = |text: &str| {
        let text = text.replace(base.to_str().unwrap(), "{dir}");
        let text = release_name.replace_all(&text, "{release}");
        let text = port.replace_all(&text, "127.0.0.1:8000");
        let text = match case.name {
            "nothing-wrong-releases" => time.replace_all(&text, "{time}"),
            _ => text,
        };
        temporary_name
            .replace_all(&text, "{temporary}")
            .into_owned()
    };
    let out = match format {
        "sarif" => schemas.sarif(case.name, &outcome.out),
        "json" => {
            schemas.lines(case.name, &outcome.out);
            outcome.out
        }
        _ => outcome.out,
    };
    format!(
        "exit {}\n--- out\n{}--- error\n{}",
        outcome.code,
        clean(&out),
        clean(&outcome.error)
    )
}
