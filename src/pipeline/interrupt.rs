//! Ctrl-C and SIGTERM: what is being prepared is removed, what is being put
//! in force is finished, and the exit status says which signal it was.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::report;
use crate::static_root::static_root::StaticRoot;

/// Does the work unless a signal comes, which ends the process.
pub fn unless_interrupted<T>(root: &StaticRoot, work: impl FnOnce() -> T) -> T {
    // What `nohup` or a shell had ignored stays so.
    let ignored = ignored();
    let heeded = [SIGHUP, SIGINT, SIGTERM]
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0);
    // Without a handler, a signal ends the process on the spot.
    let Ok(mut signals) = Signals::new(heeded) else {
        return work();
    };
    let handle = signals.handle();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(signal) = signals.forever().next() {
                report::console::complain(if root.give_up() {
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

/// The signals that are ignored, a bit each from the lowest on; none where
/// the kernel doesn't tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
