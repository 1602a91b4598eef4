//! Plans which objects a release sends, and in what order. Knows no disk and no store.

use std::collections::HashSet;

use super::published_object::{ObjectRole, PublishedObject};
use super::release_document::{ReleaseDocument, ReleaseObject, kept_key};

/// The objects to be sent, in the order in which their groups are sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PublishPlan<'a> {
    pub fingerprinted: Vec<&'a PublishedObject>,
    pub plain: Vec<&'a PublishedObject>,
    pub manifest: Vec<&'a PublishedObject>,
    /// Objects whose bytes are kept below `.staticc/objects/` too: no fingerprinted object of
    /// the release has them, so that they could not come back.
    pub kept: Vec<&'a PublishedObject>,
    /// Objects that the current release has already.
    pub unchanged: usize,
    /// Keys of plain objects that only the current release has.
    pub removed: Vec<String>,
    /// Whether the current release has exactly these objects.
    pub is_current: bool,
}

/// Objects that the store may not have as the current release says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubtful {
    /// Whether somebody may have replaced plain names and the manifest.
    pub all_plain: bool,
    pub keys: HashSet<String>,
}

impl Doubtful {
    /// Returns these objects with all plain ones.
    #[must_use]
    pub fn with_all_plain(&self) -> Self {
        Self {
            all_plain: true,
            ..self.clone()
        }
    }
}

impl<'a> PublishPlan<'a> {
    /// Compares the objects with the current release. What is doubtful is sent even if the
    /// release has it.
    pub fn new(
        objects: &'a [PublishedObject],
        current: Option<&ReleaseDocument>,
        doubtful: &Doubtful,
    ) -> Self {
        let mut plan = Self {
            kept: kept(objects, current, doubtful),
            ..Self::default()
        };
        for object in objects {
            let known = current.and_then(|current| current.objects.get(&object.key));
            let is_plain = object.role != ObjectRole::Fingerprinted;
            let is_doubtful =
                (is_plain && doubtful.all_plain) || doubtful.keys.contains(&object.key);
            if !is_doubtful && known.is_some_and(|known| is_same(known, object)) {
                plan.unchanged += 1;
                continue;
            }
            let group = match object.role {
                ObjectRole::Fingerprinted => &mut plan.fingerprinted,
                ObjectRole::Plain => &mut plan.plain,
                ObjectRole::Manifest => &mut plan.manifest,
            };
            group.push(object);
        }
        let keys: HashSet<&str> = objects.iter().map(|object| &object.key[..]).collect();
        let earlier = current.iter().flat_map(|current| &current.objects);
        let gone: Vec<_> = earlier
            .filter(|(key, _)| !keys.contains(&key[..]))
            .collect();
        plan.is_current = current.is_some()
            && plan.unchanged == objects.len()
            && plan.kept.is_empty()
            && gone.is_empty();
        let plain = gone
            .into_iter()
            .filter(|(_, object)| object.role != ObjectRole::Fingerprinted);
        plan.removed = plain.map(|(key, _)| key.clone()).collect();
        plan
    }

    /// Returns all objects to be sent, in order.
    pub fn to_send(&self) -> impl Iterator<Item = &'a PublishedObject> {
        let groups = [&self.fingerprinted, &self.plain, &self.manifest];
        groups.into_iter().flatten().copied()
    }

    /// Returns the keys of names that had another content, or perhaps none, before. A CDN has
    /// to forget them.
    pub fn to_purge(&self) -> impl Iterator<Item = &str> {
        let sent = self.plain.iter().chain(&self.manifest);
        let keys = sent.map(|object| &object.key[..]);
        keys.chain(self.removed.iter().map(String::as_str))
    }
}

/// Returns an object for each content that is to be kept, and that the current release has not
/// kept already.
fn kept<'a>(
    objects: &'a [PublishedObject],
    current: Option<&ReleaseDocument>,
    doubtful: &Doubtful,
) -> Vec<&'a PublishedObject> {
    let mut is_held: HashSet<&str> = HashSet::new();
    let fingerprinted = objects
        .iter()
        .filter(|object| object.role == ObjectRole::Fingerprinted);
    is_held.extend(fingerprinted.map(|object| &object.digest[..]));
    let kept = current.map(ReleaseDocument::kept_objects);
    let digests = kept.into_iter().flatten().map(|object| &object.digest[..]);
    is_held.extend(digests.filter(|digest| !doubtful.keys.contains(&kept_key(digest))));
    // Each content once.
    objects
        .iter()
        .filter(|object| is_held.insert(&object.digest))
        .collect()
}

