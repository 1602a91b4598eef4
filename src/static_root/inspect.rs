//! Inspects STATIC_ROOT for the targets of a plan: which files are there already, and
//! which compressed copies stay. Reads only. Trusts the record as long as a file has the
//! recorded stamp, and compares contents otherwise.

use std::fs::Metadata;

use rayon::prelude::*;

use super::root::StaticRoot;
use crate::disk;
use crate::encode::decode::is_copy_of;
use crate::encode::spec::CompressionSpec;
use crate::model::{Asset, Encoding, Encodings, IndexVec, LogicalPath, Problem, Stamp};
use crate::plan::model::{
    Existing, FileChange, FileState, Plan, Role, SpecIndex, Target, TargetId, UniqueContent,
    combine_ids,
};
use crate::state::collect_record::CollectRecord;
use crate::state::file_record::{CopyRecord, FileRecord};

pub struct Inspector<'a> {
    pub root: &'a StaticRoot,
    /// What earlier runs recorded.
    pub record: &'a CollectRecord,
    /// The assets, by [`AssetId`](crate::model::AssetId).
    pub assets: &'a [Asset],
    /// Whether plain files are symbolic links to their sources.
    pub link: bool,
    /// Whether a compressed copy that this run would make otherwise is replaced, even if
    /// its file is fingerprinted.
    pub recompress: bool,
    /// When the inspection began, in nanoseconds since 1970.
    pub since: i64,
}

