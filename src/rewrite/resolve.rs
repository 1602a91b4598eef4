//! Reference → target: what a URL in a text means among the assets, and
//! how it is spelled once the target has its final name. Follows Django's
//! `url_converter` and `_stored_name` step by step; knows no patterns and
//! no fingerprints (a placeholder stands for each).

use super::asset_index::AssetIndex;
use super::hashed_name::{clean_name, hashed_name};
use super::url::SiteUrl;
use crate::model::{Asset, AssetId, Fingerprint, LogicalPath};
use crate::pystd::posixpath::{normpath, path_join, path_split};
use crate::pystd::urllib::{percent_decode, unquote, urldefrag, urlsplit};

/// What is in STATIC_ROOT from earlier runs.
pub trait Leftovers: Sync {
    /// The fingerprint of the file at this path under STATIC_ROOT, if it is
    /// there and its fingerprinted copy is there too, with the same bytes.
    fn fingerprint(&self, path: &LogicalPath) -> Option<Fingerprint>;
}

/// A STATIC_ROOT without files of earlier runs.
pub struct NoLeftovers;

impl Leftovers for NoLeftovers {
    fn fingerprint(&self, _: &LogicalPath) -> Option<Fingerprint> {
        None
    }
}

/// Twelve bytes that stand for a fingerprint not known yet.
pub(super) type Placeholder = [u8; Fingerprint::LEN];

/// What a URL means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// Not ours: the text stays as it was.
    Foreign,
    /// The URL to write; the placeholder in it stands for the asset's
    /// fingerprint.
    Asset(AssetId, String),
    /// An asset that keeps its name: the text stays as it was.
    Kept(AssetId),
    /// The URL to write; it needs no fingerprint (a directory).
    Constant(String),
    /// The URL to write, of a file that only an earlier run left.
    Leftover(LogicalPath, String),
    /// Names no file. The path it was looked for under.
    Missing(String),
    /// Leads out of STATIC_ROOT.
    Outside(String),
}

/// The assets, found by what references say.
pub struct Resolver<'a> {
    pub(super) index: AssetIndex<'a>,
    static_url: &'a [u8],
    pub(super) site: SiteUrl,
    skips_protocol_relative: bool,
    pub(super) keeps_plain: bool,
    leftovers: &'a dyn Leftovers,
}

/// The path of an asset's fingerprinted copy, or `None` if the asset's name
/// leads out of STATIC_ROOT once Django has read it as a URL.
pub fn hashed_path(key: &LogicalPath, fingerprint: &[u8]) -> Option<LogicalPath> {
    inside(&with_forward_slashes(&hashed_name(
        key.as_bytes(),
        fingerprint,
    )))
    .map(LogicalPath::new)
}

/// The path of the file that the manifest names for an asset: that of the fingerprinted copy, or
/// the plain one if the asset keeps its name.
pub fn final_path(asset: &Asset, fingerprint: &[u8]) -> Option<LogicalPath> {
    if asset.treatment.keeps_name() {
        return Some(asset.path.clone());
    }
    hashed_path(&asset.key, fingerprint)
}

/// Does what `clean_name` of Django's storages does.
fn with_forward_slashes(name: &[u8]) -> Vec<u8> {
    let slash = |&byte: &u8| if byte == b'\\' { b'/' } else { byte };
    name.iter().map(slash).collect()
}

