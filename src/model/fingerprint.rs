//! The 12 characters in a file's name that depend on its content. Knows no rules
//! about where Django puts them.

use std::fmt;
use std::io::{self, Read};

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::asset::LogicalPath;

/// The first 12 hexadecimal digits of the content's MD5, as in Django's
/// `HashedFilesMixin.file_hash`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint([u8; Self::LEN]);

impl Fingerprint {
    /// How many characters it has.
    pub const LEN: usize = 12;

    /// Returns the path without the part of the file's name that looks like a fingerprint, or
    /// `None` if no part does.
    ///
    /// ```
    /// use staticc::model::{Fingerprint, LogicalPath};
    /// let without = |path: &str| Fingerprint::path_without(&LogicalPath::new(path));
    /// assert_eq!(without("a.b/c.d41d8cd98f00.css"), Some(LogicalPath::new("a.b/c.css")));
    /// assert_eq!(without("LICENSE.d41d8cd98f00"), Some(LogicalPath::new("LICENSE")));
    /// assert_eq!(without("c.d41d8cd98f0.css"), None);
    /// ```
    pub fn path_without(path: &LogicalPath) -> Option<LogicalPath> {
        let bytes = path.as_bytes();
        let name = memchr::memrchr(b'/', bytes).map_or(0, |slash| slash + 1);
        let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        let dots = memchr::memrchr_iter(b'.', bytes).take_while(|dot| *dot >= name);
        let found = dots
            .map(|dot| (dot, dot + 1 + Self::LEN))
            .find(|&(dot, end)| {
                let ends = bytes.get(end).is_none_or(|byte| *byte == b'.');
                ends && bytes.get(dot + 1..end).is_some_and(is_hex)
            });
        let (start, end) = found?;
        Some(LogicalPath::new([&bytes[..start], &bytes[end..]].concat()))
    }

    /// Returns all that look like the fingerprint of a file's name in a text: a dot and lower-case
    /// hexadecimal digits, whatever follows.
    ///
    /// ```
    /// use staticc::model::Fingerprint;
    /// let text = b"url(a.d41d8cd98f00.png) b.d41d8cd98f0.c .D41D8CD98F00";
    /// assert!(Fingerprint::all_in(text).eq([Fingerprint::of(b"")]));
    /// ```
    pub fn all_in(text: &[u8]) -> impl Iterator<Item = Self> {
        let is_hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        memchr::memchr_iter(b'.', text).filter_map(move |dot| {
            let digits = text[dot + 1..].first_chunk::<{ Self::LEN }>()?;
            digits.iter().all(is_hex).then_some(Self(*digits))
        })
    }

    /// Returns the fingerprint of a content.
    ///
    /// ```
    /// use staticc::model::Fingerprint;
    /// assert_eq!(Fingerprint::of(b"").as_str(), "d41d8cd98f00");
    /// ```
    pub fn of(content: &[u8]) -> Self {
        Self::from_digest(&Md5::digest(content).into())
    }

    /// Reads a content in chunks, and returns its fingerprint.
    pub fn of_reader(mut reader: impl Read) -> io::Result<Self> {
        let mut md5 = Md5::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(Self::from_digest(&md5.finalize().into())),
                Ok(length) => md5.update(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the fingerprint of a content with this MD5.
    pub fn from_digest(digest: &[u8; 16]) -> Self {
        let mut text = [0; Self::LEN];
        for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
            pair[0] = hex_digit(byte >> 4);
            pair[1] = hex_digit(byte & 15);
        }
        Self(text)
    }

    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn hex_digit(value: u8) -> u8 {
    b"0123456789abcdef"[usize::from(value & 15)]
}
