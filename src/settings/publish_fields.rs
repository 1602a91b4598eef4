//! Reads the table `[staticc.publish]`. Does not know how settings depend on each other.

use super::choices::{OBJECT_ACLS, OBJECT_ENCODINGS};
use super::fields;
use super::publish::{DEFAULT_CACHE_CONTROL, DEFAULT_JOBS, PublishSettings};
use super::reader::Section;
use crate::model::Problem;
use crate::store::url::{Endpoint, StoreUrl};

pub fn publish(table: &Section<'_>) -> PublishSettings {
    PublishSettings {
        store: parsed(table, "store", StoreUrl::parse),
        endpoint: parsed(table, "endpoint", Endpoint::parse),
        encoding: table.word("encoding", &OBJECT_ENCODINGS),
        copies: table.boolean("copies").unwrap_or_default(),
        cache_control: cache_control(table),
        acl: table.word("acl", &OBJECT_ACLS),
        exclude: fields::globs(table, "exclude"),
        jobs: table.integer("jobs").unwrap_or(DEFAULT_JOBS),
    }
}

/// Returns the value of a URL. A problem has the line of the key, but does not show the text: it
/// may contain a password.
pub fn parsed<T>(
    table: &Section<'_>,
    key: &str,
    parse: impl Fn(&str) -> Result<T, Problem>,
) -> Option<T> {
    let (text, span) = table.placed_text(key)?;
    match parse(text) {
        Ok(value) => Some(value),
        Err(problem) => {
            table
                .problems
                .add_with(problem, |problem| span.mark_unseen(problem));
            None
        }
    }
}

/// Returns a value that can be a header.
fn cache_control(table: &Section<'_>) -> String {
    let key = "cache_control";
    let text = table.text(key).unwrap_or(DEFAULT_CACHE_CONTROL);
    let is_header = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.is_empty();
    if let (false, Some((_, span))) = (is_header, table.placed_text(key)) {
        table.refuse(key, span, "a header such as \"public, max-age=60\"");
    }
    text.to_owned()
}
