//! Two releases of a project's static files: css imports in a chain, scripts
//! with source maps, images, compressible texts. From one to the other, files
//! are changed, added, removed, and stop or start to be compressible.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The earlier release.
    A,
    /// The later release.
    B,
}

/// Each of these files imports the next one.
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

/// A flag overrides STATIC_ROOT.
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

/// Writes both releases, each as a project. Files that are the same in both are
/// hard links, so that their time stamps stay the same when the directories are
/// exchanged.
pub fn write(a: &Path, b: &Path, seed: u64) -> io::Result<()> {
    let (old, new) = (files(Release::A, seed), files(Release::B, seed));
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

/// All files of a release's project, by path.
fn files(release: Release, seed: u64) -> BTreeMap<String, Vec<u8>> {
    let is_b = release == Release::B;
    let mut files = BTreeMap::new();
    let mut add = |path: &str, bytes: Vec<u8>| files.insert(format!("static/{path}"), bytes);
    for pair in CHAIN.windows(2) {
        let next = relative(pair[0], pair[1]);
        let rules = rules(&mut random_for(seed, pair[0]));
        add(pair[0], format!("@import url(\"{next}\");\n{rules}").into());
    }
    // The last file of the chain: those that import it get new hashed paths.
    let end = format!("{}{}", CHAIN[5], if is_b { "b" } else { "" });
    let rules_of_end = rules(&mut random_for(seed, &end));
    let logo = relative(CHAIN[5], "img/logo.png");
    add(
        CHAIN[5],
        format!("{rules_of_end}.logo {{ background: url({logo}) }}\n").into(),
    );
    for index in 0..4 {
        let changed = is_b && index == 0;
        let text = prose(&mut random_for(seed, &format!("js{index}{changed}")), 300);
        let map = format!("app{index}.js.map");
        let script = format!("var text = `{text}`;\n//# sourceMappingURL={map}\n");
        add(&format!("js/app{index}.js"), script.into());
        add(
            &format!("js/{map}"),
            format!("{{\"text\": \"{text}\"}}").into(),
        );
    }
    let noise = |name: &str| noise(&mut random_for(seed, name), 1500);
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
            prose(&mut random_for(seed, &format!("svg{index}")), 200)
        );
        add(&format!("img/shape{index}.svg"), shape.into());
    }
    for index in 0..14 {
        // In B, 0 and 1 are changed, 2 to 4 removed, 14 to 16 added.
        let index = if is_b && (2..5).contains(&index) {
            index + 12
        } else {
            index
        };
        let changed = is_b && index < 2;
        let text = prose(&mut random_for(seed, &format!("text{index}{changed}")), 400);
        add(
            &format!("text/{}/{index}.txt", ["x", "y", "x/z"][index % 3]),
            text.into(),
        );
    }
    for index in 0..4 {
        // In B, 0 and 1 stop to be compressible, and 2 starts to be.
        let name = format!("data{index}");
        let compresses = if is_b { index >= 2 } else { index != 2 };
        let bytes = if compresses {
            prose(&mut random_for(seed, &name), 300).into()
        } else {
            noise(&name)
        };
        add(&format!("data/{index}.dat"), bytes);
    }
    // Two files with the same bytes.
    let duplicate = if is_b { "duplicate of B" } else { "duplicate" };
    for name in ["duplicate.txt", "other/duplicate.txt"] {
        add(name, prose(&mut random_for(seed, duplicate), 200).into());
    }
    add(
        if is_b { "new/LICENSE" } else { "old/LICENSE" },
        b"free".to_vec(),
    );
    files.insert("settings.toml".to_owned(), SETTINGS.into());
    files
}

/// Random numbers for one file.
fn random_for(seed: u64, name: &str) -> Random {
    let mix = |sum: u64, byte: u8| sum.wrapping_mul(31).wrapping_add(u64::from(byte));
    Random::new(name.bytes().fold(seed + 7, mix))
}

fn prose(random: &mut Random, words: usize) -> String {
    let words: Vec<&str> = (0..words).map(|_| random.choose(&WORDS)).collect();
    words.join(" ")
}

fn rules(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..30 {
        let (word, pixels) = (random.choose(&WORDS), random.below(100));
        let _ = writeln!(text, ".{word} {{ margin: {pixels}px; padding: 0 }}");
    }
    text
}

fn noise(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.byte()).collect()
}

/// The URL of `to` relative to `from`.
fn relative(from: &str, to: &str) -> String {
    format!("{}{to}", "../".repeat(from.matches('/').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_large_and_differ() {
        let (a, b) = (files(Release::A, 1), files(Release::B, 1));
        assert!(a.len() > 40 && b.len() > 40);
        assert!(a.keys().any(|path| !b.contains_key(path)));
        assert!(b.keys().any(|path| !a.contains_key(path)));
        let changed = a
            .iter()
            .filter(|(path, bytes)| b.get(*path).is_some_and(|other| other != *bytes));
        assert!(changed.count() >= 10);
    }
}
