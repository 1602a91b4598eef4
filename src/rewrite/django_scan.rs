//! Scans one text as Django does: finds its references and writes the new text, with a
//! placeholder where each fingerprint belongs. Resolves references only through
//! [`Resolver`], and does not know the other texts.

use super::django_rules::{CSS_IGNORED, DjangoRules, Rule, Template};
use super::resolve::{Placeholder, Resolution, Resolver};
use super::scanned::{AssetReference, Fault, Finding, MissingPolicy, Scanned};
use crate::model::{Asset, AssetId, Fingerprint, ReferenceKind};

/// Scans `text`, the content of `referrer`.
pub(super) fn scan(
    referrer: &Asset,
    text: &str,
    rules: &DjangoRules,
    resolver: &Resolver<'_>,
    policy: &MissingPolicy<'_>,
) -> Scanned {
    let mut walk = Walk {
        referrer,
        resolver,
        policy,
        marker: None,
        targets: Vec::new(),
        passes: Vec::new(),
        to_assets: Vec::new(),
        findings: Vec::new(),
        directories: 0,
        foreign: Vec::new(),
    };
    let mut written: Option<String> = None;
    for rule in rules.for_path(referrer.path.as_bytes()) {
        let next = walk.apply(rule, written.as_deref().unwrap_or(text));
        written = next.or(written);
    }
    Scanned {
        placeholders: walk.placeholders(written.as_deref().unwrap_or(text)),
        text: written.map(String::into_bytes),
        to_assets: walk.to_assets,
        findings: walk.findings,
        directories: walk.directories,
        foreign: walk.foreign,
    }
}

struct Walk<'a> {
    referrer: &'a Asset,
    resolver: &'a Resolver<'a>,
    policy: &'a MissingPolicy<'a>,
    /// How the placeholders of this text begin.
    marker: Option<[u8; MARKER]>,
    /// The asset of each placeholder, by its number.
    targets: Vec<AssetId>,
    /// What each rule that changed the text replaced.
    passes: Vec<Vec<Edit>>,
    to_assets: Vec<AssetReference>,
    findings: Vec<Finding>,
    directories: usize,
    foreign: Vec<usize>,
}

/// What becomes of a match.
enum MatchOutcome {
    /// The match gets this URL.
    Url(String),
    /// The URL is none of a static file. The match stays, or goes where Django deletes it.
    Skipped,
    /// The match stays as it is. The reference leads to a file that keeps its name, or to no
    /// file, where Django fails.
    Stays,
}

/// A replaced piece: where it was and where its replacement is.
struct Edit {
    old: (usize, usize),
    new: (usize, usize),
}

/// The length of the marker at the start of a placeholder. Its number follows.
const MARKER: usize = 7;

