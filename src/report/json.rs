//! Events as JSON, one object on each line, for programs. The keys are those of
//! [`Event`] and of [`JsonLine`]; `docs/json.md` documents them. Knows no streams.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::catalogue::section;
use super::django_messages::{self, MessageOptions};
use super::explain_text::MAX_REFERENCES;
use super::paths::relative;
use super::render::render;
use super::text::is_obeyed;
use crate::model::{Event, PrehashedBy, Problem, Treatment};

/// An event, and what the text format says of it.
#[derive(Serialize)]
struct JsonLine {
    #[serde(flatten)]
    event: Event,
    /// The problem as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<String>,
    /// Django's message, or the section of a problem code.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Django prints its message from this verbosity on.
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<u8>,
    /// How many references are not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_references: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_referrers: Option<usize>,
}

/// Returns the line of an event, without its end. Paths that are below
/// `directory` become relative to it where the text format does so too.
pub(super) fn line(mut event: Event, directory: &Path, options: MessageOptions) -> String {
    shorten_paths(&mut event, directory);
    let (more_references, more_referrers) = match &mut event {
        Event::Explanation(explanation) => (
            cut(&mut explanation.references),
            cut(&mut explanation.referrers),
        ),
        _ => (None, None),
    };
    let message = django_messages::message(&event, options);
    let verbosity = message.as_ref().map(|(verbosity, _)| *verbosity);
    let text = message.map(|(_, text)| String::from_utf8_lossy(&text).into_owned());
    let (rendered, text) = match &event {
        Event::Problem(problem) => (Some(render(problem, directory, false)), text),
        Event::CodeExplanation { code } => (None, Some(section(*code).to_owned())),
        _ => (None, text),
    };
    let line = JsonLine {
        event,
        rendered,
        text,
        verbosity,
        more_references,
        more_referrers,
    };
    // As a value first, which sorts the keys. Nothing in it can fail.
    let value = serde_json::to_value(&line).unwrap_or_default();
    escape(&value.to_string())
}

/// Escapes the characters that a terminal would obey and JSON allows.
pub(super) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if is_obeyed(character) && character != '\n' {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Returns the verbosity from which on an event is written.
pub(super) fn verbosity(event: &Event) -> u8 {
    match event {
        Event::Deleted { .. }
        | Event::Replaced { .. }
        | Event::Unmodified { .. }
        | Event::Copied { .. }
        | Event::Linked { .. }
        | Event::Conflict { .. }
        | Event::PostProcessed { .. }
        | Event::PostProcessSkipped { .. }
        | Event::CopyKept { .. }
        | Event::CopiesKept { .. }
        | Event::Pruned { .. }
        | Event::SiteProblem { .. }
        | Event::Published { .. } => 2,
        _ => 0,
    }
}

/// Cuts a list that is too long, and returns how many items are left out.
fn cut<T>(list: &mut Vec<T>) -> Option<usize> {
    let more = list.len().saturating_sub(MAX_REFERENCES);
    list.truncate(MAX_REFERENCES);
    (more > 0).then_some(more)
}

fn shorten_paths(event: &mut Event, directory: &Path) {
    let shorten = |path: &mut PathBuf| {
        let short = relative(path, directory).to_owned();
        *path = short;
    };
    let shorten_problem = |problem: &mut Problem| {
        problem.file.iter_mut().for_each(shorten);
        let related = problem.related.iter_mut();
        related.for_each(|related| shorten(&mut related.file));
    };
    match event {
        Event::Problem(problem) => shorten_problem(problem),
        Event::SettingsWritten { file } | Event::SettingsAgree { file } => shorten(file),
        Event::Explanation(explanation) => {
            shorten(&mut explanation.source);
            explanation.not_collected.iter_mut().for_each(shorten);
            if let Treatment::Prehashed(PrehashedBy::Manifest(manifest)) =
                &mut explanation.treatment
            {
                shorten(manifest);
            }
            let shadowed = explanation.shadowed.iter_mut();
            shadowed.for_each(|shadowed| shorten(&mut shadowed.source));
            let referrers = explanation.referrers.iter_mut();
            referrers.for_each(|referrer| shorten(&mut referrer.file));
            explanation.problems.iter_mut().for_each(shorten_problem);
            let entries = explanation.severities.iter_mut();
            let allows = entries.filter_map(|decision| decision.allow.as_mut());
            allows.for_each(|allow| shorten(&mut allow.file));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_means_the_same() {
        let value = serde_json::json!({"a": "b\u{1b}\u{7f}\u{9b}\u{202e}\n日本 👩\u{200d}💻"});
        let json = escape(&format!("{value:#}"));
        assert!(
            json.contains(r"b\u001b\u007f\u009b\u202e\n日本 👩"),
            "{json}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&json).unwrap(),
            value
        );
    }
}
