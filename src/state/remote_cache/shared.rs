//! What the threads that compress and the thread of the store share: questions, answers, and
//! how long is waited for them. Knows no entries.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::patience::Patience;
use crate::model::Problem;
use crate::store::background::BackgroundStore;
use crate::store::client::PutRule;

/// An entry that is asked for.
pub(super) struct EntryRequest {
    /// The name of the object.
    pub key: String,
    /// The largest size that is accepted, in bytes.
    pub max_size: u64,
}

/// The object is larger than an entry can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The bytes of an entry, or `None` if there is none.
pub(super) type EntryAnswer = Result<Option<Vec<u8>>, TooLarge>;

/// How many bytes the answers can have that are on their way, or wait for the threads that
/// compress. They share the connection: with more, none would be whole within two seconds.
const MAX_AHEAD: u64 = 16 << 20;

/// How many bytes may wait to be written. What is beyond is not written.
const MAX_UNSENT: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Shared {
    /// `None` before the first request, and after the last one. Locked before the state.
    store: Mutex<Option<BackgroundStore>>,
    state: Mutex<State>,
    changed: Condvar,
}

pub(super) struct State {
    /// The questions that are not sent yet.
    questions: VecDeque<EntryRequest>,
    /// The questions that nobody has taken the answer to, each with the answer if it is there.
    open: HashMap<String, OpenRequest>,
    /// The sizes of the questions that are sent, and whose answer nobody has taken.
    ahead: u64,
    pub asked: usize,
    pub hits: usize,
    pub written: usize,
    /// The bytes of the entries that are being written.
    pub unsent: u64,
    /// How objects are written.
    pub put_rule: PutRule,
    pub patience: Patience,
    pub fault: Option<Problem>,
}

struct OpenRequest {
    max_size: u64,
    answer: Option<EntryAnswer>,
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn store(&self) -> MutexGuard<'_, Option<BackgroundStore>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the threads that wait.
    pub fn changed(&self) {
        self.changed.notify_all();
    }

    /// Ends all requests and all waiting. Only the first fault is kept.
    pub fn fail(&self, problem: Problem) {
        let mut state = self.state();
        state.fault.get_or_insert(problem);
        state.questions.clear();
        state.open.clear();
        drop(state);
        self.stop();
        self.changed();
    }

    /// Ends all requests. Nothing is answered afterwards.
    pub fn stop(&self) {
        *self.store() = None;
    }

    /// Waits until `ready` returns something. Returns `None` after a fault, and when the
    /// patience is at its end.
    pub fn wait<T>(&self, ready: impl Fn(&mut State) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        if let Some(result) = ready(&mut state) {
            return Some(result);
        }
        state.patience.begin(Instant::now());
        let result = loop {
            let left = state.patience.left(Instant::now());
            if state.fault.is_some() || left.is_zero() {
                break None;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if let Some(result) = ready(&mut state) {
                break Some(result);
            }
        };
        state.patience.end(Instant::now());
        result
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            questions: VecDeque::new(),
            open: HashMap::new(),
            ahead: 0,
            asked: 0,
            hits: 0,
            written: 0,
            unsent: 0,
            put_rule: PutRule::Keep,
            patience: Patience::default(),
            fault: None,
        }
    }
}

impl State {
    /// Begins to write an entry of this size. `None` if it must not be written.
    pub fn begin_put(&mut self, size: u64) -> Option<PutRule> {
        if self.fault.is_some() || self.unsent.saturating_add(size) > MAX_UNSENT {
            return None;
        }
        self.unsent += size;
        Some(self.put_rule)
    }

    /// Ends writing an entry, which saves this time to another run.
    pub fn end_put(&mut self, size: u64, is_written: bool, saved: Duration) {
        self.patience.answered(Instant::now());
        self.unsent -= size;
        self.written += usize::from(is_written);
        self.patience.save(saved);
    }

    /// Adds questions. Each is asked once.
    pub fn ask(&mut self, questions: Vec<EntryRequest>) {
        for question in questions {
            let open = OpenRequest {
                max_size: question.max_size,
                answer: None,
            };
            if self.open.insert(question.key.clone(), open).is_none() {
                self.asked += 1;
                self.questions.push_back(question);
            }
        }
    }

    /// Returns the questions to be sent now: at least one if no answer is awaited.
    pub fn next_questions(&mut self) -> Vec<EntryRequest> {
        let mut next = Vec::new();
        while let Some(question) = self.questions.front()
            && (self.ahead == 0 || self.ahead + question.max_size <= MAX_AHEAD)
        {
            self.ahead += question.max_size;
            next.extend(self.questions.pop_front());
        }
        next
    }

    pub fn answer(&mut self, key: &str, answer: EntryAnswer) {
        self.patience.answered(Instant::now());
        if let Some(open) = self.open.get_mut(key) {
            open.answer = Some(answer);
        }
    }

    /// Returns whether an answer may come.
    pub fn is_asked(&self, key: &str) -> bool {
        self.open.contains_key(key)
    }

    /// Takes the answer if it is there.
    pub fn take_answer(&mut self, key: &str) -> Option<EntryAnswer> {
        self.open.get(key)?.answer.as_ref()?;
        let open = self.open.remove(key)?;
        self.ahead -= open.max_size;
        open.answer
    }
}
