//! A store that works in a thread of its own: takes requests from a queue, sends several at a
//! time, and hands each answer to a function. Nobody has to wait for it, and stopping it ends
//! all requests at once. Does not know what objects mean.

use std::io;
use std::sync::Arc;
use std::thread;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::client::{PutRule, Store, Upload};
use super::error::{StoreError, StoreStep};

/// Dropping it ends all requests.
pub struct BackgroundStore {
    requests: UnboundedSender<Request>,
    /// One for each request that may be sent at the same time. Closed by stopping.
    slots: Arc<Semaphore>,
}

type Callback<T> = Box<dyn FnOnce(Result<T, StoreError>) + Send>;

enum Request {
    Get {
        key: String,
        limit: u64,
        answer: Callback<Option<Vec<u8>>>,
    },
    Put {
        upload: Upload,
        rule: PutRule,
        answer: Callback<()>,
    },
    Stop,
}

impl BackgroundStore {
    /// Starts the thread, which sends at most `jobs` requests at a time.
    pub fn start(store: Store, jobs: usize) -> io::Result<Self> {
        let (requests, queue) = unbounded_channel();
        let slots = Arc::new(Semaphore::new(jobs));
        let work = {
            let slots = Arc::clone(&slots);
            move || store.runtime.block_on(serve(&store, queue, slots))
        };
        // The thread is not waited for: the name of a server may be looked up for a long time.
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(work)?;
        Ok(Self { requests, slots })
    }

    /// Asks for an object, as [`Store::get`] does. `answer` is called in the store's thread, or
    /// never if the store is stopped before.
    pub fn get(
        &self,
        key: String,
        limit: u64,
        answer: impl FnOnce(Result<Option<Vec<u8>>, StoreError>) + Send + 'static,
    ) {
        let answer = Box::new(answer);
        // Fails only if the thread has ended. Then nobody answers.
        let _ = self.requests.send(Request::Get { key, limit, answer });
    }

    /// Sends an object, as [`Store::put`] does.
    pub fn put(
        &self,
        upload: Upload,
        rule: PutRule,
        answer: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        let answer = Box::new(answer);
        let request = Request::Put {
            upload,
            rule,
            answer,
        };
        let _ = self.requests.send(request);
    }

    /// Ends all requests, and sends no more.
    pub fn stop(&self) {
        self.slots.close();
        let _ = self.requests.send(Request::Stop);
    }
}

impl Drop for BackgroundStore {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Sends the requests of the queue. What is not answered when it returns ends with the runtime.
async fn serve(store: &Store, mut queue: UnboundedReceiver<Request>, slots: Arc<Semaphore>) {
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        match queue.recv().await {
            Some(Request::Get { key, limit, answer }) => match store.path(StoreStep::Read, &key) {
                Ok(path) => {
                    let sender = store.sender();
                    tokio::spawn(async move {
                        let found = sender.get(&path, &key, limit).await;
                        answer(found.map(|found| found.map(|(bytes, _)| bytes)));
                        drop(slot);
                    });
                }
                Err(error) => answer(Err(error)),
            },
            Some(Request::Put {
                upload,
                rule,
                answer,
            }) => match store.path(StoreStep::Write, &upload.key) {
                Ok(path) => {
                    let sender = store.sender();
                    tokio::spawn(async move {
                        answer(sender.put(&path, upload, rule).await);
                        drop(slot);
                    });
                }
                Err(error) => answer(Err(error)),
            },
            Some(Request::Stop) | None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::time::Duration;

    use super::*;
    use crate::store::error::StoreErrorKind;
    use crate::store::samples::upload;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn many_requests_are_answered() {
        let store = BackgroundStore::start(Store::in_memory().unwrap(), 7).unwrap();
        let (sender, answers) = mpsc::channel();
        for number in 0..100 {
            let sender = sender.clone();
            let answer = move |result: Result<(), StoreError>| sender.send(result).unwrap();
            let key = format!("all/{number}");
            store.put(upload(&key, &key), PutRule::Keep, answer);
        }
        for _ in 0..100 {
            answers.recv_timeout(LIMIT).unwrap().unwrap();
        }
        let (sender, answers) = mpsc::channel();
        for (key, limit) in [("all/42", 6), ("all/42", 5), ("none", 6)] {
            let sender = sender.clone();
            store.get(key.to_owned(), limit, move |result| {
                sender.send((limit, result)).unwrap();
            });
        }
        let mut found: Vec<_> = (0..3)
            .map(|_| answers.recv_timeout(LIMIT).unwrap())
            .map(|(limit, result)| (limit, result.map_err(|error| error.kind)))
            .collect();
        found.sort_by_key(|(limit, result)| (*limit, result.clone().ok()));
        let expected = [
            (5, Err(StoreErrorKind::TooLarge)),
            (6, Ok(None)),
            (6, Ok(Some(b"all/42".to_vec()))),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_stopped_store_answers_nothing() {
        let store = BackgroundStore::start(Store::in_memory().unwrap(), 1).unwrap();
        store.stop();
        let (sender, answers) = mpsc::channel();
        store.get("a".to_owned(), 1, move |result| {
            let _ = sender.send(result.is_ok());
        });
        assert_eq!(
            answers.recv_timeout(LIMIT),
            Err(RecvTimeoutError::Disconnected)
        );
    }
}
