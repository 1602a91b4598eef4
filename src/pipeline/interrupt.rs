//! Handles Ctrl-C, SIGTERM and SIGHUP from the beginning of a run to its end: temporary
//! files are removed, a commit that has begun is finished, a claim in a store is given up, the
//! report is closed, and the exit status names the signal.

use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::{Handle, Signals};

use crate::model::{Code, Event, Problem, Report as _};
use crate::report::console::Console;
use crate::static_root::root::StaticRoot;
use crate::store::client::Store;
use crate::store::stop::StoreStop;

/// How long a stopped run waits for whoever reads its report.
const REPORT_TIMEOUT: Duration = Duration::from_millis(200);

/// How long a stopped run may take to give up its claim in a store.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(5);

/// The thread that handles signals.
pub struct Interrupts {
    /// The STATIC_ROOT that the run writes to.
    root: Arc<OnceLock<Arc<StaticRoot>>>,
    /// The store that the run changes.
    store: Arc<OnceLock<StoreStop>>,
    /// `None` where signals cannot be handled: one of them then ends the process at once.
    thread: Option<(Handle, JoinHandle<()>)>,
}

impl Interrupts {
    /// Begins to handle signals. One of them ends the process.
    pub fn handle(console: Console) -> Self {
        let root: Arc<OnceLock<Arc<StaticRoot>>> = Arc::default();
        let store: Arc<OnceLock<StoreStop>> = Arc::default();
        // With a handler, a file above the limit of `ulimit -f` is an error of the write, and
        // not the end of the process.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        // A signal that `nohup` or the shell ignores stays ignored.
        let mask = ignored_signals();
        let handled = [SIGHUP, SIGINT, SIGTERM]
            .into_iter()
            .filter(|signal| mask & (1 << (signal - 1)) == 0);
        let thread = Signals::new(handled).ok().map(|mut signals| {
            let handle = signals.handle();
            let (root, store) = (Arc::clone(&root), Arc::clone(&store));
            let thread = thread::spawn(move || {
                if let Some(signal) = signals.forever().next() {
                    if let Some(store) = store.get() {
                        store.stop(CLAIM_TIMEOUT);
                    }
                    stop(root.get(), console, 128 + signal);
                }
            });
            (handle, thread)
        });
        Self {
            root,
            store,
            thread,
        }
    }

    /// Lets a signal cancel what the run does in this STATIC_ROOT.
    pub fn cancels(&self, root: &Arc<StaticRoot>) {
        let _ = self.root.set(Arc::clone(root));
    }

    /// Lets a signal end the requests of this store, and give up what the run has claimed there.
    pub fn stops(&self, store: &Store) {
        let _ = self.store.set(store.stop_handle());
    }

    /// Ends the handling. Does not return if a signal has come: its handler ends the process.
    pub fn end(self) {
        if let Some((handle, thread)) = self.thread {
            handle.close();
            let _ = thread.join();
        }
    }
}

/// Stops the run, and ends the process.
fn stop(root: Option<&Arc<StaticRoot>>, mut console: Console, exit_status: i32) -> ! {
    let mut problem = Problem::error(Code::Interrupted, "interrupted");
    if let Some(root) = root {
        let is_clean = root.cancel();
        problem = problem.note("STATIC_ROOT is whole");
        if !is_clean {
            problem = problem.note("the next run removes temporary files");
        }
    }
    let (sender, reported) = mpsc::channel();
    // In another thread, since nobody may read the report.
    thread::spawn(move || {
        console.event(Event::Problem(problem));
        console.finish(u8::try_from(exit_status).unwrap_or(u8::MAX));
        let _ = sender.send(());
    });
    let _ = reported.recv_timeout(REPORT_TIMEOUT);
    std::process::exit(exit_status)
}

/// Returns the ignored signals as a bit mask, the lowest bit for signal 1; 0
/// where there is no /proc.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
