//! The values of a plan: the files of STATIC_ROOT, their contents, and what
//! becomes of them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::encode::CompressionSpec;
use crate::model::{AssetId, ContentId, Encoding, Encodings, LogicalPath, Stamp};
use crate::rewrite::collection::Adjusted;

/// Why a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its name has the fingerprint.
    Hashed,
    /// Its name is the logical path.
    Plain,
}

/// One file that STATIC_ROOT shall hold.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where.
    pub path: LogicalPath,
    /// Why.
    pub role: Role,
    /// Of what.
    pub asset: AssetId,
    /// Which of the plan's contents it has.
    pub piece: u32,
    /// Which of the plan's recipes its compressed copies are made by.
    pub recipe: Option<u32>,
}

/// Where the bytes of a content are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentSource {
    /// In this asset's source.
    Source(AssetId),
    /// In this asset's rewritten text.
    Text(AssetId),
    /// Nowhere: an earlier run made this asset's rewritten text, and what it
    /// wrote is still there.
    Settled(AssetId),
}

/// One distinct content and all files that have it.
#[derive(Clone, Debug)]
pub struct UniqueContent {
    /// Of the bytes.
    pub id: ContentId,
    /// Where they are.
    pub body: ContentSource,
    /// How many they are.
    pub size: u64,
    /// Its files, as indices of the plan's targets.
    pub targets: Range<usize>,
}

/// What STATIC_ROOT shall hold.
#[derive(Debug, Default)]
pub struct Plan {
    /// The contents, those most work to encode first.
    pub pieces: Vec<UniqueContent>,
    /// The files, those of one content side by side.
    pub targets: Vec<Target>,
    /// The distinct recipes that files ask for.
    pub recipes: Vec<CompressionSpec>,
    /// All paths of the targets and that of the manifest, to tell what does
    /// not belong.
    pub paths: HashSet<LogicalPath>,
    /// Assets whose plain files go.
    pub removals: Vec<AssetId>,
    /// The manifest's bytes, if the backend has one.
    pub manifest: Option<Vec<u8>>,
    /// Whether compressed copies that are not planned are ours to remove
    /// even beside files that did not change.
    pub owns_copies: bool,
}

impl Plan {
    /// Whether a text is to be written that only an earlier run knows.
    pub fn lacks_texts(&self, looks: &[CurrentState]) -> bool {
        let lacks = |piece: &UniqueContent| {
            matches!(piece.body, ContentSource::Settled(_))
                && looks[piece.targets.clone()]
                    .iter()
                    .any(CurrentState::is_incomplete)
        };
        self.pieces.iter().any(lacks)
    }
}

/// What post-processing gave.
#[derive(Debug, Default)]
pub struct PostProcessed {
    /// Hashed paths by asset number; `None` where the backend has none.
    pub hashed: Option<Vec<LogicalPath>>,
    /// What became of the adjustable assets.
    pub adjusted: HashMap<AssetId, Adjusted>,
}

impl PostProcessed {
    /// What became of an asset's text.
    pub fn adjusted(&self, asset: AssetId) -> Option<&Adjusted> {
        self.adjusted.get(&asset)
    }
}

/// What was at a target's path before the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Nothing.
    #[default]
    Absent,
    /// Something else.
    Other,
    /// What the run wants there.
    Same,
}

/// What there is of a target.
#[derive(Clone, Copy, Debug, Default)]
pub struct CurrentState {
    /// The file itself.
    pub before: Existing,
    /// The compressed copies worth keeping, if it is known that they are
    /// there as this run would make them.
    pub copies: Option<Encodings>,
    /// Names of compressed copies that are taken by anything.
    pub present: Encodings,
    /// Whether the record says all this.
    pub recorded: bool,
}

impl CurrentState {
    /// Whether something is to be written for the target.
    pub fn is_incomplete(&self) -> bool {
        self.before != Existing::Same || self.copies.is_none()
    }
}

/// What became of one target.
#[derive(Clone, Debug)]
pub struct Done {
    /// Of which asset.
    pub asset: AssetId,
    /// Plain or hashed.
    pub role: Role,
    /// Its path.
    pub path: LogicalPath,
    /// What was there.
    pub before: Existing,
    /// Its compressed copies.
    pub copies: Encodings,
    /// The target's number in the plan, if it is in force as planned.
    pub target: Option<usize>,
    /// What was put there.
    pub placed: Placed,
    /// Whether anything was put there or removed.
    pub written: bool,
}

/// What of a target a run puts in its place, and how to know it again: others
/// may write there too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Whether the file itself is.
    pub file: bool,
    /// Which compressed copies are.
    pub copies: Encodings,
    mark: u64,
}

impl Placed {
    /// Takes in the file.
    pub fn add_file(&mut self, stamp: &Stamp) {
        self.file = true;
        self.mark = self.mark.rotate_left(1) ^ stamp.identity();
    }

    /// Takes in a compressed copy, after the file, in their order.
    pub fn add_copy(&mut self, encoding: Encoding, stamp: &Stamp) {
        self.copies.insert(encoding);
        self.mark = self.mark.rotate_left(1) ^ stamp.identity();
    }
}
