//! Compressed copies of fingerprinted files stay as they are: a server that remembers
//! their lengths from its start must not send them cut off.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::project::Project;

/// Long enough to be compressed, and rewritten.
fn text() -> String {
    format!(
        "a {{ background: url(i.png) }}\n{}",
        "b { color: red }\n".repeat(60)
    )
}

/// A collected project.
fn project() -> Project {
    let project = Project::new()
        .file("src/a.css", text())
        .file("src/i.png", "i");
    project.collect().success();
    project
}

/// The same, in which the copies of the css file are those of another program.
fn project_of_django() -> (Project, PathBuf) {
    let project = project();
    let hashed = hashed(&project);
    for path in ["a.css".into(), hashed.clone()] {
        let bytes = fs::read(project.out(&path)).unwrap();
        write(&project, &with_suffix(&path, ".gz"), &gzip(&bytes));
    }
    (project, hashed)
}

/// The path of the fingerprinted css file.
fn hashed(project: &Project) -> PathBuf {
    let is_hashed = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.starts_with("a.") && name.ends_with(".css") && name != "a.css"
    };
    project.files().into_keys().find(is_hashed).unwrap()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", path.display()).into()
}

/// Bytes that staticc does not make.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes a file of STATIC_ROOT whose time stamp is a minute old.
fn write(project: &Project, path: &Path, bytes: &[u8]) {
    fs::write(project.out(path), bytes).unwrap();
    let file = File::options().append(true).open(project.out(path));
    let time = SystemTime::now() - Duration::from_secs(60);
    file.unwrap().set_modified(time).unwrap();
}

/// The inode and the modification time of a file of STATIC_ROOT.
fn identity(project: &Project, path: &Path) -> (u64, SystemTime) {
    let metadata = fs::metadata(project.out(path)).unwrap();
    (metadata.ino(), metadata.modified().unwrap())
}

fn copies_of<'f>(
    files: &'f BTreeMap<PathBuf, Vec<u8>>,
    path: &'f Path,
) -> impl Iterator<Item = &'static str> + use<'f> {
    let suffixes = [".br", ".gz", ".zst"].into_iter();
    suffixes.filter(|suffix| files.contains_key(&with_suffix(path, suffix)))
}

#[test]
fn copy_of_a_fingerprinted_file_stays_whoever_made_it() {
    let (project, hashed) = project_of_django();
    let gz = with_suffix(&hashed, ".gz");
    let (bytes, before) = (fs::read(project.out(&gz)).unwrap(), identity(&project, &gz));
    for flags in [&["--no-cache"][..], &[], &[]] {
        project.collect().arguments(flags).success();
        assert_eq!(fs::read(project.out(&gz)).unwrap(), bytes);
        assert_eq!(identity(&project, &gz), before);
    }
}

#[test]
fn copy_of_a_plain_file_is_that_of_the_run() {
    let (project, hashed) = project_of_django();
    let source = project.file("src/b.css", text());
    source.collect().success();
    let files = source.files();
    assert_eq!(files[Path::new("a.css.gz")], files[Path::new("b.css.gz")]);
    assert_ne!(
        files[&with_suffix(&hashed, ".gz")],
        files[Path::new("b.css.gz")]
    );
}

#[test]
fn copy_of_a_fingerprinted_file_outlives_a_change_of_settings() {
    let project = project();
    let (hashed, before) = (hashed(&project), project.files());
    for setting in [
        "staticc.compression.brotli_quality=1",
        "staticc.compression.min_saving=0.9",
        "staticc.compression.encodings=['gz']",
        "staticc.compression.encodings=[]",
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS=['css']",
    ] {
        project.collect().arguments(["--set", setting]).success();
        let after = project.files();
        for suffix in [".br", ".gz"] {
            let path = with_suffix(&hashed, suffix);
            assert_eq!(after.get(&path), before.get(&path), "{setting}");
        }
    }
    assert_eq!(copies_of(&project.files(), Path::new("a.css")).count(), 0);
}

#[test]
fn encoding_that_is_new_in_the_settings_is_added() {
    let (project, hashed) = project_of_django();
    let gz = fs::read(project.out(with_suffix(&hashed, ".gz"))).unwrap();
    let setting = "staticc.compression.encodings=['br','gz','zst']";
    project.collect().arguments(["--set", setting]).success();
    let files = project.files();
    assert!(copies_of(&files, &hashed).eq([".br", ".gz", ".zst"]));
    assert_eq!(files[&with_suffix(&hashed, ".gz")], gz);
}

