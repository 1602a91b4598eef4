//! The brackets that are open, with what each belongs to. They are on a stack of their own,
//! so that nesting has no bound. Knows no text.

use super::previous::Previous;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Paren,
    Square,
    Block,
    Object,
    /// From `class` to its body. It has no bracket.
    ClassHead,
    /// The code in a template, from `${` to `}`.
    Substitution,
}

#[derive(Clone, Copy, Debug)]
struct OpenBracket {
    bracket: Bracket,
    /// What the closing bracket means for the token after it.
    after: Previous,
    /// How many `?` before it have no `:` yet.
    ternaries: u32,
}

#[derive(Debug, Default)]
pub(super) struct Brackets {
    open: Vec<OpenBracket>,
    /// How many `?` in the innermost bracket have no `:` yet.
    ternaries: u32,
}

impl Brackets {
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub fn open(&mut self, bracket: Bracket, after: Previous) {
        self.open.push(OpenBracket {
            bracket,
            after,
            ternaries: std::mem::take(&mut self.ternaries),
        });
    }

    /// Closes the innermost bracket, if it is one of these. A closing bracket without an
    /// opening one is skipped.
    pub fn close(&mut self, brackets: &[Bracket]) -> Option<(Bracket, Previous)> {
        // A class without a body.
        self.close_innermost(&[Bracket::ClassHead]);
        self.close_innermost(brackets)
    }

    /// Ends the head of a class, if this is its body. Returns what the body's end means.
    pub fn end_class_head(&mut self) -> Option<Previous> {
        let (_, after) = self.close_innermost(&[Bracket::ClassHead])?;
        Some(after)
    }

    fn close_innermost(&mut self, brackets: &[Bracket]) -> Option<(Bracket, Previous)> {
        let innermost = self.open.pop_if(|open| brackets.contains(&open.bracket))?;
        self.ternaries = innermost.ternaries;
        Some((innermost.bracket, innermost.after))
    }

    /// Returns whether these are the parentheses of `for` or another keyword before a
    /// statement.
    pub fn is_in_control_paren(&self) -> bool {
        let innermost = self.open.last();
        innermost
            .is_some_and(|open| open.bracket == Bracket::Paren && open.after == Previous::Statement)
    }

    pub fn add_ternary(&mut self) {
        self.ternaries = self.ternaries.saturating_add(1);
    }

    /// Returns what a colon means: a statement follows a label or a case, and elsewhere a
    /// value does.
    pub fn add_colon(&mut self) -> Previous {
        let innermost = self.open.last().map(|open| open.bracket);
        let is_in_block = matches!(innermost, None | Some(Bracket::Block));
        let ends_label = self.ternaries == 0 && is_in_block;
        self.ternaries = self.ternaries.saturating_sub(1);
        if ends_label {
            Previous::Statement
        } else {
            Previous::Operator
        }
    }
}