/// Returns whether the object in a release has the same bytes and headers.
fn is_same(known: &ReleaseObject, object: &PublishedObject) -> bool {
    known.digest == object.digest && known.size == object.size && known.headers == object.headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LogicalPath;
    use crate::store::headers::ObjectHeaders;

    fn object(key: &str, role: ObjectRole, digest: &str) -> PublishedObject {
        PublishedObject {
            key: key.to_owned(),
            role,
            source: LogicalPath::new(key),
            copy_of: None,
            size: 1,
            digest: digest.to_owned(),
            headers: ObjectHeaders::default(),
        }
    }

    fn release(objects: &[PublishedObject]) -> ReleaseDocument {
        let objects = objects.iter();
        ReleaseDocument {
            number: 1,
            created: String::new(),
            publisher: None,
            objects: objects
                .map(|object| (object.key.clone(), object.into()))
                .collect(),
        }
    }

    fn objects() -> Vec<PublishedObject> {
        vec![
            object("a.1.css", ObjectRole::Fingerprinted, "1"),
            object("a.css", ObjectRole::Plain, "2"),
            object("b.css", ObjectRole::Plain, "3"),
            object("staticfiles.json", ObjectRole::Manifest, "4"),
        ]
    }

    fn sent(plan: &PublishPlan<'_>) -> Vec<String> {
        plan.to_send().map(|object| object.key.clone()).collect()
    }

    fn to_purge<'p>(plan: &'p PublishPlan<'_>) -> Vec<&'p str> {
        plan.to_purge().collect()
    }

    #[test]
    fn first_release_sends_all_and_the_manifest_last() {
        let objects = objects();
        let plan = PublishPlan::new(&objects, None, &Doubtful::default());
        assert_eq!(
            sent(&plan),
            ["a.1.css", "a.css", "b.css", "staticfiles.json"]
        );
        assert!(!plan.is_current);
    }

    #[test]
    fn the_current_release_is_not_sent_again() {
        let objects = objects();
        let current = release(&objects);
        let plan = PublishPlan::new(&objects, Some(&current), &Doubtful::default());
        assert!(plan.is_current && sent(&plan).is_empty());
        let all_plain = Doubtful {
            all_plain: true,
            ..Doubtful::default()
        };
        let plan = PublishPlan::new(&objects, Some(&current), &all_plain);
        assert_eq!(sent(&plan), ["a.css", "b.css", "staticfiles.json"]);
    }

    #[test]
    fn changed_bytes_and_headers_are_sent() {
        let current = release(&objects());
        let mut objects = objects();
        objects[1].digest = "5".to_owned();
        objects[2].headers.cache_control = "no-cache".to_owned();
        objects.remove(0);
        objects.push(object("c.css", ObjectRole::Plain, "6"));
        let plan = PublishPlan::new(&objects, Some(&current), &Doubtful::default());
        assert_eq!(sent(&plan), ["a.css", "b.css", "c.css"]);
        assert_eq!(to_purge(&plan), ["a.css", "b.css", "c.css"]);
        assert!(!plan.is_current);
    }

    #[test]
    fn bytes_of_plain_names_are_kept_once() {
        let keys = |plan: &PublishPlan<'_>| -> Vec<String> {
            plan.kept.iter().map(|object| object.key.clone()).collect()
        };
        let mut objects = objects();
        // A fingerprinted object holds the first, and two names have the second.
        objects.push(object("c.css", ObjectRole::Plain, "1"));
        objects.push(object("d.css", ObjectRole::Plain, "2"));
        let plan = PublishPlan::new(&objects, None, &Doubtful::default());
        assert_eq!(keys(&plan), ["a.css", "b.css", "staticfiles.json"]);
        let current = release(&objects);
        objects[2].digest = "7".to_owned();
        let plan = PublishPlan::new(&objects, Some(&current), &Doubtful::default());
        assert_eq!(keys(&plan), ["b.css"]);
        // The fingerprinted object that holds it is of the earlier release only.
        objects.remove(0);
        let plan = PublishPlan::new(&objects, Some(&current), &Doubtful::default());
        assert_eq!(keys(&plan), ["b.css", "c.css"]);
    }

    #[test]
    fn what_the_store_has_lost_is_sent_again() {
        let objects = objects();
        let current = release(&objects);
        let lost = objects[0].key.clone();
        let doubtful = Doubtful {
            all_plain: false,
            keys: HashSet::from([lost.clone(), kept_key("2")]),
        };
        let plan = PublishPlan::new(&objects, Some(&current), &doubtful);
        assert!(!plan.is_current);
        assert_eq!(sent(&plan), [lost]);
        assert_eq!(plan.kept.len(), 1);
        assert_eq!(plan.kept[0].digest, "2");
    }

    #[test]
    fn plain_names_that_are_gone_are_purged() {
        let current = release(&objects());
        let objects: Vec<_> = objects()
            .into_iter()
            .filter(|object| object.key != "b.css")
            .collect();
        let plan = PublishPlan::new(&objects, Some(&current), &Doubtful::default());
        assert!(!plan.is_current && sent(&plan).is_empty());
        assert_eq!(to_purge(&plan), ["b.css"]);
    }
}
