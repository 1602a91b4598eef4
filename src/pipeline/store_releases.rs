//! Reads and writes the releases of a store, and the pointer to the current one. Knows no
//! STATIC_ROOT, and does not decide which release is current.

use crate::model::{Code, Event, Problem, Report};
use crate::publish::current_release::{CURRENT, CurrentRelease, MAX_POINTER_SIZE};
use crate::publish::object_headers::document_headers;
use crate::publish::release_document::{
    MAX_RELEASE_SIZE, RELEASES, ReleaseDocument, has_name, number_of, release_key,
};
use crate::store::client::{Body, ObjectInfo, PutRule, Store, Upload};
use crate::store::error::StoreError;

/// The release that counts now.
#[derive(Debug, Default)]
pub struct CurrentState {
    /// `None` if there is none, or if it cannot be read.
    pub release: Option<ReleaseDocument>,
    /// What names the release, if there is one.
    pub pointer: Option<CurrentRelease>,
    /// How often the current release has changed.
    pub number: u64,
}

/// The releases of a store.
#[derive(Clone, Copy)]
pub struct StoreReleases<'a> {
    pub store: &'a Store,
}

impl StoreReleases<'_> {
    /// Reads the current release. One that is damaged is a warning, and as if there were none.
    pub fn current(self, report: &mut impl Report) -> Result<CurrentState, Problem> {
        match self.sound_current() {
            Err(problem) if problem.code == Code::DamagedRelease => {
                let problem = Problem::warning(problem.code, problem.message);
                let note = "everything is sent again, as for a first release";
                report.event(Event::Problem(problem.note(note)));
                self.without_release(self.pointer()?)
            }
            Ok(None) => self.without_release(None),
            Ok(Some(current)) => Ok(current),
            Err(problem) => Err(problem),
        }
    }

    /// Reads the current release, if there is a pointer to one. One that is damaged is an error.
    pub fn sound_current(self) -> Result<Option<CurrentState>, Problem> {
        let Some((bytes, _)) = self.get(CURRENT, MAX_POINTER_SIZE)? else {
            return Ok(None);
        };
        let publish_again = |problem: Problem| match problem.code {
            Code::DamagedRelease => problem.help("publish again: `staticc publish`"),
            _ => problem,
        };
        let pointer = CurrentRelease::read(&bytes)
            .map_err(|fault| publish_again(damaged(CURRENT, &fault)))?;
        let release = self.release(&pointer.release).map_err(publish_again)?;
        Ok(Some(CurrentState {
            number: pointer.number.max(release.number),
            release: Some(release),
            pointer: Some(pointer),
        }))
    }

    /// Reads the release of this name.
    pub fn release(self, name: &str) -> Result<ReleaseDocument, Problem> {
        let key = release_key(name);
        let Some((bytes, _)) = self.get(&key, MAX_RELEASE_SIZE)? else {
            return Err(damaged(&key, "is not there"));
        };
        if !has_name(name, &bytes) {
            return Err(damaged(&key, "does not have the digest of its name"));
        }
        ReleaseDocument::read(&bytes).map_err(|fault| damaged(&key, &fault))
    }

    /// Returns the pointer to the current release. One that cannot be read is as if there were
    /// none.
    pub fn pointer(self) -> Result<Option<CurrentRelease>, Problem> {
        let found = self.get(CURRENT, MAX_POINTER_SIZE)?;
        Ok(found.and_then(|(bytes, _)| CurrentRelease::read(&bytes).ok()))
    }

    /// Returns the names of all releases, the oldest first.
    pub fn names(self) -> Result<Vec<String>, Problem> {
        let listed = self.store.list(RELEASES);
        let objects = listed.map_err(|error| self.problem(&error))?;
        let names = objects.iter().filter_map(|object| {
            let name = object.key.rsplit('/').next()?.strip_suffix(".json")?;
            number_of(name).map(|_| name.to_owned())
        });
        Ok(names.collect())
    }

    /// Returns the state of a store whose objects are not known. Numbers of releases go on, and so
    /// does that of a pointer to a damaged one.
    fn without_release(self, pointer: Option<CurrentRelease>) -> Result<CurrentState, Problem> {
        let names = self.names()?;
        let numbers = names.iter().filter_map(|name| number_of(name));
        let counted = pointer.map(|pointer| pointer.number);
        Ok(CurrentState {
            number: numbers.chain(counted).max().unwrap_or_default(),
            ..CurrentState::default()
        })
    }

    pub fn get(self, key: &str, limit: u64) -> Result<Option<(Vec<u8>, ObjectInfo)>, Problem> {
        let result = self.store.get(key, limit);
        result.map_err(|error| self.problem(&error))
    }

    pub fn put(self, key: &str, body: Vec<u8>) -> Result<(), Problem> {
        let sent = self.store.put(document(key, body), PutRule::Replace);
        sent.map_err(|error| self.problem(&error))
    }

    pub fn problem(self, error: &StoreError) -> Problem {
        error.to_problem(self.store.url())
    }
}

/// Returns the problem of a store without releases.
pub fn no_release() -> Problem {
    Problem::error(Code::NoReleases, "the store has no release")
        .help("publish first: `staticc publish`")
}

/// Returns the problem of a document that cannot be read.
fn damaged(key: &str, fault: &str) -> Problem {
    Problem::error(Code::DamagedRelease, format!("{key} {fault}"))
}

/// Returns a document below `.staticc/` as it is sent.
pub fn document(key: &str, body: Vec<u8>) -> Upload {
    Upload {
        key: key.to_owned(),
        body: Body::Bytes(body),
        headers: document_headers(),
    }
}