/// The path without `.`, `..` and double slashes, if it stays under the
/// root and is not the root itself.
fn inside(path: &[u8]) -> Option<Vec<u8>> {
    let path = normpath(path);
    let outside =
        path.starts_with(b"/") || path == b".." || path.starts_with(b"../") || path == b".";
    (!outside).then_some(path)
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        assets: &'a [Asset],
        static_url: &'a str,
        skips_protocol_relative: bool,
        keeps_plain: bool,
        leftovers: &'a dyn Leftovers,
    ) -> Self {
        Self {
            index: AssetIndex::new(assets),
            static_url: static_url.as_bytes(),
            site: SiteUrl::new(static_url),
            skips_protocol_relative,
            keeps_plain,
            leftovers,
        }
    }

    /// Resolves a URL in the text of `referrer`.
    pub(super) fn resolve(
        &self,
        referrer: &Asset,
        url: &str,
        placeholder: &Placeholder,
    ) -> Resolution {
        let url: &[u8] = url.as_bytes();
        if self.is_foreign(url) {
            return Resolution::Foreign;
        }
        let (url_path, fragment) = urldefrag(url);
        if url_path.is_empty() {
            return Resolution::Foreign;
        }
        let target = match url_path.strip_prefix(self.static_url) {
            Some(rest) if url_path.starts_with(b"/") => rest.to_vec(),
            _ => path_join(path_split(referrer.key.as_bytes()).0, &url_path),
        };
        let name = unquote(&target);
        let (bare, inner_fragment) = urldefrag(&name);
        let (meaning, mut stored) = if urlsplit(&bare).path.ends_with(b"/") {
            (Meaning::Directory, name.to_vec())
        } else {
            match self.stored_name(&bare, placeholder) {
                Ok(found) => found,
                Err(resolution) => return resolution,
            }
        };
        // Django's special cases for `font.eot?#iefix`, for the rare URL
        // that has its `#` percent-encoded.
        if memchr::memmem::find(&name, b"?#").is_some() {
            stored.push(b'?');
        }
        if !inner_fragment.is_empty() {
            stored.push(b'#');
            stored.extend_from_slice(&inner_fragment);
        }
        let spelled = with_last_segment(url, &url_path, &stored, &fragment);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match meaning {
            // Django writes `url(.)` in css/a.css as `url("css")`, which leads to css/css.
            Meaning::Directory if self.is_lost(referrer, &spelled) => {
                Resolution::Constant(text(url))
            }
            Meaning::Directory => Resolution::Constant(text(&spelled)),
            Meaning::Leftover(path) => Resolution::Leftover(path, text(&spelled)),
            Meaning::Asset(id) => {
                let hashed = hashed_path(&self.index.asset(id).key, placeholder);
                let url = match hashed {
                    Some(hashed) if !self.arrives(referrer, &spelled, &hashed) => {
                        self.spell(referrer, &url_path, &hashed, &fragment)
                    }
                    _ => spelled,
                };
                Resolution::Asset(id, text(&url))
            }
        }
    }

    /// Whether Django leaves such a URL alone.
    fn is_foreign(&self, url: &[u8]) -> bool {
        let letters = url.iter().take_while(|byte| byte.is_ascii_lowercase());
        let scheme = letters.count();
        (scheme > 0 && url.get(scheme) == Some(&b':'))
            || (self.skips_protocol_relative && url.starts_with(b"//"))
            || (url.starts_with(b"/") && !url.starts_with(self.static_url))
    }

    /// Django's `_stored_name`: what the name means, and its final form.
    fn stored_name(
        &self,
        name: &[u8],
        placeholder: &Placeholder,
    ) -> Result<(Meaning, Vec<u8>), Resolution> {
        let name = normpath(name);
        let key = with_forward_slashes(&name);
        if let Some(id) = self.index.with_key(&key) {
            if self.index.asset(id).treatment.keeps_name() {
                return Err(Resolution::Kept(id));
            }
            let hashed = hashed_path(&self.index.asset(id).key, placeholder);
            let hashed = hashed.map_or(key, |path| path.as_bytes().to_vec());
            return Ok((Meaning::Asset(id), hashed));
        }
        // Not a name of the manifest as it stands: Django reads the name as
        // a URL and looks for its path.
        let cleaned = clean_name(&name);
        let path = normpath(&cleaned);
        if let Some(id) = self.index.at_path(&path) {
            if self.index.asset(id).treatment.keeps_name() {
                return Err(Resolution::Kept(id));
            }
            return Ok((
                Meaning::Asset(id),
                with_forward_slashes(&hashed_name(&name, placeholder)),
            ));
        }
        if self.index.has_directory(&path) {
            return Ok((Meaning::Directory, key));
        }
        let Some(path) = inside(&path).map(LogicalPath::new) else {
            return Err(Resolution::Outside(
                String::from_utf8_lossy(&cleaned).into_owned(),
            ));
        };
        match self.leftovers.fingerprint(&path) {
            Some(fingerprint) => Ok((
                Meaning::Leftover(path),
                with_forward_slashes(&hashed_name(&name, fingerprint.as_bytes())),
            )),
            None => Err(Resolution::Missing(path.to_text().into_owned())),
        }
    }

    /// Whether a browser that follows `url` from the fingerprinted copy of
    /// `referrer` arrives at `hashed`, or at a plain file that stays, or (by
    /// a query that holds slashes) at a directory.
    fn arrives(&self, referrer: &Asset, url: &[u8], hashed: &LogicalPath) -> bool {
        let Some(path) = self.follow(&directory_of(referrer), url) else {
            return false;
        };
        path == hashed.as_bytes()
            || self.index.has_directory(&path)
            || (self.keeps_plain && self.index.at_path(&path).is_some())
    }

    /// Whether a browser that follows `url` from `referrer` arrives at no directory.
    /// A URL that ends with a slash names one, whether it exists or not.
    fn is_lost(&self, referrer: &Asset, url: &[u8]) -> bool {
        let path = self.follow(&directory_of(referrer), url);
        !names_directory(url) && path.is_none_or(|path| !self.index.has_directory(&path))
    }

    /// The path under STATIC_ROOT at which a browser arrives that follows a
    /// URL from a directory; `None` if it reads a backslash or a quote as
    /// something else.
    fn follow(&self, directory: &[u8], url: &[u8]) -> Option<Vec<u8>> {
        let end = end_of_path(url);
        let unspeakable = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\t' | b'\n' | b'\r');
        let path = percent_decode(&url[..end]);
        let path = match path.strip_prefix(self.static_url) {
            Some(rest) if path.starts_with(b"/") => rest.to_vec(),
            _ => path_join(directory, &path),
        };
        let path = normpath(&path);
        let misread = url[..end].iter().any(unspeakable) && path.iter().any(unspeakable);
        (!misread).then_some(path)
    }

    /// Where a browser arrives that follows `url` from `file` itself, if no
    /// file and no directory is there.
    pub fn followed(&self, file: &Asset, url: &str) -> Option<Vec<u8>> {
        let url = self.own_url(url)?;
        let directory = path_split(file.path.as_bytes()).0;
        let Some(path) = self.follow(directory, url) else {
            return Some(url.to_vec());
        };
        let there = self.index.has_directory(&path) || self.index.at_path(&path).is_some();
        (!there).then_some(path)
    }

    /// Where a browser arrives that follows `url` from `file` itself, whatever is there.
    pub fn arrival(&self, file: &Asset, url: &str) -> Option<Vec<u8>> {
        let directory = path_split(file.path.as_bytes()).0;
        self.follow(directory, self.own_url(url)?)
    }

    /// The URL without white space around it, if it leads to a file of the site.
    fn own_url<'u>(&self, url: &'u str) -> Option<&'u [u8]> {
        let trimmed = url.trim_ascii().as_bytes();
        let to_itself = matches!(trimmed.first(), None | Some(b'?' | b'#'));
        let leads_elsewhere = self.is_foreign(trimmed) || to_itself || names_directory(trimmed);
        (!leads_elsewhere).then_some(trimmed)
    }

    /// A URL that leads from `referrer` to `hashed`, for the names whose
    /// spelling by Django's rules leads elsewhere.
    fn spell(
        &self,
        referrer: &Asset,
        url_path: &[u8],
        hashed: &LogicalPath,
        fragment: &[u8],
    ) -> Vec<u8> {
        let mut url = if url_path.starts_with(b"/") {
            let mut url = self.static_url.to_vec();
            escape_into(&mut url, hashed.as_bytes());
            url
        } else {
            let mut url = Vec::new();
            escape_into(
                &mut url,
                &relative(&directory_of(referrer), hashed.as_bytes()),
            );
            url
        };
        if let Some(query) = memchr::memchr(b'?', url_path) {
            url.extend_from_slice(&url_path[query..]);
        }
        if !fragment.is_empty() {
            url.push(b'#');
            url.extend_from_slice(fragment);
        }
        url
    }
}

