//! What a run saw and made, for the next one: stamps of sources with their
//! contents, rewritten texts with their names, stamps of the files in
//! STATIC_ROOT with theirs. Owns the record's bytes; opens no source. A
//! record that is missing, damaged or of another version is an empty one,
//! and a file that does not have its recorded stamp is not known.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{Asset, AssetId, ContentId, Encoding, Fingerprint, LogicalPath, Stamp};
use crate::plan::model::Done;
use crate::plan::model::PostProcessed;
use crate::rewrite::collection::Adjusted;
use crate::rewrite::resolve::hashed_path;
use crate::settings::Settings;
use crate::sources::read::{Content, Known};

/// What earlier runs on one STATIC_ROOT knew.
#[derive(Debug, Default)]
pub struct Record {
    world: InputsDigest,
    sources: Vec<SourceRow>,
    /// By name.
    outputs: Vec<Output>,
    by_name: OnceLock<HashMap<Name, usize>>,
}

/// Everything that rewriting depends on besides contents: the program, the
/// settings, which files there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsDigest([u8; blake3::OUT_LEN]);

impl InputsDigest {
    /// The world of a run.
    pub fn of(settings: &Settings, assets: &[Asset]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        // Whatever the settings hold is in their `Debug` form; that it is
        // the same in another version of the program is not needed.
        hasher.update(format!("{settings:?}").as_bytes());
        for asset in assets {
            for path in [&asset.key, &asset.found_path] {
                hasher.update(path.as_bytes());
                hasher.update(&[0]);
            }
            hasher.update(asset.directory.as_os_str().as_encoded_bytes());
            hasher.update(&[0]);
        }
        Self(hasher.finalize().into())
    }
}

/// Half a BLAKE3 of a path.
pub type Name = [u8; 16];

/// The name of a path.
pub fn name(path: &[u8]) -> Name {
    let mut name = Name::default();
    name.copy_from_slice(&blake3::hash(path).as_bytes()[..size_of::<Name>()]);
    name
}

fn name_of(asset: &Asset) -> Name {
    name(asset.source().as_os_str().as_encoded_bytes())
}

/// One source.
#[derive(Debug, Serialize, Deserialize)]
struct SourceRow {
    name: Name,
    /// `None`: touched so shortly before the run that a change might not
    /// have shown.
    stamp: Option<Stamp>,
    id: [u8; blake3::OUT_LEN],
    fingerprint: Option<Fingerprint>,
    adjusted: Option<Box<AdjustedRow>>,
}

/// One rewritten text.
#[derive(Debug, Serialize, Deserialize)]
struct AdjustedRow {
    id: [u8; blake3::OUT_LEN],
    size: u64,
    targets: Vec<u32>,
}

/// One file in STATIC_ROOT and its compressed copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    name: Name,
    /// When it was as it should be.
    pub stamp: Stamp,
    id: [u8; blake3::OUT_LEN],
    /// By what its compressed copies were made.
    recipe: Option<[u8; blake3::OUT_LEN]>,
    /// The copies that were worth keeping.
    pub copies: Vec<(Encoding, Stamp)>,
}

impl Output {
    /// A file as it is now.
    pub fn new(
        path: &LogicalPath,
        stamp: Stamp,
        content: ContentId,
        recipe: Option<blake3::Hash>,
        copies: Vec<(Encoding, Stamp)>,
    ) -> Self {
        Self {
            name: name(path.as_bytes()),
            stamp,
            id: content.into(),
            recipe: recipe.map(Into::into),
            copies,
        }
    }

    /// Whether the copies were made by this recipe.
    pub fn follows(&self, recipe: Option<blake3::Hash>) -> bool {
        self.recipe == recipe.map(Into::into)
    }
}

impl Known for Record {
    fn content(&self, asset: AssetId, source: &Path, stamp: &Stamp) -> Option<Content> {
        let row = self.source(asset, source)?;
        (row.stamp.as_ref() == Some(stamp)).then(|| Content {
            id: row.id.into(),
            stamp: *stamp,
            fingerprint: row.fingerprint.filter(|_| row.adjusted.is_none()),
            loaded: None,
        })
    }
}

impl Record {
    /// The record in these bytes, or an empty one.
    pub fn read(bytes: &[u8]) -> Self {
        Self::parse(bytes).unwrap_or_default()
    }

