//! Finds compressed copies among the sources that are not copies of the file beside them.
//! Servers send such a copy instead of the file. Decodes one no further than it agrees, and
//! none that an earlier run has found to be a copy.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;

use rayon::prelude::*;

use super::paths::{PathLevels, with_level};
use crate::disk;
use crate::encode::decode::is_copy;
use crate::model::{Asset, Code, Encoding, LogicalPath, Problem, Stamp};
use crate::sources::content::Content;
use crate::state::source_pairs::{SourcePair, SourcePairs};

/// The compressed copies among the sources.
#[derive(Debug, Default)]
pub struct SourceCopies {
    /// A warning for each source that has the name of another one's compressed copy, and
    /// another content.
    pub problems: Vec<Problem>,
    /// The sources that are what their names say, as far as they were read.
    pub pairs: SourcePairs,
}

/// The sources as a run has read them.
pub struct ReadSources<'a> {
    /// The contents, by the number of their asset.
    pub contents: &'a [Content],
    /// The pairs that an earlier run has compared.
    pub pairs: &'a SourcePairs,
    /// When the run began to read sources, in nanoseconds since 1970.
    pub started: i64,
}

/// A source, and another one that has the name of its compressed copy.
struct NamedCopy<'a> {
    encoding: Encoding,
    copy: &'a Asset,
    file: &'a Asset,
    read: Option<ReadCopy<'a>>,
}

/// What the run has read of both sources.
struct ReadCopy<'a> {
    copy: &'a Content,
    file: &'a Content,
    pair: SourcePair,
}

/// Compares the sources that have the names of compressed copies. Without `read`, none is known
/// and none becomes known.
pub fn source_copies(
    assets: &[Asset],
    read: Option<&ReadSources<'_>>,
    levels: &PathLevels<'_>,
) -> SourceCopies {
    let copies = named_copies(assets, read);
    let is_known = |named: &ReadCopy<'_>| read.is_some_and(|read| read.pairs.contains(named.pair));
    let compared: Vec<(Option<SourcePair>, Option<Problem>)> = copies
        .par_iter()
        .map(|named| match &named.read {
            Some(read) if is_known(read) => (Some(read.pair), None),
            _ => named.compare(read.map_or(i64::MIN, |read| read.started)),
        })
        .collect();
    let problems = copies.iter().zip(&compared);
    SourceCopies {
        problems: problems
            .filter_map(|(named, (_, problem))| {
                with_level(problem.clone()?, &named.copy.path, levels)
            })
            .collect(),
        pairs: compared.into_iter().filter_map(|(pair, _)| pair).collect(),
    }
}

fn named_copies<'a>(assets: &'a [Asset], read: Option<&ReadSources<'a>>) -> Vec<NamedCopy<'a>> {
    let copies: Vec<(Encoding, LogicalPath, usize)> = (0..)
        .zip(assets)
        .filter_map(|(index, asset)| {
            let (encoding, path) = copied_path(&asset.path)?;
            Some((encoding, path, index))
        })
        .collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let by_path: HashMap<&LogicalPath, usize> =
        assets.iter().map(|asset| &asset.path).zip(0..).collect();
    let with_files = copies.into_iter().filter_map(|(encoding, path, copy)| {
        let file = *by_path.get(&path)?;
        let contents = read.map(|read| (&read.contents[copy], &read.contents[file]));
        Some(NamedCopy {
            encoding,
            copy: &assets[copy],
            file: &assets[file],
            read: contents.and_then(|(copy, file)| {
                Some(ReadCopy {
                    copy,
                    file,
                    pair: SourcePair::new(encoding, copy.id?, file.id?),
                })
            }),
        })
    });
    with_files.collect()
}

/// Returns the path of the file whose compressed copy has this path.
fn copied_path(path: &LogicalPath) -> Option<(Encoding, LogicalPath)> {
    Encoding::ALL.into_iter().find_map(|encoding| {
        let copied = path.as_bytes().strip_suffix(encoding.suffix().as_bytes())?;
        Some((encoding, LogicalPath::new(copied)))
    })
}

