//! The ways of telling a run. What each one looks like is its own file's
//! affair.

/// How events and problems are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
    /// For people, and problems as GitHub's workflow commands.
    Github,
    /// One SARIF document of all problems.
    Sarif,
}
