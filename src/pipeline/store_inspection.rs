//! Compares the objects in a store with the release that names them. Reads no STATIC_ROOT, and
//! changes nothing.

use super::store_releases::StoreReleases;
use crate::model::{Code, Problem, Progress};
use crate::publish::object_headers::kept_headers;
use crate::publish::publish_plan::Doubtful;
use crate::publish::release_document::{ReleaseDocument, ReleaseObject, kept_key};
use crate::store::headers::ObjectHeaders;
use crate::store::inspection::{ExpectedObject, ObjectFault};

/// What mends a store.
pub const PUBLISH_AGAIN: &str = "send it again: `staticc publish --verify`";

/// What was read of a store, and how it differs from a release.
#[derive(Debug, Default)]
pub struct StoreInspection {
    /// Objects that were read, one request for each.
    pub objects: usize,
    /// The size that they should have.
    pub bytes: u64,
    /// The objects with a fault, sorted by key.
    faults: Vec<(ExpectedObject, ObjectFault)>,
}

impl StoreInspection {
    /// Reads all objects of a release, and the bytes that are kept for it.
    pub fn of(
        releases: StoreReleases<'_>,
        release: &ReleaseDocument,
        jobs: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Problem> {
        let objects = expected_objects(release);
        let mut inspection = Self {
            objects: objects.len(),
            bytes: objects.iter().map(|object| object.size).sum(),
            faults: Vec::new(),
        };
        progress.expect(inspection.bytes);
        releases
            .store
            .inspect_all(&objects, jobs, |object, faults| {
                progress.advance(object.size);
                let found = faults.into_iter().map(|fault| (object.clone(), fault));
                inspection.faults.extend(found);
            })?;
        let faults = &mut inspection.faults;
        faults.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        Ok(inspection)
    }

    /// Returns the objects that are to be sent again.
    pub fn doubtful(&self) -> Doubtful {
        let keys = self.faults.iter().map(|(object, _)| object.key.clone());
        Doubtful {
            all_plain: false,
            keys: keys.collect(),
        }
    }

    /// Returns whether the object at the key has no fault.
    pub fn is_sound(&self, key: &str) -> bool {
        !self.faults.iter().any(|(object, _)| object.key == key)
    }

    /// Returns the problems of objects of this release.
    pub fn problems(&self, number: u64) -> impl Iterator<Item = Problem> {
        let faults = self.faults.iter();
        faults.map(move |(object, fault)| problem(object, fault, number))
    }
}

/// Returns what the store has of a release: its objects, and the bytes that are kept for it.
fn expected_objects(release: &ReleaseDocument) -> Vec<ExpectedObject> {
    let expected = |key: String, object: &ReleaseObject, headers: &ObjectHeaders| ExpectedObject {
        key,
        size: object.size,
        digest: object.digest.clone(),
        headers: headers.clone(),
    };
    let published = release
        .objects
        .iter()
        .map(|(key, object)| expected(key.clone(), object, &object.headers));
    let headers = kept_headers();
    let kept = release.kept_objects().into_iter();
    let with_kept = kept.map(|object| expected(kept_key(&object.digest), object, &headers));
    published.chain(with_kept).collect()
}

fn problem(object: &ExpectedObject, fault: &ObjectFault, number: u64) -> Problem {
    let key = &object.key;
    let wrong = |message: String| Problem::error(Code::WrongObject, message);
    let problem = match fault {
        ObjectFault::Missing => {
            let message = format!("{key} is not in the store");
            Problem::error(Code::MissingObject, message).note(format!("release {number} needs it"))
        }
        ObjectFault::Size(size) => {
            let expected = object.size;
            wrong(format!("{key} has another size than in release {number}"))
                .note(format!("it has {size} bytes instead of {expected}"))
        }
        ObjectFault::Content => wrong(format!("{key} has other bytes than in release {number}")),
        ObjectFault::Headers(found) => {
            let message = format!("{key} has other headers than in release {number}");
            let notes = header_notes(found, &object.headers);
            notes.into_iter().fold(wrong(message), Problem::note)
        }
    };
    problem.help(PUBLISH_AGAIN)
}

/// Returns a line for each header that differs.
fn header_notes(found: &ObjectHeaders, expected: &ObjectHeaders) -> Vec<String> {
    let encoding = |headers: &ObjectHeaders| headers.content_encoding.clone().unwrap_or_default();
    let headers = [
        (
            "Content-Type",
            found.content_type.clone(),
            expected.content_type.clone(),
        ),
        ("Content-Encoding", encoding(found), encoding(expected)),
        (
            "Cache-Control",
            found.cache_control.clone(),
            expected.cache_control.clone(),
        ),
    ];
    let differing = headers.into_iter().filter(|(_, one, other)| one != other);
    let notes = differing.map(|(name, one, other)| {
        let shown = |value: String| {
            if value.is_empty() {
                "none".to_owned()
            } else {
                format!("\"{value}\"")
            }
        };
        format!("{name} is {} instead of {}", shown(one), shown(other))
    });
    notes.collect()
}
