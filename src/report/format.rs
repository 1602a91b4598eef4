//! The values of `--format`. Does not know what each format looks like.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    /// One JSON object on each line, for every event.
    Json,
    /// Text, with problems as GitHub's workflow commands.
    Github,
    /// One SARIF document with all problems.
    Sarif,
}
