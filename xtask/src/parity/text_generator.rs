//! Random texts full of special characters, and staticc's answers for them.

use std::collections::BTreeMap;

use staticc::check::static_name::{manifest_key, plain_path};
use staticc::model::LogicalPath;
use staticc::plan::manifest::to_json;
use staticc::pystd::posixpath::{normpath, path_join, path_split};
use staticc::pystd::urllib::{unquote, urldefrag, urlsplit, urlunsplit};
use staticc::rewrite::hashed_name::{clean_name, hashed_name};
use staticc::sources::ignore_patterns::IgnorePatterns;

use crate::support::random::Random;

/// What a case compares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name and ignore patterns: whether they match.
    Pattern,
    /// A directory and a URL: the URL's parts, decoded, normalized, joined.
    Url,
    /// A file's name and a fingerprint: the hashed name.
    Name,
    /// A name in a template: its key in the manifest, and the path of its URL.
    Key,
    /// Paths and hashed paths: the manifest's bytes.
    Manifest,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Pattern,
        Self::Url,
        Self::Name,
        Self::Key,
        Self::Manifest,
    ];

    /// The kind's name in `python_parity.py`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Url => "url",
            Self::Name => "name",
            Self::Key => "key",
            Self::Manifest => "manifest",
        }
    }
}

pub struct Case {
    kind: Kind,
    pub fields: Vec<Vec<u8>>,
}

impl Case {
    /// What staticc answers.
    pub fn answers(&self) -> Vec<Vec<u8>> {
        let fields = &self.fields;
        match self.kind {
            Kind::Pattern => {
                let text = |field: &Vec<u8>| String::from_utf8_lossy(field).into_owned();
                let patterns: Vec<String> = fields[1..].iter().map(text).collect();
                let matched = IgnorePatterns::new(&patterns).match_name(&fields[0]);
                vec![if matched {
                    b"yes".to_vec()
                } else {
                    b"no".to_vec()
                }]
            }
            Kind::Url => {
                let (base, url) = (&fields[0], &fields[1]);
                let (bare, fragment) = urldefrag(url);
                let split = urlsplit(url);
                let unsplit = urlunsplit(&split);
                let (head, tail) = path_split(url);
                vec![
                    unquote(url).into_owned(),
                    bare.into_owned(),
                    fragment,
                    split.scheme,
                    split.netloc,
                    split.path,
                    split.query,
                    split.fragment,
                    unsplit,
                    normpath(url),
                    head.to_vec(),
                    tail.to_vec(),
                    path_join(base, url),
                    clean_name(url),
                ]
            }
            Kind::Name => vec![hashed_name(&fields[0], &fields[1])],
            Kind::Key => {
                let name = String::from_utf8_lossy(&fields[0]);
                let marked = |path: Option<Vec<u8>>| {
                    path.map_or_else(Vec::new, |path| [b"=", &path[..]].concat())
                };
                vec![marked(manifest_key(&name)), marked(plain_path(&name))]
            }
            Kind::Manifest => {
                // As in a Python dict, the last of equal keys counts.
                let paths: BTreeMap<LogicalPath, LogicalPath> = fields
                    .chunks_exact(2)
                    .map(|pair| (LogicalPath::new(&*pair[0]), LogicalPath::new(&*pair[1])))
                    .collect();
                vec![to_json(&mut paths.iter().collect::<Vec<_>>())]
            }
        }
    }
}

