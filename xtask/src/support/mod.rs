//! What several verbs need: paths, processes, virtual environments, trees of
//! files. Does not know the verbs.

pub mod cargo_install;
pub mod directory_tree;
pub mod integrity;
pub mod npm;
pub mod paths;
pub mod process;
pub mod random;
pub mod releases;
pub mod reports;
pub mod scripts;
pub mod staticc;
pub mod venv;
pub mod wheel;

#[expect(clippy::print_stdout, reason = "the one place that prints")]
pub fn print_line(line: &str) {
    println!("{line}");
}