/// What a stored name stands for.
enum Meaning {
    Asset(AssetId),
    Directory,
    Leftover(LogicalPath),
}

/// The directory of an asset's fingerprinted copy.
pub(super) fn directory_of(asset: &Asset) -> Vec<u8> {
    let path = hashed_path(&asset.key, &[b'0'; Fingerprint::LEN]);
    let path = path.as_ref().unwrap_or(&asset.path);
    path_split(path.as_bytes()).0.to_vec()
}

/// Where the query or the fragment of a URL begins.
fn end_of_path(url: &[u8]) -> usize {
    let is_end = |byte: &u8| matches!(byte, b'?' | b'#');
    url.iter().position(is_end).unwrap_or(url.len())
}

/// Whether the path of a URL ends with a slash. Django looks for no file there.
fn names_directory(url: &[u8]) -> bool {
    url[..end_of_path(url)].ends_with(b"/")
}

/// Where the part after the last slash begins.
fn last_segment(path: &[u8]) -> usize {
    memchr::memrchr(b'/', path).map_or(0, |at| at + 1)
}

/// The relative path from a directory to a file.
pub(super) fn relative(directory: &[u8], file: &[u8]) -> Vec<u8> {
    let from: Vec<&[u8]> = directory
        .split(|&byte| byte == b'/')
        .filter(|part| !part.is_empty())
        .collect();
    let to: Vec<&[u8]> = file.split(|&byte| byte == b'/').collect();
    let common = from
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(a, b)| a == b)
        .count();
    let mut parts = vec![b"..".as_slice(); from.len() - common];
    parts.extend(&to[common..]);
    parts.join(&b'/')
}

/// Appends a path with everything percent-encoded that a URL inside quotes
/// cannot hold.
pub(super) fn escape_into(url: &mut Vec<u8>, path: &[u8]) {
    for &byte in path {
        if matches!(byte, b'"' | b'\'' | b'\\' | b'?' | b'#' | b'%' | b' ')
            || !(b' '..0x7f).contains(&byte)
        {
            url.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            url.push(byte);
        }
    }
}

/// Replaces the last segment of a URL's path by that of the stored name, as Django does.
fn with_last_segment(url: &[u8], url_path: &[u8], stored: &[u8], fragment: &[u8]) -> Vec<u8> {
    let mut spelled = url_path[..last_segment(url_path)].to_vec();
    let segment = &stored[last_segment(stored)..];
    if segment != b"." {
        spelled.extend_from_slice(segment);
    }
    if !fragment.is_empty() {
        let had_query = memchr::memmem::find(url, b"?#").is_some();
        spelled.extend_from_slice(if had_query { b"?#" } else { b"#" });
        spelled.extend_from_slice(fragment);
    }
    unquote(&spelled).into_owned()
}
