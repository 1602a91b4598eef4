//! Two versions of a project's static files, the same every time: chains of
//! css imports, scripts with source maps, images, texts that are worth
//! compressing. Between them files change, come, go, and cease to be worth it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What was collected before.
    A,
    /// What is collected now.
    B,
}

/// Random numbers, the same every time (xorshift).
pub struct Dice(u64);

impl Dice {
    /// By a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.roll() % limit).unwrap_or(0)
    }
}

/// From which file of the chain on each imports the next.
const CHAIN: [&str; 6] = [
    "css/site.css",
    "css/layout.css",
    "css/parts/grid.css",
    "css/parts/theme.css",
    "css/palette.css",
    "css/parts/colors.css",
];

const WORDS: [&str; 16] = [
    "static", "file", "name", "of", "the", "site", "and", "a", "server", "that", "never", "breaks",
    "while", "another", "release", "arrives",
];

/// The settings that go with the files; STATIC_ROOT is given by a flag.
const SETTINGS: &str = r#"
STATIC_URL = "/static/"
STATIC_ROOT = "unused"
STATICFILES_DIRS = ["static"]

[STORAGES.staticfiles]
BACKEND = "whitenoise.storage.CompressedManifestStaticFilesStorage"

[staticc]
django = "6.1"

[staticc.compression]
encodings = ["br", "gz", "zst"]
"#;

/// Writes both versions, each a project of its own. What is the same in both
/// is one file with two names: it keeps its time stamps when they change places.
pub fn write(a: &Path, b: &Path, seed: u64) -> io::Result<()> {
    let (old, new) = (files(Version::A, seed), files(Version::B, seed));
    for (directory, files) in [(a, &old), (b, &new)] {
        for (path, bytes) in files {
            let place = directory.join(path);
            fs::create_dir_all(place.parent().unwrap_or(directory))?;
            if directory == b && old.get(path) == Some(bytes) {
                fs::hard_link(a.join(path), place)?;
            } else {
                fs::write(place, bytes)?;
            }
        }
    }
    Ok(())
}

/// All files of a version's project, by path.
fn files(version: Version, seed: u64) -> BTreeMap<String, Vec<u8>> {
    let is_b = version == Version::B;
    let mut files = BTreeMap::new();
    let mut add = |path: &str, bytes: Vec<u8>| files.insert(format!("static/{path}"), bytes);
    for pair in CHAIN.windows(2) {
        let next = relative(pair[0], pair[1]);
        let rules = rules(&mut dice(seed, pair[0]));
        add(pair[0], format!("@import url(\"{next}\");\n{rules}").into());
    }
    // The end of the chain: all that lead to it get new names.
    let end = format!("{}{}", CHAIN[5], if is_b { "b" } else { "" });
    let rules_of_end = rules(&mut dice(seed, &end));
    let logo = relative(CHAIN[5], "img/logo.png");
    add(
        CHAIN[5],
        format!("{rules_of_end}.logo {{ background: url({logo}) }}\n").into(),
    );
    for index in 0..4 {
        let changed = is_b && index == 0;
        let text = prose(&mut dice(seed, &format!("js{index}{changed}")), 300);
        let map = format!("app{index}.js.map");
        let script = format!("var text = `{text}`;\n//# sourceMappingURL={map}\n");
        add(&format!("js/app{index}.js"), script.into());
        add(
            &format!("js/{map}"),
            format!("{{\"text\": \"{text}\"}}").into(),
        );
    }
    let noise = |name: &str| noise(&mut dice(seed, name), 1500);
    add(
        "img/logo.png",
        noise(if is_b { "new logo" } else { "logo" }),
    );
    for index in 0..4 {
        add(
            &format!("img/photo{index}.jpg"),
            noise(&format!("photo{index}")),
        );
        let shape = format!(
            "<svg>{}</svg>",
            prose(&mut dice(seed, &format!("svg{index}")), 200)
        );
        add(&format!("img/shape{index}.svg"), shape.into());
    }
    for index in 0..14 {
        // In B: 0 and 1 changed, 2 to 4 gone, 14 to 16 new.
        let index = if is_b && (2..5).contains(&index) {
            index + 12
        } else {
            index
        };
        let changed = is_b && index < 2;
        let text = prose(&mut dice(seed, &format!("text{index}{changed}")), 400);
        add(
            &format!("text/{}/{index}.txt", ["x", "y", "x/z"][index % 3]),
            text.into(),
        );
    }
    for index in 0..4 {
        // In B 0 and 1 are not worth compressing any more, and 2 becomes so.
        let name = format!("data{index}");
        let compresses = if is_b { index >= 2 } else { index != 2 };
        let bytes = if compresses {
            prose(&mut dice(seed, &name), 300).into()
        } else {
            noise(&name)
        };
        add(&format!("data/{index}.dat"), bytes);
    }
    // The same bytes under two names, in A and in B.
    let twins = if is_b { "twins of B" } else { "twins" };
    for name in ["twin.txt", "other/twin.txt"] {
        add(name, prose(&mut dice(seed, twins), 200).into());
    }
    add(
        if is_b { "new/LICENSE" } else { "old/LICENSE" },
        b"free".to_vec(),
    );
    files.insert("settings.toml".to_owned(), SETTINGS.into());
    files
}

/// Dice for one thing.
fn dice(seed: u64, name: &str) -> Dice {
    let mix = |sum: u64, byte: u8| sum.wrapping_mul(31).wrapping_add(u64::from(byte));
    Dice::new(name.bytes().fold(seed + 7, mix))
}

fn prose(dice: &mut Dice, words: usize) -> String {
    let words: Vec<&str> = (0..words).map(|_| WORDS[dice.below(WORDS.len())]).collect();
    words.join(" ")
}

fn rules(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..30 {
        let (word, pixels) = (WORDS[dice.below(WORDS.len())], dice.below(100));
        let _ = writeln!(text, ".{word} {{ margin: {pixels}px; padding: 0 }}");
    }
    text
}

fn noise(dice: &mut Dice, length: usize) -> Vec<u8> {
    (0..length).map(|_| dice.roll().to_le_bytes()[3]).collect()
}

/// How one file refers to another.
fn relative(from: &str, to: &str) -> String {
    format!("{}{to}", "../".repeat(from.matches('/').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_large_enough_and_differ() {
        let (a, b) = (files(Version::A, 1), files(Version::B, 1));
        assert!(a.len() > 40 && b.len() > 40);
        assert!(a.keys().any(|path| !b.contains_key(path)));
        assert!(b.keys().any(|path| !a.contains_key(path)));
        let changed = a
            .iter()
            .filter(|(path, bytes)| b.get(*path).is_some_and(|b| b != *bytes));
        assert!(changed.count() >= 10);
    }
}
