//! Verbs that use staticc as it is installed: the wheel, and the tools that
//! call it.

mod hooks;
mod wheel;

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Build the wheel and use it in an empty virtual environment
    Wheel,
    /// Use staticc in pre-commit, a GitHub action, make and an editor
    Hooks(hooks::Args),
}

impl Verb {
    pub fn run(self) -> Result<(), String> {
        match self {
            Self::Wheel => wheel::run(),
            Self::Hooks(args) => hooks::run(&args),
        }
    }
}
