//! Commits what is staged, by renames and removals only: fingerprinted files first, then
//! plain ones, the manifest after all files, removals last.

use rayon::prelude::*;

use super::staged_file::StagedFile;
use super::temp_names::TempNumber;
use super::transaction::{Transaction, in_asset_order};
use crate::model::{AssetId, Encoding, Encodings, IndexVec, Problem, TypedIndex as _};
use crate::plan::model::{Existing, FileChange, Role, TargetId};

impl Transaction<'_> {
    /// Keeps a compressed copy where a source has the same path.
    pub(super) fn let_compressed_copies_win(
        &self,
        changes: &mut IndexVec<TargetId, FileChange>,
    ) -> Result<(), Problem> {
        for id in self.plan.targets_at_copies(|id| changes[id].copies) {
            if changes[id].writes_file {
                let root = self.inspector.root;
                let path = &self.plan.targets[id].path;
                let staged = root.staged_file(path, TempNumber::file(id));
                root.remove(staged.temporary())?;
            }
            changes[id].let_compressed_copy_win();
        }
        Ok(())
    }

    /// Commits all changes. From the first rename on, the run is not cancelled.
    pub(super) fn commit(
        &self,
        changes: IndexVec<TargetId, FileChange>,
        manifest: Option<&StagedFile>,
    ) -> Result<Vec<FileChange>, Problem> {
        let root = self.inspector.root;
        for role in [Role::Hashed, Role::Plain] {
            changes
                .as_slice()
                .par_iter()
                .enumerate()
                .filter(|(_, change)| change.role == role && change.is_work())
                .try_for_each(|(index, change)| self.commit_change(TargetId::new(index), change))?;
        }
        root.sync()?;
        if let Some(manifest) = manifest {
            root.commit(manifest)?;
            root.sync()?;
        }
        let mut all = changes.into_vec();
        for &asset in &self.plan.removals {
            all.push(self.removal(asset));
            self.remove_plain_file(asset)?;
        }
        root.remove_marker()?;
        Ok(in_asset_order(all))
    }

    fn commit_change(&self, id: TargetId, change: &FileChange) -> Result<(), Problem> {
        let root = self.inspector.root;
        for encoding in change.obsolete_copies.iter() {
            let copy = change.path.with_suffix(encoding.suffix());
            if !self.plan.paths.contains(&copy) {
                root.remove(&copy)?;
            }
        }
        if change.writes_file {
            root.commit(&root.staged_file(&change.path, TempNumber::file(id)))?;
        }
        for encoding in change.written_copies.iter() {
            let copy = change.path.with_suffix(encoding.suffix());
            root.commit(&root.staged_file(&copy, TempNumber::copy(id, encoding)))?;
        }
        Ok(())
    }

    /// Removes the compressed copies before the file, so that none stays without it.
    fn remove_plain_file(&self, asset: AssetId) -> Result<(), Problem> {
        let path = &self.inspector.assets[asset.index()].path;
        for encoding in Encoding::ALL {
            let copy = path.with_suffix(encoding.suffix());
            if !self.plan.paths.contains(&copy) {
                self.inspector.root.remove(&copy)?;
            }
        }
        self.inspector.root.remove(path)
    }

    /// Returns the change of a plain file that is removed. Django copies it before, unless
    /// it is there.
    fn removal(&self, asset: AssetId) -> FileChange {
        let root = self.inspector.root;
        let path = &self.inspector.assets[asset.index()].path;
        let content = &self.contents[asset.index()];
        let existing = match root.metadata(path) {
            Ok(None) => Existing::Absent,
            _ if root.has_content(path, content.id, content.stamp.size) => Existing::Same,
            _ => Existing::Different,
        };
        FileChange {
            target: None,
            asset,
            role: Role::Plain,
            path: path.clone(),
            existing,
            copies: Encodings::default(),
            kept_copies: Encodings::default(),
            obsolete_copies: Encodings::default(),
            writes_file: false,
            written_copies: Encodings::default(),
            written_id: 0,
            is_removed: existing != Existing::Absent,
        }
    }
}
