//! Claims the next number of a store, so that two publishers do not mix names that have one
//! content at a time, and none relies on what is being pruned. Does not know what a release
//! holds.

use std::time::{Duration, SystemTime};

use super::store_releases::{CurrentState, StoreReleases, document};
use crate::model::{Code, Event, Problem, Report};
use crate::publish::claim_document::{Claim, MAX_CLAIM_SIZE, claim_key};
use crate::publish::current_release::{CURRENT, CurrentRelease};
use crate::publish::release_document::to_rfc3339;
use crate::store::client::{PutRule, is_older_than};
use crate::store::error::StoreErrorKind;

/// After this time, a claim may be taken over.
pub const CLAIM_TIME: Duration = Duration::from_secs(60 * 60);

/// How often a claim is taken over before publishing gives up.
const MAX_ATTEMPTS: u32 = 1000;

/// Somebody who wants to change what the store has of its releases.
pub struct Claimant<'a> {
    pub releases: StoreReleases<'a>,
    /// The digest of what is published, or what else is done.
    pub content: String,
    /// The value of `STATICC_PUBLISHER`.
    pub publisher: Option<String>,
}

/// What earlier runs may have done under a claim that was taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Whether plain names may have been replaced.
    pub plain: bool,
    /// Whether objects may have been deleted that the current release does not name.
    pub pruned: bool,
}

/// A claim that this run has.
struct OwnClaim {
    key: String,
    claim: Claim,
    doubts: Doubts,
}

/// The state of a store that this run may change, since it has the claim.
pub struct Turn {
    /// The number that the pointer gets.
    pub number: u64,
    /// What runs may have done that had the claim before.
    pub doubts: Doubts,
    /// `None` if there is none, or if it cannot be read.
    pub pointer: Option<CurrentRelease>,
}

impl Turn {
    /// Returns the pointer that makes this release the current one.
    pub fn pointer_to(&self, release: String) -> CurrentRelease {
        match self.pointer.clone() {
            Some(before) => before.replaced_by(self.number, release, SystemTime::now()),
            None => CurrentRelease::new(self.number, release),
        }
    }
}