impl Walk<'_> {
    /// The text with one rule applied, if that changes it.
    fn apply(&mut self, rule: &Rule, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        let mut edits = Vec::new();
        for Match { whole, url, clause } in rule.matches(text) {
            let url = match self.convert(rule.kind, url, text, whole.range()) {
                MatchOutcome::Stays => continue,
                MatchOutcome::Skipped if !rule.deletes_skipped => continue,
                MatchOutcome::Skipped => None,
                MatchOutcome::Url(url) => Some(url),
            };
            out.push_str(&text[copied..whole.start()]);
            let start = out.len();
            if let Some(url) = url {
                let (parts, after) = match rule.template {
                    Template::Url(before, after) => ([before, "", ""], after),
                    Template::Clause(keyword, before, after) => ([keyword, clause, before], after),
                };
                out.extend(parts);
                out.push_str(&url);
                out.push_str(after);
            }
            edits.push(Edit {
                old: (whole.start(), whole.end()),
                new: (start, out.len()),
            });
            copied = whole.end();
        }
        if edits.is_empty() {
            return None;
        }
        out.push_str(&text[copied..]);
        self.passes.push(edits);
        Some(out)
    }

    fn convert(
        &mut self,
        kind: ReferenceKind,
        url: regex::Match<'_>,
        text: &str,
        range: std::ops::Range<usize>,
    ) -> MatchOutcome {
        let placeholder = self.placeholder(text);
        let resolver = self.resolver;
        let (fault, written) = match resolver.resolve(self.referrer, url.as_str(), &placeholder) {
            Resolution::Foreign => {
                let start = self.origin(url.start(), |edit| edit.old.0);
                self.foreign.push(start);
                return MatchOutcome::Skipped;
            }
            Resolution::Constant(url) => {
                self.directories += 1;
                return MatchOutcome::Url(url);
            }
            Resolution::Asset(asset, url) => {
                self.targets.push(asset);
                self.add_reference(kind, asset, &range, true);
                return MatchOutcome::Url(url);
            }
            Resolution::Kept(asset) => {
                self.add_reference(kind, asset, &range, false);
                return MatchOutcome::Stays;
            }
            Resolution::Leftover(path, url) => (Fault::Leftover(path), MatchOutcome::Url(url)),
            // An earlier rule wrote this URL. Django would look for the
            // fingerprinted name and fail, or add a second fingerprint.
            Resolution::Missing(path) if self.is_marked(&path) => return MatchOutcome::Skipped,
            Resolution::Missing(path) => (Fault::Missing(path), MatchOutcome::Stays),
            Resolution::Outside(path) => (Fault::Outside(path), MatchOutcome::Stays),
        };
        let (start, end) = self.origin_of(&range);
        self.findings.push(Finding {
            kind,
            severity: (self.policy)(self.referrer, kind, fault.path()).severity(),
            fault,
            start,
            end,
        });
        written
    }

    fn add_reference(
        &mut self,
        kind: ReferenceKind,
        target: AssetId,
        range: &std::ops::Range<usize>,
        is_rewritten: bool,
    ) {
        let (start, end) = self.origin_of(range);
        self.to_assets.push(AssetReference {
            kind,
            target,
            start,
            end,
            is_rewritten,
            is_module: kind == ReferenceKind::Js,
        });
    }

    /// The placeholder for the next target. Its marker is not in the text:
    /// it is drawn from the text's own digest.
    fn placeholder(&mut self, text: &str) -> Placeholder {
        let marker = *self.marker.get_or_insert_with(|| {
            let mut seed = blake3::hash(text.as_bytes());
            loop {
                let mut marker = [b'q'; MARKER];
                marker[1..].copy_from_slice(&seed.to_hex().as_bytes()[..MARKER - 1]);
                if memchr::memmem::find(text.as_bytes(), &marker).is_none() {
                    return marker;
                }
                seed = blake3::hash(seed.as_bytes());
            }
        });
        let mut placeholder = [b'0'; Fingerprint::LEN];
        placeholder[..MARKER].copy_from_slice(&marker);
        let mut number = self.targets.len();
        for digit in placeholder[MARKER..].iter_mut().rev() {
            *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[number % BASE];
            number /= BASE;
        }
        placeholder
    }

    /// Where the placeholders are in the finished text.
    fn placeholders(&self, text: &str) -> Vec<(usize, AssetId)> {
        let Some(marker) = &self.marker else {
            return Vec::new();
        };
        memchr::memmem::find_iter(text.as_bytes(), marker)
            .filter_map(|at| {
                let digits = text.get(at + MARKER..at + Fingerprint::LEN)?;
                let number = usize::from_str_radix(digits, 36).ok()?;
                Some((at, *self.targets.get(number)?))
            })
            .collect()
    }

    /// Whether a path has a placeholder of this text in it.
    fn is_marked(&self, path: &str) -> bool {
        let marker = self.marker.as_ref();
        marker.is_some_and(|marker| memchr::memmem::find(path.as_bytes(), marker).is_some())
    }

    /// The bytes of the original text that a match is from.
    fn origin_of(&self, range: &std::ops::Range<usize>) -> (usize, usize) {
        let start = self.origin(range.start, |edit| edit.old.0);
        (start, self.origin(range.end, |edit| edit.old.1))
    }

    /// The byte of the original text that a byte of the current one is from;
    /// `inside` decides within a replaced piece.
    fn origin(&self, at: usize, inside: fn(&Edit) -> usize) -> usize {
        self.passes.iter().rev().fold(at, |at, edits| {
            let after = edits.partition_point(|edit| edit.new.0 <= at);
            match after.checked_sub(1).map(|index| &edits[index]) {
                None => at,
                Some(edit) if at < edit.new.1 => inside(edit),
                Some(edit) => at - edit.new.1 + edit.old.1,
            }
        })
    }
}

/// The base of a placeholder's number.
const BASE: usize = 36;

/// One match of a rule.
pub(super) struct Match<'t> {
    pub whole: regex::Match<'t>,
    /// The URL, whichever of the pattern's groups has it.
    pub url: regex::Match<'t>,
    pub clause: &'t str,
}

impl Rule {
    /// Returns the matches in a text, except those that start inside an ignored block.
    pub(super) fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let mut blocks = None;
        let needle = self.needle.as_bytes();
        let may_match = memchr::memmem::find(text.as_bytes(), needle).is_some();
        let matches = may_match.then(|| self.pattern.captures_iter(text));
        matches.into_iter().flatten().filter_map(move |captures| {
            let whole = captures.get(0)?;
            if let Some(ignored) = self.ignored {
                let blocks = blocks.get_or_insert_with(|| Blocks::find(ignored, text));
                if blocks.contain(whole.start()) {
                    return None;
                }
            }
            let mut urls = ["url", "url1", "url2"].into_iter();
            Some(Match {
                whole,
                url: urls.find_map(|group| captures.name(group))?,
                clause: captures.name("clause").map_or("", |clause| clause.as_str()),
            })
        })
    }
}

/// Blocks of a text, such as the comments and strings inside which nothing is rewritten.
pub(super) struct Blocks(Vec<(usize, usize)>);

impl Blocks {
    fn find(pattern: &regex::Regex, text: &str) -> Self {
        Self(
            pattern
                .find_iter(text)
                .map(|block| (block.start(), block.end()))
                .collect(),
        )
    }

    /// Returns the comments of a CSS text.
    pub fn css_comments(text: &str) -> Self {
        let blocks = CSS_IGNORED.find_iter(text);
        let comments = blocks.filter(|block| block.as_str().starts_with("/*"));
        Self(comments.map(|block| (block.start(), block.end())).collect())
    }

    /// Returns whether a byte is inside a block and not its first.
    pub fn contain(&self, at: usize) -> bool {
        let after = self.0.partition_point(|block| block.0 < at);
        after > 0 && at < self.0[after - 1].1
    }
}
