//! Which tests a filter on the command line selects in the binaries that have one
//! test for each case. Knows the names of the cases, not what they do.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use super::fixtures;

/// What the names of all tests of fixture cases begin with.
pub const CASE: &str = "case/";

/// Runs the tests that the command line selects.
pub fn run(mut trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.filter = arguments.filter.as_deref().map(selection);
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The text that the names of the selected tests contain. The whole name of a fixture
/// case selects this case alone, and none whose name only contains it.
pub fn selection(filter: &str) -> String {
    let cases = fixtures::cases();
    if cases.iter().any(|case| fixtures::name(case) == filter) {
        format!("{CASE}{filter}/")
    } else {
        filter.to_owned()
    }
}
