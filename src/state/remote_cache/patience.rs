//! How long a run may wait for a remote cache: no longer than it saves, and two seconds; and no
//! longer than two seconds for one that is silent. Reads no clock.

use std::time::{Duration, Instant};

/// What a remote cache may cost that saves nothing.
pub const MAX_COST: Duration = Duration::from_secs(2);

/// Adds up the time in which at least one thread waits.
#[derive(Debug, Default)]
pub struct Patience {
    threads_waiting: usize,
    /// When the first of the waiting threads began to wait.
    since: Option<Instant>,
    waited: Duration,
    saved: Duration,
    /// When the last answer came.
    answered: Option<Instant>,
}

impl Patience {
    /// Says that a thread begins to wait.
    pub fn begin(&mut self, now: Instant) {
        self.threads_waiting += 1;
        self.since.get_or_insert(now);
    }

    /// Says that a thread waits no more.
    pub fn end(&mut self, now: Instant) {
        self.threads_waiting = self.threads_waiting.saturating_sub(1);
        if self.threads_waiting == 0
            && let Some(since) = self.since.take()
        {
            self.waited += now.saturating_duration_since(since);
        }
    }

    /// Says that an answer has come.
    pub fn answered(&mut self, now: Instant) {
        self.answered = Some(now);
    }

    /// Adds time that the cache has saved.
    pub fn save(&mut self, time: Duration) {
        self.saved += time;
    }

    /// Returns how much longer the threads may wait.
    pub fn left(&self, now: Instant) -> Duration {
        let passed = |since: Instant| now.saturating_duration_since(since);
        let current = self.since.map_or(Duration::ZERO, passed);
        let silent = self.answered.map_or(current, passed).min(current);
        let affordable = (MAX_COST + self.saved).saturating_sub(self.waited + current);
        affordable.min(MAX_COST.saturating_sub(silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_wait_together_count_once() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let left = |patience: &Patience, now| patience.left(at(now)).as_millis();
        let mut patience = Patience::default();
        assert_eq!(left(&patience, 5000), 2000);
        patience.begin(at(5000));
        patience.begin(at(5200));
        patience.end(at(5400));
        assert_eq!(left(&patience, 5500), 1500);
        patience.end(at(5600));
        assert_eq!(left(&patience, 9000), 1400);
        patience.save(Duration::from_millis(300));
        assert_eq!(left(&patience, 9000), 1700);
        patience.begin(at(9000));
        assert_eq!(left(&patience, 20_000), 0);
    }

    #[test]
    fn a_silent_store_costs_two_seconds_whatever_it_has_saved() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let left = |patience: &Patience, now| patience.left(at(now)).as_millis();
        let mut patience = Patience::default();
        patience.save(Duration::from_secs(60));
        patience.answered(at(100));
        // Nobody waits, so that nothing is lost.
        assert_eq!(left(&patience, 5000), 2000);
        patience.begin(at(5000));
        assert_eq!(left(&patience, 6500), 500);
        patience.answered(at(6600));
        assert_eq!(left(&patience, 6600), 2000);
        assert_eq!(left(&patience, 8700), 0);
    }
}
