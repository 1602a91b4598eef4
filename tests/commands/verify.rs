//! `staticc verify`: what it finds in trees that Django made and in trees
//! that staticc made.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::fixtures::{DJANGO, cases, nearest, read_spec, unescape};
use crate::support::project::{Outcome, Project, REQUIRED_SETTINGS};
use crate::support::{project::staticc, tree};

/// Cases in which Django leaves references to nothing, which staticc does not:
/// rows of `docs/differences.md`.
const DANGLING: &[&str] = &[
    "backslash-directory",
    "directory-references",
    "js-double-rewrite",
    "js-double-rewrite-no-semicolons",
    "names-backslash",
    "percent-encoded-question",
    "query-on-css",
    "source-map-css-self",
    "stale-target",
    "trailing-slash-blank",
    "truncated-hashed",
];

/// Every tree of every fixture case is whole, but those known.
#[test]
fn verify_accepts_the_trees_of_the_fixtures() {
    let (mut djangos, mut ours) = (BTreeSet::new(), BTreeSet::new());
    let mut looked_at = 0;
    for case in cases() {
        let (settings, spec) = read_spec(&case);
        let deliberate = spec.get("deliberate").is_some();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for stored in ["expected", "deliberate"] {
            for django in DJANGO {
                if !case.join(stored).join(django).exists() {
                    continue;
                }
                let outcome = nearest(&case.join(stored), django).unwrap();
                // Of Django's trees, also the source maps are to be found.
                let levels: &[&str] = match stored {
                    "expected" => &["--set", "staticc.missing_references=\"error\""],
                    _ => &[],
                };
                let output = verify_outcome(&case, &settings, &outcome, django, levels);
                let Some(output) = output else { continue };
                looked_at += 1;
                if output.status.code() == Some(1) && deliberate && stored == "expected" {
                    djangos.insert(name.clone());
                } else if !output.status.success() {
                    ours.insert(name.clone());
                }
            }
        }
    }
    assert!(looked_at > 150, "only {looked_at} trees");
    assert_eq!(Vec::from_iter(djangos), DANGLING);
    assert_eq!(Vec::from_iter(ours), [""; 0]);
}

