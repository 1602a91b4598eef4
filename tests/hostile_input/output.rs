//! What is in the way of the output: in STATIC_ROOT, in the cache, no room to
//! write, or nobody who reads.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::project::Project;

const CACHE: [&str; 2] = ["--cache-dir", "cache"];

/// All files of a room of the cache.
fn kept(project: &Project, room: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(project.path("cache").join(room)).into_iter();
    let files = entries
        .flatten()
        .filter(|entry| !entry.file_type().is_dir());
    files.map(walkdir::DirEntry::into_path).collect()
}

/// Puts something in place of files.
fn replace(files: &[PathBuf], make: impl Fn(&str)) {
    assert!(!files.is_empty());
    for file in files {
        make(file.to_str().unwrap());
    }
}

#[test]
fn collect_fails_when_static_root_is_no_directory() {
    let project = Project::with_text_file();
    let collect = |root: &str| project.collect().arguments(["--static-root", root]);
    project.write("file", "precious");
    collect("file")
        .failure(1)
        .stderr(["error: file: is not a directory [", "help: remove it"]);
    collect("file/below/it")
        .failure(1)
        .stderr(["error: file: is not a directory ["]);
    assert_eq!(fs::read(project.path("file")).unwrap(), b"precious");
    project.pipe("pipe");
    collect("pipe")
        .failure(1)
        .stderr(["error: pipe: is not a directory ["]);
    project.link("broken", "nowhere");
    collect("broken")
        .failure(1)
        .stderr(["error: broken: is a symbolic link that leads"]);
    project.link("loop", "loop");
    collect("loop")
        .failure(1)
        .stderr(["error: loop: is a symbolic link that leads"]);
    let long = "x".repeat(300);
    collect(&long)
        .failure(1)
        .stderr(["cannot be written: File name too long"]);
    collect("/dev/null")
        .failure(1)
        .stderr(["error: /dev/null: is not a directory"]);
}

/// In `/proc` even root cannot make files.
#[cfg(target_os = "linux")]
#[test]
fn collect_fails_when_static_root_cannot_be_written() {
    let project = Project::with_text_file();
    for root in ["/proc/self", "/proc/self/net", "/proc/nothing"] {
        project
            .collect()
            .arguments(["--static-root", root])
            .failure(1)
            .stderr(["error: /proc/", "cannot be written: "]);
    }
}

/// A limit on the size of files stands in for a full disk.
#[test]
fn collect_fails_when_the_disk_is_full() {
    let project = Project::with_text_file();
    project.write("out/old.txt", "old");
    let noise = |number: u32| format!("{:x}\n", number.wrapping_mul(2_654_435_761));
    let large: String = (0..50_000).map(noise).collect();
    for (name, cache) in [
        ("large.png", "--no-cache"),
        ("d/large.txt", "--cache-dir=cache"),
    ] {
        project.write(&format!("src/{name}"), &large);
        // Whether the signal of the limit, SIGXFSZ, is ignored or not.
        for trap in ["trap '' XFSZ", "trap - XFSZ"] {
            let script = format!("{trap}; ulimit -f 100; exec \"$0\" collect --noinput \"$1\"");
            let mut shell = Command::new("sh");
            shell.args(["-c", &script, env!("CARGO_BIN_EXE_staticc"), cache]);
            project.run(shell).failure(1).stderr([
                &format!("error: out/{name}: cannot be written: File too large"),
                "help: raise the limit on the size of files (ulimit -f), and run again",
            ]);
        }
        fs::remove_file(project.path("src").join(name)).unwrap();
    }
    let kept = kept(&project, "");
    let is_whole = |path: &PathBuf| !path.to_string_lossy().contains(".staticc-");
    assert!(kept.iter().all(is_whole), "{kept:?}");
}

#[test]
fn collect_replaces_pipes_in_static_root() {
    let project = Project::with_text_file();
    project.write("src/b.txt", "text ".repeat(100));
    for name in ["a.txt", "b.txt", "b.txt.gz", "b.txt.br"] {
        project.pipe(&format!("out/{name}"));
    }
    project.collect().success();
    for name in ["a.txt", "b.txt", "b.txt.gz", "b.txt.br"] {
        assert!(project.path("out").join(name).is_file(), "{name}");
    }
}

#[test]
fn manifest_replaces_a_pipe() {
    let project = Project::with_text_file();
    project.pipe("out/staticfiles.json");
    project.collect().success();
    assert!(project.path("out/staticfiles.json").is_file());
}

