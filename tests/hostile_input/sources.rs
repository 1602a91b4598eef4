//! Sources that are no plain files, have odd names, or do not hold still.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use md5::{Digest as _, Md5};

use crate::support::project::Project;

#[test]
fn broken_links_are_errors() {
    let project = Project::with_text_file();
    project.link("src/broken", "nowhere");
    project.link("src/one", "two");
    project.link("src/two", "one");
    project.collect().failure(1).stderr([
        "error: src/broken: symbolic link to nowhere, which cannot be followed: No such file",
        "error: src/one: symbolic link to two, which cannot be followed: Too many levels",
        "error: src/two: symbolic link to one",
        "help: repair or remove the link, or ignore it with `-i NAME`",
    ]);
}

#[test]
fn looping_links_are_errors() {
    let project = Project::with_text_file();
    project.write("src/deep/er/a.txt", "a");
    project.link("src/deep/er/up", "../..");
    project.link("src/self", ".");
    let message = "symbolic link leads back to a directory it is in";
    let wanted = ["src/deep/er/up: ", "src/self: "].map(|path| format!("error: {path}{message}"));
    project
        .collect()
        .failure(1)
        .stderr([&wanted[0], &wanted[1], "ignore it with `-i NAME`"]);
    project
        .collect()
        .arguments(["-i", "up", "-i", "self"])
        .success();
}

#[test]
fn special_files_are_errors() {
    let project = Project::with_text_file();
    project.pipe("pipe");
    project.link("src/pipe.css", "../pipe");
    project.link("src/zero.css", "/dev/zero");
    project.link("src/null.txt", "/dev/null");
    let _socket = UnixListener::bind(project.path("src/socket")).unwrap();
    project.collect().failure(1).stderr([
        "src/pipe.css: is a named pipe, not a file",
        "src/zero.css: is a device, not a file",
        "src/null.txt: is a device, not a file",
        "src/socket: is a socket, not a file",
        "help: remove it, or ignore it with `-i NAME`",
    ]);
}

/// Reading its own memory from the start is an error for every process,
/// whoever runs it.
#[cfg(target_os = "linux")]
#[test]
fn unreadable_sources_are_errors() {
    let project = Project::with_text_file();
    project.link("src/text.css", "/proc/self/mem");
    project.link("src/other.txt", "/proc/self/mem");
    project.collect().failure(1).stderr([
        "error: src/text.css: cannot be read: ",
        "error: src/other.txt: cannot be read: ",
        "help: make it readable, or ignore it with `-i NAME`",
    ]);
}

/// What a file's name holds must not reach the terminal as it is.
#[test]
fn control_characters_in_names_do_not_reach_the_terminal() {
    let project = Project::with_text_file();
    let name = "a\n\x1b]0;owned\x07\x1b[31m\u{9b}31m\u{202e}";
    project.write(&format!("src/{name}.css"), "a { b: url(nix.png) }");
    project.write(&format!("src/{name}.js"), b"\xff");
    project.link(&format!("src/{name}.txt"), name);
    project.write("src/plain.css", format!("a {{ b: url('{}') }}", &name[2..]));
    for flags in [&[][..], &["-i", "*.txt", "-i", "*.js"]] {
        let outcome = project
            .collect()
            .arguments(flags)
            .failure(1)
            .stderr(["owned"]);
        assert_eq!(obeyed(&outcome.error), None, "{}", outcome.error);
        assert!(
            outcome
                .error
                .lines()
                .all(|line| !line.starts_with('\u{fffd}'))
        );
    }
    // They can be collected all the same, and Django's words are Django's.
    project.write(&format!("src/{name}.png"), "x");
    let outcome = project
        .collect()
        .arguments(["-v2", "-i", "*.css", "-i", "*.js", "-i", "*\x1b*.txt"])
        .success();
    assert!(outcome.out.contains("a\n\x1b]0;owned"), "{}", outcome.out);
}

/// The first character of a text that a terminal would obey.
fn obeyed(text: &str) -> Option<char> {
    let is_obeyed =
        |character: &char| character.is_control() && *character != '\n' || *character == '\u{202e}';
    text.chars().find(is_obeyed)
}

const HOSTILE_NAME: &str = "a\x1b[31m\u{9b}31m\u{7f}\u{202e}gnp.txt";

/// Command lines that print the names of files.
const NAMING: [&[&str]; 6] = [
    &["collect", "--noinput", "-v3"],
    &["collect", "--noinput", "--clear", "-v2"],
    &["find", HOSTILE_NAME, "-v2"],
    &["explain", HOSTILE_NAME],
    &["verify", "-v2"],
    &["check"],
];

#[test]
fn formats_for_services_have_no_control_characters_of_names() {
    let project = Project::new().file(&format!("src/{HOSTILE_NAME}"), "a".repeat(300));
    project.write(&format!("src/{HOSTILE_NAME}.css"), "a { b: url(nix.png) }");
    project.write("out/\u{202e}.txt", "");
    for format in ["json", "github", "sarif"] {
        for arguments in NAMING {
            let run = project.verb(arguments).arguments(["--format", format]);
            let outcome = run
                .arguments(["--set", "staticc.missing_references='warn'"])
                .outcome();
            assert_eq!(obeyed(&outcome.out), None, "{format}: {}", outcome.out);
            assert_eq!(obeyed(&outcome.error), None, "{format}: {}", outcome.error);
        }
    }
}

