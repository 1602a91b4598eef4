//! Kills a run that prunes at each of its requests, with and without a publisher beside it. The
//! stores are in memory.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::thread;

use super::claim::Claimant;
use super::prune_store::StorePruner;
use super::publish::{PublishOptions, Publisher};
use super::rollback;
use super::store_inspection::StoreInspection;
use super::store_releases::StoreReleases;
use crate::model::{Code, Event, LogicalPath, Problem, Progress, Report, Retention};
use crate::publish::claim_document::{CLAIMS, Claim, MAX_CLAIM_SIZE};
use crate::publish::object_headers::document_headers;
use crate::publish::publish_plan::Doubtful;
use crate::publish::published_object::{ObjectRole, PublishedObject};
use crate::publish::release_document::number_of;
use crate::store::client::{Body, PutRule, Store, Upload};
use crate::store::samples::{Death, SharedMemory};

/// More requests than any run here sends.
const MANY: isize = 200;

const KEEP: usize = 2;

/// Receives the events of a run, and forgets them.
struct Silence;

impl Report for Silence {
    fn event(&mut self, _: Event) {}
}

impl Progress for Silence {
    fn expect(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}

/// The objects of a project whose style sheet has this content.
fn objects(style: &str) -> Vec<PublishedObject> {
    let object = |key: String, role: ObjectRole, body: &str| PublishedObject {
        key,
        role,
        source: LogicalPath::new(body),
        copy_of: None,
        size: body.len() as u64,
        digest: blake3::hash(body.as_bytes()).to_hex().to_string(),
        headers: document_headers(),
    };
    let mut objects = vec![
        object(
            format!("site.{style}.css"),
            ObjectRole::Fingerprinted,
            style,
        ),
        object(
            "site.css".to_owned(),
            ObjectRole::Plain,
            &format!("plain {style}"),
        ),
        object("logo.1.png".to_owned(), ObjectRole::Fingerprinted, "logo"),
        object("logo.png".to_owned(), ObjectRole::Plain, "logo"),
        object(
            "staticfiles.json".to_owned(),
            ObjectRole::Manifest,
            &format!("manifest {style}"),
        ),
    ];
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    objects
}

/// The path of the source of these objects is their content.
fn upload(object: &PublishedObject) -> Upload {
    Upload {
        key: object.key.clone(),
        body: Body::Bytes(object.source.as_bytes().to_vec()),
        headers: object.headers.clone(),
    }
}

/// Publishes, and calls `before_claim` after all fingerprinted objects are sent.
fn publish(store: &Store, style: &str, before_claim: impl Fn()) -> Result<(), Problem> {
    let objects = objects(style);
    let is_called = Cell::new(false);
    let load = |object: &PublishedObject| {
        // The first of these is loaded to be kept, before the claim.
        if object.role != ObjectRole::Fingerprinted && !is_called.replace(true) {
            before_claim();
        }
        Ok(upload(object))
    };
    let publisher = Publisher {
        options: options(store),
        objects: &objects,
        load,
        doubtful: Doubtful::default(),
    };
    let current = StoreReleases { store }.current(&mut Silence)?;
    let plan = publisher.plan(&current);
    publisher.publish(&current, &plan, &mut Silence).map(|_| ())
}

fn options(store: &Store) -> PublishOptions<'_> {
    PublishOptions {
        store,
        jobs: 1,
        publisher: None,
        progress: &Silence,
        lists_names: false,
    }
}

fn roll_back(store: &Store, wanted: &str) -> Result<(), Problem> {
    let releases = StoreReleases { store };
    let current = releases.current(&mut Silence)?;
    let target = rollback::target(releases, &current, Some(wanted))?;
    let done = target.roll_back(&current, &options(store), &mut Silence);
    done.map(|_| ())
}

fn prune(store: &Store) -> Result<usize, Problem> {
    let pruner = StorePruner {
        releases: StoreReleases { store },
        retention: Retention {
            keep: KEEP,
            older_than: None,
        },
        publisher: None,
    };
    pruner.prune(&mut Silence).map(|summary| summary.releases)
}

/// A store with the releases `a`, `b`, `c` and `d`.
fn four_releases() -> SharedMemory {
    let memory = SharedMemory::default();
    for style in ["a", "b", "c", "d"] {
        publish(&memory.store(), style, || ()).unwrap();
    }
    memory
}

/// Asserts that the newest releases are whole, and returns the style of the current one.
fn assert_whole(memory: &SharedMemory, what: &str) -> String {
    let store = memory.store();
    let releases = StoreReleases { store: &store };
    let current = releases.sound_current().unwrap().unwrap();
    let pointer = current.pointer.unwrap();
    let names = releases.names().unwrap();
    let up_to = |name: &&String| number_of(name) <= number_of(&pointer.release);
    for name in names.iter().rev().filter(up_to).take(KEEP) {
        let release = releases.release(name).unwrap();
        let current = name == &pointer.release;
        let inspection = StoreInspection::of(releases, &release, 1, &Silence).unwrap();
        let problems: Vec<Problem> = inspection.problems(release.number).collect();
        // Of the other one, plain names have another content now.
        let is_lost = |problem: &Problem| current || problem.code == Code::MissingObject;
        assert!(
            !problems.iter().any(is_lost),
            "{what}: {name}: {problems:?}"
        );
    }
    let release = current.release.unwrap();
    let keys = release.objects.keys();
    let mut styles = keys.filter_map(|key| key.strip_prefix("site.")?.strip_suffix(".css"));
    styles.next().unwrap().to_owned()
}

