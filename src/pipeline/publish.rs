//! Publishes a release: sends its objects, then the release, then the pointer to it. Before
//! any name changes that readers know, it claims the number of the release. Reads no
//! STATIC_ROOT by itself.

use std::time::SystemTime;

use super::claim::Claimant;
use super::store_releases::{CurrentState, StoreReleases};
use crate::model::{Event, Problem, Progress, PublishSummary, Report};
use crate::publish::object_headers::kept_headers;
use crate::publish::publish_plan::{Doubtful, PublishPlan};
use crate::publish::published_object::PublishedObject;
use crate::publish::release_document::{
    ReleaseDocument, content_digest, kept_key, release_key, release_name, to_rfc3339,
};
use crate::store::client::{Store, Upload};

/// How a verb sends objects.
pub struct PublishOptions<'a> {
    pub store: &'a Store,
    /// How many requests are sent at a time.
    pub jobs: usize,
    /// The value of `STATICC_PUBLISHER`.
    pub publisher: Option<String>,
    pub progress: &'a dyn Progress,
    /// Whether standard output is for names to be purged.
    pub lists_names: bool,
}

/// The objects of a STATIC_ROOT, and where they go.
pub struct Publisher<'a, L> {
    pub options: PublishOptions<'a>,
    pub objects: &'a [PublishedObject],
    /// Reads the bytes of an object.
    pub load: L,
    /// What is sent even if the current release has it.
    pub doubtful: Doubtful,
}

/// A release that was published.
#[derive(Debug, Default)]
pub struct Published {
    pub summary: PublishSummary,
    /// The keys that a CDN has to purge.
    pub to_purge: Vec<String>,
}

impl PublishOptions<'_> {
    /// Reports an object that was sent, and counts it.
    pub fn sent(
        &self,
        key: &str,
        size: u64,
        summary: &mut PublishSummary,
        report: &mut impl Report,
    ) {
        self.progress.advance(size);
        summary.sent += 1;
        summary.bytes += size;
        report.event(Event::Published {
            path: key.to_owned(),
            size,
            lists_names: self.lists_names,
        });
    }
}

impl<L: Fn(&PublishedObject) -> Result<Upload, Problem>> Publisher<'_, L> {
    /// Returns what is to be sent after this release.
    pub fn plan(&self, current: &CurrentState) -> PublishPlan<'_> {
        PublishPlan::new(self.objects, current.release.as_ref(), &self.doubtful)
    }

    /// Sends what the plan says, and makes it the current release.
    pub fn publish(
        &self,
        current: &CurrentState,
        plan: &PublishPlan<'_>,
        report: &mut impl Report,
    ) -> Result<Published, Problem> {
        let mut published = Published::default();
        let summary = &mut published.summary;
        summary.store = self.options.store.url().to_string();
        summary.objects = self.objects.len();
        summary.number = current.number;
        if plan.is_current {
            summary.unchanged = plan.unchanged;
            return Ok(published);
        }
        let all = plan.to_send().chain(plan.kept.iter().copied());
        self.options
            .progress
            .expect(all.map(|object| object.size).sum());
        self.send(&plan.fingerprinted, &mut published, report)?;
        self.keep(&plan.kept)?;
        let claimant = Claimant {
            releases: self.releases(),
            content: content_digest(self.objects),
            publisher: self.options.publisher.clone(),
        };
        claimant.replace(current, report, |turn, report| {
            let whole_plan;
            let plan = if turn.doubts.plain {
                // Another publisher may have replaced any plain name.
                let doubtful = self.doubtful.with_all_plain();
                let release = current.release.as_ref();
                whole_plan = PublishPlan::new(self.objects, release, &doubtful);
                &whole_plan
            } else {
                plan
            };
            if turn.doubts.pruned {
                // A run that pruned may have deleted what was sent before the claim.
                published.summary.sent = 0;
                published.summary.bytes = 0;
                self.send(&plan.fingerprinted, &mut published, report)?;
                self.keep(&plan.kept)?;
            }
            self.send(&plan.plain, &mut published, report)?;
            self.send(&plan.manifest, &mut published, report)?;
            let name = self.put_release(turn.number)?;
            published.summary.release = Some(name.clone());
            published.to_purge = plan.to_purge().map(str::to_owned).collect();
            Ok(Some(turn.pointer_to(name)))
        })?;
        let summary = &mut published.summary;
        summary.number = current.number + 1;
        summary.unchanged = self.objects.len() - summary.sent;
        Ok(published)
    }

    /// Sends the release, and returns its name.
    fn put_release(&self, number: u64) -> Result<String, Problem> {
        let created = to_rfc3339(SystemTime::now());
        let objects = self.objects.iter();
        let release = ReleaseDocument {
            number,
            created: created.clone(),
            publisher: self.options.publisher.clone(),
            objects: objects
                .map(|object| (object.key.clone(), object.into()))
                .collect(),
        };
        let json = release.to_json();
        let name = release_name(number, &created, &json);
        self.releases().put(&release_key(&name), json)?;
        Ok(name)
    }

    fn send(
        &self,
        objects: &[&PublishedObject],
        published: &mut Published,
        report: &mut impl Report,
    ) -> Result<(), Problem> {
        let PublishOptions { store, jobs, .. } = self.options;
        let load = |object: &&PublishedObject| (self.load)(object);
        store.put_all(objects, jobs, load, |object| {
            let summary = &mut published.summary;
            self.options.sent(&object.key, object.size, summary, report);
        })
    }

    /// Sends bytes that no fingerprinted object holds, so that they can come back.
    fn keep(&self, objects: &[&PublishedObject]) -> Result<(), Problem> {
        let PublishOptions { store, jobs, .. } = self.options;
        let load = |object: &&PublishedObject| {
            Ok(Upload {
                key: kept_key(&object.digest),
                headers: kept_headers(),
                ..(self.load)(object)?
            })
        };
        store.put_all(objects, jobs, load, |object| {
            self.options.progress.advance(object.size);
        })
    }

    fn releases(&self) -> StoreReleases<'_> {
        StoreReleases {
            store: self.options.store,
        }
    }
}
