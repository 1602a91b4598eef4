//! Inspects STATIC_ROOT for the targets of a plan: which files are there already, and
//! which compressed copies are good. Reads only. Trusts the record as long as a file has
//! the recorded stamp, and compares contents otherwise.

use rayon::prelude::*;

use super::root::StaticRoot;
use crate::encode::spec::CompressionSpec;
use crate::model::{Asset, Encoding, Encodings, IndexVec, LogicalPath, Problem, Stamp};
use crate::plan::model::{
    Existing, FileChange, FileState, Plan, Role, SpecIndex, Target, TargetId, combine_ids,
};
use crate::state::collect_record::CollectRecord;
use crate::state::file_record::FileRecord;

pub struct Inspector<'a> {
    pub root: &'a StaticRoot,
    /// What earlier runs recorded.
    pub record: &'a CollectRecord,
    /// The assets, by [`AssetId`](crate::model::AssetId).
    pub assets: &'a [Asset],
    /// Whether plain files are symbolic links to their sources.
    pub link: bool,
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
        let states: IndexVec<TargetId, FileState> = states.collect();
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
        let Some(metadata) = self.root.metadata(path)? else {
            return Ok(FileState {
                present_copies: self.present_copies(path, Encodings::default()),
                ..FileState::default()
            });
        };
        if metadata.is_dir() {
            return Err(self.root.directory_in_the_way(path));
        }
        if self.is_link(target) {
            return Ok(self.inspect_link(target, spec.is_some()));
        }
        let content = &plan.contents[target.content];
        let record = content
            .id
            .and_then(|id| self.record.file(path, id))
            .filter(|record| record.stamp == Stamp::of(&metadata));
        if record.is_none() && !self.root.has_content(path, content.id, content.size) {
            return Ok(FileState {
                existing: Existing::Different,
                present_copies: self.present_copies(path, Encodings::default()),
                ..FileState::default()
            });
        }
        let known = record.filter(|record| record.has_spec(spec));
        let good_copies = match spec {
            None => Some(Encodings::default()),
            Some(_) => known
                .filter(|record| self.has_copies(path, record))
                .map(FileRecord::encodings),
        };
        let present_copies = if plan.owns_copies {
            self.present_copies(path, good_copies.unwrap_or_default())
        } else {
            Encodings::default()
        };
        Ok(FileState {
            existing: Existing::Same,
            good_copies,
            present_copies,
            is_recorded: known.is_some() && good_copies.is_some(),
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
            good_copies: (!is_compressed).then(Encodings::default),
            present_copies: self.present_copies(&target.path, Encodings::default()),
            is_recorded: false,
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
        for encoding in change.copies.iter() {
            let is_written = change.written_copies.contains(encoding);
            let copy = stamp(&target.path.with_suffix(encoding.suffix()), is_written)?;
            written.extend(is_written.then(|| copy.identity()));
            copies.push((encoding, copy));
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
        record.copies.iter().all(|(encoding, stamp)| {
            let copy = path.with_suffix(encoding.suffix());
            let metadata = self.root.file_metadata(&copy);
            metadata.is_some_and(|metadata| Stamp::of(&metadata) == *stamp)
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
