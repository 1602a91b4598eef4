//! Django's question before a run writes over something. Knows the wording;
//! decides only whether there is anything to ask.

use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStrExt as _;

use crate::cli;
use crate::report::console::Console;
use crate::settings::Settings;

/// Asks as Django does, where there is somebody to ask and something to
/// lose.
pub fn consents(args: &cli::CollectArgs, settings: &Settings, console: &Console) -> bool {
    let occupied =
        std::fs::read_dir(&settings.static_root).is_ok_and(|mut entries| entries.next().is_some());
    if args.noinput || !occupied || !io::stdin().is_terminal() {
        return true;
    }
    let mut question = b"\n".to_vec();
    if args.dry_run {
        question.extend_from_slice(
            b"You have activated the --dry-run option so no files will be modified.\n\n",
        );
    }
    question.extend_from_slice(
        b"You have requested to collect static files at the destination\n\
          location as specified in your settings:\n\n    ",
    );
    question.extend_from_slice(settings.static_root.as_os_str().as_bytes());
    question.extend_from_slice(if args.clear {
        b"\n\nThis will DELETE ALL FILES in this location!\n"
    } else {
        b"\n\nThis will overwrite existing files!\n"
    });
    question.extend_from_slice(
        b"Are you sure you want to do this?\n\nType 'yes' to continue, or 'no' to cancel: ",
    );
    console.ask(&question) == "yes"
}
