//! Owns the record of a collect, for the next one: the stamps and contents of sources, the
//! names of rewritten texts, the files in STATIC_ROOT, and the sources that are compressed
//! copies of others. Opens no source. A record that is
//! missing, damaged or of another version reads as an empty one. A file whose stamp has
//! changed is unknown.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::file_record::FileRecord;
use super::inputs_digest::InputsDigest;
use super::path_hash::{PathHash, hash_path, hash_source_path};
use super::source_pairs::SourcePairs;
use crate::model::{Asset, AssetId, ContentId, Fingerprint, LogicalPath, Stamp};
use crate::plan::model::{FileChange, PostProcessed};
use crate::rewrite::adjusted::Adjusted;
use crate::rewrite::resolve::final_path;
use crate::sources::content::{Content, KnownContents};

#[derive(Debug, Default)]
pub struct CollectRecord {
    inputs: InputsDigest,
    sources: Vec<SourceRow>,
    /// Sorted by the hash of the path.
    files: Vec<FileRecord>,
    /// The sources that are compressed copies of other sources.
    pub source_pairs: SourcePairs,
    sources_by_path: OnceLock<HashMap<PathHash, usize>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SourceRow {
    path: PathHash,
    /// `None` if the source changed so shortly before the run that a second change might
    /// have the same stamp.
    stamp: Option<Stamp>,
    id: Option<[u8; blake3::OUT_LEN]>,
    fingerprint: Option<Fingerprint>,
    adjusted: Option<Box<AdjustedRow>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AdjustedRow {
    id: [u8; blake3::OUT_LEN],
    size: u64,
    in_cycle: bool,
    targets: Vec<u32>,
}

impl KnownContents for CollectRecord {
    fn content(&self, asset: AssetId, source: &Path, stamp: &Stamp) -> Option<Content> {
        let row = self.source(asset, source)?;
        (row.stamp.as_ref() == Some(stamp)).then(|| Content {
            id: row.id.map(Into::into),
            stamp: *stamp,
            fingerprint: row.fingerprint.filter(|_| row.adjusted.is_none()),
            bytes: None,
        })
    }
}

impl CollectRecord {
    pub fn read(bytes: &[u8]) -> Self {
        Self::parse(bytes).unwrap_or_default()
    }

    /// Returns the record of a file in STATIC_ROOT that had this content.
    pub fn file(&self, path: &LogicalPath, content: ContentId) -> Option<&FileRecord> {
        let hash = hash_path(path.as_bytes());
        let index = self.files.binary_search_by_key(&hash, |file| file.path);
        let file = &self.files[index.ok()?];
        file.has_content(content).then_some(file)
    }

    /// Returns the rewritten texts that are still valid: the source has not changed, the file
    /// in STATIC_ROOT `is_intact`, and both are true of all targets.
    pub fn still_valid(
        &self,
        inputs: &InputsDigest,
        assets: &[Asset],
        contents: &[Content],
        is_intact: impl Fn(&LogicalPath, &FileRecord) -> bool,
    ) -> HashMap<AssetId, Adjusted> {
        let mut valid = HashMap::new();
        if self.inputs != *inputs || self.sources.len() != assets.len() {
            return valid;
        }
        let mut referrers = vec![Vec::<AssetId>::new(); assets.len()];
        let mut invalid: Vec<usize> = Vec::new();
        for (index, (row, content)) in self.sources.iter().zip(contents).enumerate() {
            let id = AssetId::new(index);
            if !assets[index].is_scanned {
                if row.fingerprint != content.fingerprint {
                    invalid.push(index);
                }
                continue;
            }
            let adjusted = Self::adjusted(row).filter(|_| content.text().is_none());
            let is_there = |adjusted: &Adjusted| {
                let digits = adjusted.fingerprint.as_bytes();
                let path = final_path(&assets[index], digits)?;
                self.file(&path, adjusted.id)
                    .filter(|file| is_intact(&path, file))
            };
            match adjusted.filter(|adjusted| is_there(adjusted).is_some()) {
                Some(adjusted) => {
                    valid.insert(id, adjusted);
                }
                None => invalid.push(index),
            }
            let targets = row.adjusted.iter().flat_map(|row| &row.targets);
            for &target in targets {
                if let Some(list) = referrers.get_mut(target as usize) {
                    list.push(id);
                }
            }
        }
        while let Some(index) = invalid.pop() {
            for referrer in std::mem::take(&mut referrers[index]) {
                if valid.remove(&referrer).is_some() {
                    invalid.push(referrer.index());
                }
            }
        }
        valid
    }

    /// Returns whether the record of a run that has written nothing would be the same.
    /// `files` is the number of files that it has found recorded.
    pub fn is_up_to_date_with(&self, run: &RecordedRun<'_>, files: usize) -> bool {
        let same = |((id, asset), row): ((u32, &Asset), &SourceRow)| {
            let id = AssetId(id);
            let stamp = Some(run.contents[id.index()].stamp);
            let adjusted = run.post_processed.adjusted(id);
            let is_rewritten = adjusted.is_some_and(|adjusted| adjusted.text.is_some());
            row.stamp == stamp
                && (!is_rewritten || row.adjusted.is_none())
                && row.path == hash_source_path(asset)
        };
        self.inputs == *run.inputs
            && self.files.len() == files
            && self.source_pairs == *run.source_pairs
            && self.sources.len() == run.assets.len()
            && (0..).zip(run.assets).zip(&self.sources).all(same)
    }

    fn adjusted(row: &SourceRow) -> Option<Adjusted> {
        let adjusted = row.adjusted.as_ref()?;
        Some(Adjusted {
            fingerprint: row.fingerprint?,
            id: adjusted.id.into(),
            size: adjusted.size,
            in_cycle: adjusted.in_cycle,
            targets: adjusted.targets.iter().copied().map(AssetId).collect(),
            has_broken_refs: false,
            text: None,
        })
    }

    fn source(&self, asset: AssetId, source: &Path) -> Option<&SourceRow> {
        let hash = hash_path(source.as_os_str().as_encoded_bytes());
        let same_index = self.sources.get(asset.index());
        same_index.filter(|row| row.path == hash).or_else(|| {
            let hashes = || self.sources.iter().map(|row| row.path).zip(0..).collect();
            let by_path = self.sources_by_path.get_or_init(hashes);
            self.sources.get(*by_path.get(&hash)?)
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = body(bytes, MAGIC)?;
        let (inputs, rest) = postcard::take_from_bytes(rest).ok()?;
        let (sources, rest) = postcard::take_from_bytes(rest).ok()?;
        let (files, rest) = postcard::take_from_bytes::<Vec<Option<FileRecord>>>(rest).ok()?;
        let (source_pairs, _) = postcard::take_from_bytes(rest).ok()?;
        Some(Self {
            inputs,
            sources,
            files: files.into_iter().flatten().collect(),
            source_pairs,
            sources_by_path: OnceLock::new(),
        })
    }
}

/// Returns the bytes between the magic and the checksum of a record, if both are right.
pub fn body<'b>(bytes: &'b [u8], magic: &[u8]) -> Option<&'b [u8]> {
    let (body, checksum) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    let content = body.strip_prefix(magic)?;
    (blake3::hash(content) == *checksum).then_some(content)
}

/// The first bytes of a record. The last one is the version of the format.
const MAGIC: &[u8] = b"staticc record\x05";

/// The run that a record is about.
pub struct RecordedRun<'a> {
    pub inputs: &'a InputsDigest,
    pub assets: &'a [Asset],
    /// One for each asset.
    pub contents: &'a [Content],
    pub post_processed: &'a PostProcessed,
    pub source_pairs: &'a SourcePairs,
    /// When the run began to read sources, in nanoseconds since 1970.
    pub started: i64,
}

impl RecordedRun<'_> {
    /// Writes the record row by row, with what `file_record` returns for each change.
    pub fn write<'d>(
        &self,
        changes: &'d [FileChange],
        file_record: impl Fn(&'d FileChange) -> Option<FileRecord> + Sync,
        out: impl Write,
    ) -> io::Result<()> {
        const ROWS: usize = 4096;
        let mut out = HashingWriter {
            out,
            hasher: blake3::Hasher::new(),
        };
        out.out.write_all(MAGIC)?;
        out.row(self.inputs)?;
        out.row(&(self.assets.len() as u64))?;
        for (id, asset) in (0..).map(AssetId).zip(self.assets) {
            out.row(&self.source(id, asset))?;
        }
        let planned = changes.iter().filter(|change| change.target.is_some());
        let mut files: Vec<(PathHash, &FileChange)> = planned
            .map(|change| (hash_path(change.path.as_bytes()), change))
            .collect();
        files.sort_unstable_by_key(|(path, _)| *path);
        out.row(&(files.len() as u64))?;
        for files in files.chunks(ROWS) {
            let rows = files.par_iter().map(|(_, change)| file_record(change));
            for row in rows.collect::<Vec<_>>() {
                out.row(&row)?;
            }
        }
        out.row(self.source_pairs)?;
        let checksum = out.hasher.finalize();
        out.out.write_all(checksum.as_bytes())
    }

