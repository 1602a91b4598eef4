//! The remote cache: compressed copies in a store, shared by the machines of a team. Others
//! write in it, so that every copy is compared with its content before use; a fault of any kind
//! is a miss. It sends no request, and starts no thread, before something is asked for.
//!
//! Requests are sent in the order in which contents are compressed, some ahead of the threads
//! that compress. A thread waits for an answer only as long as the cache saves more time than it
//! costs, and two seconds; and it does not wait for a silent store any longer than that.

pub mod entry;
mod patience;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use self::entry::EntryOf;
use self::shared::{EntryAnswer, EntryRequest, Shared, State, TooLarge};
use crate::encode::cost::compression_time;
use crate::encode::spec::Encoded;
use crate::model::{Code, Encoding, Problem, RemoteAccess, RemoteCacheSummary};
use crate::store::background::BackgroundStore;
use crate::store::client::{Body, PutRule, Store, Upload};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::headers::ObjectHeaders;
use crate::store::url::{Endpoint, StoreUrl};

/// Contents that take less time to compress are not asked for. When [`JOBS`] requests are sent at
/// a time, each takes 1 ms over a connection that answers after 30 ms; measured with 1,000 of
/// them over HTTP on loopback, it takes 0.5 ms of a core. With both usual encodings, 1 ms is the
/// time of a content of some 900 bytes; with gzip alone, of one of 15 kB.
const MIN_TIME: Duration = Duration::from_millis(1);

/// How many requests are sent at a time.
const JOBS: usize = 32;

pub struct RemoteCache {
    access: RemoteAccess,
    url: StoreUrl,
    endpoint: Option<Endpoint>,
    shared: Arc<Shared>,
}

/// What the remote cache has of a content.
#[derive(Debug, PartialEq, Eq)]
pub enum RemoteAnswer {
    /// The cache was not asked, or cannot be.
    Unknown,
    /// It has no entry.
    Absent,
    /// Its entry cannot be used.
    Unusable,
    Copies(Vec<Encoded>),
}

impl RemoteAnswer {
    /// Takes the copy of an encoding out.
    pub fn take_copy(&mut self, encoding: Encoding) -> Option<Vec<u8>> {
        let Self::Copies(copies) = self else {
            return None;
        };
        let mut known = copies.iter_mut();
        let copy = known.find(|copy| copy.encoding == encoding)?;
        Some(std::mem::take(&mut copy.bytes)).filter(|bytes| !bytes.is_empty())
    }
}

impl RemoteCache {
    /// Makes the cache. Sends no request.
    pub fn new(url: StoreUrl, endpoint: Option<Endpoint>, access: RemoteAccess) -> Self {
        Self {
            access,
            url,
            endpoint,
            shared: Arc::default(),
        }
    }

    /// Returns whether it is worth asking for the copies.
    pub fn is_worth_asking(entry: &EntryOf<'_>) -> bool {
        compression_time(entry.size, entry.spec) >= MIN_TIME
    }

