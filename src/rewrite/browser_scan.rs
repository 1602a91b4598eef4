//! Scans one text for what a browser follows: replaces the URLs alone, and leaves a place for each
//! fingerprint. Finds assets only through [`Resolver`], and does not know the other texts.

use super::browser::escape::escape;
use super::browser::found_reference::{FoundReference, Syntax};
use super::resolve::Resolver;
use super::rules::{browser_references, kind_of, severity_of_missing, shown_span};
use super::scanned::{AssetReference, Fault, Finding, MissingPolicy, Scanned};
use super::url_resolve::{UrlParts, UrlResolution};
use crate::model::{Asset, AssetId, Fingerprint, Severity};

/// Scans `text`, the content of `referrer`.
pub(super) fn scan(
    referrer: &Asset,
    text: &[u8],
    resolver: &Resolver<'_>,
    policy: &MissingPolicy<'_>,
) -> Scanned {
    let mut scan = BrowserScan {
        referrer,
        text,
        policy,
        edits: Edits::default(),
        scanned: Scanned::default(),
    };
    for found in browser_references(&referrer.path, text) {
        match resolver.resolve_url(referrer, &found.specifier) {
            UrlResolution::Elsewhere => scan.scanned.foreign.push(found.span.start),
            UrlResolution::Directory => scan.scanned.directories += 1,
            UrlResolution::Asset(target, url) => {
                scan.add_reference(&found, target, url.as_ref(), resolver);
            }
            UrlResolution::Missing(path) => scan.add_finding(&found, Fault::Missing(path)),
            UrlResolution::Outside(path) => scan.add_finding(&found, Fault::Outside(path)),
        }
    }
    scan.finish()
}

struct BrowserScan<'a> {
    referrer: &'a Asset,
    text: &'a [u8],
    policy: &'a MissingPolicy<'a>,
    edits: Edits,
    scanned: Scanned,
}

/// The new text, as far as it is written.
#[derive(Default)]
struct Edits {
    text: Vec<u8>,
    /// How many bytes of the original text are in it.
    copied: usize,
}

impl BrowserScan<'_> {
    /// Adds a reference to an asset. `url` is the new URL, or `None` if the asset keeps its name.
    fn add_reference(
        &mut self,
        found: &FoundReference<'_>,
        target: AssetId,
        url: Option<&UrlParts>,
        resolver: &Resolver<'_>,
    ) {
        let rewrites = self.referrer.treatment.rewrites();
        let new_url = url.filter(|_| rewrites);
        if let Some(url) = new_url {
            self.edit(found, target, url);
        }
        if url.is_some() && !rewrites && !resolver.keeps_plain {
            let path = resolver.index.asset(target).path.to_text().into_owned();
            self.add_finding(found, Fault::NotKept(path));
        }
        let span = shown_span(self.text, found);
        self.scanned.to_assets.push(AssetReference {
            kind: kind_of(found.syntax),
            target,
            start: span.start,
            end: span.end,
            is_rewritten: new_url.is_some(),
            is_module: matches!(
                found.syntax,
                Syntax::StaticImport | Syntax::ExportFrom | Syntax::DynamicImport
            ),
        });
    }

    /// Replaces the URL. Its fingerprint is zeros.
    fn edit(&mut self, found: &FoundReference<'_>, target: AssetId, url: &UrlParts) {
        let text = &mut self.edits.text;
        text.extend_from_slice(&self.text[self.edits.copied..found.span.start]);
        text.extend_from_slice(&escape(found.quoting, &url.before));
        self.scanned.placeholders.push((text.len(), target));
        text.extend_from_slice(&[b'0'; Fingerprint::LEN]);
        text.extend_from_slice(&escape(found.quoting, &url.after));
        self.edits.copied = found.span.end;
    }

    fn add_finding(&mut self, found: &FoundReference<'_>, fault: Fault) {
        // Where a text stays because the settings say so, it may lead anywhere.
        if !self.referrer.treatment.follows_references() {
            return;
        }
        let span = shown_span(self.text, found);
        self.scanned.findings.push(Finding {
            kind: kind_of(found.syntax),
            severity: self.severity(found, &fault),
            fault,
            start: span.start,
            end: span.end,
        });
    }

    fn severity(&self, found: &FoundReference<'_>, fault: &Fault) -> Option<Severity> {
        let kind = kind_of(found.syntax);
        let severity = (self.policy)(self.referrer, kind, fault.path()).severity()?;
        Some(match fault {
            Fault::Missing(_) => severity_of_missing(severity, found.syntax, fault.path()),
            // Another part of the site may be there.
            Fault::Outside(_) => severity.max(Severity::Warning),
            Fault::Leftover(_) | Fault::NotKept(_) => severity,
        })
    }

    fn finish(self) -> Scanned {
        let mut scanned = self.scanned;
        if !scanned.placeholders.is_empty() {
            let mut text = self.edits.text;
            text.extend_from_slice(&self.text[self.edits.copied..]);
            scanned.text = Some(text);
        }
        scanned
    }
}
