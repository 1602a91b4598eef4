//! URL → asset, as a browser reads a URL, and how it is spelled once the asset has its final
//! name. Knows no syntax and no fingerprints.

use super::resolve::{Resolver, directory_of, escape_into, hashed_path, relative};
use super::url::{Destination, end_of_path, last_segment};
use crate::model::{Asset, AssetId, Fingerprint, LogicalPath};

/// What a URL means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum UrlResolution {
    /// The file itself, or something that is no static file.
    Elsewhere,
    Directory,
    /// The asset, and the URL to write. `None` if the asset keeps its name.
    Asset(AssetId, Option<UrlParts>),
    /// Names no file. The path it was looked for under.
    Missing(String),
    /// Leads out of STATIC_URL.
    Outside(String),
}

/// A URL without the fingerprint in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UrlParts {
    pub before: Vec<u8>,
    pub after: Vec<u8>,
}

impl Resolver<'_> {
    /// Resolves a URL in the text of `referrer`.
    pub(super) fn resolve_url(&self, referrer: &Asset, url: &[u8]) -> UrlResolution {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        match self.destination(&directory_of_plain(referrer), url) {
            Destination::Elsewhere => UrlResolution::Elsewhere,
            Destination::Directory => UrlResolution::Directory,
            Destination::Outside(path) => UrlResolution::Outside(text(path)),
            Destination::Path(path) => match self.index.at_path(&path) {
                Some(id) => UrlResolution::Asset(id, self.final_url(referrer, id, url)),
                None if self.index.has_directory(&path) => UrlResolution::Directory,
                None => UrlResolution::Missing(text(path)),
            },
        }
    }

    /// Returns the path under STATIC_ROOT that a URL in `file` leads to, if no file and no
    /// directory is there.
    pub(super) fn dangling_path(&self, file: &Asset, url: &[u8]) -> Option<Vec<u8>> {
        match self.destination(&directory_of_plain(file), url) {
            Destination::Elsewhere | Destination::Directory | Destination::Outside(_) => None,
            Destination::Path(path) => {
                let is_there =
                    self.index.at_path(&path).is_some() || self.index.has_directory(&path);
                (!is_there).then_some(path)
            }
        }
    }

    /// Returns the path under STATIC_ROOT that a URL in `file` leads to, whatever is there.
    pub(super) fn url_arrival(&self, file: &Asset, url: &[u8]) -> Option<Vec<u8>> {
        match self.destination(&directory_of_plain(file), url) {
            Destination::Path(path) => Some(path),
            Destination::Elsewhere | Destination::Directory | Destination::Outside(_) => None,
        }
    }

    fn destination(&self, directory: &[u8], url: &[u8]) -> Destination {
        self.site.destination(directory, url)
    }

    /// Returns the URL of an asset's fingerprinted copy: the last part of the path is replaced,
    /// and the rest stays as it is spelled.
    fn final_url(&self, referrer: &Asset, id: AssetId, url: &[u8]) -> Option<UrlParts> {
        let asset = self.index.asset(id);
        if asset.treatment.keeps_name() {
            return None;
        }
        let (path_before, path_after) = split_at_fingerprint(&asset.key)?;
        let end = end_of_path(url);
        let name = last_segment(&path_before);
        let mut parts = UrlParts {
            before: url[..last_segment(&url[..end])].to_vec(),
            after: Vec::new(),
        };
        escape_into(&mut parts.before, &path_before[name..]);
        escape_into(&mut parts.after, &path_after);
        parts.after.extend_from_slice(&url[end..]);
        let zeros = [b'0'; Fingerprint::LEN];
        let spelled = [&parts.before[..], &zeros, &parts.after].concat();
        let hashed = [&path_before[..], &zeros, &path_after].concat();
        let directory = directory_of(referrer);
        if self.destination(&directory, &spelled) == Destination::Path(hashed) {
            return Some(parts);
        }
        // The name has characters by which Django puts the copy into another directory.
        let mut before = Vec::new();
        escape_into(&mut before, &relative(&directory, &path_before));
        Some(UrlParts { before, ..parts })
    }
}

/// Returns the fingerprint in the path of the fingerprinted copy of a file.
pub(super) fn fingerprint_in(key: &LogicalPath, hashed: &LogicalPath) -> Option<Fingerprint> {
    let (before, after) = split_at_fingerprint(key)?;
    let rest = hashed.as_bytes().strip_prefix(&before[..])?;
    let digits = rest.strip_suffix(&after[..])?;
    Fingerprint::all_in(&[b".", digits].concat()).next()
}

/// Returns the parts of the path of a fingerprinted copy around the fingerprint.
fn split_at_fingerprint(key: &LogicalPath) -> Option<(Vec<u8>, Vec<u8>)> {
    let path = |digit: u8| hashed_path(key, &[digit; Fingerprint::LEN]);
    let (zeros, ones): (LogicalPath, LogicalPath) = (path(b'0')?, path(b'1')?);
    let pairs = zeros.as_bytes().iter().zip(ones.as_bytes());
    let at = pairs.take_while(|(zero, one)| zero == one).count();
    let (before, rest) = zeros.as_bytes().split_at(at);
    Some((before.to_vec(), rest.get(Fingerprint::LEN..)?.to_vec()))
}

/// Returns the directory of an asset's plain copy.
fn directory_of_plain(asset: &Asset) -> Vec<u8> {
    let path = asset.path.as_bytes();
    path[..last_segment(path)].to_vec()
}
