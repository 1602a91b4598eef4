//! Claims the number of a release in a store, so that two publishers do not mix names that
//! have one content at a time. Does not know what the release holds.

use std::time::{Duration, SystemTime};

use super::store_releases::{CurrentState, StoreReleases, document};
use crate::model::{Code, Event, Problem, Report};
use crate::publish::release_document::{
    CURRENT, Claim, CurrentRelease, MAX_POINTER_SIZE, claim_key, to_rfc3339,
};
use crate::store::client::{PutRule, is_older_than};
use crate::store::error::StoreErrorKind;

/// After this time, a claim may be taken over.
const CLAIM_TIME: Duration = Duration::from_secs(60 * 60);

/// How often a claim is taken over before publishing gives up.
const MAX_ATTEMPTS: u32 = 1000;

/// Somebody who wants to publish.
pub struct Claimant<'a> {
    pub releases: StoreReleases<'a>,
    /// The digest of what is published.
    pub content: String,
    /// The value of `STATICC_PUBLISHER`.
    pub publisher: Option<String>,
}

/// A claim that this publisher has.
struct OwnClaim {
    key: String,
    claim: Claim,
    /// Whether another publisher began the release before.
    is_taken_over: bool,
}

impl Claimant<'_> {
    /// Claims what follows the current release, and calls `work`, which replaces names and
    /// returns the name of the release that is to be the current one. Then makes it that.
    /// `work` is told whether another publisher may have replaced names.
    pub fn replace<R: Report>(
        &self,
        current: &CurrentState,
        report: &mut R,
        work: impl FnOnce(bool, &mut R) -> Result<String, Problem>,
    ) -> Result<(), Problem> {
        let number = current.number + 1;
        let claim = self.claim(number, report)?;
        let replaced = self.replace_claimed(current, claim.as_ref(), report, work);
        if let (Err(_), Some(own)) = (&replaced, &claim) {
            let abandoned = document(&own.key, own.claim.abandoned().to_json());
            // If this fails, the claim may be taken over later.
            let _ = self.releases.store.put(abandoned, PutRule::Replace);
        }
        replaced
    }

    fn replace_claimed<R: Report>(
        &self,
        current: &CurrentState,
        claim: Option<&OwnClaim>,
        report: &mut R,
        work: impl FnOnce(bool, &mut R) -> Result<String, Problem>,
    ) -> Result<(), Problem> {
        let is_taken_over = claim.is_some_and(|own| own.is_taken_over);
        if is_taken_over {
            self.check_is_current(current)?;
        }
        let name = work(is_taken_over, report)?;
        if claim.is_none() {
            self.check_is_current(current)?;
        }
        let pointer = CurrentRelease::new(current.number + 1, name);
        self.releases.put(CURRENT, pointer.to_json())
    }

    /// Claims a release. Returns `None` where the store has no means for it.
    fn claim(&self, number: u64, report: &mut impl Report) -> Result<Option<OwnClaim>, Problem> {
        let claimed = to_rfc3339(SystemTime::now());
        let claim = Claim::new(self.content.clone(), claimed, self.publisher.clone());
        for attempt in 1..=MAX_ATTEMPTS {
            let key = claim_key(number, attempt);
            let sent = self
                .releases
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
                Err(error) => return Err(self.releases.problem(&error)),
            }
        }
        Err(claimed_by_another(number))
    }

    /// Fails if another publisher may still work under the claim.
    fn check_free(&self, number: u64, key: &str, content: &str) -> Result<(), Problem> {
        let Some((bytes, info)) = self.releases.get(key, MAX_POINTER_SIZE)? else {
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
            let by = claim.publisher.map(|publisher| format!(" by {publisher}"));
            let by = by.as_deref().unwrap_or_default();
            problem = problem.note(format!("claimed at {}{by}", claim.claimed));
        }
        Err(problem.note(format!("the claim is {key}")))
    }

    /// Fails if another release has become the current one.
    fn check_is_current(&self, current: &CurrentState) -> Result<(), Problem> {
        match self.releases.pointer()? {
            Some(found) if found.number > current.number => Err(claimed_by_another(found.number)),
            _ => Ok(()),
        }
    }
}

fn claimed_by_another(number: u64) -> Problem {
    let message = format!("another publisher has claimed release {number}");
    Problem::error(Code::PublishClaimed, message)
        .note("no plain name has been sent")
        .help("publish again once it is done; a claim may be taken over after an hour")
}
