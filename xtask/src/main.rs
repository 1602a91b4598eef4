//! What needs more than Rust, which is mostly real Django, and what does
//! things to runs: the verbs of `cargo xtask`. Each sets up what it needs
//! below `target/xtask`.

mod ask;
mod bench;
mod cargo_fuzz;
mod crash;
mod crowd;
mod fuzz;
mod hooks;
mod live;
mod npm;
mod oracle;
mod parity;
mod process;
mod projects;
mod python_parity;
mod reports;
mod snapshot;
mod suites;
mod template_parity;
mod texts;
mod trees;
mod venv;
mod wheel;
mod whole;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask VERB
  oracle [CASE…]                    make fixtures/*/expected with real Django and WhiteNoise
  parity [--quick | X.Y…]           compare staticc and Django on real packages
  projects [X.Y…]                   compare four ways to collect real projects, with these versions of Django
  fuzz-parity [--seconds N] [--django X.Y] [--seed N]
                                    compare staticc and Django on random trees
  bench [--quick|--full] [--only PART]
                                    measure staticc against Django, as ratios
  fuzz [--seconds N] [TARGET…]      run the targets of fuzz/, each N seconds
  python-parity [--cases N] [--seed N]
                                    compare what staticc has of Python with Python
  template-parity [--cases N] [--seed N]
                                    compare static references in templates with the engines
  wheel                             build the package for PyPI, and use it where nothing else is
  suites [--django X.Y]             Django's and WhiteNoise's own tests, with the app staticc
  hooks [PART…]                     use staticc in pre-commit, a GitHub action, make and an editor
  crash [--every N] [--from N] [--mode MODE] [--lanes N] [--seed N]
                                    end runs, and fail them, at every system call that writes
  live [--rounds N]                 read a site while releases arrive
  crowd [--rounds N]                20 runs at once
  The last three take --in DIR: where their trees go [default: target/xtask]";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match verb.as_str() {
        "oracle" => oracle::run(&rest),
        "parity" => parity::run(&rest),
        "projects" => projects::run(&rest),
        "fuzz-parity" => fuzz::run(&rest),
        "bench" => bench::run(&rest),
        "crash" => crash::run(&rest),
        "crowd" => crowd::run(&rest),
        "hooks" => hooks::run(&rest),
        "suites" => suites::run(&rest),
        "wheel" => wheel::verb(),
        "live" => live::run(&rest),
        // Started by `live` itself.
        "live-reader" => live::read(&rest),
        "fuzz" => cargo_fuzz::run_targets(&rest),
        "template-parity" => template_parity::run(&rest),
        "python-parity" => python_parity::run(&rest),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

/// Tells the user something.
#[expect(clippy::print_stdout, reason = "the one place that prints")]
fn say(line: &str) {
    println!("{line}");
}