#[test]
fn recompress_and_clear_make_copies_anew() {
    let fresh = project().files();
    for flag in ["--recompress", "--clear"] {
        let (project, hashed) = project_of_django();
        assert!(project.files() != fresh);
        // The record vouches for the copies of the other program.
        project.collect().success();
        project.collect().arguments([flag]).success();
        assert!(project.files() == fresh, "{flag}");
        let zst = with_suffix(&hashed, ".zst");
        let bytes = zstd::encode_all(&fresh[&hashed][..], 1).unwrap();
        write(&project, &zst, &bytes);
        project.collect().success();
        assert!(project.out(&zst).exists());
        project.collect().arguments([flag]).success();
        assert!(project.files() == fresh, "{flag}");
    }
}

#[test]
fn copy_that_is_wrong_or_too_large_goes() {
    let project = project();
    let (hashed, fresh) = (hashed(&project), project.files());
    let content = &fresh[&hashed];
    let mut stored = GzEncoder::new(Vec::new(), Compression::none());
    stored.write_all(content).unwrap();
    let good = gzip(content);
    for (what, bytes) in [
        ("larger than its file", stored.finish().unwrap()),
        ("another content", gzip(b"another content")),
        ("cut off", good[..good.len() - 1].to_vec()),
        ("with bytes at its end", [&good[..], b"more"].concat()),
        ("empty", Vec::new()),
        (
            "a bomb",
            gzip(&vec![b'a'; 10_000_000])[..content.len()].to_vec(),
        ),
    ] {
        for encoding in [".gz", ".zst"] {
            write(&project, &with_suffix(&hashed, encoding), &bytes);
        }
        project.collect().success();
        assert!(project.files() == fresh, "{what}");
    }
}

#[test]
fn copy_that_is_a_link_goes() {
    let project = project();
    let (hashed, fresh) = (hashed(&project), project.files());
    let gz = with_suffix(&hashed, ".gz");
    fs::rename(project.out(&gz), project.path("elsewhere")).unwrap();
    project.link(&format!("out/{}", gz.display()), project.path("elsewhere"));
    project.collect().success();
    assert!(!project.out(&gz).is_symlink());
    assert!(project.files() == fresh);
}

#[test]
fn copies_stay_where_their_file_is_lost_or_cut_off() {
    let (project, hashed) = project_of_django();
    let before = project.files();
    fs::remove_file(project.out(&hashed)).unwrap();
    project.collect().success();
    let gz = with_suffix(&hashed, ".gz");
    assert_eq!(project.files()[&gz], before[&gz]);
    write(&project, &hashed, b"a {");
    project.collect().success();
    assert_eq!(project.files()[&gz], before[&gz]);
    assert_eq!(project.files()[&hashed], before[&hashed]);
}

/// Otherwise the plain file would have the copy of another program.
#[test]
fn hard_links_are_made_to_copies_of_the_run_only() {
    let project = Project::new().file("src/i.svg", "<svg></svg> ".repeat(60));
    let flags = ["--link-mode", "hardlink"];
    project.collect().arguments(flags).success();
    let files = project.files();
    let plain = Path::new("i.svg.gz");
    let hashed = files
        .keys()
        .find(|path| path.to_string_lossy().ends_with(".svg.gz") && *path != plain);
    let hashed = hashed.unwrap();
    let bytes = gzip(&files[Path::new("i.svg")]);
    for path in [plain, hashed] {
        fs::remove_file(project.out(path)).unwrap();
        write(&project, path, &bytes);
    }
    for round in 0..2 {
        project.collect().arguments(flags).success();
        let now = project.files();
        assert_eq!(now[hashed], bytes);
        assert_eq!(now[plain], files[plain], "round {round}");
        fs::remove_file(project.out(plain)).unwrap();
    }
}

#[test]
fn copy_of_a_fingerprinted_file_stays_beside_links() {
    let (project, hashed) = project_of_django();
    let gz = with_suffix(&hashed, ".gz");
    let (bytes, before) = (fs::read(project.out(&gz)).unwrap(), identity(&project, &gz));
    let ours = self::project().files();
    for flags in [&["--link", "--no-cache"][..], &["--link"], &["--link"], &[]] {
        project.collect().arguments(flags).success();
        assert_eq!(project.out("a.css").is_symlink(), !flags.is_empty());
        assert_eq!(fs::read(project.out(&gz)).unwrap(), bytes, "{flags:?}");
        assert_eq!(identity(&project, &gz), before, "{flags:?}");
        let plain = fs::read(project.out("a.css.gz")).unwrap();
        assert_eq!(plain, ours[Path::new("a.css.gz")], "{flags:?}");
        project.verb(["verify"]).success().empty_stderr();
    }
    project
        .collect()
        .arguments(["--link", "--recompress"])
        .success();
    let now = fs::read(project.out(&gz)).unwrap();
    assert_eq!(now, ours[&gz]);
}