impl Inspector<'_> {
    /// Inspects all targets of a plan, in parallel.
    pub fn inspect(&self, plan: &Plan) -> Result<IndexVec<TargetId, FileState>, Vec<Problem>> {
        let digests: IndexVec<SpecIndex, blake3::Hash> =
            plan.specs.iter().map(CompressionSpec::digest).collect();
        // Boxed, since a problem is large and there are many targets.
        let results: Vec<Result<FileState, Box<Problem>>> = plan
            .targets
            .as_slice()
            .par_iter()
            .map(|target| {
                let spec = target.spec.map(|spec| digests[spec]);
                let state = self.inspect_target(plan, target, spec);
                state.map_err(Box::new)
            })
            .collect();
        let mut problems = Vec::new();
        let states = results.into_iter().map(|result| {
            result.unwrap_or_else(|problem| {
                problems.push(*problem);
                FileState::default()
            })
        });
        let mut states: IndexVec<TargetId, FileState> = states.collect();
        for id in plan.targets_at_copies(|id| states[id].good_copies) {
            states[id].gives_way = true;
        }
        if problems.is_empty() {
            Ok(states)
        } else {
            Err(problems)
        }
    }

    fn inspect_target(
        &self,
        plan: &Plan,
        target: &Target,
        spec: Option<blake3::Hash>,
    ) -> Result<FileState, Problem> {
        let path = &target.path;
        if self.root.is_new() {
            return Ok(FileState::default());
        }
        let metadata = self.root.metadata(path)?;
        if metadata.as_ref().is_some_and(Metadata::is_dir) {
            return Err(self.root.directory_in_the_way(path));
        }
        if metadata.is_some() && self.is_link(target) {
            return Ok(self.inspect_link(target, spec.is_some()));
        }
        let content = &plan.contents[target.content];
        let record = content.id.and_then(|id| self.record.file(path, id));
        let is_recorded = record.is_some_and(|record| {
            let stamp = metadata.as_ref().map(Stamp::of);
            stamp == Some(record.stamp)
        });
        let existing = match metadata {
            None => Existing::Absent,
            _ if is_recorded || self.root.has_content(path, content.id, content.size) => {
                Existing::Same
            }
            Some(_) => Existing::Different,
        };
        let mut state = FileState {
            existing,
            ..FileState::default()
        };
        let known = record.filter(|record| record.has_spec(spec));
        if self.keeps_copies(plan, target) {
            let are_recorded = self.inspect_kept_copies(plan, target, record, known, &mut state);
            state.is_recorded = is_recorded && are_recorded;
        } else if existing == Existing::Same {
            let known = known.filter(|record| {
                let mut copies = record.copies.iter();
                is_recorded && copies.all(|copy| copy.is_of_spec) && self.has_copies(path, record)
            });
            state.good_copies = known.map(FileRecord::encodings).unwrap_or_default();
            state.has_all_copies = spec.is_none() || known.is_some();
            state.is_recorded = known.is_some();
        }
        if existing != Existing::Same || plan.owns_copies {
            state.present_copies = self.present_copies(path, state.staying_copies());
        }
        Ok(state)
    }

    /// Returns whether the compressed copies of a target stay as they are. A server may
    /// have read their sizes when it started, and clients may keep fingerprinted files for
    /// ever.
    fn keeps_copies(&self, plan: &Plan, target: &Target) -> bool {
        plan.owns_copies && target.role == Role::Hashed && !self.recompress
    }

    /// Adds the compressed copies that are there and decode to the content of a
    /// fingerprinted file. `record` is that of a file with this content, and `known` is the
    /// same if it has the spec of the target. Returns whether `known` says all this.
    fn inspect_kept_copies(
        &self,
        plan: &Plan,
        target: &Target,
        record: Option<&FileRecord>,
        known: Option<&FileRecord>,
        state: &mut FileState,
    ) -> bool {
        let content = &plan.contents[target.content];
        let mut recorded_copies = Encodings::default();
        let planned = target
            .spec
            .map_or(Encodings::default(), |spec| plan.specs[spec].encodings);
        for encoding in Encoding::ALL {
            let path = target.path.with_suffix(encoding.suffix());
            let Some(metadata) = self.root.file_metadata(&path) else {
                continue;
            };
            let recorded = record
                .and_then(|record| record.copy(encoding))
                .filter(|copy| copy.stamp == Stamp::of(&metadata));
            let is_of_spec = known.is_some() && recorded.is_some_and(|copy| copy.is_of_spec);
            // A source may have the path of the copy.
            let stays = is_of_spec
                || !plan.paths.contains(&path)
                    && (recorded.is_some() || self.is_copy_of(&path, encoding, content));
            if !stays {
                continue;
            }
            if planned.contains(encoding) {
                state.good_copies.insert(encoding);
            }
            if !is_of_spec {
                state.kept_copies.insert(encoding);
            }
            if recorded.is_some() {
                recorded_copies.insert(encoding);
            }
        }
        let staying = state.staying_copies();
        let has = |known: &FileRecord| known.encodings().without(staying).is_empty();
        state.has_all_copies = planned.without(staying).is_empty() || known.is_some_and(has);
        known
            .is_some_and(|known| known.encodings() == recorded_copies && staying == recorded_copies)
    }

    /// Returns whether a compressed copy decodes to a content and is no larger than it.
    fn is_copy_of(&self, path: &LogicalPath, encoding: Encoding, content: &UniqueContent) -> bool {
        let Some(id) = content.id else {
            return false;
        };
        disk::open(&self.root.locate(path)).is_ok_and(|(copy, metadata)| {
            metadata.len() <= content.size
                && is_copy_of(encoding, copy, id, content.size).unwrap_or(false)
        })
    }

    fn inspect_link(&self, target: &Target, is_compressed: bool) -> FileState {
        let source = self.assets[target.asset.index()].source();
        let existing = if self.root.links_to(&target.path, &source) {
            Existing::Same
        } else {
            Existing::Different
        };
        FileState {
            existing,
            has_all_copies: !is_compressed,
            present_copies: self.present_copies(&target.path, Encodings::default()),
            ..FileState::default()
        }
    }

    /// Returns what the next run may know of a target, after the run has written it.
    /// `None` if a later change could leave the stamps as they are: `moment`, in
    /// nanoseconds since 1970, is too shortly after the writing.
    pub fn record_of(
        &self,
        plan: &Plan,
        state: FileState,
        change: &FileChange,
        moment: i64,
    ) -> Option<FileRecord> {
        let target = &plan.targets[change.target?];
        let id = plan.contents[target.content].id?;
        if state.is_recorded && !change.is_work() {
            return self.record.file(&target.path, id).cloned();
        }
        // A file that the run did not write must be older than the inspection.
        let stamp = |path: &LogicalPath, is_written: bool| {
            let since = if is_written { moment } else { self.since };
            let metadata = self.root.file_metadata(path)?;
            Some(Stamp::of(&metadata)).filter(|stamp| stamp.is_older_than(since))
        };
        let file = stamp(&target.path, change.writes_file)?;
        let mut written = Vec::from_iter(change.writes_file.then(|| file.identity()));
        let mut copies = Vec::new();
        for encoding in change.all_copies().iter() {
            let is_written = change.written_copies.contains(encoding);
            let stamp = stamp(&target.path.with_suffix(encoding.suffix()), is_written)?;
            written.extend(is_written.then(|| stamp.identity()));
            copies.push(CopyRecord {
                encoding,
                stamp,
                is_of_spec: !change.kept_copies.contains(encoding),
            });
        }
        let spec = target.spec.map(|spec| plan.specs[spec].digest());
        // Another process may have written other files in the meantime.
        (combine_ids(written) == change.written_id)
            .then(|| FileRecord::new(&target.path, file, id, spec, copies))
    }

    /// Returns whether a recorded file and its compressed copies have their stamps.
    pub fn is_intact(&self, path: &LogicalPath, record: &FileRecord) -> bool {
        let metadata = self.root.file_metadata(path);
        metadata.is_some_and(|metadata| Stamp::of(&metadata) == record.stamp)
            && self.has_copies(path, record)
    }

    fn has_copies(&self, path: &LogicalPath, record: &FileRecord) -> bool {
        record.copies.iter().all(|copy| {
            let copy_path = path.with_suffix(copy.encoding.suffix());
            let metadata = self.root.file_metadata(&copy_path);
            metadata.is_some_and(|metadata| Stamp::of(&metadata) == copy.stamp)
        })
    }

    /// Returns the compressed copies at whose paths anything is, `known` among them.
    /// A path that cannot be inspected counts.
    fn present_copies(&self, path: &LogicalPath, known: Encodings) -> Encodings {
        let is_absent = |encoding: Encoding| {
            let metadata = self.root.metadata(&path.with_suffix(encoding.suffix()));
            matches!(metadata, Ok(None))
        };
        let is_present = |encoding: &Encoding| known.contains(*encoding) || !is_absent(*encoding);
        Encoding::ALL.into_iter().filter(is_present).collect()
    }

    /// Returns whether a target is a symbolic link to its source.
    pub fn is_link(&self, target: &Target) -> bool {
        self.link && target.role == Role::Plain
    }
}
