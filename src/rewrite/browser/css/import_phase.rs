//! Decides which `@import` rules come too late, as Chromium does. Knows rules only by
//! what they mean for imports.

use super::tokens::AtRule;

/// How far a style sheet has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImportPhase {
    /// Before the first import. `@layer` statements may stand here.
    Leading,
    /// Nothing but imports is allowed between imports.
    Imports,
    /// An import that follows does not count.
    Over,
}

/// How a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleEnd {
    /// With a semicolon, or with the text.
    Statement,
    Block,
}

impl ImportPhase {
    /// Returns the phase after an at-rule that is no import. A rule that browsers skip
    /// changes nothing.
    pub fn after_at_rule(self, rule: AtRule, end: RuleEnd) -> Self {
        match (rule, end) {
            (AtRule::Layer, RuleEnd::Statement) if self == Self::Leading => self,
            (AtRule::Layer, _)
            | (AtRule::WithBlock, RuleEnd::Block)
            | (AtRule::Namespace, RuleEnd::Statement) => Self::Over,
            _ => self,
        }
    }
}
