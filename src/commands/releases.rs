//! `staticc releases`: lists the releases in an object store, the newest first.

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use super::publish::open_store;
use crate::cli::stores::ReleasesArgs;
use crate::model::{Event, ReleaseSummary, Report as _};
use crate::pipeline::store_releases::StoreReleases;
use crate::publish::release_document::ReleaseDocument;

pub fn run(context: &mut Context, args: &ReleasesArgs) -> Outcome {
    let settings = context.load_settings(&args.project, None)?;
    let store = open_store(args.store.as_deref(), &settings).map_err(Failure::usage)?;
    let releases = StoreReleases { store: &store };
    let current = releases.pointer()?.map(|pointer| pointer.release);
    let names = releases.names()?;
    let limit = usize::from(args.limit);
    // One more, to know what is new in the last.
    let mut newest = names.iter().rev().take(limit + 1).peekable();
    let mut next: Option<ReleaseDocument> = None;
    let mut listed = 0;
    while let Some(name) = newest.next().filter(|_| listed < limit) {
        let release = match next.take() {
            Some(release) => release,
            None => releases.release(name)?,
        };
        if let Some(before) = newest.peek() {
            next = Some(releases.release(before)?);
        }
        context.console.event(Event::Release(ReleaseSummary {
            current: Some(name) == current.as_ref(),
            bytes: new_bytes(&release, next.as_ref()),
            objects: release.objects.len(),
            name: name.clone(),
            number: release.number,
            created: release.created,
            publisher: release.publisher,
        }));
        listed += 1;
    }
    Ok(Exit::Done)
}

/// Returns the size of what a release has, and the one before has not.
fn new_bytes(release: &ReleaseDocument, before: Option<&ReleaseDocument>) -> u64 {
    let objects = release.objects.iter();
    let new = objects.filter(|(key, object)| {
        let known = before.and_then(|before| before.objects.get(*key));
        known.is_none_or(|known| known.digest != object.digest)
    });
    new.map(|(_, object)| object.size).sum()
}