#[test]
fn prune_removes_kept_copies_with_their_files_only() {
    let (project, old) = project_of_django();
    let content = fs::read(project.out(&old)).unwrap();
    // An encoding that the settings do not name.
    let zst = zstd::encode_all(&content[..], 1).unwrap();
    write(&project, &with_suffix(&old, ".zst"), &zst);
    let collect = |flags: &[&str]| project.collect().arguments(flags).success();
    collect(&[]);
    let first = project.files();
    let of_old = |path: &&PathBuf| path.to_string_lossy().starts_with(&*old.to_string_lossy());
    assert_eq!(first.keys().filter(of_old).count(), 4);
    // The release is recent: all copies stay, also those that no run has made.
    collect(&["--prune", "--keep", "1"]);
    assert!(project.files() == first);
    project.write("src/a.css", text() + "c { color: blue }\n");
    collect(&["--prune", "--keep", "2"]);
    let second = project.files();
    let kept = first.iter().filter(|(path, _)| of_old(path));
    assert!(
        kept.clone()
            .all(|(path, bytes)| second.get(path) == Some(bytes))
    );
    collect(&["--prune", "--keep", "1"]);
    let rest = second.into_iter().filter(|(path, _)| !of_old(&path));
    assert!(project.files() == rest.collect());
    project.verb(["verify"]).success().empty_stderr();
}

/// The copy of the run wins over a source of its name. The fingerprinted file of that source has
/// the content of the source, and not that of the copy.
#[test]
fn source_that_gives_way_to_a_compressed_copy_is_no_duplicate() {
    let project = project().file("src/a.css.gz", gzip(text().as_bytes()));
    let flags = ["--link-mode", "hardlink"];
    project.collect().arguments(flags).success();
    let before = project.files();
    let source = gzip(text().as_bytes());
    assert_ne!(before[Path::new("a.css.gz")], source);
    let is_hashed = |path: &&PathBuf| {
        let name = path.to_string_lossy();
        name.starts_with("a.css.") && name.ends_with(".gz") && name.len() > "a.css.gz".len()
    };
    let hashed = before.keys().find(is_hashed).unwrap();
    assert_eq!(before[hashed], source);
    std::thread::sleep(Duration::from_millis(30));
    project.collect().arguments(flags).success();
    fs::remove_file(project.out(hashed)).unwrap();
    project.collect().arguments(flags).success();
    assert!(project.files() == before);
    project.verb(["verify"]).success();
}

#[test]
fn kept_copies_are_listed_at_verbosity_2() {
    let (project, hashed) = project_of_django();
    let line = format!("Skipping '{}.gz' (compressed already)\n", hashed.display());
    let run = |flags: &[&str]| project.collect().arguments(flags).success();
    let count = "1 compressed copy of a fingerprinted file kept";
    run(&[
        "-v2",
        "--no-cache",
        "--set",
        "staticc.compression.encodings=['gz']",
    ])
    .stderr([
        &line[..],
        ".css.br' (compressed already)\n",
        "2 compressed copies of",
    ]);
    project.collect().success().no_stderr([&line[..], "kept"]);
    // The record says whose copies they are.
    run(&["-v2"]).stderr([&line[..], count]).no_stderr([".br'"]);
    let events = run(&["-v2", "--format", "json"]).events();
    let kept = |event: &&serde_json::Value| event["event"] == "copy-kept";
    let paths: Vec<_> = events
        .iter()
        .filter(kept)
        .map(|event| &event["path"])
        .collect();
    assert_eq!(
        paths,
        [&with_suffix(&hashed, ".gz").to_string_lossy().into_owned()]
    );
    run(&["-v2", "--recompress"]).no_stderr(["kept", "compressed already"]);
}

/// Decoding all copies again would take seconds on a large site. So would comparing the sources
/// that are compressed copies of others.
#[cfg(target_os = "linux")]
#[test]
fn run_with_nothing_changed_opens_no_source_and_no_file_of_static_root() {
    use rustix::fs::inotify;

    let (project, _) = project_of_django();
    for (name, text) in [("short.txt", "c"), ("long.txt", &*text())] {
        project.write(&format!("src/{name}"), text);
        project.write(&format!("src/{name}.gz"), gzip(text.as_bytes()));
    }
    std::thread::sleep(Duration::from_millis(30));
    project.collect().success();
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
    for directory in ["src", "out"] {
        let directory = project.path(directory);
        let flags = inotify::WatchFlags::OPEN | inotify::WatchFlags::CREATE;
        inotify::add_watch(&watch, directory, flags).unwrap();
    }
    // Another way to run it would read STATIC_ROOT.
    let mut command = project.staticc();
    let output = command.args(["collect", "--noinput"]).output().unwrap();
    assert!(output.status.success());
    let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
    let mut events = inotify::Reader::new(&watch, &mut buffer);
    while let Ok(event) = events.next() {
        let is_directory = event.events().contains(inotify::ReadFlags::ISDIR);
        let is_manifest = event.file_name() == Some(c"staticfiles.json");
        assert!(
            is_directory || is_manifest,
            "{:?} was opened",
            event.file_name()
        );
    }
}
