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

/// Carries out a request for each item, `jobs` of them at a time. `done` gets each result as it
/// comes, and says whether to go on; the requests that are under way end when it does not.
pub(super) async fn run_all<T, F>(
    items: &[T],
    jobs: usize,
    request: impl Fn(&T) -> Result<F, Problem>,
    mut done: impl FnMut(&T, F::Output) -> Result<ControlFlow<()>, Problem>,
) -> Result<(), Problem>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut requests = JoinSet::new();
    let mut waiting = items.iter().enumerate();
    loop {
        while requests.len() < jobs.max(1)
            && let Some((index, item)) = waiting.next()
        {
            let sending = request(item)?;
            requests.spawn(async move { (index, sending.await) });
        }
        let Some(joined) = requests.join_next().await else {
            return Ok(());
        };
        let (index, result) = joined.map_err(|error| {
            let message = format!("a request ended early: {error}");
            Problem::error(Code::StoreUnusable, message)
        })?;
        if done(&items[index], result)?.is_break() {
            return Ok(());
        }
    }
}
