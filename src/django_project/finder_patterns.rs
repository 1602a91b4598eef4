//! Carries over to a settings file what custom finders do to the ignore patterns. Django passes one
//! list to all finders, which they may change; a settings file has the same patterns for all.

use toml::{Table, Value};

use super::answers::Answers;
use crate::model::{Code, Problem};
use crate::pystd::posixpath::normpath;
use crate::settings::choices::DEFAULT_IGNORE_PATTERNS;
use crate::settings::project_settings::ProjectSettings;
use crate::settings::{Finder, OtherFinder};

/// Puts the patterns into the settings that apply to all of Django's finders.
pub fn carry_over(settings: &mut ProjectSettings, answers: &Answers) {
    let defaults = default_patterns(answers);
    let before: Vec<&OtherFinder> = settings.finders.iter().map_while(custom).collect();
    let mut changed = before.iter().rev();
    let Some(patterns) = changed.find_map(|finder| finder.ignore_patterns.as_ref()) else {
        return;
    };
    if before.len() == settings.finders.len() {
        return; // The settings file has no finder.
    }
    let change = PatternChange::between(&defaults, patterns);
    let staticc = settings.values.entry("staticc");
    let Value::Table(staticc) = staticc.or_insert_with(|| Table::new().into()) else {
        return;
    };
    if !change.added.is_empty() {
        let ignored = staticc.entry("ignore_patterns");
        if let Value::Array(ignored) = ignored.or_insert_with(|| Value::Array(Vec::new())) {
            let added = change.added.into_iter().map(Value::from);
            let new: Vec<Value> = added.filter(|pattern| !ignored.contains(pattern)).collect();
            ignored.extend(new);
        }
    }
    if !change.removed.is_empty() {
        let mut kept = defaults;
        kept.retain(|pattern| !change.removed.contains(pattern));
        staticc.insert("default_ignore_patterns".into(), kept.into());
    }
}

/// Returns a problem for each finder that changes the patterns between Django's finders.
pub fn inexpressible(settings: &ProjectSettings, answers: &Answers) -> Vec<Problem> {
    let finders = &settings.finders;
    let is_djangos = |finder: &Finder| custom(finder).is_none();
    let first = finders.iter().position(is_djangos).unwrap_or_default();
    let last = finders.iter().rposition(is_djangos).unwrap_or_default();
    let mut patterns = default_patterns(answers);
    let mut problems = Vec::new();
    for (index, finder) in finders.iter().enumerate() {
        let changed = custom(finder).and_then(|finder| finder.ignore_patterns.as_ref());
        let Some(changed) = changed else { continue };
        let change = PatternChange::between(&patterns, changed);
        if (first..last).contains(&index) && !change.is_empty() {
            problems.push(change.problem(finder.name()));
        }
        patterns.clone_from(changed);
    }
    problems
}

fn custom(finder: &Finder) -> Option<&OtherFinder> {
    match finder {
        Finder::Other(other) => Some(&**other),
        Finder::FileSystem | Finder::AppDirectories => None,
    }
}

/// Returns the patterns that collectstatic ignores by default, as it passes them to finders.
fn default_patterns(answers: &Answers) -> Vec<String> {
    let project = answers.ignore_patterns.as_ref();
    let patterns = project.map_or_else(
        || DEFAULT_IGNORE_PATTERNS.map(str::to_owned).to_vec(),
        |patterns| patterns.value.clone(),
    );
    patterns.iter().map(|pattern| normal(pattern)).collect()
}

fn normal(pattern: &str) -> String {
    String::from_utf8_lossy(&normpath(pattern.as_bytes())).into_owned()
}

/// The patterns that only one of two lists has.
struct PatternChange {
    added: Vec<String>,
    removed: Vec<String>,
}

impl PatternChange {
    fn between(before: &[String], after: &[String]) -> Self {
        let only = |ours: &[String], others: &[String]| {
            let mut only = Vec::new();
            for pattern in ours {
                // Django matches names with a pattern as it is, so that `css/` matches none.
                let matches_names = normal(pattern) == *pattern;
                if matches_names && !others.contains(pattern) && !only.contains(pattern) {
                    only.push(pattern.clone());
                }
            }
            only
        };
        Self {
            added: only(after, before),
            removed: only(before, after),
        }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    fn problem(&self, finder: &str) -> Problem {
        let parts = [
            ("adds", &self.added, "to"),
            ("removes", &self.removed, "from"),
        ];
        let changes = parts.iter().filter(|(_, patterns, _)| !patterns.is_empty());
        let changes: Vec<String> = changes
            .map(|(verb, patterns, to)| format!("{verb} {} {to}", patterns.join(", ")))
            .collect();
        let message = format!(
            "the finder {finder} {} the ignore patterns of later finders, which a settings file cannot do",
            changes.join(" and ")
        );
        Problem::warning(Code::CustomFinder, message)
    }
}
