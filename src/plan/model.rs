//! The values of a plan. Four structs describe a file of STATIC_ROOT: [`Target`], what
//! the run wants; [`FileState`], what is there before; [`FileChange`], what the run
//! does; and `FileRecord`, which the next run reads.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::encode::spec::CompressionSpec;
use crate::model::{
    AssetId, ContentId, Encoding, Encodings, IndexVec, LogicalPath, TypedIndex as _, typed_index,
};
use crate::rewrite::adjusted::Adjusted;

typed_index! {
    /// Index of a plan's targets.
    TargetId
}
typed_index! {
    /// Index of a plan's contents.
    ContentIndex
}
typed_index! {
    /// Index of a plan's compression specs.
    SpecIndex
}

/// Whether a file's name has a hash of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The name has a fingerprint, or a bundler's hash.
    Hashed,
    Plain,
}

/// A file that STATIC_ROOT holds after the run.
#[derive(Clone, Debug)]
pub struct Target {
    pub path: LogicalPath,
    pub role: Role,
    pub asset: AssetId,
    pub content: ContentIndex,
    /// How its compressed copies are made. `None` if it has none.
    pub spec: Option<SpecIndex>,
}

/// Where the bytes of a content are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentSource {
    /// In the source of this asset.
    Source(AssetId),
    /// In memory, as the rewritten text of this asset.
    Text(AssetId),
    /// In STATIC_ROOT only: an earlier run has rewritten the text of this asset.
    Unchanged(AssetId),
}

/// A content that one or more targets have.
#[derive(Clone, Debug)]
pub struct UniqueContent {
    /// `None` if the run does not read the source. Such a content has one target.
    pub id: Option<ContentId>,
    pub source: ContentSource,
    /// The size of the content in bytes.
    pub size: u64,
    /// The targets from `first_target` on that have this content.
    pub first_target: usize,
    pub target_count: usize,
}

impl UniqueContent {
    pub fn targets(&self) -> impl Iterator<Item = TargetId> + use<> {
        let end = self.first_target + self.target_count;
        (self.first_target..end).map(TargetId::new)
    }
}

/// What STATIC_ROOT holds after the run.
#[derive(Debug, Default)]
pub struct Plan {
    /// Those that take longest to compress first.
    pub contents: IndexVec<ContentIndex, UniqueContent>,
    /// Targets with the same content are side by side.
    pub targets: IndexVec<TargetId, Target>,
    /// The different specs of all targets.
    pub specs: IndexVec<SpecIndex, CompressionSpec>,
    /// The paths of all targets and of the manifest.
    pub paths: HashSet<LogicalPath>,
    /// Assets that are too large for compressed copies.
    pub too_large: BTreeSet<AssetId>,
    /// Assets whose plain files are removed.
    pub removals: Vec<AssetId>,
    /// The bytes of the manifest, if the backend has one.
    pub manifest: Option<Vec<u8>>,
    /// Whether the run removes compressed copies that it does not plan, also beside
    /// files that it does not change.
    pub owns_copies: bool,
}

impl Plan {
    /// Returns whether a text must be written that is not in memory.
    pub fn lacks_texts(&self, states: &IndexVec<TargetId, FileState>) -> bool {
        self.contents.iter().any(|content| {
            matches!(content.source, ContentSource::Unchanged(_))
                && content.targets().any(|id| states[id].is_incomplete())
        })
    }

    /// Returns the targets at whose paths other targets have these compressed copies: a source
    /// has the name of a copy.
    pub fn targets_at_copies(&self, copies: impl Fn(TargetId) -> Encodings) -> Vec<TargetId> {
        let is_named_as_copy = |path: &LogicalPath| {
            let has_suffix =
                |encoding: Encoding| path.as_bytes().ends_with(encoding.suffix().as_bytes());
            Encoding::ALL.into_iter().any(has_suffix)
        };
        let targets = self.targets.enumerate();
        let named: HashMap<&LogicalPath, TargetId> = targets
            .filter(|(_, target)| is_named_as_copy(&target.path))
            .map(|(id, target)| (&target.path, id))
            .collect();
        if named.is_empty() {
            return Vec::new();
        }
        let paths = self.targets.enumerate().flat_map(|(id, target)| {
            let encodings = copies(id).iter();
            encodings.map(|encoding| target.path.with_suffix(encoding.suffix()))
        });
        paths.filter_map(|path| named.get(&path).copied()).collect()
    }