/// Pieces of URLs and file names.
#[rustfmt::skip] // in rows
const PIECES: [&[u8]; 80] = [
    b"a", b"b", b"c.css", b".js", b".tar.gz", b".", b"..", b"...", b"/", b"/", b"//", b"/./",
    b"/../", b" ", b"  ", b"\"", b"'", b"\\", b"?", b"#", b"?#", b"#?", b"??", b"##", b";", b";p=1",
    b":", b"&=", b"%", b"%%", b"%4", b"%41", b"%zz", b"%2F", b"%2f", b"%5C", b"%20", b"%23", b"%3f",
    b"%25", b"%2541", b"%00", b"%0a", b"%C3%A9", b"%c3", b"%A9", b"%FF", b"%ed%a0%80",
    b"%F0%9F%98%80", b"%E2%80%A8", b"\xc3\xa9", b"e\xcc\x81", b"\xf0\x9f\x98\x80", b"\xff", b"\xc3",
    b"\xed\xa0\x80", b"\xed\xb3\xbf", b"\xf4\x90\x80\x80", b"\xc2\xa0", b"\xe2\x80\xa8",
    b"\xc2\x85", b"\xe3\x80\x80", b"\xe2\x80\x80", b"\t", b"\n", b"\r", b"\0", b"\x0b", b"\x1c",
    b"\x1f", b"\x7f", b"data:", b"http:", b"HTTPS://H", b"file:", b"x+y-z.1:", b"//host", b"[",
    b"]", b"[::1]@",
];

/// Pieces of patterns, and of names that they may match.
#[rustfmt::skip] // in rows
const PATTERNS: [&str; 34] = [
    "*", "*", "?", "[", "]", "!", "-", "^", "[!", "[]", "[!]", "[a-c]", "[c-a]", "[a-", "[!a-c]",
    "[--a]", "[a-c-e]", "[]-a]", "**", "a", "b", "c", "d", "e", "/", ".", "..", "\\", "&&", "||",
    "~~", "é", "{", "\n",
];

/// Makes random cases.
pub struct TextGenerator {
    random: Random,
}

impl TextGenerator {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
        }
    }

    pub fn case(&mut self, kind: Kind) -> Case {
        let fields = match kind {
            Kind::Pattern => {
                let patterns = (0..=self.random.below(2))
                    .map(|_| self.pattern())
                    .collect::<Vec<_>>();
                let name = self.name_for(&patterns[0]);
                std::iter::once(name).chain(patterns).collect()
            }
            Kind::Url => vec![self.text(3), self.text(8)],
            Kind::Name => vec![self.text(8), b"0123456789ab".to_vec()],
            Kind::Key => {
                let text = self.text(8);
                vec![String::from_utf8_lossy(&text).into_owned().into_bytes()]
            }
            Kind::Manifest => (0..2 * self.random.below(6))
                .map(|_| self.text(4))
                .collect(),
        };
        Case { kind, fields }
    }

    /// At most `pieces` pieces, now and then an arbitrary byte.
    fn text(&mut self, pieces: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.random.below(pieces + 1) {
            if self.random.below(12) == 0 {
                text.push(u8::try_from(self.random.below(256)).unwrap_or_default());
            } else {
                text.extend_from_slice(PIECES[self.random.below(PIECES.len())]);
            }
        }
        text
    }

    fn pattern(&mut self) -> Vec<u8> {
        let pieces = (0..self.random.below(7)).map(|_| PATTERNS[self.random.below(PATTERNS.len())]);
        pieces.collect::<String>().into_bytes()
    }

    /// A name similar to a pattern, so that about half of the names match.
    fn name_for(&mut self, pattern: &[u8]) -> Vec<u8> {
        const ANY: [&[u8]; 12] = [
            b"a",
            b"b",
            b"c",
            b"d",
            b"-",
            b"]",
            b"[",
            b"!",
            b"^",
            b"/",
            b"\xff",
            b"\xc3\xa9",
        ];
        let mut name = Vec::new();
        let mut rest = pattern.iter().peekable();
        while let Some(&byte) = rest.next() {
            match byte {
                b'*' => {
                    (0..self.random.below(3)).for_each(|_| name.extend(ANY[self.random.below(12)]));
                }
                b'?' => name.extend(ANY[self.random.below(12)]),
                b'[' if self.random.below(3) > 0 => {
                    name.extend(ANY[self.random.below(12)]);
                    while rest.next().is_some_and(|&byte| byte != b']') {}
                }
                _ if self.random.below(20) == 0 => {}
                _ => name.push(byte),
            }
        }
        name
    }
}
