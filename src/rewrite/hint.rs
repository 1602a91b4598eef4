//! Words what may help with a missing file: where it is, which file may be meant instead, or
//! which settings allow its absence. Knows names; reads no disk.

use super::context::Uncollected;
use crate::model::{LogicalPath, Problem, ReferenceKind};

/// Adds what may help to the problem of a missing file. `question` asks whether another file is
/// meant, and `allow` is the `[[staticc.allow]]` entry for a reference.
pub fn with_hint(
    problem: Problem,
    uncollected: Option<Uncollected>,
    question: Option<String>,
    allow: Option<&str>,
) -> Problem {
    match uncollected {
        Some(Uncollected::Ignored { source, pattern }) => problem
            .related(
                source,
                None,
                format!("is there, but ignored by '{pattern}'"),
            )
            .help("do not ignore it, or refer to another file"),
        Some(Uncollected::Leftover) => problem
            .note("STATIC_ROOT has such a file from an earlier run; no source has it any more")
            .help("bring its source back, or remove the reference"),
        None => match (question, allow) {
            (Some(question), Some(entry)) => {
                problem.help(format!("{question} Or allow it: {entry}"))
            }
            (Some(question), None) => problem.help(question),
            (None, Some(entry)) => problem.help(format!(
                "add the file, correct the reference, or allow it: {entry}"
            )),
            (None, None) => problem,
        },
    }
}

/// Returns the `[[staticc.allow]]` entry for missing references of this kind in this file. With
/// a target, the entry is for that alone.
pub fn allow_entry(referrer: &LogicalPath, target: Option<&str>, kind: ReferenceKind) -> String {
    let target_entry = target.map(|target| format!("target = {}, ", glob_of(target.as_bytes())));
    format!(
        "[[staticc.allow]] with path = {}, {}kind = \"{}\" and level = \"ignore\"",
        glob_of(referrer.as_bytes()),
        target_entry.unwrap_or_default(),
        kind.as_str()
    )
}

/// Returns the glob for a path. A byte that is not UTF-8 is any byte, as TOML cannot hold it.
fn glob_of(path: &[u8]) -> toml::Value {
    let mut glob = String::new();
    for chunk in path.utf8_chunks() {
        glob.push_str(&globset::escape(chunk.valid()));
        glob.push_str(&"?".repeat(chunk.invalid().len()));
    }
    glob.into()
}
