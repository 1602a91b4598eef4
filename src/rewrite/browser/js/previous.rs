//! What a token means for the one after it, above all whether a slash there divides.
//! Knows no text.

/// What the previous token means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Previous {
    /// A statement may begin.
    Statement,
    /// It ends an operand: an operator may follow.
    Operand,
    /// An operand must follow.
    Operator,
    /// A property name must follow.
    Dot,
    /// `if`, `for`, `while` or `with`: a statement follows the parentheses.
    ControlKeyword,
    /// `default`, which stands before a colon or after `export`.
    Default,
    /// The parameters of a function, whose body follows.
    FunctionExpression,
    FunctionDeclaration,
}

impl Previous {
    /// Returns whether `function` or `class` begins a declaration. Behind an operand it
    /// does, since a line end then ends the statement.
    pub fn lets_declare(self) -> bool {
        matches!(self, Self::Statement | Self::Default | Self::Operand)
    }
}
