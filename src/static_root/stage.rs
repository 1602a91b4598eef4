//! Stages one content: its compressed copies, and its files beside their targets. Reads
//! the bytes only if a file needs them. Commits nothing.

use std::fs::{self, Metadata};

use super::content_bytes::ContentBytesOnDemand;
use super::remote_copies::NeededSpec;
use super::staged_file::{CopyAttributes, FileSource, StagedFile};
use super::temp_names::TempNumber;
use super::transaction::Transaction;
use crate::encode::spec::Encoded;
use crate::model::{Encoding, LogicalPath, Problem};
use crate::plan::model::{Existing, FileChange, SpecIndex, TargetId, UniqueContent, combine_ids};

/// The compressed copies of a content for one spec.
struct EncodedCopies {
    spec: SpecIndex,
    copies: Vec<Encoded>,
}

impl Transaction<'_> {
    /// Stages what the targets of one content need. Returns their changes.
    pub(super) fn stage_content(
        &self,
        content: &UniqueContent,
    ) -> Result<Vec<FileChange>, Problem> {
        let (mut incomplete, complete): (Vec<TargetId>, Vec<TargetId>) = content
            .targets()
            .partition(|&id| self.states[id].is_incomplete());
        // Files that are there come first, since others can be linked to them.
        incomplete.sort_by_key(|&id| self.states[id].existing != Existing::Same);
        let mut bytes = ContentBytesOnDemand::new(self, content);
        let encoded = self.encode(content, &incomplete, &mut bytes)?;
        let is_file = |id: TargetId| !self.inspector.is_link(&self.plan.targets[id]);
        let existing = complete
            .into_iter()
            .find(|&id| is_file(id) && !self.states[id].gives_way);
        let mut duplicate =
            existing.map(|id| FileChange::unchanged(id, &self.plan.targets[id], self.states[id]));
        let mut changes: Vec<FileChange> = Vec::with_capacity(incomplete.len());
        for id in incomplete {
            let spec = self.plan.targets[id].spec;
            let own = encoded.iter().find(|encoded| Some(encoded.spec) == spec);
            let copies = own.map_or(&[][..], |encoded| &encoded.copies);
            let has_same_spec = |change: &&FileChange| self.spec_of(change) == spec;
            let change = self.stage_target(
                id,
                copies,
                duplicate.as_ref().filter(has_same_spec),
                &mut bytes,
            )?;
            if is_file(id) {
                duplicate.get_or_insert_with(|| change.clone());
            }
            changes.push(change);
        }
        Ok(changes)
    }

    fn spec_of(&self, change: &FileChange) -> Option<SpecIndex> {
        self.plan.targets[change.target?].spec
    }

    /// Returns the compressed copies worth keeping, for each spec of the targets.
    fn encode(
        &self,
        content: &UniqueContent,
        targets: &[TargetId],
        bytes: &mut ContentBytesOnDemand<'_>,
    ) -> Result<Vec<EncodedCopies>, Problem> {
        let encode = |needed: NeededSpec| {
            let copies = self.encode_with(content, &needed, bytes)?;
            let spec = needed.spec;
            Ok(EncodedCopies { spec, copies })
        };
        self.needed_specs(targets).into_iter().map(encode).collect()
    }

    /// Stages the file of a target and its compressed copies. `duplicate` is another
    /// target with the same bytes and copies, to link to.
    fn stage_target(
        &self,
        id: TargetId,
        copies: &[Encoded],
        duplicate: Option<&FileChange>,
        bytes: &mut ContentBytesOnDemand<'_>,
    ) -> Result<FileChange, Problem> {
        let root = self.inspector.root;
        let (target, state) = (&self.plan.targets[id], self.states[id]);
        let mut change = FileChange::unchanged(id, target, state);
        let mut written = Vec::new();
        let attributes = if state.existing == Existing::Same {
            self.attributes_of_existing(id)?
        } else {
            let staged = root.staged_file(&target.path, TempNumber::file(id));
            let attributes = self.stage_file(id, &staged, duplicate, bytes)?;
            change.writes_file = true;
            written.push(attributes.map_or(0, |attributes| attributes.stamp.identity()));
            attributes
        };
        for copy in copies {
            let path = target.path.with_suffix(copy.encoding.suffix());
            change.copies.insert(copy.encoding);
            if state.staying_copies().contains(copy.encoding) {
                continue;
            }
            if !change.writes_file && self.has_copy(&path, &copy.bytes, attributes) {
                continue;
            }
            let staged = root.staged_file(&path, TempNumber::copy(id, copy.encoding));
            let has_copy = |other: &&FileChange| {
                let made = other.copies.without(other.kept_copies);
                made.contains(copy.encoding)
            };
            let linked = duplicate.filter(has_copy).and_then(|other| {
                root.stage_hard_link(&staged, &self.copy_path(other, copy.encoding))
            });
            let stamp = match linked {
                Some(linked) => linked.stamp,
                None => {
                    root.stage(&staged, &FileSource::Bytes(&copy.bytes), attributes)?
                        .stamp
                }
            };
            change.written_copies.insert(copy.encoding);
            written.push(stamp.identity());
        }
        // A client must not get a copy of the old content for the new file.
        let valid = if change.writes_file {
            state.staying_copies()
        } else {
            change.all_copies()
        };
        change.obsolete_copies = state.present_copies.without(valid);
        change.written_id = combine_ids(written);
        Ok(change)
    }

    /// Returns the attributes for the compressed copies of a file that is there. Those of
    /// a link are those of its source.
    fn attributes_of_existing(&self, id: TargetId) -> Result<Option<CopyAttributes>, Problem> {
        let target = &self.plan.targets[id];
        let metadata = if self.inspector.is_link(target) {
            fs::metadata(self.inspector.assets[target.asset.index()].source()).ok()
        } else {
            self.inspector.root.metadata(&target.path)?
        };
        Ok(metadata.as_ref().map(CopyAttributes::of))
    }

    /// Stages the file itself: as a symbolic link, a hard link or a file of its own.
    fn stage_file(
        &self,
        id: TargetId,
        staged: &StagedFile,
        duplicate: Option<&FileChange>,
        bytes: &mut ContentBytesOnDemand<'_>,
    ) -> Result<Option<CopyAttributes>, Problem> {
        let root = self.inspector.root;
        let target = &self.plan.targets[id];
        if self.inspector.is_link(target) {
            let source = self.inspector.assets[target.asset.index()].source();
            root.stage_symlink(staged, &source)?;
            return Ok(fs::metadata(source).as_ref().ok().map(CopyAttributes::of));
        }
        let linked =
            duplicate.and_then(|other| root.stage_hard_link(staged, &self.file_path(other)));
        match linked {
            Some(attributes) => Ok(Some(attributes)),
            None => bytes.stage(staged).map(Some),
        }
    }

    /// Returns where the file of a target is now: staged, or in its place.
    fn file_path(&self, change: &FileChange) -> LogicalPath {
        let root = self.inspector.root;
        match change.target {
            Some(id) if change.writes_file => {
                let staged = root.staged_file(&change.path, TempNumber::file(id));
                staged.temporary().clone()
            }
            _ => change.path.clone(),
        }
    }

    /// Returns where a compressed copy of a target is now.
    fn copy_path(&self, change: &FileChange, encoding: Encoding) -> LogicalPath {
        let root = self.inspector.root;
        let path = change.path.with_suffix(encoding.suffix());
        match change.target {
            Some(id) if change.written_copies.contains(encoding) => {
                let staged = root.staged_file(&path, TempNumber::copy(id, encoding));
                staged.temporary().clone()
            }
            _ => path,
        }
    }

    /// Returns whether a compressed copy is there as this run makes it.
    fn has_copy(
        &self,
        path: &LogicalPath,
        bytes: &[u8],
        attributes: Option<CopyAttributes>,
    ) -> bool {
        let metadata = self.inspector.root.file_metadata(path);
        let has_time = |metadata: &Metadata| {
            attributes.is_some_and(|attributes| attributes.has_time_of(metadata))
        };
        metadata.as_ref().is_some_and(has_time) && self.inspector.root.has_bytes(path, bytes)
    }
}
