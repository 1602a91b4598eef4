//! Plans which objects of a store can be deleted: those that only old releases name. Knows no
//! store, and does not delete.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::SystemTime;

use super::current_release::CurrentRelease;
use super::release_document::{ReleaseDocument, created_in, kept_key, number_of};
use crate::model::Retention;

/// The names of releases, by what becomes of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SortedReleases {
    /// These stay. The current one is among them.
    pub recent: Vec<String>,
    pub old: Vec<String>,
}

/// When a release was replaced.
struct End {
    /// The number that the pointer had then.
    number: u64,
    /// `None` if it is not known.
    time: Option<SystemTime>,
}

impl SortedReleases {
    /// Sorts the releases that are there. A release that is newer than the current one is recent:
    /// its publisher may be about to make it the current one.
    pub fn new(
        names: &[String],
        pointer: &CurrentRelease,
        retention: Retention,
        now: SystemTime,
    ) -> Self {
        let starts = names.iter().filter_map(|name| {
            let number = number_of(name).filter(|number| *number <= pointer.number)?;
            Some((number, created_in(name)))
        });
        let starts: BTreeMap<u64, Option<SystemTime>> = starts.collect();
        let ends: BTreeMap<&String, End> = names
            .iter()
            .filter(|name| **name != pointer.release)
            .filter_map(|name| Some((name, end(name, pointer, &starts)?)))
            .collect();
        // Releases that ended at once count as one.
        let numbers: BTreeSet<u64> = ends.values().map(|end| end.number).collect();
        let numbers = Vec::from_iter(numbers);
        let is_recent = |name: &String| {
            ends.get(name).is_none_or(|end| {
                let later = numbers.partition_point(|number| *number <= end.number);
                // The current one has followed all others.
                let newer = 1 + numbers.len() - later;
                let is_pruned = pointer.pruned.contains(name);
                !is_pruned && retention.is_recent(newer, end.time, now)
            })
        };
        let (recent, old) = names.iter().cloned().partition(is_recent);
        Self { recent, old }
    }
}

/// Returns when a release was replaced, and `None` if it has never been the current one. `starts`
/// has when each number began.
fn end(
    name: &str,
    pointer: &CurrentRelease,
    starts: &BTreeMap<u64, Option<SystemTime>>,
) -> Option<End> {
    if let Some(replacement) = pointer.replaced.get(name) {
        return Some(End {
            number: replacement.number,
            time: humantime::parse_rfc3339(&replacement.time).ok(),
        });
    }
    let number = number_of(name).filter(|number| *number <= pointer.number)?;
    let next = starts.range(number + 1..).next();
    Some(next.map_or(
        End {
            number: pointer.number,
            time: None,
        },
        |(next, time)| End {
            number: *next,
            time: *time,
        },
    ))
}

/// The objects that old releases name, and no recent one.
#[derive(Debug, Default)]
pub struct PrunePlan {
    needed: HashSet<String>,
    /// The keys of objects that old releases name, with their sizes.
    named: BTreeMap<String, u64>,
}

impl PrunePlan {
    /// Adds a release that stays.
    pub fn keep(&mut self, release: ReleaseDocument) {
        let kept = release.kept_objects().into_iter();
        self.needed
            .extend(kept.map(|object| kept_key(&object.digest)));
        self.needed.extend(release.objects.into_keys());
    }

    /// Adds a release that goes.
    pub fn drop(&mut self, release: ReleaseDocument) {
        let kept = release.kept_objects().into_iter();
        self.named
            .extend(kept.map(|object| (kept_key(&object.digest), object.size)));
        let objects = release.objects.into_iter();
        self.named
            .extend(objects.map(|(key, object)| (key, object.size)));
    }

    /// Returns the objects to be deleted, sorted by key, with their sizes.
    pub fn unneeded(self) -> Vec<(String, u64)> {
        let Self { needed, named } = self;
        let unneeded = named.into_iter().filter(|(key, _)| !needed.contains(key));
        unneeded.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::publish::published_object::ObjectRole;
    use crate::publish::release_document::{ReleaseObject, release_name, to_rfc3339};
    use crate::store::headers::ObjectHeaders;

    /// The moment of a day.
    fn day(number: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * number)
    }

    fn name(number: u64, text: &str) -> String {
        release_name(number, &to_rfc3339(day(number)), text.as_bytes())
    }

    fn keep(keep: usize) -> Retention {
        Retention {
            keep,
            older_than: None,
        }
    }

    /// The numbers of the recent ones among releases 1 to `last`, on the day after the last.
    fn recent(last: u64, pointer: &CurrentRelease, retention: Retention) -> Vec<u64> {
        let names: Vec<String> = (1..=last).map(|number| name(number, "")).collect();
        let sorted = SortedReleases::new(&names, pointer, retention, day(last + 1));
        assert_eq!(sorted.recent.len() + sorted.old.len(), names.len());
        sorted
            .recent
            .iter()
            .filter_map(|name| number_of(name))
            .collect()
    }

