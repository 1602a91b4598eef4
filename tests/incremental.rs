//! Whatever happened before, a run leaves what a first run without cache and record
//! leaves, except that good copies of fingerprinted files stay. Tries random histories of changes to sources, STATIC_ROOT, settings, cache
//! and record.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::read::MultiGzDecoder;
use proptest::prelude::*;

use crate::support::project::Project;
use crate::support::tree::{self, files};

/// Names that refer to each other: `a.css` → `b.css` → `i.svg`.
const SOURCES: [&str; 7] = [
    "a.css", "b.css", "i.svg", "d/m.js", "d/n.js", "p.png", "a.css.gz",
];

/// One thing that happens between two runs.
#[derive(Clone, Debug)]
enum Happening {
    /// A source gets a new time.
    Touch(usize),
    /// A source gets other bytes; with `unseen`, as many, and its old time.
    Change {
        source: usize,
        seed: u8,
        unseen: bool,
    },
    /// A source goes, if there is one; else it comes back.
    Toggle(usize),
    /// A source has another name, or has its name back.
    Rename,
    /// A file in STATIC_ROOT gets other bytes, as many, and its old time.
    Forge(usize),
    /// A file in STATIC_ROOT is cut off.
    Cut(usize),
    /// A file in STATIC_ROOT goes.
    Lose(usize),
    /// STATIC_ROOT is as after the first run.
    Restore,
    /// The brotli quality, or which copies there are.
    Settings(usize),
    /// Every file of the cache has a byte changed.
    Poison(u8),
    /// Nothing.
    Nothing,
}

/// `STATIC_URL`, and the end of the settings.
const SETTINGS: [(&str, &str); 5] = [
    ("/static/", ""),
    ("/s/", ""),
    ("/static/", "[staticc.compression]\nbrotli_quality = 3\n"),
    (
        "/static/",
        "[staticc.compression]\nencodings = [\"gz\", \"zst\"]\n",
    ),
    ("/static/", "[staticc.compression]\nmin_saving = 0.9\n"),
];

fn happening() -> impl Strategy<Value = Happening> {
    let source = || 0..SOURCES.len();
    prop_oneof![
        source().prop_map(Happening::Touch),
        (source(), any::<u8>(), any::<bool>()).prop_map(|(source, seed, unseen)| {
            Happening::Change {
                source,
                seed,
                unseen,
            }
        }),
        // Not those that are referred to: what an earlier run left of them
        // is found, which a first run cannot do.
        (5..SOURCES.len()).prop_map(Happening::Toggle),
        Just(Happening::Rename),
        any::<usize>().prop_map(Happening::Forge),
        any::<usize>().prop_map(Happening::Cut),
        any::<usize>().prop_map(Happening::Lose),
        Just(Happening::Restore),
        (0..SETTINGS.len()).prop_map(Happening::Settings),
        any::<u8>().prop_map(Happening::Poison),
        Just(Happening::Nothing),
    ]
}

/// A source's text; the seed makes contents of one length.
fn text(name: &str, seed: u8) -> String {
    let padding = format!("/* {seed:03} {} */\n", "padding ".repeat(40));
    match name {
        "a.css" => format!("@import \"b.css\";\n{padding}"),
        "b.css" => {
            format!("b {{ background: url(i.svg?v={seed:03}), url(/static/d/n.js) }}\n{padding}")
        }
        "d/m.js" => format!("import {{ n }} from \"./n.js\";\n{padding}"),
        _ => padding,
    }
}

/// A project that things happen to.
struct History {
    project: Project,
    settings: usize,
}

impl History {
    fn new() -> Self {
        let history = Self {
            project: Project::empty(),
            settings: 0,
        };
        for name in SOURCES {
            history.write(name, &text(name, 0));
        }
        history
    }

    fn path(&self, name: &str) -> PathBuf {
        self.project.path(name)
    }

