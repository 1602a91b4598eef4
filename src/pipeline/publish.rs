//! Publishes a release: sends its objects, then the release, then the pointer to it. Before
//! any name changes that readers know, it claims the number of the release, so that two
//! publishers do not mix. Reads no STATIC_ROOT by itself.

use std::time::{Duration, SystemTime};

use crate::model::{Code, Event, Problem, Progress, PublishSummary, Report};
use crate::publish::object_headers::document_headers;
use crate::publish::publish_plan::PublishPlan;
use crate::publish::published_object::PublishedObject;
use crate::publish::release_document::{
    CURRENT, Claim, CurrentRelease, MAX_POINTER_SIZE, MAX_RELEASE_SIZE, RELEASES, ReleaseDocument,
    claim_key, content_digest, has_name, number_of, release_key, release_name, to_rfc3339,
};
use crate::store::client::{ObjectInfo, PutRule, Store, Upload, is_older_than};
use crate::store::error::{StoreError, StoreErrorKind};

/// After this time, a claim may be taken over.
const CLAIM_TIME: Duration = Duration::from_secs(60 * 60);

/// How often a claim is taken over before publishing gives up.
const MAX_ATTEMPTS: u32 = 1000;

/// The release that counts now.
#[derive(Debug, Default)]
pub struct CurrentState {
    /// `None` if there is none, or if it cannot be read.
    pub release: Option<ReleaseDocument>,
    /// Its number, or 0 before the first release.
    pub number: u64,
}

/// A store, and what is to be in it.
pub struct Publisher<'a, L> {
    pub store: &'a Store,
    pub objects: &'a [PublishedObject],
    /// How many requests are sent at a time.
    pub jobs: usize,
    /// The value of `STATICC_PUBLISHER`.
    pub publisher: Option<String>,
    /// Reads the bytes of an object.
    pub load: L,
    pub progress: &'a dyn Progress,
    /// Whether standard output is for names to be purged.
    pub lists_names: bool,
}

/// A release that was published.
pub struct Published {
    pub summary: PublishSummary,
    /// The keys that a CDN has to purge.
    pub to_purge: Vec<String>,
}

/// A claim that this publisher has.
struct OwnClaim {
    key: String,
    claim: Claim,
    /// Whether another publisher began the release before.
    is_taken_over: bool,
}

