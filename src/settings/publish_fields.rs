//! Reads the table `[staticc.publish]`. Does not know how settings depend on each other.

use std::time::Duration;

use super::choices::{OBJECT_ACLS, OBJECT_ENCODINGS};
use super::fields;
use super::publish::{DEFAULT_CACHE_CONTROL, DEFAULT_JOBS, DEFAULT_KEEP, PublishSettings};
use super::reader::Section;
use crate::model::{Problem, Retention};
use crate::store::url::{Endpoint, StoreKind, StoreUrl};

pub fn publish(table: &Section<'_>) -> PublishSettings {
    let store = parsed(table, "store", StoreUrl::parse);
    PublishSettings {
        endpoint: endpoint(table, "endpoint", store.as_ref()),
        store,
        encoding: table.word("encoding", &OBJECT_ENCODINGS),
        copies: table.boolean("copies").unwrap_or_default(),
        cache_control: cache_control(table),
        acl: table.word("acl", &OBJECT_ACLS),
        exclude: fields::globs(table, "exclude"),
        jobs: table.integer("jobs").unwrap_or(DEFAULT_JOBS),
        retention: Retention {
            keep: table.integer("keep").unwrap_or(DEFAULT_KEEP) as usize,
            older_than: older_than(table),
        },
    }
}

/// Returns the address of the server of a store. Only a store that speaks S3 has one.
pub fn endpoint(table: &Section<'_>, key: &str, store: Option<&StoreUrl>) -> Option<Endpoint> {
    let is_other = |store: &StoreUrl| store.kind != StoreKind::S3;
    if let Some((_, span)) = table.placed_text(key)
        && store.is_some_and(is_other)
    {
        let wanted = "left out: only s3:// has an endpoint in the settings";
        table.refuse(key, span, wanted);
    }
    parsed(table, key, Endpoint::parse)
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

/// Returns a time that humans write.
fn older_than(table: &Section<'_>) -> Option<Duration> {
    let key = "older_than";
    let (text, span) = table.placed_text(key)?;
    let age = humantime::parse_duration(text).ok();
    if age.is_none() {
        table.refuse(key, span, "an age such as \"30d\" or \"12h\"");
    }
    age
}