    fn write(&self, name: &str, text: &str) {
        self.project.write(&format!("static/{name}"), text);
    }

    /// Runs into a STATIC_ROOT and gives what is there.
    fn collect(&self, root: &str, flags: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
        let (url, end) = SETTINGS[self.settings];
        let settings = format!(
            "STATIC_URL = \"{url}\"\nSTATICFILES_DIRS = [\"static\"]\n\
             [STORAGES.staticfiles.OPTIONS]\nsupport_js_module_import_aggregation = true\n\
             [staticc]\npython_path = []\nmissing_references = \"ignore\"\n{end}"
        );
        self.project.write("settings.toml", settings);
        let run = self
            .project
            .collect()
            .env("XDG_CACHE_HOME", self.path("cache"));
        run.arguments(["-v0", "--static-root", root])
            .arguments(flags)
            .success();
        files(&self.path(root))
    }

    fn happen(&mut self, happening: &Happening) {
        let root = self.path("out");
        let outputs: Vec<PathBuf> = files(&root)
            .into_keys()
            .map(|path| root.join(path))
            .collect();
        match happening {
            Happening::Touch(source) => {
                let path = self.path("static").join(SOURCES[*source]);
                if let Ok(file) = File::options().append(true).open(path) {
                    let when = SystemTime::now() - Duration::from_secs(*source as u64);
                    file.set_modified(when).unwrap();
                }
            }
            Happening::Change {
                source,
                seed,
                unseen,
            } => {
                let name = SOURCES[*source];
                let path = self.path("static").join(name);
                let before = path.metadata().and_then(|found| found.modified());
                self.write(name, &text(name, *seed));
                if let (true, Ok(before)) = (*unseen, before) {
                    let file = File::options().append(true).open(path).unwrap();
                    file.set_modified(before).unwrap();
                }
            }
            Happening::Toggle(source) => {
                let name = SOURCES[*source];
                if fs::remove_file(self.path("static").join(name)).is_err() {
                    self.write(name, &text(name, 0));
                }
            }
            Happening::Rename => {
                let [one, other] = ["p.png", "0.png"].map(|name| self.path("static").join(name));
                // It may be gone.
                let _ = fs::rename(&one, &other).or_else(|_| fs::rename(&other, &one));
            }
            Happening::Forge(number) => {
                let path = &outputs[number % outputs.len()];
                let mut bytes = fs::read(path).unwrap();
                for byte in &mut bytes {
                    *byte ^= 1;
                }
                let before = path.metadata().unwrap().modified().unwrap();
                fs::write(path, bytes).unwrap();
                let file = File::options().append(true).open(path).unwrap();
                file.set_modified(before).unwrap();
            }
            Happening::Cut(number) => {
                let path = &outputs[number % outputs.len()];
                File::options()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_len(3)
                    .unwrap();
            }
            Happening::Lose(number) => {
                fs::remove_file(&outputs[number % outputs.len()]).unwrap();
            }
            Happening::Restore => {
                fs::remove_dir_all(&root).unwrap();
                tree::copy(&self.path("first"), &root);
            }
            Happening::Settings(settings) => self.settings = *settings,
            Happening::Poison(seed) => {
                for (path, mut bytes) in files(&self.path("cache")) {
                    let at = usize::from(*seed) % bytes.len();
                    bytes[at] ^= 0x10;
                    fs::write(self.path("cache").join(path), bytes).unwrap();
                }
            }
            Happening::Nothing => {}
        }
    }
}

