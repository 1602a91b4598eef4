//! Runs at the same time, what a killed run leaves, and links that lead out of
//! STATIC_ROOT.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::support::project::Project;
use crate::support::tree::files;

/// A project with small files and one that takes a while to compress.
fn project() -> Project {
    let project = Project::new();
    for number in 0..40 {
        project.write(&format!("src/d/{number}.png"), number.to_string());
    }
    let line = |line: u32| format!("{:x}\n", line.wrapping_mul(2_654_435_761));
    let text: String = (0..30_000).map(line).collect();
    project.write("src/d/long.txt", text);
    project
}

fn start(project: &Project, flags: &[&str]) -> Child {
    project
        .staticc()
        .args(["collect", "--noinput", "--no-cache"])
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn collect(project: &Project, flags: &[&str]) -> Output {
    start(project, flags).wait_with_output().unwrap()
}

/// Waits until a run has staged a file.
fn until_staged(directory: &Path) {
    let start = Instant::now();
    let is_staged = || {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().starts_with(b".staticc-")
        })
    };
    while !is_staged() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no file is staged"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The files of a run that has STATIC_ROOT for itself.
fn undisturbed(project: &Project) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let run = collect(project, &["--static-root", "undisturbed"]);
    assert!(run.status.success());
    files(&project.path("undisturbed"))
}

#[test]
fn second_run_waits_for_the_lock_and_says_so() {
    let project = project();
    let lock = project.lock();
    let refused = collect(&project, &["--no-wait"]);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(
        error.contains("another run of staticc has locked this STATIC_ROOT"),
        "{error}"
    );
    let mut waiting = start(&project, &[]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(waiting.try_wait().unwrap().is_none());
    assert!(project.files().is_empty());
    flock(&lock, FlockOperation::Unlock).unwrap();
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success());
    let error = String::from_utf8(waited.stderr).unwrap();
    assert!(
        error.starts_with("waiting for another run of staticc"),
        "{error}"
    );
    assert_eq!(project.files(), undisturbed(&project));
}

/// Any process that can read STATIC_ROOT can lock it, and keep the lock.
#[test]
fn wait_ends_after_the_given_seconds() {
    let project = Project::with_text_file();
    let _lock = project.lock();
    let collect = |flags: &[&str]| project.collect().arguments(flags).failure(1);
    collect(&["--wait", "1"]).stderr([
        "waiting for another run of staticc",
        "out: is still locked by another process after 1 second [locked]",
        "--wait SECONDS",
    ]);
    let at_once = collect(&["--wait", "0"]);
    assert_eq!(at_once, collect(&["--no-wait"]));
    at_once
        .stderr(["error: out: another run of staticc has locked this STATIC_ROOT [locked]"])
        .no_stderr(["waiting"]);
    for verb in ["verify", "prune"] {
        project
            .verb([verb, "--wait", "0"])
            .failure(1)
            .stderr(["[locked]"]);
    }
}

/// A run that fails takes away the directory that another one waits for.
#[test]
fn waiting_run_makes_static_root_again_if_it_disappears() {
    let project = project();
    let lock = project.lock();
    let waiting = start(&project, &[]);
    std::thread::sleep(Duration::from_millis(300));
    fs::remove_dir(project.path("out")).unwrap();
    drop(lock);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(project.files(), undisturbed(&project));
}

#[test]
fn next_run_removes_what_a_killed_run_left() {
    let project = project();
    project.write("out/.staticc-my-own.tmp", "mine");
    let mut killed = start(&project, &[]);
    until_staged(&project.out("d"));
    killed.kill().unwrap();
    killed.wait().unwrap();
    until_staged(&project.out("d"));
    let next = collect(&project, &["--no-wait"]);
    assert!(next.status.success());
    let mut there = project.files();
    let mine = there.remove(Path::new(".staticc-my-own.tmp"));
    assert_eq!(mine.as_deref(), Some(&b"mine"[..]));
    assert_eq!(there, undisturbed(&project));
}

/// A directory is replaced by a link that leads out while a run prepares
/// files in it.
#[test]
fn collect_writes_nothing_through_a_link_made_during_the_run() {
    let project = project();
    project.write("theirs/0.png", "theirs");
    for flags in [&[][..], &["--clear"]] {
        let run = start(&project, flags);
        until_staged(&project.out("d"));
        fs::rename(project.out("d"), project.out("moved")).unwrap();
        symlink("../theirs", project.out("d")).unwrap();
        run.wait_with_output().unwrap();
        assert_eq!(files(&project.path("theirs")).len(), 1);
        assert_eq!(fs::read(project.path("theirs/0.png")).unwrap(), b"theirs");
        fs::remove_dir_all(project.path("out")).unwrap();
    }
}

#[test]
fn clear_removes_links_but_not_their_targets() {
    let project = project();
    project.write("theirs/f", "theirs");
    // STATIC_ROOT is a link itself, and stays one.
    fs::create_dir(project.path("real")).unwrap();
    symlink("real", project.path("out")).unwrap();
    symlink("../theirs", project.path("real/directory")).unwrap();
    symlink("../theirs/f", project.path("real/file")).unwrap();
    symlink(project.path("theirs/f"), project.path("real/0.png")).unwrap();
    assert!(collect(&project, &["--clear"]).status.success());
    assert_eq!(files(&project.path("theirs")).len(), 1);
    assert_eq!(fs::read(project.path("theirs/f")).unwrap(), b"theirs");
    assert!(
        fs::symlink_metadata(project.path("out"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(files(&project.path("real")), undisturbed(&project));
    let links = walkdir::WalkDir::new(project.path("real")).into_iter();
    assert!(!links.flatten().any(|entry| entry.path_is_symlink()));
}

/// Another name of a directory would make two paths one file.
#[test]
fn collect_fails_where_a_link_replaces_a_directory() {
    let project = project();
    assert!(collect(&project, &[]).status.success());
    fs::rename(project.out("d"), project.out("real")).unwrap();
    symlink("real", project.out("d")).unwrap();
    let before = project.files();
    for flags in [&[][..], &["--clear"]] {
        let run = collect(&project, flags);
        assert_eq!(run.status.code(), Some(1));
        let error = String::from_utf8(run.stderr).unwrap();
        assert!(error.contains("out/d: is a symbolic link"), "{error}");
        assert_eq!(project.files(), before);
    }
}

#[test]
fn manifest_survives_a_source_of_its_name() {
    let project = project();
    project.write("src/staticfiles.json", "{}");
    let only_hashed = ["--set", "WHITENOISE_KEEP_ONLY_HASHED_FILES=true"];
    for flags in [&only_hashed[..], &["--clear"]] {
        assert!(collect(&project, flags).status.success());
        let manifest = fs::read_to_string(project.out("staticfiles.json")).unwrap();
        assert!(manifest.contains("d/long.txt"), "{manifest}");
    }
}

/// Renaming one name of a file to another of its names does nothing.
#[test]
fn collect_leaves_no_temporary_file_where_names_share_an_inode() {
    let project = project();
    let flags = ["--link-mode", "hardlink"];
    assert!(collect(&project, &flags).status.success());
    let there = project.files();
    let hashed = |path: &&std::path::PathBuf| path.to_str().unwrap().starts_with("d/long.");
    for path in there.keys().filter(hashed) {
        let (path, copy) = (project.out(path), project.path("copy"));
        fs::copy(&path, &copy).unwrap();
        fs::rename(&copy, &path).unwrap();
        assert!(collect(&project, &flags).status.success());
        assert_eq!(project.files(), there);
    }
}
