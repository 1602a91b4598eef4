//! Having STATIC_ROOT alone: two runs at once, what a dead run leaves, links
//! that lead out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::tree::{files, staticc};

/// A project with small files and one that takes a while to compress.
fn project(base: &Path) {
    fs::create_dir_all(base.join("static/d")).unwrap();
    let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"static\"]\n\
        [staticc]\npython_path = []\n";
    fs::write(base.join("settings.toml"), settings).unwrap();
    for number in 0..40 {
        let path = base.join(format!("static/d/{number}.png"));
        fs::write(path, number.to_string()).unwrap();
    }
    let line = |line: u32| format!("{:x}\n", line.wrapping_mul(2_654_435_761));
    let text: String = (0..30_000).map(line).collect();
    fs::write(base.join("static/d/long.txt"), text).unwrap();
}

fn start(base: &Path, flags: &[&str]) -> Child {
    staticc()
        .current_dir(base)
        .args(["collect", "--noinput", "--no-cache"])
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn collect(base: &Path, flags: &[&str]) -> Output {
    start(base, flags).wait_with_output().unwrap()
}

/// Waits until something is there that was prepared.
fn until_prepared(directory: &Path) {
    let start = Instant::now();
    let prepared = || {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().starts_with(b".staticc-")
        })
    };
    while !prepared() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nothing is prepared"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What is in STATIC_ROOT after a run that nobody disturbed.
fn undisturbed(base: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let run = collect(base, &["--static-root", "undisturbed"]);
    assert!(run.status.success());
    files(&base.join("undisturbed"))
}

#[test]
fn a_second_run_waits_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::create_dir(base.join("out")).unwrap();
    let lock = fs::File::open(base.join("out")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let refused = collect(base, &["--no-wait"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("another staticc works on this"), "{told}");
    let mut waiting = start(base, &[]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(waiting.try_wait().unwrap().is_none());
    assert!(files(&base.join("out")).is_empty());
    flock(&lock, FlockOperation::Unlock).unwrap();
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success());
    let told = String::from_utf8(waited.stderr).unwrap();
    assert!(told.starts_with("waiting for another staticc"), "{told}");
    assert_eq!(files(&base.join("out")), undisturbed(base));
}

/// A run that fails takes away the directory that another one waits for.
#[test]
fn who_waits_for_a_directory_that_goes_makes_another() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::create_dir(base.join("out")).unwrap();
    let lock = fs::File::open(base.join("out")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let waiting = start(base, &[]);
    std::thread::sleep(Duration::from_millis(300));
    fs::remove_dir(base.join("out")).unwrap();
    drop(lock);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(files(&base.join("out")), undisturbed(base));
}

#[test]
fn what_a_killed_run_left_goes_and_blocks_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::create_dir(base.join("out")).unwrap();
    fs::write(base.join("out/.staticc-my-own.tmp"), "mine").unwrap();
    let mut killed = start(base, &[]);
    until_prepared(&base.join("out/d"));
    killed.kill().unwrap();
    killed.wait().unwrap();
    until_prepared(&base.join("out/d"));
    let next = collect(base, &["--no-wait"]);
    assert!(next.status.success());
    let mut there = files(&base.join("out"));
    let mine = there.remove(Path::new(".staticc-my-own.tmp"));
    assert_eq!(mine.as_deref(), Some(&b"mine"[..]));
    assert_eq!(there, undisturbed(base));
}

/// A directory is replaced by a link that leads out while a run prepares
/// files in it.
#[test]
fn a_link_made_meanwhile_leads_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::create_dir(base.join("theirs")).unwrap();
    fs::write(base.join("theirs/0.png"), "theirs").unwrap();
    for flags in [&[][..], &["--clear"]] {
        let run = start(base, flags);
        until_prepared(&base.join("out/d"));
        fs::rename(base.join("out/d"), base.join("out/moved")).unwrap();
        symlink("../theirs", base.join("out/d")).unwrap();
        run.wait_with_output().unwrap();
        assert_eq!(files(&base.join("theirs")).len(), 1);
        assert_eq!(fs::read(base.join("theirs/0.png")).unwrap(), b"theirs");
        fs::remove_dir_all(base.join("out")).unwrap();
    }
}

#[test]
fn clearing_removes_links_and_not_what_they_lead_to() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::create_dir_all(base.join("theirs")).unwrap();
    fs::write(base.join("theirs/f"), "theirs").unwrap();
    // STATIC_ROOT is a link itself, and stays one.
    fs::create_dir(base.join("real")).unwrap();
    symlink("real", base.join("out")).unwrap();
    symlink("../theirs", base.join("real/directory")).unwrap();
    symlink("../theirs/f", base.join("real/file")).unwrap();
    symlink(base.join("theirs/f"), base.join("real/0.png")).unwrap();
    assert!(collect(base, &["--clear"]).status.success());
    assert_eq!(files(&base.join("theirs")).len(), 1);
    assert_eq!(fs::read(base.join("theirs/f")).unwrap(), b"theirs");
    assert!(fs::symlink_metadata(base.join("out")).unwrap().is_symlink());
    assert_eq!(files(&base.join("real")), undisturbed(base));
    let links = walkdir::WalkDir::new(base.join("real")).into_iter();
    assert!(!links.flatten().any(|entry| entry.path_is_symlink()));
}

/// Another name of a directory would make two paths one file.
#[test]
fn a_link_where_a_directory_is_to_be_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    assert!(collect(base, &[]).status.success());
    fs::rename(base.join("out/d"), base.join("out/real")).unwrap();
    symlink("real", base.join("out/d")).unwrap();
    let before = files(&base.join("out"));
    for flags in [&[][..], &["--clear"]] {
        let run = collect(base, flags);
        assert_eq!(run.status.code(), Some(1));
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(told.contains("out/d: is a symbolic link"), "{told}");
        assert_eq!(files(&base.join("out")), before);
    }
}

#[test]
fn a_source_named_as_the_manifest_does_not_take_it_away() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    fs::write(base.join("static/staticfiles.json"), "{}").unwrap();
    let only_hashed = ["--set", "WHITENOISE_KEEP_ONLY_HASHED_FILES=true"];
    for flags in [&only_hashed[..], &["--clear"]] {
        assert!(collect(base, flags).status.success());
        let manifest = fs::read_to_string(base.join("out/staticfiles.json")).unwrap();
        assert!(manifest.contains("d/long.txt"), "{manifest}");
    }
}

/// Renaming one name of a file to another of its names does nothing.
#[test]
fn hard_links_leave_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    project(base);
    let flags = ["--link-mode", "hardlink"];
    assert!(collect(base, &flags).status.success());
    let there = files(&base.join("out"));
    let hashed = |path: &&std::path::PathBuf| path.to_str().unwrap().starts_with("d/long.");
    for path in there.keys().filter(hashed) {
        let (path, copy) = (base.join("out").join(path), base.join("copy"));
        fs::copy(&path, &copy).unwrap();
        fs::rename(&copy, &path).unwrap();
        assert!(collect(base, &flags).status.success());
        assert_eq!(files(&base.join("out")), there);
    }
}
