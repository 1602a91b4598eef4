//! References in texts that are in STATIC_ROOT already: which lead nowhere.
//! Finds them by the same rules as rewriting, and changes nothing.

use std::collections::HashSet;

use super::resolve::{NoLeftovers, Resolution, Resolver};
use super::rules::Rules;
use super::scan::{Match, shorten};
use crate::model::{Asset, Fingerprint, LineIndex, ReferenceKind, SourceSpan};

/// How the references of a text are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As somebody wrote them: by Django's rules, or as a browser does.
    Written,
    /// As rewriting left them: as a browser does.
    Served,
}

/// A reference that leads to no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dangling {
    /// What it is.
    pub kind: ReferenceKind,
    /// Where it stands.
    pub place: SourceSpan,
    /// What stands there, shortened.
    pub text: String,
    /// Where it leads, under STATIC_ROOT.
    pub path: String,
}

/// All files of a STATIC_ROOT, to look references up in.
pub struct Checker<'a> {
    resolver: Resolver<'a>,
    rules: &'a Rules,
}

impl<'a> Checker<'a> {
    /// Of these files, by their own paths.
    pub fn new(files: &'a [Asset], static_url: &'a str, rules: &'a Rules) -> Self {
        let foreign = rules.skips_protocol_relative;
        Self {
            resolver: Resolver::new(files, static_url, foreign, true, &NoLeftovers),
            rules,
        }
    }

    /// How many references a text has, and those that lead nowhere.
    pub fn check(&self, file: &Asset, text: &str, reading: Reading) -> (usize, Vec<Dangling>) {
        let mut seen = HashSet::new();
        let mut dangling = Vec::new();
        let mut lines = None;
        for rule in self.rules.for_path(file.path.as_bytes()) {
            for Match { whole, url, .. } in rule.matches(text) {
                if !seen.insert(url.start()) {
                    continue;
                }
                if let Some(path) = self.leads_nowhere(file, url.as_str(), reading) {
                    let lines = lines.get_or_insert_with(|| LineIndex::new(text));
                    dangling.push(Dangling {
                        kind: rule.kind,
                        place: lines.span(whole.start(), whole.end()),
                        text: shorten(whole.as_str()),
                        path,
                    });
                }
            }
        }
        dangling.sort_by(|a, b| a.place.cmp(&b.place));
        (seen.len(), dangling)
    }

    /// Where a URL leads, if nothing is there.
    fn leads_nowhere(&self, file: &Asset, url: &str, reading: Reading) -> Option<String> {
        if reading == Reading::Written {
            let placeholder = [b'0'; Fingerprint::LEN];
            match self.resolver.resolve(file, url, &placeholder) {
                Resolution::Missing(_) | Resolution::Outside(_) => {}
                _ => return None,
            }
        }
        let path = self.resolver.followed(file, url)?;
        Some(String::from_utf8_lossy(&path).into_owned())
    }
}