impl NamedCopy<'_> {
    /// Decodes the copy. Returns the pair if it is right and both files are as the run has read
    /// them; otherwise the problem.
    fn compare(&self, started: i64) -> (Option<SourcePair>, Option<Problem>) {
        let opened = || -> io::Result<_> {
            Ok((
                disk::open(&self.copy.source())?,
                disk::open(&self.file.source())?,
            ))
        };
        let is_same = opened().and_then(|((copy, copy_metadata), (file, file_metadata))| {
            let pair = self.unchanged_pair([&copy_metadata, &file_metadata], started);
            Ok((is_copy(self.encoding, copy, file)?, pair))
        });
        let reason = match is_same {
            Ok((true, pair)) => return (pair, None),
            Ok((false, _)) => "it has another content".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (None, None),
            Err(error) => format!("it cannot be decoded: {error}"),
        };
        (None, Some(self.problem(&reason)))
    }

    /// Returns the pair, unless a file may have changed since the run has read it.
    fn unchanged_pair(&self, opened: [&Metadata; 2], started: i64) -> Option<SourcePair> {
        let read = self.read.as_ref()?;
        let contents = [read.copy, read.file];
        let mut stamps = contents.iter().map(|content| content.stamp).zip(opened);
        stamps
            .all(|(stamp, opened)| stamp == Stamp::of(opened) && stamp.is_older_than(started))
            .then_some(read.pair)
    }

    fn problem(&self, reason: &str) -> Problem {
        let message = format!(
            "is not a compressed copy of {}, as its name says",
            self.file.path
        );
        Problem::warning(Code::WrongSourceCopy, message)
            .in_file(self.copy.source())
            .related(self.file.source(), None, "the file that it stands for")
            .note(format!("{reason}; a server sends it instead of the file"))
            .help("remove it: collecting makes the copy; or rename it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentId;

    /// Which pairs of `a.css` and `a.css.gz` are compared, and which become known.
    #[test]
    fn pair_that_is_known_is_not_compared_again() {
        let directory = tempfile::tempdir().unwrap();
        let asset = |name: &str| Asset::at(LogicalPath::new(name), directory.path().into());
        let assets = ["a.css", "a.css.gz"].map(asset);
        let gzip = [&b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0"[..], &[0; 8]].concat();
        let write = |bytes: [&[u8]; 2]| {
            for (asset, bytes) in assets.iter().zip(bytes) {
                std::fs::write(asset.source(), bytes).unwrap();
            }
        };
        let read = || -> Vec<Content> {
            let read = assets.iter().map(|asset| Content {
                id: Some(blake3::hash(&disk::read(&asset.source()).unwrap())),
                stamp: Stamp::of(&asset.source().metadata().unwrap()),
                fingerprint: None,
                bytes: None,
            });
            read.collect()
        };
        let compare = |contents: &[Content], pairs: &SourcePairs, started: i64| {
            let read = ReadSources {
                contents,
                pairs,
                started,
            };
            let copies = source_copies(&assets, Some(&read), &|_, _| None);
            (copies.problems.len(), copies.pairs)
        };
        let none = SourcePairs::default();
        write([b"", &gzip]);
        let contents = read();
        let (problems, pairs) = compare(&contents, &none, i64::MAX);
        let ids = contents.iter().map(|content| content.id.unwrap());
        let [file, copy]: [ContentId; 2] = ids.collect::<Vec<_>>().try_into().unwrap();
        let pair = SourcePair::new(Encoding::Gzip, copy, file);
        assert_eq!((problems, &pairs), (0, &[pair].into_iter().collect()));
        // The file was changed so shortly before the run that its stamp may not show it.
        assert_eq!(compare(&contents, &none, 0), (0, none.clone()));
        // Nobody looks at the files.
        write([b"changed", b"damaged"]);
        assert_eq!(compare(&contents, &pairs, 0), (0, pairs.clone()));
        assert_eq!(compare(&contents, &none, i64::MAX), (1, none.clone()));
        // They were read with other contents.
        assert_eq!(compare(&read(), &pairs, i64::MAX), (1, none.clone()));
        // They are right, but not what was read.
        write([b"", &gzip]);
        std::fs::remove_file(assets[0].source()).unwrap();
        write([b"", &gzip]);
        assert_eq!(compare(&contents, &none, i64::MAX), (0, none));
    }
}
