//! Whether a run may go on: every step that writes passes the gate, and who
//! closes it waits for the steps that are under way. Knows no steps.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::nouns::Problem;

/// Open until somebody closes it.
#[derive(Debug, Default)]
pub struct Gate(RwLock<bool>);

/// A step under way.
pub type Passage<'a> = RwLockReadGuard<'a, bool>;

impl Gate {
    /// Begins a step, unless the gate is closed.
    pub fn pass(&self) -> Result<Passage<'_>, Problem> {
        let closed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if *closed {
            return Err(Problem::error("interrupted", "interrupted"));
        }
        Ok(closed)
    }

    /// Lets nothing more begin, and waits for what has begun.
    pub fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}