impl Claimant<'_> {
    /// Claims what follows the current release, and calls `work`, which changes the store. Then
    /// writes the pointer that `work` returns; without one, the claim is given up.
    pub fn replace<R: Report>(
        &self,
        current: &CurrentState,
        report: &mut R,
        work: impl FnOnce(&Turn, &mut R) -> Result<Option<CurrentRelease>, Problem>,
    ) -> Result<(), Problem> {
        let stop = self.releases.store.stop_handle();
        stop.set_claim(true);
        let replaced = self.replace_claimed(current, report, work);
        stop.set_claim(false);
        replaced
    }

    fn replace_claimed<R: Report>(
        &self,
        current: &CurrentState,
        report: &mut R,
        work: impl FnOnce(&Turn, &mut R) -> Result<Option<CurrentRelease>, Problem>,
    ) -> Result<(), Problem> {
        let number = current.number + 1;
        let claim = self.claim(number, report)?;
        let checked = self.check_is_current(current).map(|pointer| Turn {
            number,
            doubts: claim.as_ref().map(|own| own.doubts).unwrap_or_default(),
            pointer,
        });
        let turn = checked.inspect_err(|problem| match &claim {
            // The pointer has passed the number, which nobody can claim any more.
            Some(own) if problem.code == Code::PublishClaimed => {
                let _ = self.releases.store.delete_uninterrupted(&own.key);
            }
            Some(own) => self.give_up(own),
            None => {}
        })?;
        let replaced = work(&turn, report).and_then(|pointer| {
            let Some(pointer) = pointer else {
                return Ok(false);
            };
            if claim.is_none() {
                self.check_is_current(current)?;
            }
            self.releases.put(CURRENT, pointer.to_json()).map(|()| true)
        });
        if let (Err(_) | Ok(false), Some(own)) = (&replaced, &claim) {
            self.give_up(own);
        }
        replaced.map(|_| ())
    }

    /// Lets others take the claim over at once. If this fails, they may do so later.
    fn give_up(&self, own: &OwnClaim) {
        let abandoned = document(&own.key, own.claim.abandoned().to_json());
        let store = self.releases.store;
        let _ = store.put_uninterrupted(abandoned, PutRule::Replace);
    }

    /// Claims a release. Returns `None` where the store has no means for it.
    fn claim(&self, number: u64, report: &mut impl Report) -> Result<Option<OwnClaim>, Problem> {
        let claimed = to_rfc3339(SystemTime::now());
        let claim = Claim::new(self.content.clone(), claimed, self.publisher.clone());
        let mut doubts = Doubts::default();
        for attempt in 1..=MAX_ATTEMPTS {
            let key = claim_key(number, attempt);
            // Not to be interrupted: nobody would know whether there is a claim.
            let store = self.releases.store;
            let sent = store.put_uninterrupted(document(&key, claim.to_json()), PutRule::Keep);
            match sent {
                Ok(()) => {
                    return Ok(Some(OwnClaim { key, claim, doubts }));
                }
                Err(error) if error.kind == StoreErrorKind::AlreadyExists => {
                    let before = self.check_free(number, &key, &claim.content)?;
                    doubts.plain |= before.as_ref().is_none_or(|claim| !claim.is_pruning());
                    doubts.pruned |= before.as_ref().is_none_or(Claim::is_pruning);
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

    /// Returns the claim of another run. Fails if that may still be at work.
    fn check_free(&self, number: u64, key: &str, content: &str) -> Result<Option<Claim>, Problem> {
        let Some((bytes, info)) = self.releases.get(key, MAX_CLAIM_SIZE)? else {
            return Ok(None);
        };
        let claim = Claim::read(&bytes).ok();
        let is_free = claim
            .as_ref()
            .is_some_and(|claim| claim.abandoned || claim.content == content);
        if is_free || is_older_than(info.modified, CLAIM_TIME) {
            return Ok(claim);
        }
        let mut problem = claimed_by_another(number);
        if let Some(claim) = claim {
            let publisher = claim.publisher.as_deref();
            let by = publisher.map_or_else(String::new, |publisher| format!(" by {publisher}"));
            let purpose = if claim.is_pruning() { " to prune" } else { "" };
            problem = problem.note(format!("claimed at {}{by}{purpose}", claim.claimed));
        }
        Err(problem.note(format!("the claim is {key}")))
    }

    /// Returns the pointer. Fails if another release has become the current one.
    fn check_is_current(&self, current: &CurrentState) -> Result<Option<CurrentRelease>, Problem> {
        match self.releases.pointer()? {
            Some(found) if found.number > current.number => Err(claimed_by_another(found.number)),
            pointer => Ok(pointer),
        }
    }
}

fn claimed_by_another(number: u64) -> Problem {
    let message = format!("another run has claimed release {number}");
    Problem::error(Code::PublishClaimed, message)
        .note("no plain name has been sent, and nothing deleted")
        .help("run again once it is done; a claim may be taken over after an hour")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::claim_document::CLAIMS;
    use crate::store::client::Store;
    use crate::store::samples::SharedMemory;

    struct Silence;

    impl Report for Silence {
        fn event(&mut self, _: Event) {}
    }

    fn claims(memory: &SharedMemory) -> Vec<Claim> {
        let store = memory.store();
        let keys = store.list(CLAIMS).unwrap().into_iter().map(|info| info.key);
        let bytes = keys.map(|key| store.get(&key, MAX_CLAIM_SIZE).unwrap().unwrap().0);
        bytes.map(|bytes| Claim::read(&bytes).unwrap()).collect()
    }

    /// Claims the first release of the store with this `content`.
    fn claim(
        memory: &SharedMemory,
        content: &str,
        work: impl FnOnce(&Store, &Turn) -> Result<Option<CurrentRelease>, Problem>,
    ) -> Result<(), Problem> {
        let store = memory.store();
        let claimant = Claimant {
            releases: StoreReleases { store: &store },
            content: content.to_owned(),
            publisher: None,
        };
        let current = CurrentState::default();
        claimant.replace(&current, &mut Silence, |turn, _| work(&store, turn))
    }

    fn interrupted(store: &Store, _: &Turn) -> Result<Option<CurrentRelease>, Problem> {
        store.stop_handle().stop(Duration::ZERO);
        let releases = StoreReleases { store };
        releases.put(CURRENT, Vec::new()).map(|()| None)
    }

    #[test]
    fn an_interrupted_run_gives_its_claim_up() {
        let memory = SharedMemory::default();
        let problem = claim(&memory, "0", interrupted).unwrap_err();
        assert!(problem.message.contains("interrupted"), "{problem:?}");
        assert!(claims(&memory)[0].abandoned);
        // Another one takes it over at once, and knows what it may have left.
        let mut doubts = None;
        let work = |_: &Store, turn: &Turn| {
            doubts = Some(turn.doubts);
            Ok(Some(turn.pointer_to("a".to_owned())))
        };
        claim(&memory, "1", work).unwrap();
        let plain = Doubts {
            plain: true,
            pruned: false,
        };
        assert_eq!(doubts, Some(plain));
    }

    #[test]
    fn a_claim_that_the_pointer_has_passed_is_deleted() {
        let memory = SharedMemory::default();
        let pointer = CurrentRelease::new(1, "a".to_owned());
        let store = memory.store();
        StoreReleases { store: &store }
            .put(CURRENT, pointer.to_json())
            .unwrap();
        let problem = claim(&memory, "0", |_, _| Ok(None)).unwrap_err();
        assert_eq!(problem.code, Code::PublishClaimed);
        assert_eq!(claims(&memory), []);
    }

    #[test]
    fn what_earlier_runs_did_is_remembered() {
        let memory = SharedMemory::default();
        let mut doubts = Vec::new();
        for content in ["prune 1", "0", "1"] {
            let work = |_: &Store, turn: &Turn| {
                doubts.push((turn.doubts.plain, turn.doubts.pruned));
                Ok(None)
            };
            claim(&memory, content, work).unwrap();
        }
        assert_eq!(doubts, [(false, false), (false, true), (true, true)]);
        assert_eq!(claims(&memory).len(), 3);
    }
}