/// Lets all claims be taken over, as an hour does.
fn an_hour_passes(memory: &SharedMemory) {
    let store = memory.store();
    for info in store.list(CLAIMS).unwrap() {
        let (bytes, _) = store.get(&info.key, MAX_CLAIM_SIZE).unwrap().unwrap();
        let upload = Upload {
            key: info.key,
            body: Body::Bytes(Claim::read(&bytes).unwrap().abandoned().to_json()),
            headers: document_headers(),
        };
        store.put(upload, PutRule::Replace).unwrap();
    }
}

/// Every moment of a run's death, as long as the run is not at its end by then.
fn deaths() -> impl Iterator<Item = Death> {
    (1..MANY).flat_map(|number| [Death::Before(number), Death::After(number)])
}

fn keys(memory: &SharedMemory) -> Vec<String> {
    let store = memory.store();
    let directories = ["", ".staticc/objects", ".staticc/releases", CLAIMS];
    let listed = directories.map(|directory| store.list(directory).unwrap());
    listed.into_iter().flatten().map(|info| info.key).collect()
}

#[test]
fn a_killed_prune_loses_nothing_and_the_next_one_finishes() {
    let memory = four_releases();
    let undisturbed = memory.fork();
    assert_eq!(prune(&undisturbed.store()).unwrap(), 2);
    assert_eq!(assert_whole(&undisturbed, "pruned"), "d");
    let expected = keys(&undisturbed);
    assert!(expected.len() + 6 <= keys(&memory).len());
    let mut killed = 0;
    for death in deaths() {
        let what = format!("{death:?}");
        let disturbed = memory.fork();
        let (store, left) = disturbed.mortal_store(death);
        if prune(&store).is_ok() && left.load(Ordering::SeqCst) > 0 {
            break;
        }
        killed += 1;
        assert_eq!(assert_whole(&disturbed, &what), "d");
        an_hour_passes(&disturbed);
        let back = disturbed.fork();
        match roll_back(&back.store(), "1") {
            Ok(()) => assert_eq!(assert_whole(&back, &what), "a"),
            Err(problem) => assert_eq!(problem.code, Code::NoReleases, "{what}: {problem:?}"),
        }
        prune(&disturbed.store()).unwrap();
        assert_eq!(assert_whole(&disturbed, &what), "d");
        // A claim may be left that the pointer has passed.
        let left = keys(&disturbed);
        let is_claim = |key: &&String| key.starts_with(CLAIMS);
        let others: Vec<_> = left.iter().filter(|key| !is_claim(key)).collect();
        let expected: Vec<_> = expected.iter().filter(|key| !is_claim(key)).collect();
        assert_eq!(others, expected, "{what}");
        publish(&disturbed.store(), "a", || ()).unwrap();
        assert_eq!(assert_whole(&disturbed, &what), "a");
    }
    assert!(killed > 40, "only {killed}");
}

/// The publisher has sent an object that only old releases name. Then they are pruned, and then
/// it claims its release.
#[test]
fn a_publisher_does_not_rely_on_what_a_prune_beside_it_deletes() {
    let memory = four_releases();
    let mut killed = 0;
    for death in deaths() {
        for is_late in [false, true] {
            let what = format!("{death:?}, late: {is_late}");
            let disturbed = memory.fork();
            let other = disturbed.clone();
            let is_over = Cell::new(false);
            let published = publish(&disturbed.store(), "a", || {
                let other = other.clone();
                let pruning = thread::spawn(move || {
                    let (store, left) = other.mortal_store(death);
                    let is_done = prune(&store).is_ok();
                    if is_late {
                        an_hour_passes(&other);
                    }
                    is_done && left.load(Ordering::SeqCst) > 0
                });
                is_over.set(pruning.join().unwrap());
            });
            let current = assert_whole(&disturbed, &what);
            match published {
                Ok(()) => assert_eq!(current, "a", "{what}"),
                Err(problem) => {
                    assert_eq!(problem.code, Code::PublishClaimed, "{what}: {problem:?}");
                    assert_eq!(current, "d", "{what}");
                }
            }
            an_hour_passes(&disturbed);
            publish(&disturbed.store(), "a", || ()).unwrap();
            assert_eq!(assert_whole(&disturbed, &what), "a");
            if is_over.get() {
                assert!(killed > 40, "only {killed}");
                return;
            }
            killed += 1;
        }
    }
}

/// A publisher is killed at each of its requests, and then the store is pruned.
#[test]
fn a_prune_after_a_killed_publisher_loses_nothing() {
    let memory = four_releases();
    let mut killed = 0;
    for death in deaths() {
        let what = format!("{death:?}");
        let disturbed = memory.fork();
        let (store, left) = disturbed.mortal_store(death);
        if publish(&store, "a", || ()).is_ok() && left.load(Ordering::SeqCst) > 0 {
            break;
        }
        killed += 1;
        an_hour_passes(&disturbed);
        prune(&disturbed.store()).unwrap();
        // What the killed one has sent of its plain names is mended by the next.
        publish(&disturbed.store(), "e", || ()).unwrap();
        assert_eq!(assert_whole(&disturbed, &what), "e");
    }
    assert!(killed > 20, "only {killed}");
}

#[test]
fn two_prunes_at_once_are_told_apart() {
    let memory = four_releases();
    let store = memory.store();
    let releases = StoreReleases { store: &store };
    let current = releases.sound_current().unwrap().unwrap();
    let claimant = Claimant {
        releases,
        content: "prune of another".to_owned(),
        publisher: None,
    };
    let other = memory.clone();
    let replaced = claimant.replace(&current, &mut Silence, |turn, _| {
        let pruning = thread::spawn(move || prune(&other.store()));
        let problem = pruning.join().unwrap().unwrap_err();
        assert_eq!(problem.code, Code::PublishClaimed);
        assert_eq!(keys(&memory).len(), keys(&four_releases()).len() + 1);
        Ok(turn.pointer.clone())
    });
    replaced.unwrap();
}
