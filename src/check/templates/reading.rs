//! A static reference, and what one engine reads in a text. Knows no syntax.

use std::ops::Range;

/// A static file that a template names outright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticReference {
    /// The name, as the engine hands it on.
    pub name: String,
    /// The first byte of the tag or call.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// What one engine reads in a text; all in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub references: Vec<StaticReference>,
    /// Comments and blocks in which this engine sees no tags. None is in
    /// another.
    pub hidden: Vec<Range<usize>>,
}

impl Reading {
    /// Notes a reference.
    pub fn add(&mut self, name: String, place: Range<usize>) {
        self.references.push(StaticReference {
            name,
            start: place.start,
            end: place.end,
        });
    }

    /// Whether what begins here is hidden.
    pub fn hides(&self, at: usize) -> bool {
        let after = self.hidden.partition_point(|hidden| hidden.start <= at);
        after > 0 && at < self.hidden[after - 1].end
    }
}
