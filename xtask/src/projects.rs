//! `cargo xtask projects`: real projects, collected by Django, by settings
//! that `init` wrote, live, and with the app "staticc" in INSTALLED_APPS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{checkout, run as run_to_end, script, workshop};
use crate::{reports, venv, wheel};

/// A Django, and the Pythons that it is tried on: the first that is there.
struct Pair {
    django: &'static str,
    pythons: &'static [&'static str],
}

/// The oldest and the newest Python that each may meet, between them.
const PAIRS: [Pair; 4] = [
    Pair {
        django: "4.2",
        pythons: &["3.9", "3.11"],
    },
    Pair {
        django: "5.2",
        pythons: &["3.11", "3.12"],
    },
    Pair {
        django: "6.0",
        pythons: &["3.12"],
    },
    Pair {
        django: "6.1",
        pythons: &["3.13"],
    },
];

/// What the projects use; the newest of each that runs on that Python and
/// Django. WhiteNoise as everywhere here, but for Pythons too old for it.
const PACKAGES: [&str; 9] = [
    "whitenoise>=6.11,<6.13",
    "Brotli==1.2.*",
    "djangorestframework",
    "django-debug-toolbar",
    "django-crispy-forms",
    "django-import-export",
    "django-compressor",
    "django-environ",
    "python-decouple",
];

/// Ours, installed as those who work on them do: one a build backend.
const EDITABLE: [&str; 2] = ["acme-widgets", "acme-icons"];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| PAIRS.iter().all(|pair| pair.django != *argument))
    {
        return Err(format!("no projects for Django {unknown}"));
    }
    let wanted =
        |pair: &&Pair| arguments.is_empty() || arguments.iter().any(|it| it == pair.django);
    let pairs: Vec<&Pair> = PAIRS.iter().filter(wanted).collect();
    let wheel = wheel::build()?;
    let work = workshop().join("projects");
    let report = |pair: &Pair| work.join(format!("report-{}.json", pair.django));
    // Two at a time: Python works on one core for the most part.
    for two in pairs.chunks(2) {
        let mut children = Vec::new();
        for pair in two {
            let python = environment(pair, &work)?;
            wheel::install(&python, &wheel)?;
            let child = Command::new(&python)
                .arg(script("projects.py"))
                .arg(pair.django)
                .args([&python.with_file_name("staticc"), &work])
                .arg(report(pair))
                .spawn()
                .map_err(|error| error.to_string())?;
            children.push((pair.django, child));
        }
        for (django, mut child) in children {
            if !child.wait().is_ok_and(|status| status.success()) {
                return Err(format!("the projects of Django {django} broke off"));
            }
        }
    }
    let reports: Vec<PathBuf> = pairs.iter().map(|pair| report(pair)).collect();
    reports::conclude(&reports::read(&reports)?)
}

/// The Python of a pair, with all packages.
fn environment(pair: &Pair, work: &Path) -> Result<PathBuf, String> {
    // A copy for each: installing leaves its own files in there.
    let packages = work.join("packages").join(pair.django);
    if !packages.exists() {
        fs::create_dir_all(work.join("packages")).map_err(|error| error.to_string())?;
        run_to_end(
            Command::new("cp")
                .arg("-R")
                .arg(checkout().join("xtask/projects/packages"))
                .arg(&packages),
        )?;
    }
    let mut wanted = vec![format!("Django~={}.0", pair.django)];
    wanted.extend(PACKAGES.iter().map(ToString::to_string));
    for name in EDITABLE {
        wanted.extend(["-e".to_owned(), packages.join(name).display().to_string()]);
    }
    let mut there = pair.pythons.iter();
    let version = there
        .find(|version| venv::interpreter(version).is_ok())
        .ok_or_else(|| format!("no Python {} found", pair.pythons.join(" or ")))?;
    let name = format!("projects-{}", pair.django);
    venv::environment(&name, version, &wanted, &[])
}
