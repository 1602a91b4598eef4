//! Reads and writes the releases of a store, and the pointer to the current one. Knows no
//! STATIC_ROOT, and does not decide which release is current.

use crate::model::{Code, Event, Problem, Report};
use crate::publish::object_headers::document_headers;
use crate::publish::release_document::{
    CURRENT, CurrentRelease, MAX_POINTER_SIZE, MAX_RELEASE_SIZE, RELEASES, ReleaseDocument,
    has_name, number_of, release_key,
};
use crate::store::client::{Body, ObjectInfo, PutRule, Store, Upload};
use crate::store::error::StoreError;

/// The release that counts now.
#[derive(Debug, Default)]
pub struct CurrentState {
    /// `None` if there is none, or if it cannot be read.
    pub release: Option<ReleaseDocument>,
    /// Its name. Empty if there is none.
    pub name: String,
    /// How often the current release has changed.
    pub number: u64,
}

/// Why a release cannot be read.
struct Damage {
    key: String,
    fault: String,
}

/// The releases of a store.
#[derive(Clone, Copy)]
pub struct StoreReleases<'a> {
    pub store: &'a Store,
}

impl StoreReleases<'_> {
    /// Reads the current release. One that is damaged is a warning, and as if there were none.
    pub fn current(self, report: &mut impl Report) -> Result<CurrentState, Problem> {
        let (key, fault) = match self.read_current()? {
            Ok(Some(current)) => return Ok(current),
            Ok(None) => return self.without_release(),
            Err(Damage { key, fault }) => (key, fault),
        };
        let problem = Problem::warning(Code::DamagedRelease, format!("{key} {fault}"));
        let note = "everything is sent again, as for a first release";
        report.event(Event::Problem(problem.note(note)));
        self.without_release()
    }

    /// Returns the current release, if there is a pointer to one.
    fn read_current(self) -> Result<Result<Option<CurrentState>, Damage>, Problem> {
        let Some((bytes, _)) = self.get(CURRENT, MAX_POINTER_SIZE)? else {
            return Ok(Ok(None));
        };
        let pointer = match CurrentRelease::read(&bytes) {
            Ok(pointer) => pointer,
            Err(fault) => {
                let key = CURRENT.to_owned();
                return Ok(Err(Damage { key, fault }));
            }
        };
        let release = self.read_release(&pointer.release)?;
        Ok(release.map(|release| {
            Some(CurrentState {
                number: pointer.number.max(release.number),
                release: Some(release),
                name: pointer.release,
            })
        }))
    }

    /// Reads the release of this name.
    pub fn release(self, name: &str) -> Result<ReleaseDocument, Problem> {
        self.read_release(name)?.map_err(|Damage { key, fault }| {
            Problem::error(Code::DamagedRelease, format!("{key} {fault}"))
        })
    }

    fn read_release(self, name: &str) -> Result<Result<ReleaseDocument, Damage>, Problem> {
        let key = release_key(name);
        let damage = |fault: &str| Damage {
            key: key.clone(),
            fault: fault.to_owned(),
        };
        let Some((bytes, _)) = self.get(&key, MAX_RELEASE_SIZE)? else {
            return Ok(Err(damage("is not there")));
        };
        if !has_name(name, &bytes) {
            return Ok(Err(damage("does not have the digest of its name")));
        }
        Ok(ReleaseDocument::read(&bytes).map_err(|fault| damage(&fault)))
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

    /// Returns the state of a store whose objects are not known. Numbers of releases go on.
    fn without_release(self) -> Result<CurrentState, Problem> {
        let names = self.names()?;
        let numbers = names.iter().filter_map(|name| number_of(name));
        Ok(CurrentState {
            number: numbers.max().unwrap_or_default(),
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

/// Returns a document below `.staticc/` as it is sent.
pub fn document(key: &str, body: Vec<u8>) -> Upload {
    Upload {
        key: key.to_owned(),
        body: Body::Bytes(body),
        headers: document_headers(),
    }
}
