//! What a scan finds in one text: its references, and the new text with a placeholder for each
//! fingerprint. Values only.

use std::path::Path;

use crate::model::{Asset, AssetId, LogicalPath, ReferenceKind, ReportLevel, Severity};

/// Decides what a missing reference of a kind in a file amounts to. The path is the one that
/// the reference names.
pub type MissingPolicy<'a> = dyn Fn(&Asset, ReferenceKind, &Path) -> ReportLevel + Sync + 'a;

/// The references of a text, and the new text.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The new text, with placeholders; `None` if nothing changes.
    pub text: Option<Vec<u8>>,
    /// Where in `text` the fingerprint of which asset belongs, in order.
    pub placeholders: Vec<(usize, AssetId)>,
    pub to_assets: Vec<AssetReference>,
    /// References that lead to no asset.
    pub findings: Vec<Finding>,
    /// How many references lead to a directory.
    pub directories: usize,
    /// Where URLs that are left alone begin in the original text. A URL that two
    /// rules match is here twice.
    pub foreign: Vec<usize>,
}

/// A reference to an asset.
#[derive(Debug)]
pub(super) struct AssetReference {
    pub kind: ReferenceKind,
    pub target: AssetId,
    /// The bytes of the original text that hold the reference.
    pub start: usize,
    pub end: usize,
    /// Whether it gets a fingerprint. It stays if its file or its target is treated so.
    pub is_rewritten: bool,
    /// Whether it loads the target as a module.
    pub is_module: bool,
}

/// A reference that leads to no asset.
#[derive(Debug)]
pub(super) struct Finding {
    pub kind: ReferenceKind,
    /// `None` if nothing is reported.
    pub severity: Option<Severity>,
    pub fault: Fault,
    /// The bytes of the original text that hold the reference.
    pub start: usize,
    pub end: usize,
}

/// What is wrong with a reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No asset at this path.
    Missing(String),
    /// The path leads out of STATIC_ROOT.
    Outside(String),
    /// Only a file of an earlier run is at this path.
    Leftover(LogicalPath),
    /// The asset at this path is kept with its fingerprint only, and the text stays.
    NotKept(String),
}

impl Fault {
    /// Returns the path that the reference names.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Outside(path) | Self::NotKept(path) => Path::new(path),
            Self::Leftover(path) => path.as_path(),
        }
    }
}

/// Shortens a reference for a message, and replaces control characters.
pub fn shorten(matched: &str) -> String {
    let mut text: String = matched
        .chars()
        .take(120)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if text.len() < matched.len() {
        text.push('…');
    }
    text
}