/// `script` runs a command in a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn control_characters_of_names_do_not_reach_standard_output_on_a_terminal() {
    let project = Project::new().file(&format!("src/{HOSTILE_NAME}"), "a".repeat(300));
    project.write("out/\u{202e}.txt", "");
    // As the user typed it, for programs.
    let find = ["find", HOSTILE_NAME, "-v0"];
    assert!(project.verb(find).success().out.contains(HOSTILE_NAME));
    for arguments in NAMING.into_iter().chain([&find[..]]) {
        let quoted = |argument: &&str| format!("'{argument}'");
        let words: Vec<String> = arguments.iter().map(quoted).collect();
        let staticc = env!("CARGO_BIN_EXE_staticc");
        let words = words.join(" ");
        let line = format!("'{staticc}' {words} --color never 2>/dev/null");
        let mut script = std::process::Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let outcome = project.run(script).success();
        let out = outcome.out.replace("\r\n", "\n");
        assert_eq!(obeyed(&out), None, "{arguments:?}: {out:?}");
        assert!(!out.is_empty());
    }
}

#[test]
fn names_that_are_not_utf8_are_collected() {
    let project = Project::with_text_file();
    let name = std::ffi::OsStr::from_bytes(b"src/a\xff\x9b.css");
    fs::write(project.path("").join(name), "a { b: url(nix.png) }").unwrap();
    let wanted = "error: src/a\u{fffd}\u{fffd}.css:1:8: url(nix.png) names no collected file";
    project.collect().failure(1).stderr([wanted]);
    fs::write(project.path("").join(name), "a { b: url(a.txt) }").unwrap();
    project.collect().success();
}

/// The source fits, its fingerprinted copy or its compressed one does not.
#[test]
fn names_too_long_for_their_copies_are_errors() {
    for (stem, suffix) in [(251, "txt"), (240, "txt"), (239, "css")] {
        let project = Project::with_text_file();
        project.write("out/old.txt", "old");
        let name = format!("{}.{suffix}", "n".repeat(stem));
        project.write(&format!("src/{name}"), "text ".repeat(100));
        project
            .collect()
            .failure(1)
            .stderr(["File name too long", "nnnn"]);
    }
}

#[test]
fn paths_too_long_for_the_system_are_errors() {
    let project = Project::with_text_file();
    let script = "cd src && d=$(printf %0200d 0) && i=0 && \
        while [ $i -lt 25 ]; do mkdir $d && cd -P $d || exit 1; i=$((i+1)); done && echo x > x.txt";
    let mut shell = Command::new("sh");
    let made = shell.args(["-c", script]).current_dir(project.path(""));
    assert!(made.status().unwrap().success());
    project
        .collect()
        .failure(1)
        .stderr(["error: src/000", "cannot be listed: File name too long"]);
    let pattern = "0".repeat(200);
    project.collect().arguments(["-i", &pattern]).success();
}

#[test]
fn names_that_differ_only_in_case_are_collected() {
    let project = Project::with_text_file();
    project.write("src/A.css", "a { b: url(a.css) }");
    if project.path("src/a.css").exists() {
        return; // These are one file here.
    }
    project.write("src/a.css", "small");
    project.collect().success();
    let read = |path: &str| fs::read_to_string(project.path(path)).unwrap();
    assert_eq!(read("out/a.css"), "small");
    assert!(read("out/A.css").starts_with("a { b: url(a.css)"));
}

/// A run on a source that changes meanwhile ends in a clear error, or in copies that are
/// equal and match the fingerprint in their name.
#[test]
fn sources_that_change_during_the_run_never_give_wrong_copies() {
    for name in ["x.css", "x.txt"] {
        let project = Project::with_text_file();
        let source = project.path("src").join(name);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in (0..=u8::MAX).cycle() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    disturb(&source, round);
                    std::thread::sleep(Duration::from_millis(u64::from(round % 8)));
                }
            });
            for _ in 0..25 {
                let outcome = project.collect().arguments(["--no-cache"]).outcome();
                if outcome.code == 0 {
                    check_copies(&project.path("out"), name);
                } else {
                    let known = [
                        "changed while",
                        "No such file",
                        "was changed in STATIC_ROOT",
                    ];
                    let is_known = known.iter().any(|known| outcome.error.contains(known));
                    assert!(is_known, "{}", outcome.error);
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}

/// Grows, shrinks, rewrites or removes a file. Errors show in the copies.
fn disturb(path: &Path, round: u8) {
    use std::io::Write as _;
    let text = [b'a' + round % 26; 1000].repeat(1 + usize::from(round));
    let open = || fs::File::options().append(true).create(true).open(path);
    match round % 4 {
        0 => fs::write(path, text).unwrap(),
        1 => open().unwrap().write_all(&text).unwrap(),
        2 => open().unwrap().set_len(u64::from(round)).unwrap(),
        _ => fs::remove_file(path).unwrap(),
    }
}

/// Whether the plain copy and the one that the manifest names are the same.
fn check_copies(out: &Path, name: &str) {
    let manifest = fs::read(out.join("staticfiles.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    // It may have been gone for the whole run.
    let Some(hashed) = manifest["paths"][name].as_str() else {
        return;
    };
    let content = fs::read(out.join(hashed)).unwrap();
    let digest: [u8; 16] = Md5::digest(&content).into();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(hashed.contains(&digits[..12]), "{hashed}");
    assert!(fs::read(out.join(name)).unwrap() == content, "{hashed}");
}