    /// Asks for entries, in the order in which they will be needed. Does not wait.
    pub fn ask<'a>(&self, entries: impl IntoIterator<Item = EntryOf<'a>>) {
        let questions: Vec<EntryRequest> = entries
            .into_iter()
            .map(|entry| EntryRequest {
                key: entry.object_key(),
                max_size: entry.max_size(),
            })
            .collect();
        if questions.is_empty() {
            return;
        }
        self.shared.state().ask(questions);
        if self.shared.store().is_none() {
            match Store::open(&self.url, self.endpoint.as_ref()) {
                Ok(store) => self.start(store),
                Err(problem) => self.shared.fail(problem),
            }
        }
        self.send_questions();
    }

    /// Lets requests be sent.
    fn start(&self, store: Store) {
        match BackgroundStore::start(store, JOBS) {
            Ok(store) => *self.shared.store() = Some(store),
            Err(error) => {
                let message = format!("the thread of the store cannot start: {error}");
                self.shared
                    .fail(Problem::error(Code::StoreUnusable, message));
            }
        }
    }

    /// Returns the copies of a content that the cache was asked for. Waits for the answer, and
    /// calls `content` only if there is one to compare.
    pub fn take<'b, E>(
        &self,
        entry: &EntryOf<'_>,
        content: impl FnOnce() -> Result<&'b [u8], E>,
    ) -> Result<RemoteAnswer, E> {
        let Some(answer) = self.wait_for(&entry.object_key()) else {
            return Ok(RemoteAnswer::Unknown);
        };
        self.send_questions();
        let bytes = match answer {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(RemoteAnswer::Absent),
            Err(TooLarge) => return Ok(RemoteAnswer::Unusable),
        };
        let Some(copies) = entry.accept(&bytes, content()?) else {
            return Ok(RemoteAnswer::Unusable);
        };
        let mut state = self.shared.state();
        state.hits += 1;
        state.patience.save(saved_time(entry));
        Ok(RemoteAnswer::Copies(copies))
    }

    /// Writes the copies of a content, if the run may. Does not wait.
    pub fn put(&self, entry: &EntryOf<'_>, copies: &[Encoded]) {
        if self.access == RemoteAccess::ReadOnly || copies.is_empty() {
            return;
        }
        let bytes = entry.write(copies);
        let size = bytes.len() as u64;
        let upload = Upload {
            key: entry.object_key(),
            body: Body::Bytes(bytes),
            headers: ObjectHeaders {
                content_type: "application/octet-stream".to_owned(),
                ..ObjectHeaders::default()
            },
        };
        let store = self.shared.store();
        let Some(store) = &*store else { return };
        let Some(rule) = self.shared.state().begin_put(size) else {
            return;
        };
        let (shared, url, saved) = (
            Arc::clone(&self.shared),
            self.url.clone(),
            saved_time(entry),
        );
        store.put(upload, rule, move |result| {
            match result {
                Ok(()) => shared.state().end_put(size, true, saved),
                // Another machine was quicker.
                Err(error) if error.kind == StoreErrorKind::AlreadyExists => {
                    shared.state().end_put(size, false, saved);
                }
                // There was no entry when the run asked: later ones need no condition.
                Err(error) if error.kind == StoreErrorKind::NotSupported => {
                    let mut state = shared.state();
                    state.put_rule = PutRule::Replace;
                    state.end_put(size, false, Duration::ZERO);
                }
                Err(error) => shared.fail(to_problem(error, &url)),
            }
            shared.changed();
        });
    }

    /// Waits until all copies are written, and ends all requests. Waits no longer than the run
    /// may wait in all.
    pub fn finish(&self) {
        if self.shared.store().is_some() {
            self.wait(|state| (state.unsent == 0).then_some(()));
        }
        self.shared.stop();
    }

    /// Returns what the run did, if it asked for anything.
    pub fn summary(&self) -> Option<RemoteCacheSummary> {
        let state = self.shared.state();
        (state.asked > 0).then(|| RemoteCacheSummary {
            hits: state.hits,
            misses: state.asked - state.hits,
            written: state.written,
            access: self.access,
        })
    }

    /// Returns why the cache was not used to the end.
    pub fn fault(&self) -> Option<Problem> {
        self.shared.state().fault.clone()
    }

    /// Sends the next questions, as many as answers may wait in memory.
    fn send_questions(&self) {
        let store = self.shared.store();
        let Some(store) = &*store else { return };
        let next = self.shared.state().next_questions();
        for EntryRequest { key, max_size } in next {
            let (shared, url, name) = (Arc::clone(&self.shared), self.url.clone(), key.clone());
            let answer = move |result: Result<Option<Vec<u8>>, StoreError>| {
                let answer = match result {
                    Ok(found) => Ok(found),
                    Err(error) if error.kind == StoreErrorKind::TooLarge => Err(TooLarge),
                    Err(error) => return shared.fail(to_problem(error, &url)),
                };
                shared.state().answer(&name, answer);
                shared.changed();
            };
            store.get(key, max_size, answer);
        }
    }

    /// Waits for the answer to a question. `None` if there will be none.
    fn wait_for(&self, key: &str) -> Option<EntryAnswer> {
        self.wait(|state| match state.take_answer(key) {
            Some(answer) => Some(Some(answer)),
            None if state.is_asked(key) => None,
            None => Some(None),
        })?
    }

    /// Waits until `ready` returns something, or until waiting costs too much. Returns `None`
    /// after a fault.
    fn wait<T>(&self, ready: impl Fn(&mut State) -> Option<T>) -> Option<T> {
        let waited = self.shared.wait(ready);
        if waited.is_none() {
            let message = format!("{} takes longer than compressing", self.url);
            self.shared
                .fail(Problem::error(Code::StoreUnusable, message));
        }
        waited
    }
}