/// Makes the tree of an outcome and verifies it, if it has a manifest and the outcome
/// has all contents.
fn verify_outcome(
    case: &Path,
    settings: &toml::Value,
    outcome: &Value,
    django: &str,
    flags: &[&str],
) -> Option<Output> {
    let last = outcome["steps"].as_array()?.last()?;
    let files = outcome["files"].as_object()?;
    if last["exit"] != 0 || !files.keys().any(|name| name == "staticfiles.json") {
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().canonicalize().unwrap();
    tree::copy(&case.join("tree"), &base);
    fs::copy(case.join("settings.toml"), base.join("settings.toml")).unwrap();
    let options = settings
        .get("STORAGES")
        .and_then(|storages| storages.get("staticfiles"));
    let location = options.and_then(|storage| storage.get("OPTIONS")?.get("location"));
    let root = location.or_else(|| settings.get("STATIC_ROOT"));
    let root = root.map_or("out", |root| root.as_str().unwrap());
    for (name, file) in files {
        let path = base.join(root).join(unescape(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if let Some(text) = file["text"].as_str() {
            fs::write(path, text).unwrap();
        } else if let Some(target) = file["link"].as_str() {
            let target = target.replace("{base}", &base.to_string_lossy());
            symlink(unescape(&target), path).unwrap();
        } else {
            return None;
        }
    }
    for name in outcome["encoded"].as_object()?.keys() {
        let path = base.join(root).join(unescape(name));
        let content = fs::read(path.with_extension("")).unwrap();
        fs::write(&path, encoded(&content, &path)).unwrap();
    }
    let verify = staticc()
        .current_dir(&base)
        .args(["verify", "--settings", "settings.toml", "--set"])
        .arg(format!("staticc.django = \"{django}\""))
        .args(flags)
        .output();
    Some(verify.unwrap())
}

/// A compressed copy, as the name wants it.
fn encoded(content: &[u8], path: &Path) -> Vec<u8> {
    let mut copy = Vec::new();
    match path.extension().unwrap().to_str() {
        Some("gz") => {
            let mut out = flate2::write::GzEncoder::new(&mut copy, flate2::Compression::fast());
            out.write_all(content).unwrap();
        }
        Some("br") => {
            let mut out = brotli::CompressorWriter::new(&mut copy, 4096, 1, 22);
            out.write_all(content).unwrap();
        }
        _ => copy = zstd::encode_all(content, 1).unwrap(),
    }
    copy
}

/// A project with a css that is compressed and refers to an image.
fn project() -> Project {
    let project = Project::new();
    let css = "a { background: url(../a.png) } /* long enough */\n".repeat(20);
    project.write("src/css/a.css", css);
    project.write("src/a.png", "png");
    project
}

impl Project {
    /// The file whose name begins and ends so, with a fingerprint between.
    fn hashed(&self, start: &str, end: &str) -> PathBuf {
        let mut files = self.files().into_keys();
        let found = files.find(|path| {
            let path = path.to_str().unwrap();
            path.starts_with(start) && path.ends_with(end) && path.len() > start.len() + 12
        });
        self.out(found.unwrap())
    }
}

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

fn remove(path: &Path) {
    fs::remove_file(path).unwrap();
}

fn mkfifo(path: &Path) -> bool {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    made.unwrap().success()
}

fn rename_a_key(manifest: &Path) {
    let text = fs::read_to_string(manifest).unwrap();
    fs::write(manifest, text.replace("\"a.png\": ", "\"b.png\": ")).unwrap();
}

/// Each kind of damage with a part of its message.
#[test]
fn verify_finds_every_damage() {
    type Damage = fn(&Project);
    let damages: [(&str, Damage); 11] = [
        ("a.png: cannot be read", |project| {
            remove(&project.out("a.png"));
            assert!(mkfifo(&project.out("a.png")));
        }),
        ("a.png: cannot be read", |project| {
            remove(&project.out("a.png"));
            symlink("nowhere", project.out("a.png")).unwrap();
        }),
        ("cannot be read", |project| {
            fs::remove_file(project.out("staticfiles.json")).unwrap();
        }),
        ("is not JSON", |project| {
            cut(&project.out("staticfiles.json"));
        }),
        ("hash is not that of", |project| {
            rename_a_key(&project.out("staticfiles.json"));
        }),
        ("does not have the content", |project| {
            cut(&project.hashed("css/a.", ".css"));
        }),
        ("is not there", |project| {
            fs::remove_file(project.hashed("a.", ".png")).unwrap();
        }),
        ("leads to no file", |project| {
            fs::remove_file(project.hashed("a.", ".png")).unwrap();
        }),
        ("names it for a.png", |project| {
            fs::remove_file(project.out("a.png")).unwrap();
        }),
        ("cannot be decoded", |project| {
            cut(&project.hashed("css/a.", ".css.br"));
        }),
        ("is not the compressed copy of a.png", |project| {
            fs::copy(project.hashed("css/a.", ".css.gz"), project.out("a.png.gz")).unwrap();
        }),
    ];
    let project = project();
    for (message, damage) in damages {
        project.collect().arguments(["--clear"]).success();
        project.verb(["verify"]).success();
        damage(&project);
        project.verb(["verify"]).failure(1).stderr([message]);
    }
}

/// A manifest from outside may name millions of files.
#[test]
fn verify_counts_missing_files_that_it_does_not_list() {
    let project = project();
    project.collect().success();
    let entries =
        (0..3000).map(|number| format!("\"{number}.png\": \"{number}.0cc175b9c0f1.png\""));
    let paths = entries.collect::<Vec<_>>().join(", ");
    let manifest = format!("{{\"paths\": {{{paths}}}, \"version\": \"1.0\"}}");
    fs::write(project.out("staticfiles.json"), manifest).unwrap();
    let Outcome { error, .. } = project.verb(["verify"]).failure(1);
    assert_eq!(error.matches("is not there; the manifest").count(), 1000);
    let summary = "out/staticfiles.json: 5000 more of its files are not there [more-problems]";
    assert!(error.contains(summary), "{}", &error[error.len() - 500..]);
}

/// Each file has one problem of the same code.
#[test]
fn text_has_the_first_problems_of_a_code_and_counts_the_others() {
    let project = project();
    let backend = "django.contrib.staticfiles.storage.StaticFilesStorage";
    let set = format!("STORAGES.staticfiles.BACKEND=\"{backend}\"");
    for number in 0..1002 {
        project.write(&format!("out/{number}.css"), "a{b:url(none.png)}");
    }
    let verify = || project.verb(["verify", "--set", &set]);
    let error = verify().success().error;
    assert_eq!(
        error.matches("none.png is not in STATIC_ROOT").count(),
        1000
    );
    let end = "\n… and 2 more notes [dangling-reference]; `--format json` lists all\n\n\
               1002 notes in 1002 files\n";
    assert!(error.ends_with(end), "{}", &error[error.len() - 500..]);
    let events = verify().arguments(["--format", "json"]).success().events();
    let problems = events.iter().filter(|event| event["event"] == "problem");
    assert_eq!(problems.count(), 1002);
}

#[test]
fn verify_lists_files_that_no_manifest_names() {
    let project = project();
    project.collect().success();
    fs::write(project.out("mine.txt"), "mine").unwrap();
    let Outcome { out, .. } = project.verb(["verify"]).success();
    assert!(out.starts_with("in no manifest: mine.txt\n"), "{out}");
    let run = project.verb(["verify", "--format", "json"]);
    let events = run.success().events();
    let mut events = events.iter();
    let verified = events.find(|event| event["event"] == "verified").unwrap();
    assert_eq!(verified["unlisted"], 1);
}

/// A run that was interrupted may leave that, and a reference leads there.
#[test]
fn verify_warns_of_a_plain_file_that_differs() {
    let project = project();
    project.collect().success();
    fs::write(project.out("a.png"), "").unwrap();
    let Outcome { error, .. } = project.verb(["verify"]).success();
    let warning = "warning: out/a.png: has another";
    assert!(error.starts_with(warning), "{error}");
}

/// No storage without a manifest rewrites references, and collecting does not judge them.
#[test]
fn verify_notes_dangling_references_where_nothing_is_rewritten() {
    let css = "a { background: url(none.png) }\n/*# sourceMappingURL=none.map */\n";
    let project = Project::new().file("src/a.css", css);
    for backend in [
        "django.contrib.staticfiles.storage.StaticFilesStorage",
        "whitenoise.storage.CompressedStaticFilesStorage",
    ] {
        let set = [
            "--set",
            &format!("STORAGES.staticfiles.BACKEND=\"{backend}\""),
        ];
        project.collect().arguments(set).success().empty_stderr();
        project
            .verb(["verify", "--strict"])
            .arguments(set)
            .success()
            .stderr(["note: out/a.css:1:17: ", "note: out/a.css:2:1: ", "2 notes"]);
    }
}

/// The plain file has the references of its fingerprinted copy.
#[test]
fn verify_reports_a_dangling_reference_once() {
    let text = "a()\n//# sourceMappingURL=none.map\n";
    let project = Project::new().file("src/a.js", text);
    project.collect().success();
    let Outcome { error, .. } = project.verb(["verify"]).success();
    assert_eq!(error.matches("warning: out/a.").count(), 1, "{error}");
}

#[test]
fn verify_applies_the_allow_entries_that_collect_applies() {
    let settings = format!(
        "{REQUIRED_SETTINGS}STATICFILES_DIRS = [[\"./p\", \"src\"]]\n\
         [[staticc.allow]]\npath = \"p/a.css\"\n"
    );
    let project = Project::empty()
        .settings(settings)
        .file("src/a.css", "a{b:url(none.png)}");
    project.collect().success();
    project.verb(["verify"]).success();
}

#[test]
fn verify_accepts_references_to_directories() {
    let css = "a{b:url(.)}b{b:url(..)}c{b:url(none/)}d{b:url(none/?a/b#c)}e{b:url(/static/x/y)}";
    let project = Project::new()
        .file("src/x/y/a.css", css)
        .file("src/x/y.css", "a{b:url(y)}");
    project.collect().success();
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn verify_warns_of_a_source_that_is_named_as_a_fingerprinted_copy() {
    let project = Project::with_text_file().file("src/a.0cc175b9c0f1.txt", "other");
    project.collect().success();
    let warning = "warning: out/a.0cc175b9c0f1.txt: does not have the content";
    project.verb(["verify"]).success().stderr([warning]);
}

/// Collecting warns of it, and there is no manifest that has it as a key.
#[test]
fn verify_warns_of_a_source_that_is_named_as_a_compressed_copy() {
    let backend = "whitenoise.storage.CompressedStaticFilesStorage";
    let set = [
        "--set",
        &format!("STORAGES.staticfiles.BACKEND=\"{backend}\""),
    ];
    let project = Project::new()
        .file("src/a.css", "a{}")
        .file("src/a.css.gz", "no copy");
    let run = project.collect().arguments(set).success();
    run.stderr(["warning: src/a.css.gz: is not a compressed copy"]);
    let warning = "warning: out/a.css.gz: cannot be decoded";
    let run = project.verb(["verify"]).arguments(set).success();
    run.stderr([warning, "note: a source has this name"]);
    let allow = "staticc.allow=[{path='a.css.gz', kind='wrong-source-copy', level='ignore'}]";
    let run = project.verb(["verify", "--strict", "--set", allow]);
    run.arguments(set).success().empty_stderr();
    // A copy that is not the source's is still an error.
    fs::write(project.out("a.css.gz"), "other").unwrap();
    project.verb(["verify"]).arguments(set).failure(1);
    // So is a copy without a source.
    project.collect().arguments(set).success();
    fs::remove_file(project.path("src/a.css.gz")).unwrap();
    project.verb(["verify"]).arguments(set).failure(1);
}

#[test]
fn verify_fails_without_static_root() {
    let project = project();
    let plain =
        "STORAGES.staticfiles.BACKEND='django.contrib.staticfiles.storage.StaticFilesStorage'";
    let run = project.verb(["verify", "--set", plain]);
    run.failure(1).stderr(["STATIC_ROOT is not there"]);
}
