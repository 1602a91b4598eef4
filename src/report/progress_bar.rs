//! A progress bar on standard error. Does not know whose bytes they are.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::Progress;

/// Shows how many bytes are done.
pub struct BytesBar(ProgressBar);

impl BytesBar {
    /// Makes a bar that is shown as `show` says; without it, if standard error
    /// is a terminal. `verb` is what happens to the bytes: "Compressing".
    pub fn new(show: Option<bool>, verb: &str) -> Self {
        let bar = if show.unwrap_or_else(|| io::stderr().is_terminal()) {
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let template = format!("{verb} {{bar:30}} {{bytes}} of {{total_bytes}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for BytesBar {
    fn expect(&self, bytes: u64) {
        self.0.set_length(bytes);
        if bytes > 0 && !self.0.is_hidden() {
            self.0.enable_steady_tick(Duration::from_millis(200));
        }
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}
