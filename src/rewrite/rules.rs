//! By whose rules references are found: those of a Django version, or those of browsers. Both
//! answer with the same references. Knows neither assets nor what becomes of a reference.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use super::browser::finder;
use super::browser::found_reference::{FoundReference, Language, Syntax};
use super::django_rules::DjangoRules;
use super::django_scan::Match;
use crate::model::{DjangoVersion, LogicalPath, ReferenceKind, ReferenceRules, Severity};

pub enum Rules {
    Django(DjangoRules),
    Browser,
}

/// A reference in a text.
pub(super) struct TextReference<'t> {
    pub kind: ReferenceKind,
    /// The bytes of the text that a message shows.
    pub span: Range<usize>,
    /// The URL without the escapes of its syntax.
    pub url: Cow<'t, [u8]>,
    /// `None` by Django's rules.
    pub syntax: Option<Syntax>,
}

impl Rules {
    /// Returns the rules of the settings.
    pub fn new(references: ReferenceRules, django: DjangoVersion, js_aggregation: bool) -> Self {
        match references {
            ReferenceRules::Django => Self::django(django, js_aggregation),
            ReferenceRules::Browser => Self::Browser,
        }
    }

    /// Returns the rules of a Django version, with `support_js_module_import_aggregation`.
    pub fn django(version: DjangoVersion, js_aggregation: bool) -> Self {
        Self::Django(DjangoRules::new(version, js_aggregation))
    }

    pub fn are_of(&self) -> ReferenceRules {
        match self {
            Self::Django(_) => ReferenceRules::Django,
            Self::Browser => ReferenceRules::Browser,
        }
    }

    /// Returns whether references are looked for in files of this name.
    pub fn scan(&self, path: &LogicalPath) -> bool {
        match self {
            Self::Django(_) => path.is_adjustable(),
            Self::Browser => Language::of(path).is_some(),
        }
    }

    /// Returns the kinds of references that are looked for in a file.
    pub fn kinds(&self, path: &LogicalPath) -> BTreeSet<ReferenceKind> {
        use ReferenceKind::{Css, Js, SourceMap, Webmanifest};
        let kinds: &[ReferenceKind] = match self {
            Self::Django(rules) => {
                let of_path = rules.for_path(path.as_bytes()).iter();
                return of_path.map(|rule| rule.kind).collect();
            }
            Self::Browser => match Language::of(path) {
                Some(Language::Css) => &[Css, SourceMap],
                Some(Language::JavaScript) => &[Js, SourceMap],
                Some(Language::Webmanifest) => &[Webmanifest],
                None => &[],
            },
        };
        kinds.iter().copied().collect()
    }

    /// Whether Django leaves `//host/path` alone.
    pub(super) fn skips_protocol_relative(&self) -> bool {
        match self {
            Self::Django(rules) => rules.skips_protocol_relative,
            Self::Browser => true,
        }
    }

    /// Returns the references of a text as it stands, in its order. Of a URL that two rules match,
    /// the first rule counts. Names without a path, which only an import map explains, are none.
    pub(super) fn references<'t>(
        &self,
        path: &LogicalPath,
        text: &'t [u8],
    ) -> Vec<TextReference<'t>> {
        match self {
            Self::Django(rules) => django_references(rules, path, text),
            Self::Browser => browser_references(path, text)
                .into_iter()
                .map(|found| TextReference {
                    kind: kind_of(found.syntax),
                    span: shown_span(text, &found),
                    url: found.specifier,
                    syntax: Some(found.syntax),
                })
                .collect(),
        }
    }
}

fn django_references<'t>(
    rules: &DjangoRules,
    path: &LogicalPath,
    text: &'t [u8],
) -> Vec<TextReference<'t>> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Vec::new();
    };
    let mut starts = std::collections::HashSet::new();
    let mut references = Vec::new();
    for rule in rules.for_path(path.as_bytes()) {
        for Match { whole, url, .. } in rule.matches(text) {
            if starts.insert(url.start()) {
                references.push(TextReference {
                    kind: rule.kind,
                    span: whole.range(),
                    url: Cow::Borrowed(url.as_str().as_bytes()),
                    syntax: None,
                });
            }
        }
    }
    references.sort_by_key(|reference| reference.span.start);
    references
}

/// Returns what a browser follows in a text, bare names left out.
pub(super) fn browser_references<'t>(
    path: &LogicalPath,
    text: &'t [u8],
) -> Vec<FoundReference<'t>> {
    let Some(language) = Language::of(path) else {
        return Vec::new();
    };
    let mut found = finder::references(language, text);
    found.retain(|reference| !reference.is_bare());
    found
}

/// Returns the kind as users write it in settings.
pub(super) fn kind_of(syntax: Syntax) -> ReferenceKind {
    match syntax {
        Syntax::CssUrl | Syntax::CssImport | Syntax::ImageSet | Syntax::CustomProperty => {
            ReferenceKind::Css
        }
        Syntax::SourceMap => ReferenceKind::SourceMap,
        Syntax::StaticImport
        | Syntax::ExportFrom
        | Syntax::DynamicImport
        | Syntax::ImportMetaResolve
        | Syntax::NewUrl => ReferenceKind::Js,
        Syntax::WebmanifestMember => ReferenceKind::Webmanifest,
    }
}

/// Returns the severity of a reference to a file that is missing at a path. `severity` is what the
/// settings want.
pub(super) fn severity_of_missing(severity: Severity, syntax: Syntax, path: &Path) -> Severity {
    match severity {
        // It is relative to the style sheet that uses the property.
        Severity::Error if syntax == Syntax::CustomProperty => Severity::Warning,
        // Sources for a bundler name modules without an extension; browsers never load them.
        Severity::Warning if kind_of(syntax) == ReferenceKind::Js && path.extension().is_none() => {
            Severity::Note
        }
        _ => severity,
    }
}

/// Returns the span with the quotation marks around it.
pub(super) fn shown_span(text: &[u8], found: &FoundReference<'_>) -> Range<usize> {
    let Range { start, end } = found.span;
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let before = start.checked_sub(1).and_then(|before| text.get(before));
    if is_quote(before) && before == text.get(end) {
        start - 1..end + 1
    } else {
        start..end
    }
}
