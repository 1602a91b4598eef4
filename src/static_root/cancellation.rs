//! Cancels a run from another thread, such as the one that handles signals. Each step
//! that writes asks whether it may begin. The commit is one step. Knows no steps.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{Code, Problem};

#[derive(Debug, Default)]
pub struct Cancellation {
    state: Mutex<CancellationState>,
    step_ended: Condvar,
}

#[derive(Debug, Default)]
struct CancellationState {
    is_cancelled: bool,
    steps_in_flight: usize,
}

/// A step that has begun. It ends when this value is dropped.
#[derive(Debug)]
pub struct InFlight<'a>(&'a Cancellation);

impl Cancellation {
    /// Begins a step, unless the run is cancelled.
    pub fn begin_step(&self) -> Result<InFlight<'_>, Problem> {
        let mut state = self.state();
        if state.is_cancelled {
            return Err(Problem::error(Code::Interrupted, "interrupted"));
        }
        state.steps_in_flight += 1;
        Ok(InFlight(self))
    }

    /// Lets no more steps begin, and waits for those in flight. Returns whether all of
    /// them ended before the timeout.
    pub fn cancel(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        state.is_cancelled = true;
        let waited = self
            .step_ended
            .wait_timeout_while(state, timeout, |state| state.steps_in_flight > 0);
        waited.is_ok_and(|(_, result)| !result.timed_out())
    }

    fn state(&self) -> MutexGuard<'_, CancellationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.state().steps_in_flight -= 1;
        self.0.step_ended.notify_all();
    }
}