    #[test]
    fn newest_releases_and_young_ones_are_recent() {
        let pointer = CurrentRelease::new(5, name(5, ""));
        assert_eq!(recent(5, &pointer, keep(1)), [5]);
        assert_eq!(recent(5, &pointer, keep(3)), [3, 4, 5]);
        assert_eq!(recent(5, &pointer, keep(9)), [1, 2, 3, 4, 5]);
        // Release 4 ended yesterday, release 3 the day before.
        let young = Retention {
            older_than: Some(Duration::from_secs(86_400 * 2)),
            ..keep(1)
        };
        assert_eq!(recent(5, &pointer, young), [4, 5]);
    }

    #[test]
    fn a_release_that_was_current_again_is_newer() {
        let pointer = CurrentRelease::new(3, name(3, ""));
        let back = pointer.replaced_by(4, name(1, ""), day(4));
        assert_eq!(recent(3, &back, keep(1)), [1]);
        assert_eq!(recent(3, &back, keep(2)), [1, 3]);
        let forward = back.replaced_by(5, name(5, ""), day(5));
        let names = [1, 2, 3, 5].map(|number| name(number, ""));
        let sorted = SortedReleases::new(&names, &forward, keep(2), day(6));
        assert_eq!(sorted.recent, [name(1, ""), name(5, "")]);
        // What is being pruned does not come back, whatever is kept now.
        let mut pruning = forward;
        pruning.pruned.insert(name(1, ""));
        let sorted = SortedReleases::new(&names, &pruning, keep(9), day(6));
        assert_eq!(sorted.old, [name(1, "")]);
    }

    #[test]
    fn a_release_that_is_not_current_yet_is_recent() {
        let pointer = CurrentRelease::new(3, name(3, ""));
        assert_eq!(recent(4, &pointer, keep(1)), [3, 4]);
        // One that never became it does not count.
        let names = [name(1, ""), name(2, ""), name(2, "failed"), name(3, "")];
        let sorted = SortedReleases::new(&names, &pointer, keep(2), day(4));
        assert_eq!(sorted.old, [name(1, "")]);
    }

    fn release(objects: &BTreeMap<u8, (u8, bool)>) -> ReleaseDocument {
        let objects = objects.iter().map(|(key, (content, is_plain))| {
            let object = ReleaseObject {
                size: 1,
                digest: content.to_string(),
                role: if *is_plain {
                    ObjectRole::Plain
                } else {
                    ObjectRole::Fingerprinted
                },
                headers: ObjectHeaders::default(),
            };
            (format!("{key}.css"), object)
        });
        ReleaseDocument {
            number: 1,
            created: String::new(),
            publisher: None,
            objects: objects.collect(),
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_kept_release_needs_is_deleted(
            releases in prop::collection::vec(
                (any::<bool>(), prop::collection::btree_map(0..9u8, (0..9u8, any::<bool>()), 0..6)),
                0..6,
            ),
        ) {
            let mut plan = PrunePlan::default();
            let (mut needed, mut named) = (HashSet::new(), HashSet::new());
            for (stays, objects) in &releases {
                let release = release(objects);
                for (key, object) in &release.objects {
                    let group = if *stays { &mut needed } else { &mut named };
                    group.insert(key.clone());
                    let holds = |other: &ReleaseObject| {
                        other.role == ObjectRole::Fingerprinted && other.digest == object.digest
                    };
                    if !release.objects.values().any(holds) {
                        group.insert(kept_key(&object.digest));
                    }
                }
                if *stays {
                    plan.keep(release);
                } else {
                    plan.drop(release);
                }
            }
            let deleted: HashSet<String> =
                plan.unneeded().into_iter().map(|(key, _)| key).collect();
            prop_assert_eq!(deleted, &named - &needed);
        }

        #[test]
        fn the_current_release_stays_and_so_do_as_many_as_are_kept(
            numbers in prop::collection::btree_set(1..20u64, 1..9),
            current in any::<prop::sample::Index>(),
            more in 0..3u64,
            backs in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
            count in 1..6usize,
            days in prop::option::of(0..9u64),
        ) {
            let names: Vec<String> = numbers.iter().map(|number| name(*number, "")).collect();
            let last = numbers.last().copied().unwrap_or_default();
            let mut pointer = CurrentRelease::new(last + more, current.get(&names).clone());
            for back in backs {
                let number = pointer.number + 1;
                pointer = pointer.replaced_by(number, back.get(&names).clone(), day(number));
            }
            let older_than = days.map(|days| Duration::from_secs(86_400 * days));
            let retention = Retention { keep: count, older_than };
            let sorted = SortedReleases::new(&names, &pointer, retention, day(30));
            prop_assert!(sorted.recent.contains(&pointer.release));
            prop_assert!(sorted.recent.len() >= count.min(names.len()));
            prop_assert_eq!(sorted.recent.len() + sorted.old.len(), names.len());
        }
    }
}
