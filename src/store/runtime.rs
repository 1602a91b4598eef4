//! The one runtime of a run, and many requests on it, several of them at a time. Does not know
//! what is asked for.

use std::ops::ControlFlow;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::model::{Code, Problem};

/// Starts a runtime that works only while a function waits for it.
pub(super) fn start() -> Result<Runtime, Problem> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| {
        let message = format!("the runtime of stores cannot start: {error}");
        Problem::error(Code::StoreUnusable, message)
    })
}

/// How many bytes may be on their way at the same time. It bounds the memory; and on a slow
/// connection, more would not arrive before the server is taken to be silent.
pub(super) const MAX_IN_FLIGHT: u64 = 16 << 20;

/// Carries out a request for each item, `jobs` of them at a time, or as many as send
/// [`MAX_IN_FLIGHT`] bytes. `request` returns how many bytes it holds in memory, too. `done` gets
/// each result as it comes, and says whether to go on; the requests that are under way end when
/// it does not.
pub(super) async fn run_all<T, F>(
    items: &[T],
    jobs: usize,
    request: impl Fn(&T) -> Result<(u64, F), Problem>,
    mut done: impl FnMut(&T, F::Output) -> Result<ControlFlow<()>, Problem>,
) -> Result<(), Problem>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut requests = JoinSet::new();
    let mut in_flight = 0;
    let mut end_one = async |requests: &mut JoinSet<(usize, u64, F::Output)>| {
        let Some(joined) = requests.join_next().await else {
            return Ok(ControlFlow::Break(()));
        };
        let (index, bytes, result) = joined.map_err(|error| {
            let message = format!("a request ended early: {error}");
            Problem::error(Code::StoreUnusable, message)
        })?;
        let next = done(&items[index], result)?;
        Ok::<_, Problem>(next.map_continue(|()| bytes))
    };
    for (index, item) in items.iter().enumerate() {
        let (bytes, sending) = request(item)?;
        while requests.len() >= jobs.max(1) || (in_flight > 0 && in_flight + bytes > MAX_IN_FLIGHT)
        {
            match end_one(&mut requests).await? {
                ControlFlow::Continue(freed) => in_flight -= freed,
                ControlFlow::Break(()) => return Ok(()),
            }
        }
        in_flight += bytes;
        requests.spawn(async move { (index, bytes, sending.await) });
    }
    while end_one(&mut requests).await?.is_continue() {}
    Ok(())
}
