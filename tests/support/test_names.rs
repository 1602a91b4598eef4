//! Which tests a filter on the command line selects in the binaries that have one
//! test for each case. Knows the names of the cases, not what they do.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use super::fixtures;

/// Runs the tests whose names contain the filter. A filter that is the whole name
/// of a fixture case selects this case alone: its names begin with `case/NAME/`.
pub fn run(mut trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let cases = fixtures::cases();
    let is_case = |filter: &String| cases.iter().any(|case| fixtures::name(case) == *filter);
    if let Some(case) = arguments.filter.clone().filter(is_case) {
        arguments.filter = Some(format!("{CASE}{case}/"));
    }
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What the names of all tests of fixture cases begin with.
pub const CASE: &str = "case/";
