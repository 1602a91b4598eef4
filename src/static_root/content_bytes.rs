//! The bytes of a content, read when they are needed, and once. Stages them as a file. Knows no
//! compressed copies.

use super::staged_file::{CopyAttributes, FileSource, StagedFile};
use super::transaction::Transaction;
use crate::disk;
use crate::model::{AssetId, Code, ContentId, FileStep, Problem};
use crate::plan::model::{ContentSource, UniqueContent};
use crate::sources::source_problem::changed;

/// The bytes of a content, read when they are needed.
pub(super) struct ContentBytesOnDemand<'a> {
    transaction: &'a Transaction<'a>,
    source: ContentSource,
    id: Option<ContentId>,
    read: Option<Vec<u8>>,
}

impl<'a> ContentBytesOnDemand<'a> {
    pub fn new(transaction: &'a Transaction<'a>, content: &UniqueContent) -> Self {
        Self {
            transaction,
            source: content.source,
            id: content.id,
            read: None,
        }
    }

    pub fn get(&mut self) -> Result<&[u8], Problem> {
        match self.source {
            ContentSource::Source(asset) => {
                if self.in_memory(asset).is_none() {
                    self.read = Some(self.read(asset)?);
                }
                Ok(self.in_memory(asset).unwrap_or_default())
            }
            ContentSource::Text(asset) | ContentSource::Unchanged(asset) => {
                let adjusted = self.transaction.post_processed.adjusted(asset);
                let text = adjusted.and_then(|adjusted| adjusted.text.as_ref());
                text.map(Vec::as_slice).ok_or_else(|| {
                    Problem::error(
                        Code::NoText,
                        "was changed in STATIC_ROOT while the run looked",
                    )
                    .in_file(self.transaction.inspector.assets[asset.index()].source())
                    .help("run again")
                })
            }
        }
    }

    /// Returns the bytes of a source, if they are in memory.
    fn in_memory(&self, asset: AssetId) -> Option<&[u8]> {
        let kept = self.transaction.contents[asset.index()].bytes();
        kept.or(self.read.as_deref())
    }

    fn read(&self, asset: AssetId) -> Result<Vec<u8>, Problem> {
        let source = self.transaction.inspector.assets[asset.index()].source();
        let bytes = disk::read(&source)
            .map_err(|error| Problem::failed(FileStep::Read, &source, &error))?;
        if self.id == Some(blake3::hash(&bytes)) {
            Ok(bytes)
        } else {
            Err(changed(&source))
        }
    }

    /// Stages a file with these bytes.
    pub fn stage(&mut self, staged: &StagedFile) -> Result<CopyAttributes, Problem> {
        let root = self.transaction.inspector.root;
        if let ContentSource::Source(asset) = self.source {
            let source = self.transaction.inspector.assets[asset.index()].source();
            let file = FileSource::File {
                path: &source,
                stamp: &self.transaction.contents[asset.index()].stamp,
                bytes: self.in_memory(asset),
            };
            return root.stage(staged, &file, None);
        }
        let bytes = self.get()?;
        root.stage(staged, &FileSource::Bytes(bytes), None)
    }
}
