//! What is known of the statement that a search is in: a rule or a declaration. Knows
//! neither what follows nor the brackets around it.

use super::import_phase::{ImportPhase, RuleEnd};
use super::tokens::{AtRule, CssFunction, CssToken};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    /// Nothing but space so far.
    Empty,
    /// A name with `--` at the start, which a colon makes a custom property.
    CustomName,
    CustomProperty,
    AtRule(AtRule),
    /// An `@import` that counts. Its URL is the first thing that follows.
    ImportBeforeUrl,
    ImportWithUrl,
    /// A declaration or the selector of a rule. Its end tells.
    DeclarationOrSelector,
}

impl StatementKind {
    pub fn is_at_rule(self) -> bool {
        matches!(
            self,
            Self::AtRule(_) | Self::ImportBeforeUrl | Self::ImportWithUrl
        )
    }
}

/// The statement at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct CssStatement {
    pub kind: StatementKind,
    /// How many references were found before it.
    pub found_before: usize,
    /// Whether a token in it makes a declaration invalid.
    is_malformed: bool,
}

impl CssStatement {
    pub fn new(found_before: usize) -> Self {
        Self {
            kind: StatementKind::Empty,
            found_before,
            is_malformed: false,
        }
    }

    /// Adds a token that is no space. It may decide what kind of statement this is.
    pub fn add(&mut self, token: CssToken, is_top_level: bool, phase: ImportPhase) {
        use StatementKind::{
            CustomName, CustomProperty, DeclarationOrSelector, Empty, ImportBeforeUrl,
        };
        self.is_malformed |= matches!(token, CssToken::Malformed | CssToken::Close(_));
        let may_import = is_top_level && phase != ImportPhase::Over;
        self.kind = match (self.kind, token) {
            (Empty, CssToken::AtKeyword(AtRule::Import)) if may_import => ImportBeforeUrl,
            (Empty, CssToken::AtKeyword(rule)) => StatementKind::AtRule(rule),
            (Empty, CssToken::CustomName) if !is_top_level => CustomName,
            (CustomName, CssToken::Colon) => CustomProperty,
            (Empty | CustomName, _) => DeclarationOrSelector,
            (
                ImportBeforeUrl,
                CssToken::Text | CssToken::UnquotedUrl | CssToken::Open(_, CssFunction::Url),
            ) => ImportBeforeUrl,
            (ImportBeforeUrl, _) => StatementKind::AtRule(AtRule::Import),
            (same, _) => same,
        };
    }

    /// Returns whether the references in it do not count after all: it was a selector,
    /// an import with a block, or a declaration with a malformed value.
    pub fn is_invalid(&self, end: RuleEnd) -> bool {
        match self.kind {
            StatementKind::ImportWithUrl => end == RuleEnd::Block,
            _ => end == RuleEnd::Block || self.is_malformed,
        }
    }

    /// Returns the phase after it, at the top level.
    pub fn next_phase(&self, phase: ImportPhase, end: RuleEnd) -> ImportPhase {
        match (self.kind, end) {
            (StatementKind::ImportWithUrl, RuleEnd::Statement) => ImportPhase::Imports,
            (StatementKind::AtRule(rule), _) => phase.after_at_rule(rule, end),
            (StatementKind::DeclarationOrSelector, RuleEnd::Block) => ImportPhase::Over,
            _ => phase,
        }
    }
}
