//! `cargo xtask hooks`: what this repository has for the tools in which
//! staticc is used (pre-commit, GitHub's and GitLab's CI, make, editors), used
//! as people use it. Each is shown a project with a broken reference and must
//! say where it is; then the same project without.

mod action;
mod editor;
mod makefile;
mod precommit;
mod project;
mod runner;
mod schema;

use std::path::PathBuf;
use std::time::Instant;

use crate::process::{staticc, workshop};
use crate::venv;

/// From PyPI: pre-commit, which brings a reader of YAML, and the schemas of
/// what GitHub and GitLab read.
const PROGRAMS: [&str; 2] = ["pre-commit==4.7.0", "check-jsonschema==0.39.0"];

/// What every part of the verb has at hand.
struct Tools {
    /// Where all of it goes.
    place: PathBuf,
    /// The directory of [`PROGRAMS`].
    programs: PathBuf,
    /// staticc.
    binary: PathBuf,
}

/// Holds one part against what it must do.
type Check = fn(&Tools) -> Result<(), String>;

/// Each, and whether it is among all: `try-repo` builds staticc anew each time.
const PARTS: [(&str, Check, bool); 6] = [
    ("schemas", schema::check, true),
    ("make", makefile::check, true),
    ("editor", editor::check, true),
    ("action", action::check, true),
    ("pre-commit", precommit::check, true),
    ("try-repo", precommit::try_repo, false),
];

/// The verb: these parts, or all.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let known = |argument: &&String| PARTS.iter().any(|(name, ..)| name == argument);
    if let Some(other) = arguments.iter().find(|argument| !known(argument)) {
        let names = PARTS.map(|(name, ..)| name).join(", ");
        return Err(format!("{other} is none of {names}"));
    }
    let tools = Tools {
        place: workshop().join("hooks"),
        programs: venv::programs("hooks", &PROGRAMS)?,
        binary: staticc()?,
    };
    for (name, check, usual) in PARTS {
        let asked = arguments.iter().any(|argument| argument == name);
        if asked || (usual && arguments.is_empty()) {
            let since = Instant::now();
            check(&tools).map_err(|error| format!("{name}: {error}"))?;
            let seconds = since.elapsed().as_secs_f32();
            crate::say(&format!("{name}: as it should be ({seconds:.1} s)"));
        }
    }
    Ok(())
}

/// That something happened as it must.
fn expect(holds: bool, what: &str, told: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("{what}; it told:\n{told}"))
    }
}
