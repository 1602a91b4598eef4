//! Django's question before a run writes over files. Knows its wording, and
//! when there is nothing to ask.

use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::report::console::Console;

/// What the user agrees to.
pub struct OverwriteQuestion<'a> {
    pub static_root: &'a Path,
    pub clear: bool,
    pub dry_run: bool,
}

impl OverwriteQuestion<'_> {
    /// Asks, and returns whether the answer is yes. An empty STATIC_ROOT, or
    /// standard input that is not a terminal, needs no question.
    pub fn is_agreed(&self, console: &Console) -> bool {
        let has_files =
            std::fs::read_dir(self.static_root).is_ok_and(|mut entries| entries.next().is_some());
        if !has_files || !io::stdin().is_terminal() {
            return true;
        }
        let static_root = console.display_path(self.static_root.as_os_str().as_bytes());
        console.ask(&self.text(&static_root)) == "yes"
    }

    /// The words are those of Django's collectstatic.
    fn text(&self, static_root: &[u8]) -> Vec<u8> {
        let dry_run: &[u8] = if self.dry_run {
            b"You have activated the --dry-run option so no files will be modified.\n\n"
        } else {
            b""
        };
        let effect: &[u8] = if self.clear {
            b"This will DELETE ALL FILES in this location!\n"
        } else {
            b"This will overwrite existing files!\n"
        };
        [
            b"\n",
            dry_run,
            b"You have requested to collect static files at the destination\n\
              location as specified in your settings:\n\n    ",
            static_root,
            b"\n\n",
            effect,
            b"Are you sure you want to do this?\n\nType 'yes' to continue, or 'no' to cancel: ",
        ]
        .concat()
    }
}