    /// What is known of a file with this content in STATIC_ROOT.
    pub fn output(&self, path: &LogicalPath, content: ContentId) -> Option<&Output> {
        let name = name(path.as_bytes());
        let at = self.outputs.binary_search_by_key(&name, |row| row.name);
        let output = &self.outputs[at.ok()?];
        (output.id == *content.as_bytes()).then_some(output)
    }

    /// The rewritten texts that still hold: the source was not touched, what
    /// was written is `intact`, and all that holds for its targets.
    pub fn settled(
        &self,
        world: &InputsDigest,
        assets: &[Asset],
        contents: &[Content],
        intact: impl Fn(&LogicalPath, &Output) -> bool,
    ) -> HashMap<AssetId, Adjusted> {
        let mut settled = HashMap::new();
        if self.world != *world || self.sources.len() != assets.len() {
            return settled;
        }
        let mut referrers = vec![Vec::<AssetId>::new(); assets.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, (row, content)) in self.sources.iter().zip(contents).enumerate() {
            let id = AssetId(u32::try_from(index).unwrap_or(u32::MAX));
            if !assets[index].path.is_adjustable() {
                if row.fingerprint != content.fingerprint {
                    open.push(index);
                }
                continue;
            }
            let adjusted = Self::adjusted(row).filter(|_| content.text().is_none());
            let there = |adjusted: &Adjusted| {
                let digits = adjusted.fingerprint.as_bytes();
                let path = hashed_path(&assets[index].key, digits)?;
                self.output(&path, adjusted.id)
                    .filter(|output| intact(&path, output))
            };
            match adjusted.filter(|adjusted| there(adjusted).is_some()) {
                Some(adjusted) => {
                    settled.insert(id, adjusted);
                }
                None => open.push(index),
            }
            let targets = row.adjusted.iter().flat_map(|row| &row.targets);
            for &target in targets {
                if let Some(list) = referrers.get_mut(target as usize) {
                    list.push(id);
                }
            }
        }
        while let Some(index) = open.pop() {
            for referrer in std::mem::take(&mut referrers[index]) {
                if settled.remove(&referrer).is_some() {
                    open.push(referrer.index());
                }
            }
        }
        settled
    }

    /// Whether a run that wrote nothing, and found so many outputs recorded,
    /// would be recorded just so.
    pub fn tells(&self, run: &Run<'_>, outputs: usize) -> bool {
        let same = |((id, asset), row): ((u32, &Asset), &SourceRow)| {
            let id = AssetId(id);
            let stamp = Some(run.contents[id.index()].stamp);
            let anew = run
                .processed
                .adjusted(id)
                .is_some_and(|it| it.text.is_some());
            row.stamp == stamp && (!anew || row.adjusted.is_none()) && row.name == name_of(asset)
        };
        self.world == *run.world
            && self.outputs.len() == outputs
            && self.sources.len() == run.assets.len()
            && (0..).zip(run.assets).zip(&self.sources).all(same)
    }

    fn adjusted(row: &SourceRow) -> Option<Adjusted> {
        let adjusted = row.adjusted.as_ref()?;
        Some(Adjusted {
            fingerprint: row.fingerprint?,
            id: adjusted.id.into(),
            size: adjusted.size,
            targets: adjusted.targets.iter().copied().map(AssetId).collect(),
            has_broken_refs: false,
            text: None,
        })
    }

    fn source(&self, asset: AssetId, source: &Path) -> Option<&SourceRow> {
        let name = name(source.as_os_str().as_encoded_bytes());
        let same = self.sources.get(asset.index());
        same.filter(|row| row.name == name).or_else(|| {
            let names = || self.sources.iter().map(|row| row.name).zip(0..).collect();
            let by_name = self.by_name.get_or_init(names);
            self.sources.get(*by_name.get(&name)?)
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let body = body(bytes, MAGIC)?;
        let (world, body) = postcard::take_from_bytes(body).ok()?;
        let (sources, body) = postcard::take_from_bytes(body).ok()?;
        let (outputs, _) = postcard::take_from_bytes::<Vec<Option<Output>>>(body).ok()?;
        Some(Self {
            world,
            sources,
            outputs: outputs.into_iter().flatten().collect(),
            by_name: OnceLock::new(),
        })
    }
}

/// What stands between the beginning of a record and its checksum, if both are
/// right.
pub fn body<'b>(bytes: &'b [u8], magic: &[u8]) -> Option<&'b [u8]> {
    let (body, checksum) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    let body = body.strip_prefix(magic)?;
    (blake3::hash(body) == *checksum).then_some(body)
}

