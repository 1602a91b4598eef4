//! Whether a run may go on: every step that prepares something passes the
//! gate, and all putting in force as one; who closes it waits for what is
//! under way. Knows no steps.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{Code, Problem};

/// Open until somebody closes it.
#[derive(Debug, Default)]
pub struct Cancellation {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    inside: usize,
}

/// A step under way.
#[derive(Debug)]
pub struct InFlight<'a>(&'a Cancellation);

impl Cancellation {
    /// Begins a step, unless the gate is closed.
    pub fn pass(&self) -> Result<InFlight<'_>, Problem> {
        let mut state = self.state();
        if state.closed {
            return Err(Problem::error(Code::Interrupted, "interrupted"));
        }
        state.inside += 1;
        Ok(InFlight(self))
    }

    /// Lets nothing more begin, and waits so long for what has begun; whether
    /// it has ended.
    pub fn close(&self, patience: Duration) -> bool {
        let mut state = self.state();
        state.closed = true;
        let waited = self
            .left
            .wait_timeout_while(state, patience, |state| state.inside > 0);
        waited.is_ok_and(|(_, waited)| !waited.timed_out())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.left.notify_all();
    }
}