/// Returns whether a path of STATIC_ROOT is a copy of a fingerprinted file, which the next
/// run must keep.
fn is_kept(
    path: &Path,
    before: &BTreeMap<PathBuf, Vec<u8>>,
    fresh: &BTreeMap<PathBuf, Vec<u8>>,
) -> bool {
    let plain = path.with_extension("");
    let parts = plain.to_string_lossy().matches('.').count();
    let (bytes, content) = (&before[path], fresh.get(&plain));
    let Some(content) = content.filter(|content| parts >= 2 && bytes.len() <= content.len()) else {
        return false;
    };
    let mut decoded = Vec::new();
    let read = match path.extension().and_then(OsStr::to_str) {
        Some("br") => brotli::Decompressor::new(&bytes[..], 4096).read_to_end(&mut decoded),
        Some("gz") => MultiGzDecoder::new(&bytes[..]).read_to_end(&mut decoded),
        Some("zst") => {
            zstd::Decoder::new(&bytes[..]).and_then(|mut zst| zst.read_to_end(&mut decoded))
        }
        _ => return false,
    };
    read.is_ok() && decoded == *content
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_history_ends_like_a_first_run(rounds in prop::collection::vec(prop::collection::vec(happening(), 1..4), 1..8)) {
        let mut history = History::new();
        history.collect("out", &[]);
        fs::create_dir(history.path("first")).unwrap();
        tree::copy(&history.path("out"), &history.path("first"));
        for (number, happenings) in rounds.iter().enumerate() {
            for happening in happenings {
                history.happen(happening);
            }
            let fresh = history.collect(&format!("fresh-{number}"), &["--no-cache"]);
            let before = files(&history.path("out"));
            let ours = history.collect("out", &[]);
            let kept: Vec<&PathBuf> = before.keys().filter(|path| is_kept(path, &before, &fresh)).collect();
            for path in &kept {
                prop_assert!(ours.get(*path) == before.get(*path), "{path:?} after {happenings:?}");
            }
            for (path, bytes) in fresh.iter().filter(|(path, _)| !kept.contains(path)) {
                prop_assert!(ours.get(path) == Some(bytes), "{path:?} after {happenings:?}");
            }
            // What was there before may stay, but not beside the wrong file.
            for path in ours.keys().filter(|path| !fresh.contains_key(*path)) {
                let of = path.with_extension("");
                let name = path.to_string_lossy();
                let copy = [".br", ".gz", ".zst"].iter().any(|suffix| name.ends_with(suffix));
                let stays = !copy || !fresh.contains_key(&of) || kept.contains(&path);
                prop_assert!(stays, "{path:?} after {happenings:?}");
            }
        }
    }
}

/// The files of earlier runs are gone after this one, so no reference may lead to them.
#[test]
fn clear_leaves_no_reference_to_a_file_of_an_earlier_run() {
    let project = Project::new()
        .file("src/old.png", "old")
        .file("src/a.css", "a{b:url(old.png)}");
    project.collect().success();
    fs::remove_file(project.path("src/old.png")).unwrap();
    project.collect().success().stderr(["[leftover-reference]"]);
    project.verb(["verify"]).success();
    project
        .collect()
        .arguments(["--clear"])
        .failure(1)
        .stderr(["src/a.css:1:5: url(old.png) names no collected file"]);
}

/// The record says which sources are compressed copies of others, by their contents.
#[test]
fn source_is_compared_with_its_compressed_copy_when_either_changes() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(b"a{}").unwrap();
    let copy = gzip.finish().unwrap();
    let project = Project::new()
        .file("src/a.css", "a{}")
        .file("src/a.css.gz", &copy);
    std::thread::sleep(Duration::from_millis(50));
    let warning = "src/a.css.gz: is not a compressed copy of a.css";
    let changes: [(&str, &[u8], bool); 5] = [
        ("a.css", b"b{}", false),
        ("a.css", b"a{}", true),
        ("a.css.gz", b"none", false),
        ("a.css.gz", b"none", false),
        ("a.css.gz", &copy, true),
    ];
    for _ in 0..2 {
        project.collect().success().empty_stderr();
    }
    for (name, content, is_right) in changes {
        project.write(&format!("src/{name}"), content);
        let outcome = project.collect().success();
        if is_right {
            outcome.empty_stderr();
        } else {
            outcome.stderr([warning]);
        }
    }
}
