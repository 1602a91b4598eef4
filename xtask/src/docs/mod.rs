//! Verbs that make parts of the documentation.

mod picture;

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Make the README's picture of a terminal
    Picture(picture::Args),
}

impl Verb {
    pub fn run(self) -> Result<(), String> {
        match self {
            Self::Picture(args) => picture::run(&args),
        }
    }
}
