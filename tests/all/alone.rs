//! Having STATIC_ROOT alone: two runs at once, what a dead run leaves, links
//! that lead out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::site::Site;
use crate::tree::files;

/// A project with small files and one that takes a while to compress.
fn site() -> Site {
    let site = Site::new();
    for number in 0..40 {
        site.write(&format!("static/d/{number}.png"), number.to_string());
    }
    let line = |line: u32| format!("{:x}\n", line.wrapping_mul(2_654_435_761));
    let text: String = (0..30_000).map(line).collect();
    site.write("static/d/long.txt", text);
    site
}

fn start(site: &Site, flags: &[&str]) -> Child {
    site.staticc()
        .args(["collect", "--noinput", "--no-cache"])
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn collect(site: &Site, flags: &[&str]) -> Output {
    start(site, flags).wait_with_output().unwrap()
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
fn undisturbed(site: &Site) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let run = collect(site, &["--static-root", "undisturbed"]);
    assert!(run.status.success());
    files(&site.path("undisturbed"))
}

#[test]
fn a_second_run_waits_and_says_so() {
    let site = site();
    let lock = site.lock();
    let refused = collect(&site, &["--no-wait"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("another staticc works on this"), "{told}");
    let mut waiting = start(&site, &[]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(waiting.try_wait().unwrap().is_none());
    assert!(site.files().is_empty());
    flock(&lock, FlockOperation::Unlock).unwrap();
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success());
    let told = String::from_utf8(waited.stderr).unwrap();
    assert!(told.starts_with("waiting for another staticc"), "{told}");
    assert_eq!(site.files(), undisturbed(&site));
}

/// A run that fails takes away the directory that another one waits for.
#[test]
fn who_waits_for_a_directory_that_goes_makes_another() {
    let site = site();
    let lock = site.lock();
    let waiting = start(&site, &[]);
    std::thread::sleep(Duration::from_millis(300));
    fs::remove_dir(site.path("out")).unwrap();
    drop(lock);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(site.files(), undisturbed(&site));
}

#[test]
fn what_a_killed_run_left_goes_and_blocks_nobody() {
    let site = site();
    site.write("out/.staticc-my-own.tmp", "mine");
    let mut killed = start(&site, &[]);
    until_prepared(&site.out("d"));
    killed.kill().unwrap();
    killed.wait().unwrap();
    until_prepared(&site.out("d"));
    let next = collect(&site, &["--no-wait"]);
    assert!(next.status.success());
    let mut there = site.files();
    let mine = there.remove(Path::new(".staticc-my-own.tmp"));
    assert_eq!(mine.as_deref(), Some(&b"mine"[..]));
    assert_eq!(there, undisturbed(&site));
}

/// A directory is replaced by a link that leads out while a run prepares
/// files in it.
#[test]
fn a_link_made_meanwhile_leads_nowhere() {
    let site = site();
    site.write("theirs/0.png", "theirs");
    for flags in [&[][..], &["--clear"]] {
        let run = start(&site, flags);
        until_prepared(&site.out("d"));
        fs::rename(site.out("d"), site.out("moved")).unwrap();
        symlink("../theirs", site.out("d")).unwrap();
        run.wait_with_output().unwrap();
        assert_eq!(files(&site.path("theirs")).len(), 1);
        assert_eq!(fs::read(site.path("theirs/0.png")).unwrap(), b"theirs");
        fs::remove_dir_all(site.path("out")).unwrap();
    }
}

#[test]
fn clearing_removes_links_and_not_what_they_lead_to() {
    let site = site();
    site.write("theirs/f", "theirs");
    // STATIC_ROOT is a link itself, and stays one.
    fs::create_dir(site.path("real")).unwrap();
    symlink("real", site.path("out")).unwrap();
    symlink("../theirs", site.path("real/directory")).unwrap();
    symlink("../theirs/f", site.path("real/file")).unwrap();
    symlink(site.path("theirs/f"), site.path("real/0.png")).unwrap();
    assert!(collect(&site, &["--clear"]).status.success());
    assert_eq!(files(&site.path("theirs")).len(), 1);
    assert_eq!(fs::read(site.path("theirs/f")).unwrap(), b"theirs");
    assert!(fs::symlink_metadata(site.path("out")).unwrap().is_symlink());
    assert_eq!(files(&site.path("real")), undisturbed(&site));
    let links = walkdir::WalkDir::new(site.path("real")).into_iter();
    assert!(!links.flatten().any(|entry| entry.path_is_symlink()));
}

/// Another name of a directory would make two paths one file.
#[test]
fn a_link_where_a_directory_is_to_be_is_an_error() {
    let site = site();
    assert!(collect(&site, &[]).status.success());
    fs::rename(site.out("d"), site.out("real")).unwrap();
    symlink("real", site.out("d")).unwrap();
    let before = site.files();
    for flags in [&[][..], &["--clear"]] {
        let run = collect(&site, flags);
        assert_eq!(run.status.code(), Some(1));
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(told.contains("out/d: is a symbolic link"), "{told}");
        assert_eq!(site.files(), before);
    }
}

#[test]
fn a_source_named_as_the_manifest_does_not_take_it_away() {
    let site = site();
    site.write("static/staticfiles.json", "{}");
    let only_hashed = ["--set", "WHITENOISE_KEEP_ONLY_HASHED_FILES=true"];
    for flags in [&only_hashed[..], &["--clear"]] {
        assert!(collect(&site, flags).status.success());
        let manifest = fs::read_to_string(site.out("staticfiles.json")).unwrap();
        assert!(manifest.contains("d/long.txt"), "{manifest}");
    }
}

/// Renaming one name of a file to another of its names does nothing.
#[test]
fn hard_links_leave_nothing_behind() {
    let site = site();
    let flags = ["--link-mode", "hardlink"];
    assert!(collect(&site, &flags).status.success());
    let there = site.files();
    let hashed = |path: &&std::path::PathBuf| path.to_str().unwrap().starts_with("d/long.");
    for path in there.keys().filter(hashed) {
        let (path, copy) = (site.out(path), site.path("copy"));
        fs::copy(&path, &copy).unwrap();
        fs::rename(&copy, &path).unwrap();
        assert!(collect(&site, &flags).status.success());
        assert_eq!(site.files(), there);
    }
}
