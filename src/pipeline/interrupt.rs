//! Handles Ctrl-C, SIGTERM and SIGHUP: temporary files are removed, a commit
//! that has begun is finished, and the exit status names the signal.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::report;
use crate::static_root::root::StaticRoot;

/// Does the work. A signal ends the process.
pub fn unless_interrupted<T>(root: &StaticRoot, work: impl FnOnce() -> T) -> T {
    // A signal that `nohup` or the shell ignores stays ignored.
    let mask = ignored_signals();
    let handled = [SIGHUP, SIGINT, SIGTERM]
        .into_iter()
        .filter(|signal| mask & (1 << (signal - 1)) == 0);
    // Without a handler, a signal ends the process at once.
    let Ok(mut signals) = Signals::new(handled) else {
        return work();
    };
    let handle = signals.handle();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(signal) = signals.forever().next() {
                report::streams::eprint(if root.cancel() {
                    "interrupted; STATIC_ROOT is whole\n"
                } else {
                    "interrupted; STATIC_ROOT is whole, the next run removes temporary files\n"
                });
                std::process::exit(128 + signal);
            }
        });
        let result = work();
        handle.close();
        result
    })
}

/// Returns the ignored signals as a bit mask, the lowest bit for signal 1; 0
/// where there is no /proc.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
