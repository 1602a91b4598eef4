//! Makes an earlier release of a store the current one: names that have one content at a time
//! get its bytes again, which the store holds below other names. Reads no STATIC_ROOT.

use std::collections::HashMap;

use super::claim::Claimant;
use super::publish::{PublishOptions, Published};
use super::store_releases::{CurrentState, StoreReleases};
use crate::model::{Code, Problem, PublishSummary, Report};
use crate::publish::published_object::ObjectRole;
use crate::publish::release_document::{
    ReleaseDocument, ReleaseObject, kept_key, number_of, release_number,
};
use crate::store::batch::Transfer;

/// The earlier release that becomes the current one.
pub struct RollbackTarget {
    pub name: String,
    pub release: ReleaseDocument,
}

/// Returns the release that users mean: its name, its number, or without any the one before
/// the current release.
pub fn target(
    releases: StoreReleases<'_>,
    current: &CurrentState,
    wanted: Option<&str>,
) -> Result<RollbackTarget, Problem> {
    let names = releases.names()?;
    let pointer = current.pointer.as_ref();
    let current_number = pointer.and_then(|pointer| number_of(&pointer.release));
    let is_earlier = |number: u64| current_number.is_none_or(|current| number < current);
    let is_pruned = |name: &String| pointer.is_some_and(|pointer| pointer.pruned.contains(name));
    let is_wanted = |name: &&String| match wanted {
        Some(wanted) => *name == wanted || number_of(name) == release_number(wanted),
        None => number_of(name).is_some_and(is_earlier) && !is_pruned(name),
    };
    let Some(name) = names.iter().rev().find(is_wanted) else {
        let message = match wanted {
            Some(wanted) => format!("the store has no release {wanted}"),
            None => "the store has no earlier release".to_owned(),
        };
        let mut problem = Problem::error(Code::NoReleases, message);
        let number = wanted.and_then(|wanted| release_number(wanted).or(number_of(wanted)));
        if number.is_some_and(|number| number <= current.number) {
            problem = problem.note("it was pruned, or never published");
        }
        return Err(problem.help("list the releases: `staticc releases`"));
    };
    if is_pruned(name) {
        return Err(pruned(name));
    }
    Ok(RollbackTarget {
        name: name.clone(),
        release: releases.release(name)?,
    })
}

/// Returns the problem of a release that is being pruned.
fn pruned(name: &str) -> Problem {
    let message = format!("release {name} is pruned: objects of it are gone");
    Problem::error(Code::NoReleases, message).help("list the releases: `staticc releases`")
}

impl RollbackTarget {
    /// Returns what is to be sent: the plain names whose content is another one in the current
    /// release, the manifest last. With `all`, these are all plain names.
    pub fn transfers(&self, current: &CurrentState, all: bool) -> Vec<Transfer> {
        let objects = &self.release.objects;
        let fingerprinted = objects
            .iter()
            .filter(|(_, object)| object.role == ObjectRole::Fingerprinted);
        let holders: HashMap<&str, &String> = fingerprinted
            .map(|(key, object)| (&object.digest[..], key))
            .collect();
        let has = |key: &String, object: &ReleaseObject| {
            let known = current.release.as_ref();
            known.and_then(|known| known.objects.get(key)) == Some(object)
        };
        let changed = objects.iter().filter(|(key, object)| {
            object.role != ObjectRole::Fingerprinted && (all || !has(key, object))
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort_by_key(|(_, object)| object.role == ObjectRole::Manifest);
        let transfers = changed.into_iter().map(|(key, object)| {
            let holder = holders.get(&object.digest[..]);
            Transfer {
                from: holder.map_or_else(|| kept_key(&object.digest), |key| (*key).clone()),
                to: key.clone(),
                size: object.size,
                digest: object.digest.clone(),
                headers: object.headers.clone(),
            }
        });
        transfers.collect()
    }

    /// Returns the summary of a rollback that has not begun.
    pub fn summary(&self, options: &PublishOptions<'_>) -> PublishSummary {
        PublishSummary {
            store: options.store.url().to_string(),
            release: Some(self.name.clone()),
            number: self.release.number,
            objects: self.release.objects.len(),
            is_rollback: true,
            ..PublishSummary::default()
        }
    }

    /// Makes this release the current one.
    pub fn roll_back(
        &self,
        current: &CurrentState,
        options: &PublishOptions<'_>,
        report: &mut impl Report,
    ) -> Result<Published, Problem> {
        let mut published = Published {
            summary: self.summary(options),
            to_purge: Vec::new(),
        };
        let claimant = Claimant {
            releases: StoreReleases {
                store: options.store,
            },
            content: format!("rollback {}", self.name),
            publisher: options.publisher.clone(),
        };
        claimant.replace(current, report, |turn, report| {
            let pointer = turn.pointer.as_ref();
            if pointer.is_some_and(|pointer| pointer.pruned.contains(&self.name)) {
                return Err(pruned(&self.name));
            }
            let transfers = self.transfers(current, turn.doubts.plain);
            let bytes = transfers.iter().map(|transfer| transfer.size);
            options.progress.expect(bytes.sum());
            let is_manifest = |transfer: &Transfer| {
                let object = &self.release.objects[&transfer.to];
                object.role == ObjectRole::Manifest
            };
            let plain = transfers.partition_point(|transfer| !is_manifest(transfer));
            let (plain, manifest) = transfers.split_at(plain);
            for group in [plain, manifest] {
                options
                    .store
                    .transfer_all(group, options.jobs, |transfer| {
                        let summary = &mut published.summary;
                        options.sent(&transfer.to, transfer.size, summary, report);
                    })?;
            }
            published.to_purge = transfers.into_iter().map(|transfer| transfer.to).collect();
            Ok(Some(turn.pointer_to(self.name.clone())))
        })?;
        let summary = &mut published.summary;
        summary.unchanged = summary.objects - summary.sent;
        Ok(published)
    }
}