impl Drop for RemoteCache {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// Returns the problem of an error, which does not depend on the entry that is in work.
fn to_problem(error: StoreError, url: &StoreUrl) -> Problem {
    let key = "the copies".to_owned();
    StoreError { key, ..error }.to_problem(url)
}

/// Returns how much sooner a run ends that does not have to make the copies.
fn saved_time(entry: &EntryOf<'_>) -> Duration {
    let threads = u32::try_from(rayon::current_num_threads()).unwrap_or(u32::MAX);
    compression_time(entry.size, entry.spec) / threads.max(1)
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::samples::{copies, entry_of};
    use super::*;
    use crate::encode::spec::CompressionSpec;
    use std::time::Instant;

    fn spec() -> CompressionSpec {
        CompressionSpec {
            encodings: [Encoding::Brotli, Encoding::Gzip].into_iter().collect(),
            brotli_quality: 11,
            limit: 950_000,
        }
    }

    fn content(number: usize) -> Vec<u8> {
        format!("static file {number} ").repeat(200).into_bytes()
    }

    /// A remote cache in a memory that answers after a while.
    fn remote(access: RemoteAccess, latency: Duration, contents: &[Vec<u8>]) -> RemoteCache {
        let store = Store::in_slow_memory(latency).unwrap();
        let spec = spec();
        for content in contents {
            let entry = entry_of(content, &spec);
            let upload = Upload {
                key: entry.object_key(),
                body: Body::Bytes(entry.write(&copies(content, &spec))),
                headers: ObjectHeaders::default(),
            };
            store.put(upload, PutRule::Keep).unwrap();
        }
        let remote = RemoteCache::new(store.url().clone(), None, access);
        remote.start(store);
        remote
    }

    fn take(remote: &RemoteCache, content: &[u8]) -> RemoteAnswer {
        let taken = remote.take(&entry_of(content, &spec()), || Ok::<_, Infallible>(content));
        taken.unwrap()
    }

    fn counts(remote: &RemoteCache) -> (usize, usize, usize) {
        let summary = remote.summary().unwrap();
        (summary.hits, summary.misses, summary.written)
    }

    #[test]
    fn what_is_written_is_found() {
        let spec = spec();
        let contents: Vec<_> = (0..50).map(content).collect();
        let entries = || contents.iter().map(|content| entry_of(content, &spec));
        let remote = remote(RemoteAccess::ReadWrite, Duration::ZERO, &contents[..20]);
        assert_eq!(remote.summary(), None);
        remote.ask(entries());
        for (number, content) in contents.iter().enumerate() {
            let expected = if number < 20 {
                RemoteAnswer::Copies(copies(content, &spec))
            } else {
                RemoteAnswer::Absent
            };
            assert_eq!(take(&remote, content), expected);
            if expected == RemoteAnswer::Absent {
                let copies = copies(content, &spec);
                // The second time, the object is there.
                remote.put(&entry_of(content, &spec), &copies);
                remote.put(&entry_of(content, &spec), &copies);
            }
            // Each answer is given once.
            assert_eq!(take(&remote, content), RemoteAnswer::Unknown);
        }
        remote.finish();
        assert_eq!((counts(&remote), remote.fault()), ((20, 30, 30), None));
    }

    #[test]
    fn a_slow_store_costs_no_more_than_it_saves() {
        let spec = spec();
        let contents: Vec<_> = (0..100).map(content).collect();
        let remote = remote(RemoteAccess::ReadOnly, Duration::from_millis(900), &[]);
        let start = Instant::now();
        remote.ask(contents.iter().map(|content| entry_of(content, &spec)));
        let absent = contents
            .iter()
            .filter(|content| take(&remote, content) == RemoteAnswer::Absent);
        // Two rounds of requests end within two seconds, or one on a slow machine.
        assert!((1..=2 * JOBS).contains(&absent.count()));
        assert!(start.elapsed() < Duration::from_millis(3500));
        let fault = remote.fault().unwrap();
        assert!(
            fault.message.contains("longer than compressing"),
            "{fault:?}"
        );
        remote.finish();
        assert_eq!(counts(&remote), (0, 100, 0));
    }

    #[test]
    fn writing_to_a_silent_store_ends() {
        let (spec, content) = (spec(), content(1));
        let remote = remote(RemoteAccess::ReadWrite, Duration::from_secs(30), &[]);
        remote.put(&entry_of(&content, &spec), &copies(&content, &spec));
        let start = Instant::now();
        remote.finish();
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
        assert!(remote.fault().is_some());
    }
}
