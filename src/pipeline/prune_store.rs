//! Deletes the objects of a store that only old releases name. It claims the next number as a
//! publisher does, so that no publisher relies on what is being deleted. Reads no STATIC_ROOT.

use std::process;
use std::time::SystemTime;

use super::claim::{CLAIM_TIME, Claimant, Turn};
use super::store_releases::{CurrentState, StoreReleases, no_release};
use crate::model::{Code, Event, LogicalPath, Problem, Report, Retention, StorePruneSummary};
use crate::publish::claim_document::{CLAIMS, PRUNING, claim_number};
use crate::publish::current_release::{CURRENT, CurrentRelease};
use crate::publish::prune_plan::{PrunePlan, SortedReleases};
use crate::publish::release_document::release_key;
use crate::store::client::is_older_than;

/// How many objects are deleted before the run looks at its time.
const GROUP: usize = 1000;

const NOTHING_IS_DELETED: &str = "nothing is deleted: it might be needed";

/// A run that deletes objects.
pub struct StorePruner<'a> {
    pub releases: StoreReleases<'a>,
    pub retention: Retention,
    /// The value of `STATICC_PUBLISHER`.
    pub publisher: Option<String>,
}

/// What is to be deleted.
struct Unneeded {
    /// The keys of the objects, with their sizes.
    objects: Vec<(String, u64)>,
    /// The names of the releases.
    releases: Vec<String>,
    kept: usize,
}

impl StorePruner<'_> {
    /// Reports what would be deleted.
    pub fn pretend(&self, report: &mut impl Report) -> Result<StorePruneSummary, Problem> {
        let pointer = self.current()?.pointer.ok_or_else(no_release)?;
        let unneeded = self.unneeded(&pointer, report)?;
        let mut summary = self.summary(&unneeded);
        for object in &unneeded.objects {
            deleted(object, &mut summary, report);
        }
        Ok(summary)
    }

    /// Deletes the objects, and then the releases.
    pub fn prune(&self, report: &mut impl Report) -> Result<StorePruneSummary, Problem> {
        let current = self.current()?;
        let pointer = current.pointer.as_ref().ok_or_else(no_release)?;
        let names = self.releases.names()?;
        let sorted = SortedReleases::new(&names, pointer, self.retention, SystemTime::now());
        let mut summary = StorePruneSummary {
            store: self.releases.store.url().to_string(),
            kept: sorted.recent.len(),
            ..StorePruneSummary::default()
        };
        if sorted.old.is_empty() {
            return Ok(summary);
        }
        let claimant = Claimant {
            releases: self.releases,
            content: own_content(),
            publisher: self.publisher.clone(),
        };
        let mut finished = current.number;
        claimant.replace(&current, report, |turn, report| {
            let pointer = self.delete(turn, &mut summary, report)?;
            // Plain names that a publisher has replaced in part are in doubt until the next
            // publishing. The claim says so, and stays.
            if turn.doubts.plain {
                return Ok(None);
            }
            finished = turn.number;
            Ok(Some(pointer))
        })?;
        self.forget_claims(finished)?;
        Ok(summary)
    }

    /// Deletes what is not needed now that the claim is there, and returns the pointer that
    /// forgets it.
    fn delete(
        &self,
        turn: &Turn,
        summary: &mut StorePruneSummary,
        report: &mut impl Report,
    ) -> Result<CurrentRelease, Problem> {
        let began = SystemTime::now();
        let mut pointer = turn.pointer.clone().ok_or_else(no_release)?;
        let unneeded = self.unneeded(&pointer, report)?;
        *summary = self.summary(&unneeded);
        // From here on, nobody can go back to them.
        pointer.pruned.extend(unneeded.releases.iter().cloned());
        self.releases.put(CURRENT, pointer.to_json())?;
        let documents = unneeded.releases.iter().map(|name| release_key(name));
        let documents: Vec<String> = documents.collect();
        for objects in unneeded.objects.chunks(GROUP) {
            check_time(began)?;
            let keys: Vec<String> = objects.iter().map(|(key, _)| key.clone()).collect();
            self.releases.store.delete_all(&keys)?;
            for object in objects {
                deleted(object, summary, report);
            }
        }
        check_time(began)?;
        // Last: as long as they are there, the next run knows what to delete.
        self.releases.store.delete_all(&documents)?;
        let names = self.releases.names()?;
        pointer.keep_only(|name| names.iter().any(|known| known == name));
        pointer.number = turn.number;
        Ok(pointer)
    }

    /// Returns what only old releases name.
    fn unneeded(
        &self,
        pointer: &CurrentRelease,
        report: &mut impl Report,
    ) -> Result<Unneeded, Problem> {
        let names = self.releases.names()?;
        let sorted = SortedReleases::new(&names, pointer, self.retention, SystemTime::now());
        let mut plan = PrunePlan::default();
        for name in &sorted.recent {
            let release = self.releases.release(name);
            plan.keep(release.map_err(|problem| problem.note(NOTHING_IS_DELETED))?);
        }
        let mut old = Vec::new();
        for name in sorted.old {
            match self.releases.release(&name) {
                Ok(release) => {
                    plan.drop(release);
                    old.push(name);
                }
                Err(problem) if problem.code == Code::DamagedRelease => {
                    let note = "it stays, and so do the objects that only it names";
                    let warning = Problem::warning(problem.code, problem.message).note(note);
                    report.event(Event::Problem(warning));
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(Unneeded {
            objects: plan.unneeded(),
            releases: old,
            kept: sorted.recent.len(),
        })
    }

    /// Deletes the claims of numbers that the pointer has passed. Who would claim one of them
    /// sees by the pointer that it is too late.
    fn forget_claims(&self, number: u64) -> Result<(), Problem> {
        let listed = self.releases.store.list(CLAIMS);
        let claims = listed.map_err(|error| self.releases.problem(&error))?;
        let keys = claims.into_iter().map(|claim| claim.key);
        let passed = |key: &String| claim_number(key).is_some_and(|claimed| claimed <= number);
        let keys: Vec<String> = keys.filter(passed).collect();
        self.releases.store.delete_all(&keys)
    }

    /// Returns the current release. Without a sound one, nothing can be deleted.
    fn current(&self) -> Result<CurrentState, Problem> {
        let current = self.releases.sound_current();
        current
            .map_err(|problem| problem.note(NOTHING_IS_DELETED))?
            .ok_or_else(no_release)
    }

    /// Returns the summary of a run that has not begun.
    fn summary(&self, unneeded: &Unneeded) -> StorePruneSummary {
        StorePruneSummary {
            store: self.releases.store.url().to_string(),
            releases: unneeded.releases.len(),
            kept: unneeded.kept,
            ..StorePruneSummary::default()
        }
    }
}

/// Reports an object, and counts it.
fn deleted((key, size): &(String, u64), summary: &mut StorePruneSummary, report: &mut impl Report) {
    summary.objects += 1;
    summary.bytes += size;
    report.event(Event::Pruned {
        path: LogicalPath::new(key.as_bytes()),
    });
}

/// Returns what the claim of this run says. No other run has the same, so that two of them are
/// never at work at once.
fn own_content() -> String {
    let now = humantime::format_rfc3339_nanos(SystemTime::now());
    format!("{PRUNING} {now} {}", process::id())
}

/// Fails before others may take the claim over.
fn check_time(began: SystemTime) -> Result<(), Problem> {
    if !is_older_than(began, CLAIM_TIME / 2) {
        return Ok(());
    }
    let message = "pruning takes longer than the claim of a run may last";
    Err(Problem::error(Code::StoreUnusable, message).help("prune again: the next run goes on"))
}