impl<L: Fn(&PublishedObject) -> Result<Upload, Problem>> Publisher<'_, L> {
    /// Reads the current release. One that is damaged is a warning, and as if there were none.
    pub fn current(&self, report: &mut impl Report) -> Result<CurrentState, Problem> {
        let (key, fault) = match self.read_current()? {
            Ok(Some(current)) => return Ok(current),
            Ok(None) => return self.without_release(),
            Err(damage) => damage,
        };
        let problem = Problem::warning(Code::DamagedRelease, format!("{key} {fault}"));
        let note = "everything is sent again, as for a first release";
        report.event(Event::Problem(problem.note(note)));
        self.without_release()
    }

    /// Returns the current release, if there is a pointer to one; or else the key of what is
    /// damaged, and how.
    fn read_current(&self) -> Result<Result<Option<CurrentState>, (String, String)>, Problem> {
        let Some((bytes, _)) = self.get(CURRENT, MAX_POINTER_SIZE)? else {
            return Ok(Ok(None));
        };
        let pointer = match CurrentRelease::read(&bytes) {
            Ok(pointer) => pointer,
            Err(fault) => return Ok(Err((CURRENT.to_owned(), fault))),
        };
        let key = release_key(&pointer.release);
        let Some((bytes, _)) = self.get(&key, MAX_RELEASE_SIZE)? else {
            return Ok(Err((key, "is not there".to_owned())));
        };
        if !has_name(&pointer.release, &bytes) {
            let fault = "does not have the digest of its name";
            return Ok(Err((key, fault.to_owned())));
        }
        Ok(match ReleaseDocument::read(&bytes) {
            Ok(release) => Ok(Some(CurrentState {
                number: pointer.number.max(release.number),
                release: Some(release),
            })),
            Err(fault) => Err((key, fault)),
        })
    }

    /// Returns the state of a store whose objects are not known. Numbers of releases go on.
    fn without_release(&self) -> Result<CurrentState, Problem> {
        let releases = self.store.list(RELEASES);
        let releases = releases.map_err(|error| self.problem(&error))?;
        let numbers = releases.iter().filter_map(|object| {
            let name = object.key.rsplit('/').next()?;
            number_of(name)
        });
        Ok(CurrentState {
            number: numbers.max().unwrap_or_default(),
            release: None,
        })
    }

    /// Returns what is to be sent after this release.
    pub fn plan(&self, current: &CurrentState) -> PublishPlan<'_> {
        PublishPlan::new(self.objects, current.release.as_ref(), false)
    }

    /// Sends what the plan says, and makes it the current release.
    pub fn publish(
        &self,
        current: &CurrentState,
        plan: &PublishPlan<'_>,
        report: &mut impl Report,
    ) -> Result<Published, Problem> {
        let mut summary = PublishSummary {
            store: self.store.url().to_string(),
            objects: self.objects.len(),
            number: current.number,
            ..PublishSummary::default()
        };
        if plan.is_current {
            summary.unchanged = plan.unchanged;
            return Ok(Published {
                summary,
                to_purge: Vec::new(),
            });
        }
        self.progress
            .expect(plan.to_send().map(|object| object.size).sum());
        self.send(&plan.fingerprinted, &mut summary, report)?;
        let number = current.number + 1;
        let claim = self.claim(number, report)?;
        let published = self.replace_names(current, plan, claim.as_ref(), &mut summary, report);
        if let (Err(_), Some(own)) = (&published, &claim) {
            let abandoned = document(&own.key, own.claim.abandoned().to_json());
            // If this fails, the claim may be taken over later.
            let _ = self.store.put(abandoned, PutRule::Replace);
        }
        let to_purge = published?;
        summary.number = number;
        summary.unchanged = self.objects.len() - summary.sent;
        Ok(Published { summary, to_purge })
    }

    /// Sends plain names, the manifest, the release and the pointer. Returns the keys that a
    /// CDN has to purge.
    fn replace_names(
        &self,
        current: &CurrentState,
        plan: &PublishPlan<'_>,
        claim: Option<&OwnClaim>,
        summary: &mut PublishSummary,
        report: &mut impl Report,
    ) -> Result<Vec<String>, Problem> {
        let is_taken_over = claim.is_some_and(|own| own.is_taken_over);
        let whole_plan;
        let plan = if is_taken_over {
            self.check_is_current(current)?;
            // Another publisher may have replaced any of them.
            whole_plan = PublishPlan::new(self.objects, current.release.as_ref(), true);
            &whole_plan
        } else {
            plan
        };
        self.send(&plan.plain, summary, report)?;
        self.send(&plan.manifest, summary, report)?;
        let number = current.number + 1;
        let created = to_rfc3339(SystemTime::now());
        let objects = self.objects.iter();
        let release = ReleaseDocument {
            number,
            created: created.clone(),
            publisher: self.publisher.clone(),
            objects: objects
                .map(|object| (object.key.clone(), object.into()))
                .collect(),
        };
        let json = release.to_json();
        let name = release_name(number, &created, &json);
        self.put(&release_key(&name), json)?;
        if claim.is_none() {
            self.check_is_current(current)?;
        }
        self.put(CURRENT, CurrentRelease::new(number, name.clone()).to_json())?;
        summary.release = Some(name);
        Ok(plan.to_purge().map(str::to_owned).collect())
    }

    /// Claims a release. Returns `None` where the store has no means for it.
    fn claim(&self, number: u64, report: &mut impl Report) -> Result<Option<OwnClaim>, Problem> {
        let claimed = to_rfc3339(SystemTime::now());
        let claim = Claim::new(
            content_digest(self.objects),
            claimed,
            self.publisher.clone(),
        );
        for attempt in 1..=MAX_ATTEMPTS {
            let key = claim_key(number, attempt);
            let sent = self
                .store
                .put(document(&key, claim.to_json()), PutRule::Keep);
            match sent {
                Ok(()) => {
                    return Ok(Some(OwnClaim {
                        key,
                        claim,
                        is_taken_over: attempt > 1,
                    }));
                }
                Err(error) if error.kind == StoreErrorKind::AlreadyExists => {
                    self.check_free(number, &key, &claim.content)?;
                }
                Err(error) if error.kind == StoreErrorKind::NotSupported => {
                    let message = "this store cannot tell two publishers apart";
                    let problem = Problem::warning(Code::StoreUnusable, message)
                        .help("let no two runs publish to it at the same time");
                    report.event(Event::Problem(problem));
                    return Ok(None);
                }
                Err(error) => return Err(self.problem(&error)),
            }
        }
        Err(claimed_by_another(number))
    }

    /// Fails if another publisher may still work under the claim.
    fn check_free(&self, number: u64, key: &str, content: &str) -> Result<(), Problem> {
        let Some((bytes, info)) = self.get(key, MAX_POINTER_SIZE)? else {
            return Ok(());
        };
        let claim = Claim::read(&bytes).ok();
        let is_free = claim
            .as_ref()
            .is_some_and(|claim| claim.abandoned || claim.content == content);
        if is_free || is_older_than(info.modified, CLAIM_TIME) {
            return Ok(());
        }
        let mut problem = claimed_by_another(number);
        if let Some(claim) = claim {
            let publisher = claim.publisher.map(|publisher| format!(" by {publisher}"));
            let publisher = publisher.unwrap_or_default();
            problem = problem.note(format!("claimed at {}{publisher}", claim.claimed));
        }
        Err(problem.note(format!("the claim is {key}")))
    }

    /// Fails if another release has become the current one.
    fn check_is_current(&self, current: &CurrentState) -> Result<(), Problem> {
        let found = self.get(CURRENT, MAX_POINTER_SIZE)?;
        let found = found.and_then(|(bytes, _)| CurrentRelease::read(&bytes).ok());
        match found {
            Some(found) if found.number > current.number => Err(claimed_by_another(found.number)),
            _ => Ok(()),
        }
    }

    fn send(
        &self,
        objects: &[&PublishedObject],
        summary: &mut PublishSummary,
        report: &mut impl Report,
    ) -> Result<(), Problem> {
        let load = |object: &&PublishedObject| (self.load)(object);
        self.store.put_all(objects, self.jobs, load, |object| {
            self.progress.advance(object.size);
            summary.sent += 1;
            summary.bytes += object.size;
            report.event(Event::Published {
                path: object.key.clone(),
                size: object.size,
                lists_names: self.lists_names,
            });
        })
    }

    fn get(&self, key: &str, limit: u64) -> Result<Option<(Vec<u8>, ObjectInfo)>, Problem> {
        let result = self.store.get(key, limit);
        result.map_err(|error| self.problem(&error))
    }

    fn put(&self, key: &str, body: Vec<u8>) -> Result<(), Problem> {
        let sent = self.store.put(document(key, body), PutRule::Replace);
        sent.map_err(|error| self.problem(&error))
    }

    fn problem(&self, error: &StoreError) -> Problem {
        error.to_problem(self.store.url())
    }
}

fn document(key: &str, body: Vec<u8>) -> Upload {
    Upload {
        key: key.to_owned(),
        body,
        headers: document_headers(),
    }
}

fn claimed_by_another(number: u64) -> Problem {
    let message = format!("another publisher has claimed release {number}");
    Problem::error(Code::PublishClaimed, message)
        .note("no plain name has been sent")
        .help("publish again once it is done; a claim may be taken over after an hour")
}
