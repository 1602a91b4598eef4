//! Checks the references of texts that are in STATIC_ROOT: which lead to no file.
//! Finds them by the same rules as rewriting, and changes nothing.

use std::collections::HashSet;
use std::path::Path;

use super::browser::found_reference::Syntax;
use super::resolve::{NoLeftovers, Resolution, Resolver};
use super::rules::{Rules, TextReference, severity_of_missing};
use super::scanned::shorten;
use crate::model::{
    Asset, Fingerprint, LineIndex, LogicalPath, ReferenceKind, ReferenceRules, ReportLevel,
    Severity, SourceSpan, readable,
};

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
    /// `None` by Django's rules.
    syntax: Option<Syntax>,
}

impl DanglingReference {
    /// Returns the severity of the reference, where the settings want a level for its kind.
    pub fn severity(&self, level: ReportLevel) -> Option<Severity> {
        let severity = level.severity()?;
        Some(match self.syntax {
            Some(syntax) => severity_of_missing(severity, syntax, Path::new(&self.path)),
            None => severity,
        })
    }
}

/// Looks references up among all files of a STATIC_ROOT.
pub struct ReferenceChecker<'a> {
    pub(super) resolver: Resolver<'a>,
    rules: &'a Rules,
}

impl<'a> ReferenceChecker<'a> {
    /// `files` are found by their own paths.
    pub fn new(files: &'a [Asset], static_url: &'a str, rules: &'a Rules) -> Self {
        let skips_protocol_relative = rules.skips_protocol_relative();
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
        text: &[u8],
        form: ReferenceForm,
    ) -> (usize, Vec<DanglingReference>) {
        let shown = readable(text);
        let references = self.references(file, text, &shown);
        let mut lines = None;
        let mut dangling = Vec::new();
        for reference in &references {
            let TextReference {
                kind,
                span,
                url,
                syntax,
            } = reference;
            if let Some(path) = self.dangling_path(file, url, form) {
                let lines = lines.get_or_insert_with(|| LineIndex::new(&shown));
                dangling.push(DanglingReference {
                    kind: *kind,
                    span: lines.span(span.start, span.end),
                    text: shorten(&shown[span.clone()]),
                    path: String::from_utf8_lossy(&path).into_owned(),
                    syntax: *syntax,
                });
            }
        }
        (references.len(), dangling)
    }

    /// Returns the paths at which a browser arrives that follows the references of a text, each
    /// with its kind. A path may lead out of STATIC_ROOT.
    pub fn arrivals(&self, file: &Asset, text: &[u8]) -> HashSet<(ReferenceKind, LogicalPath)> {
        let shown = readable(text);
        let references = self.references(file, text, &shown);
        let arrivals = references.into_iter().filter_map(|reference| {
            let path = match self.rules.are_of() {
                ReferenceRules::Browser => self.resolver.url_arrival(file, &reference.url)?,
                ReferenceRules::Django => {
                    let url = std::str::from_utf8(&reference.url).ok()?;
                    self.resolver.arrival(file, url)?
                }
            };
            Some((reference.kind, LogicalPath::new(path)))
        });
        arrivals.collect()
    }

    /// Returns the references of a text. Django reads it as UTF-8, here `shown`.
    fn references<'t>(
        &self,
        file: &Asset,
        text: &'t [u8],
        shown: &'t str,
    ) -> Vec<TextReference<'t>> {
        let source = match self.rules.are_of() {
            ReferenceRules::Django => shown.as_bytes(),
            ReferenceRules::Browser => text,
        };
        self.rules.references(&file.path, source)
    }

    /// Returns the path that a URL leads to, if no file is there.
    fn dangling_path(&self, file: &Asset, url: &[u8], form: ReferenceForm) -> Option<Vec<u8>> {
        if self.rules.are_of() == ReferenceRules::Browser {
            return self.resolver.dangling_path(file, url);
        }
        let url = std::str::from_utf8(url).ok()?;
        if form == ReferenceForm::Source {
            let placeholder = [b'0'; Fingerprint::LEN];
            match self.resolver.resolve(file, url, &placeholder) {
                Resolution::Missing(_) | Resolution::Outside(_) => {}
                _ => return None,
            }
        }
        self.resolver.followed(file, url)
    }
}
