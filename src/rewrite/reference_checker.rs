//! Checks the references of texts that are in STATIC_ROOT: which lead to no file.
//! Finds them by the same rules as rewriting, and changes nothing.

use std::collections::HashSet;

use super::resolve::{NoLeftovers, Resolution, Resolver};
use super::rules::Rules;
use super::scan::{Match, shorten};
use crate::model::{Asset, Fingerprint, LineIndex, LogicalPath, ReferenceKind, SourceSpan};

/// How the references of a text are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceForm {
    /// The text is as its author wrote it: by Django's rules, or else as a browser does.
    Source,
    /// Rewriting has changed the text: as a browser does.
    Rewritten,
}

/// A reference that leads to no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DanglingReference {
    pub kind: ReferenceKind,
    pub span: SourceSpan,
    /// The reference as written, shortened.
    pub text: String,
    /// The path under STATIC_ROOT that it leads to.
    pub path: String,
}

/// Looks references up among all files of a STATIC_ROOT.
pub struct ReferenceChecker<'a> {
    resolver: Resolver<'a>,
    rules: &'a Rules,
}

impl<'a> ReferenceChecker<'a> {
    /// `files` are found by their own paths.
    pub fn new(files: &'a [Asset], static_url: &'a str, rules: &'a Rules) -> Self {
        let skips_protocol_relative = rules.skips_protocol_relative;
        Self {
            resolver: Resolver::new(
                files,
                static_url,
                skips_protocol_relative,
                true,
                &NoLeftovers,
            ),
            rules,
        }
    }

    /// Returns how many references a text has, and those that lead to no file.
    pub fn check(
        &self,
        file: &Asset,
        text: &str,
        form: ReferenceForm,
    ) -> (usize, Vec<DanglingReference>) {
        let mut seen = HashSet::new();
        let mut dangling = Vec::new();
        let mut lines = None;
        for rule in self.rules.for_path(file.path.as_bytes()) {
            for Match { whole, url, .. } in rule.matches(text) {
                if !seen.insert(url.start()) {
                    continue;
                }
                if let Some(path) = self.dangling_path(file, url.as_str(), form) {
                    let lines = lines.get_or_insert_with(|| LineIndex::new(text));
                    dangling.push(DanglingReference {
                        kind: rule.kind,
                        span: lines.span(whole.start(), whole.end()),
                        text: shorten(whole.as_str()),
                        path,
                    });
                }
            }
        }
        dangling.sort_by(|a, b| a.span.cmp(&b.span));
        (seen.len(), dangling)
    }

    /// Returns the paths at which a browser arrives that follows the references of a text, each
    /// with its kind. A path may lead out of STATIC_ROOT.
    pub fn arrivals(&self, file: &Asset, text: &str) -> HashSet<(ReferenceKind, LogicalPath)> {
        let rules = self.rules.for_path(file.path.as_bytes()).iter();
        let matches = rules.flat_map(|rule| {
            let urls = rule.matches(text);
            urls.map(|found| (rule.kind, found.url.as_str()))
        });
        let arrivals = matches.filter_map(|(kind, url)| {
            let path = self.resolver.arrival(file, url)?;
            Some((kind, LogicalPath::new(path)))
        });
        arrivals.collect()
    }

    /// Returns the path that a URL leads to, if no file is there.
    fn dangling_path(&self, file: &Asset, url: &str, form: ReferenceForm) -> Option<String> {
        if form == ReferenceForm::Source {
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
