//! Ends the requests of a store from another thread, and lets what must not be left half done
//! come to its end. Does not know what is sent.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio::sync::Semaphore;

/// How often a stopping thread looks whether the store is done.
const STEP: Duration = Duration::from_millis(10);

/// Stops a store. All clones stop the same one.
#[derive(Clone, Debug)]
pub struct StoreStop {
    /// Has no permits, and is closed by stopping.
    gate: Arc<Semaphore>,
    has_claim: Arc<AtomicBool>,
}

impl Default for StoreStop {
    fn default() -> Self {
        Self {
            gate: Arc::new(Semaphore::new(0)),
            has_claim: Arc::default(),
        }
    }
}

impl StoreStop {
    /// Ends all requests, and waits while the store still has a claim to give up, at most for
    /// this time.
    pub fn stop(&self, timeout: Duration) {
        self.gate.close();
        let began = Instant::now();
        while self.has_claim.load(Ordering::SeqCst) && began.elapsed() < timeout {
            thread::sleep(STEP);
        }
    }

    /// Waits for requests. Returns `None` if the store is stopped before they are answered.
    pub async fn unless_stopped<T>(&self, requests: impl Future<Output = T>) -> Option<T> {
        // Ends only when the gate is closed.
        let stopped = pin!(self.gate.acquire());
        match select(stopped, pin!(requests)).await {
            Either::Left(_) => None,
            Either::Right((answer, _)) => Some(answer),
        }
    }

    /// Says that the store has a claim, or that it has none any more.
    pub fn set_claim(&self, has_claim: bool) {
        self.has_claim.store(has_claim, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::client::{PutRule, Store};
    use crate::store::error::StoreErrorKind;
    use crate::store::samples::upload;

    #[test]
    fn a_stopped_store_sends_only_what_ends_a_claim() {
        let store = Store::in_memory().unwrap();
        store.put(upload("a", "1"), PutRule::Replace).unwrap();
        store.stop_handle().stop(Duration::ZERO);
        let error = store.put(upload("b", "1"), PutRule::Replace).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Stopped);
        assert!(store.get("a", 9).is_err());
        let claim = upload("claim", "1");
        store.put_uninterrupted(claim, PutRule::Replace).unwrap();
    }

    #[test]
    fn requests_that_are_not_answered_end() {
        let store = Store::in_slow_memory(Duration::from_secs(600)).unwrap();
        let stop = store.stop_handle();
        let other = thread::spawn(move || stop.stop(Duration::ZERO));
        let error = store.get("a", 9).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Stopped);
        other.join().unwrap();
    }

    #[test]
    fn stopping_waits_for_the_end_of_a_claim() {
        let stop = StoreStop::default();
        stop.set_claim(true);
        let began = Instant::now();
        stop.stop(Duration::from_millis(50));
        assert!(began.elapsed() >= Duration::from_millis(50));
        stop.set_claim(false);
        stop.stop(Duration::from_secs(600));
    }
}