    fn source(&self, id: AssetId, asset: &Asset) -> SourceRow {
        let content = &self.contents[id.index()];
        // A text with problems is scanned again, so that they are reported again.
        let adjusted = self.post_processed.adjusted(id);
        let valid = adjusted.filter(|adjusted| !adjusted.has_broken_refs);
        let row = |adjusted: &Adjusted| AdjustedRow {
            id: adjusted.id.into(),
            size: adjusted.size,
            in_cycle: adjusted.in_cycle,
            targets: adjusted.targets.iter().map(|target| target.0).collect(),
        };
        SourceRow {
            path: hash_source_path(asset),
            stamp: Some(content.stamp).filter(|stamp| stamp.is_older_than(self.started)),
            id: content.id.map(Into::into),
            fingerprint: valid.map_or(content.fingerprint, |adjusted| Some(adjusted.fingerprint)),
            adjusted: valid.map(row).map(Box::new),
        }
    }
}

/// A writer that hashes what it writes.
struct HashingWriter<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> HashingWriter<W> {
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

    /// A source that changed just before the run is read again.
    #[test]
    fn source_changed_just_before_the_run_is_unknown() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.txt"), "a").unwrap();
        let metadata = std::fs::metadata(directory.path().join("a.txt")).unwrap();
        let asset = Asset::at(LogicalPath::new("a.txt"), directory.path().into());
        let content = Content {
            id: Some(blake3::hash(b"a")),
            stamp: Stamp::of(&metadata),
            fingerprint: Some(Fingerprint::of(b"a")),
            bytes: None,
        };
        let known = |started: i64| {
            let run = RecordedRun {
                inputs: &InputsDigest::default(),
                assets: std::slice::from_ref(&asset),
                contents: std::slice::from_ref(&content),
                post_processed: &PostProcessed::default(),
                source_pairs: &SourcePairs::default(),
                started,
            };
            let mut bytes = Vec::new();
            run.write(&[], |_| None, &mut bytes).unwrap();
            let record = CollectRecord::read(&bytes);
            record.content(AssetId(0), Path::new(&asset.source()), &content.stamp)
        };
        assert!(known(0).is_none());
        assert_eq!(known(i64::MAX).unwrap().id, content.id);
    }
}