/// Every record begins so; the number is that of the format.
const MAGIC: &[u8] = b"staticc record\x01";

/// A run as its record tells it.
pub struct Run<'a> {
    /// Its world.
    pub world: &'a InputsDigest,
    /// Its assets.
    pub assets: &'a [Asset],
    /// Their contents.
    pub contents: &'a [Content],
    /// What rewriting gave.
    pub processed: &'a PostProcessed,
    /// When it began to look at sources, in nanoseconds since 1970.
    pub started: i64,
}

impl Run<'_> {
    /// Writes the record, row by row; `output` gives that of each file.
    pub fn write<'d>(
        &self,
        done: &'d [Done],
        output: impl Fn(&'d Done) -> Option<Output> + Sync,
        out: impl Write,
    ) -> io::Result<()> {
        const ROWS: usize = 4096;
        let mut out = Summed {
            out,
            hasher: blake3::Hasher::new(),
        };
        out.out.write_all(MAGIC)?;
        out.row(self.world)?;
        out.row(&(self.assets.len() as u64))?;
        for (id, asset) in (0..).map(AssetId).zip(self.assets) {
            out.row(&self.source(id, asset))?;
        }
        let files = done.iter().filter(|done| done.target.is_some());
        let mut files: Vec<(Name, &Done)> = files
            .map(|done| (name(done.path.as_bytes()), done))
            .collect();
        files.sort_unstable_by_key(|(name, _)| *name);
        out.row(&(files.len() as u64))?;
        for files in files.chunks(ROWS) {
            let rows = files.par_iter().map(|(_, done)| output(done));
            for row in rows.collect::<Vec<_>>() {
                out.row(&row)?;
            }
        }
        let checksum = out.hasher.finalize();
        out.out.write_all(checksum.as_bytes())
    }

    fn source(&self, id: AssetId, asset: &Asset) -> SourceRow {
        let content = &self.contents[id.index()];
        // What has problems is looked at again, so that they are told again.
        let adjusted = self.processed.adjusted(id).filter(|it| !it.has_broken_refs);
        let row = |it: &Adjusted| AdjustedRow {
            id: it.id.into(),
            size: it.size,
            targets: it.targets.iter().map(|target| target.0).collect(),
        };
        SourceRow {
            name: name_of(asset),
            stamp: Some(content.stamp).filter(|stamp| stamp.is_older_than(self.started)),
            id: content.id.into(),
            fingerprint: adjusted.map_or(content.fingerprint, |it| Some(it.fingerprint)),
            adjusted: adjusted.map(row).map(Box::new),
        }
    }
}

/// A writer that knows the checksum of what was written.
struct Summed<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Summed<W> {
    fn row(&mut self, row: &impl Serialize) -> io::Result<()> {
        let bytes = postcard::to_stdvec(row).map_err(io::Error::other)?;
        self.hasher.update(&bytes);
        self.out.write_all(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A source that was touched just before the run is read again.
    #[test]
    fn fresh_sources_are_not_known() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.txt"), "a").unwrap();
        let metadata = std::fs::metadata(directory.path().join("a.txt")).unwrap();
        let path = LogicalPath::new("a.txt");
        let asset = Asset {
            key: path.clone(),
            path: path.clone(),
            found_path: path,
            directory: directory.path().into(),
        };
        let content = Content {
            id: blake3::hash(b"a"),
            stamp: Stamp::of(&metadata),
            fingerprint: Some(Fingerprint::of(b"a")),
            loaded: None,
        };
        let known = |started: i64| {
            let run = Run {
                world: &InputsDigest::default(),
                assets: std::slice::from_ref(&asset),
                contents: std::slice::from_ref(&content),
                processed: &PostProcessed::default(),
                started,
            };
            let mut bytes = Vec::new();
            run.write(&[], |_| None, &mut bytes).unwrap();
            let record = Record::read(&bytes);
            record.content(AssetId(0), Path::new(&asset.source()), &content.stamp)
        };
        assert!(known(0).is_none());
        assert_eq!(known(i64::MAX).unwrap().id, content.id);
    }
}
