//! Finds problems of the collected paths: two files with one path, paths that differ
//! only in case, names that no browser can request. Opens files only to compare two.

use std::collections::HashMap;

use crate::disk;
use crate::model::{Asset, Code, LogicalPath, Problem, ReportLevel};
use crate::sources::finder::FoundFiles;

/// Returns the level that the settings give a problem with this code at this path.
pub type PathLevels<'a> = dyn Fn(&LogicalPath, Code) -> Option<ReportLevel> + 'a;

pub fn path_problems(found: &FoundFiles, levels: &PathLevels<'_>) -> Vec<Problem> {
    let mut problems = duplicates(found, levels);
    problems.extend(collisions(&found.assets, levels));
    let names = found.assets.iter();
    problems.extend(names.filter_map(|asset| unrequestable(asset, levels)));
    problems
}

/// Gives the problem the severity of the settings. `None` if they ignore it.
pub(super) fn with_level(
    mut problem: Problem,
    path: &LogicalPath,
    levels: &PathLevels<'_>,
) -> Option<Problem> {
    if let Some(level) = levels(path, problem.code) {
        problem.severity = level.severity()?;
    }
    Some(problem)
}

/// Returns a problem for each source whose path an earlier source has.
fn duplicates(found: &FoundFiles, levels: &PathLevels<'_>) -> Vec<Problem> {
    let wanted = found.conflicts.iter().map(|conflict| &conflict.asset.key);
    let mut winners: HashMap<&LogicalPath, Option<&Asset>> =
        wanted.map(|key| (key, None)).collect();
    if winners.is_empty() {
        return Vec::new();
    }
    for asset in &found.assets {
        winners
            .entry(&asset.key)
            .and_modify(|winner| *winner = Some(asset));
    }
    let problem = |loser: &Asset| {
        let winner = (*winners.get(&loser.key)?)?;
        let (source, other) = (winner.source(), loser.source());
        let problem = if disk::same_bytes(&source, &other) {
            let message = format!("{} is here too, with the same bytes", loser.key);
            Problem::info(Code::DuplicatePath, message).help("remove one of them")
        } else {
            let message = format!("{} is here too, with other bytes", loser.key);
            Problem::warning(Code::DuplicatePath, message).help(
                "rename or remove one of them; if one is meant to replace the other, say so: \
                 [[staticc.allow]] with kind = \"duplicate-path\"",
            )
        };
        let note = "this one is collected: it is found first";
        let related = problem.in_file(other).related(source, None, note);
        with_level(related, &loser.key, levels)
    };
    let losers = found.conflicts.iter().map(|conflict| &conflict.asset);
    losers.filter_map(problem).collect()
}

/// Returns a problem for each path that differs from an earlier one only in case.
fn collisions(assets: &[Asset], levels: &PathLevels<'_>) -> Vec<Problem> {
    let mut first: HashMap<String, &Asset> = HashMap::with_capacity(assets.len());
    let mut problems = Vec::new();
    for asset in assets {
        let lower = asset.path.to_text().to_lowercase();
        let other = *first.entry(lower).or_insert(asset);
        if other.path == asset.path {
            continue;
        }
        let message = format!("{} and {} differ only in case", asset.path, other.path);
        let problem = Problem::warning(Code::CaseCollision, message)
            .in_file(asset.source())
            .related(other.source(), None, "the other one")
            .note(
                "where names are the same in either case (macOS, Windows), one replaces the other",
            )
            .help("rename one of them");
        problems.extend(with_level(problem, &asset.path, levels));
    }
    problems
}

/// Returns the problem of a name that changes when it is read as a URL.
fn unrequestable(asset: &Asset, levels: &PathLevels<'_>) -> Option<Problem> {
    let name = asset.found_path.as_bytes();
    let escape = |at: usize| {
        let digits = name.get(at + 1..at + 3);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let special = name.iter().enumerate().find(|&(at, byte)| match byte {
        b'#' | b'?' | b'\\' => true,
        b'%' => escape(at),
        _ => false,
    });
    let (what, why) = match special?.1 {
        b'#' => (
            "#",
            "what follows is a fragment, which browsers do not send",
        ),
        b'?' => ("?", "what follows is a query"),
        b'%' => ("%", "with the digits after it, it is another character"),
        _ => ("\\", "browsers and Django make a slash of it"),
    };
    let message = format!(
        "the name {} has a {what}, which URLs read otherwise",
        asset.found_path
    );
    let problem = Problem::warning(Code::UnrequestableName, message)
        .in_file(asset.source())
        .note(format!("{why}; {{% static %}} looks for another file"))
        .help("rename the file");
    with_level(problem, &asset.path, levels)
}