    /// Returns whether the content has targets with compressed copies.
    pub fn compresses(&self, content: &UniqueContent) -> bool {
        let mut targets = content.targets();
        targets.any(|id| self.targets[id].spec.is_some())
    }
}

/// The results of post-processing.
#[derive(Debug, Default)]
pub struct PostProcessed {
    /// Hashed paths by asset. `None` if the backend has none.
    pub hashed: Option<Vec<LogicalPath>>,
    pub adjusted: HashMap<AssetId, Adjusted>,
}

impl PostProcessed {
    pub fn adjusted(&self, asset: AssetId) -> Option<&Adjusted> {
        self.adjusted.get(&asset)
    }
}

/// What is at a path before the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    #[default]
    Absent,
    /// A file with another content.
    Different,
    /// The file that the run wants.
    Same,
}

/// A target before the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileState {
    pub existing: Existing,
    /// The planned compressed copies that are there and stay.
    pub good_copies: Encodings,
    /// The compressed copies that stay, although this run would make other bytes or
    /// none, as far as it knows. Those of a fingerprinted file do.
    pub kept_copies: Encodings,
    /// Whether no other planned copy is worth keeping.
    pub has_all_copies: bool,
    /// The compressed copies at whose paths anything is.
    pub present_copies: Encodings,
    /// Whether the record says all this.
    pub is_recorded: bool,
    /// Whether a good compressed copy of another target is at its path, and stays.
    pub gives_way: bool,
}

impl FileState {
    /// Returns whether the run must write anything for the target.
    pub fn is_incomplete(&self) -> bool {
        !self.gives_way && (self.existing != Existing::Same || !self.has_all_copies)
    }

    /// Returns the compressed copies that are there and stay.
    pub fn staying_copies(&self) -> Encodings {
        self.good_copies.union(self.kept_copies)
    }
}

/// What the run does with a file of STATIC_ROOT, or would do in a dry run.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// `None` if the file is not in STATIC_ROOT after the run as planned.
    pub target: Option<TargetId>,
    pub asset: AssetId,
    pub role: Role,
    pub path: LogicalPath,
    /// What was there before.
    pub existing: Existing,
    /// The planned compressed copies that it has after the run.
    pub copies: Encodings,
    /// The compressed copies that stay whoever has made them, planned or not.
    pub kept_copies: Encodings,
    /// The compressed copies that are removed before the file is written: they are of
    /// another content, or neither planned nor kept.
    pub obsolete_copies: Encodings,
    pub writes_file: bool,
    /// The compressed copies that the run writes.
    pub written_copies: Encodings,
    /// Identifies the written files, which another process may overwrite.
    pub written_id: u64,
    /// Whether the run removes the file.
    pub is_removed: bool,
}

impl FileChange {
    /// Leaves the target as it is, except for compressed copies that do not stay.
    pub fn unchanged(id: TargetId, target: &Target, state: FileState) -> Self {
        Self {
            target: Some(id),
            asset: target.asset,
            role: target.role,
            path: target.path.clone(),
            existing: state.existing,
            copies: state.good_copies,
            kept_copies: state.kept_copies,
            obsolete_copies: state.present_copies.without(state.staying_copies()),
            writes_file: false,
            written_copies: Encodings::default(),
            written_id: 0,
            is_removed: false,
        }
    }

    /// Returns the compressed copies that are there after the run.
    pub fn all_copies(&self) -> Encodings {
        self.copies.union(self.kept_copies)
    }

    /// Returns whether the run writes or removes anything.
    pub fn is_work(&self) -> bool {
        self.is_removed
            || self.writes_file
            || !self.written_copies.is_empty()
            || !self.obsolete_copies.is_empty()
    }

    /// Keeps the compressed copy of another file at this path: a source has its name.
    pub fn let_compressed_copy_win(&mut self) {
        self.target = None;
        self.writes_file = false;
        if self.existing == Existing::Different {
            self.existing = Existing::Same;
        }
    }
}

/// Combines the identities of the files of a [`FileChange`], the file first.
pub fn combine_ids(ids: impl IntoIterator<Item = u64>) -> u64 {
    let combine = |combined: u64, id: u64| combined.rotate_left(1) ^ id;
    ids.into_iter().fold(0, combine)
}