/// Is there a file of an earlier run that the reference names? Not these.
#[test]
fn references_do_not_resolve_to_special_files() {
    let project = Project::with_text_file();
    project.write(
        "src/a.css",
        "a { b: url(pipe.png); c: url(zero.png); d: url(dir) }",
    );
    project.pipe("out/pipe.png");
    project.link("out/zero.png", "/dev/zero");
    project.write("out/dir/x", "");
    let wanted = ["pipe.png", "zero.png", "dir"].map(|name| format!("note: looked for {name}\n"));
    project
        .collect()
        .failure(1)
        .stderr(wanted.each_ref().map(|wanted| &wanted[..]));
}

#[test]
fn cache_replaces_pipes() {
    let project = Project::with_text_file();
    project.write("src/b.txt", "text ".repeat(100));
    project.collect().arguments(CACHE).success();
    let results = kept(&project, "encoded");
    replace(&results, |path| project.pipe(path));
    project.pipe("cache/size");
    fs::remove_dir_all(project.path("out")).unwrap();
    project.collect().arguments(CACHE).success();
    assert!(project.path("out/b.txt.br").exists());
    // They were replaced by results, and the books begun anew.
    assert!(results.iter().all(|path| path.is_file()));
    assert!(project.path("cache/size").is_file());
}

#[test]
fn record_replaces_a_pipe() {
    let project = Project::with_text_file();
    project.collect().arguments(CACHE).success();
    replace(&kept(&project, "records"), |path| project.pipe(path));
    fs::remove_dir_all(project.path("out")).unwrap();
    project.collect().arguments(CACHE).success();
    assert!(kept(&project, "records").iter().all(|path| path.is_file()));
}

/// Directories where files belong are a warning; the run goes on.
#[test]
fn collect_warns_of_directories_where_the_cache_has_files() {
    let project = Project::with_text_file();
    project.write("src/b.txt", "text ".repeat(100));
    project.collect().arguments(CACHE).success();
    let all = [kept(&project, "encoded"), kept(&project, "records")].concat();
    replace(&all, |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    });
    fs::remove_dir_all(project.path("out")).unwrap();
    project.collect().arguments(CACHE).success().stderr([
        "warning: the cache cannot be written",
        "Is a directory",
        "help: ",
    ]);
    assert!(project.path("out/b.txt.br").exists());
}

/// Command lines that print something, with every verb that needs no Python.
const PRINTING: [&[&str]; 19] = [
    &["collect", "--noinput", "--no-cache"],
    &["collect", "--noinput", "--no-cache", "--format", "json"],
    &["collect", "--noinput", "--no-cache", "--format", "github"],
    &["collect", "--noinput", "--no-cache", "--format", "sarif"],
    &["check"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["find", "a.txt"],
    &["explain", "a.txt"],
    &["explain", "missing-reference"],
    &["verify"],
    &["prune"],
    &["cache", "info", "--cache-dir", "cache"],
    &["schema"],
    &["completions", "bash"],
    &["man", "collect"],
    &["--version"],
    &["help", "cache"],
    &["collect", "--help"],
];

/// Runs a command line and returns its exit status and standard error.
fn run(project: &Project, arguments: &[&str], output: impl Into<Stdio>) -> (Option<i32>, String) {
    let output = project
        .staticc()
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), error)
}

#[cfg(target_os = "linux")]
#[test]
fn lost_output_fails_every_verb() {
    let project = Project::with_text_file();
    project.collect().success();
    for arguments in PRINTING {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, error) = run(&project, arguments, full);
        let lost = "error: standard output cannot be written: No space left on device";
        assert!(error.contains(lost), "{arguments:?}: {error}");
        assert_eq!(code, Some(1), "{arguments:?}");
    }
    assert!(project.out("staticfiles.json").exists());
    // What is in the way of the settings matters more.
    project.write("settings.toml", "");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (code, error) = run(&project, &["check", "--format", "json"], full);
    assert_eq!(code, Some(2), "{error}");
}

/// As with `| head`: the reader has read enough.
#[test]
fn reader_that_goes_away_fails_no_verb() {
    let project = Project::with_text_file();
    project.collect().success();
    for arguments in PRINTING {
        let (reader, writer) = UnixStream::pair().unwrap();
        drop(reader);
        let (code, error) = run(&project, arguments, OwnedFd::from(writer));
        assert_eq!((code, error.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
