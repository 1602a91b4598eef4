//! `staticc collect`: its errors word for word, and what it leaves untouched.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::support::project::{Project, REQUIRED_SETTINGS};
use crate::support::store::{published, store_url};

/// A project that collects `src/`, with the usual places for apps.
fn project() -> Project {
    Project::empty().settings(format!("{REQUIRED_SETTINGS}STATICFILES_DIRS = [\"src\"]\n"))
}

#[test]
fn reference_errors_show_their_location() {
    let rules = "a{}\nb { c: url(\"../img/logo.pgn\"); d: url(none.png) }\n";
    let project = project()
        .file("src/img/logo.png", "x")
        .file("src/css/a.css", rules)
        .file("src/b.css", "@import 'Css/a.css';")
        .file("src/c.css", "a{b:url(../../x)}");
    let wanted = "\
error: src/b.css:1:1: @import 'Css/a.css' names no collected file [missing-reference]
 1 | @import 'Css/a.css';
   | ^^^^^^^^^^^^^^^^^^^
  note: looked for Css/a.css
  help: did you mean css/a.css? (only the case differs) Or allow it: [[staticc.allow]] with path = \"b.css\", kind = \"css\" and level = \"ignore\"

error: src/c.css:1:5: url(../../x) leads out of STATIC_ROOT [reference-outside]
 1 | a{b:url(../../x)}
   |     ^^^^^^^^^^^^
  note: looked for ../../x
  help: count the `..`: the path starts at the file that refers, or at STATIC_URL

error: src/css/a.css:2:8: url(\"../img/logo.pgn\") names no collected file [missing-reference]
 2 | b { c: url(\"../img/logo.pgn\"); d: url(none.png) }
   |        ^^^^^^^^^^^^^^^^^^^^^^
  note: looked for img/logo.pgn
  help: did you mean ../img/logo.png? Or allow it: [[staticc.allow]] with path = \"css/a.css\", kind = \"css\" and level = \"ignore\"
error: src/css/a.css:2:35: url(none.png) names no collected file [missing-reference]
 2 | b { c: url(\"../img/logo.pgn\"); d: url(none.png) }
   |                                   ^^^^^^^^^^^^^
  note: looked for css/none.png
  help: add the file, correct the reference, or allow it: [[staticc.allow]] with path = \"css/a.css\", kind = \"css\" and level = \"ignore\"

4 errors in 3 files
";
    assert_eq!(project.collect().failure(1).error, wanted);
}

#[test]
fn large_files_get_no_compressed_copies() {
    let text = "a text that compresses well ".repeat(40);
    let project = project()
        .file("src/a.txt", &text)
        .file("src/b.txt", "b".repeat(500));
    let limited = ["--set", "staticc.compression.max_size=\"1 kB\""];
    let note =
        "note: files larger than 1000 B get no compressed copies: a.txt [too-large-to-compress]";
    project
        .collect()
        .arguments(limited)
        .success()
        .stderr([note]);
    assert!(project.out("b.txt.gz").exists() && !project.out("a.txt.gz").exists());
    project.verb(["verify"]).success();
    project.collect().success().no_stderr(["too-large"]);
    assert!(project.out("a.txt.gz").exists());
    project.collect().arguments(limited).success();
    let stays = project.static_root().into_keys().any(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.len() > "a.txt.gz".len() && name.starts_with("a.") && name.ends_with(".txt.gz")
    });
    assert!(stays, "the copy of a fingerprinted file goes");
    let set = limited.into_iter();
    let explained = project
        .verb(["explain", "a.txt"].into_iter().chain(set))
        .success();
    assert!(
        explained
            .out
            .contains("larger than staticc.compression.max_size"),
        "{}",
        explained.out
    );
}

/// WhiteNoise sends a copy instead of its file, whoever made it.
#[test]
fn source_with_the_name_of_a_compressed_copy_is_compared() {
    let mut right = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    right.write_all(b"a{}").unwrap();
    let project = project()
        .file("src/right.css", "a{}")
        .file("src/right.css.gz", right.finish().unwrap())
        .file("src/wrong.css", "a{}")
        .file("src/wrong.css.br", "no brotli")
        .file("src/alone.css.gz", "no file beside it");
    let warning = "warning: src/wrong.css.br: is not a compressed copy of wrong.css";
    for verb in ["collect", "check"] {
        let error = project.verb([verb]).success().error;
        assert!(error.contains(warning), "{error}");
        assert_eq!(error.matches("[wrong-source-copy]").count(), 1, "{error}");
    }
    project
        .collect()
        .arguments(["--strict"])
        .failure(1)
        .stderr([warning]);
    project.verb(["verify"]).success();
    let allow = "[[staticc.allow]]\npath = \"wrong.css.br\"\nkind = \"wrong-source-copy\"\nlevel = \"ignore\"\n";
    let text = fs::read_to_string(project.path("settings.toml")).unwrap();
    project.write("settings.toml", text + allow);
    project.verb(["check"]).success().no_stderr([warning]);
    project.collect().success().no_stderr([warning]);
}

#[test]
fn reference_in_a_css_comment_has_a_note() {
    let rules = "a { b: url(c.png) }\n/* url(d.png) */\n";
    let note = "note: it is in a comment, where Django before 6.1 looks for references";
    let collect = |django: &str| {
        project()
            .file("src/a.css", rules)
            .collect()
            .arguments(["--set", &format!("staticc.django=\"{django}\"")])
            .failure(1)
            .error
    };
    let before = collect("6.0");
    let (_, comment) = before.split_once("error: src/a.css:2:4").unwrap();
    assert!(comment.contains(note), "{before}");
    assert_eq!(before.matches(note).count(), 1, "{before}");
    let newest = collect("6.1");
    assert!(!newest.contains("d.png"), "{newest}");
    assert!(
        newest.contains("c.png") && !newest.contains(note),
        "{newest}"
    );
}

#[test]
fn cycle_error_names_its_members() {
    project()
        .file("src/a.css", "@import 'b.css';")
        .file("src/b.css", "@import 'c.css';")
        .file("src/c.css", "@import 'a.css';")
        .file("src/d.css", "@import 'a.css';")
        .collect()
        .failure(1)
        .stderr(["a.css → b.css → c.css → a.css"])
        .no_stderr(["d.css"]);
}

#[test]
fn named_pipe_is_an_error() {
    let project = project().file("src/a.txt", "x");
    project.pipe("src/pipe");
    let outcome = project.collect().failure(1);
    outcome.stderr(["src/pipe: is a named pipe, not a file"]);
    assert!(!project.path("out").exists());
}

#[test]
fn collect_writes_nothing_through_links_out_of_static_root() {
    let project = project()
        .file("src/d/a.txt", "x")
        .file("elsewhere/keep", "x")
        .file("out/old", "x");
    project.link("out/d", "../elsewhere");
    let outcome = project.collect().failure(1);
    outcome.stderr(["out/d: is a symbolic link"]);
    fs::remove_file(project.out("d")).unwrap();
    project.link("out/e", "../elsewhere");
    project.collect().arguments(["--clear"]).success();
    assert!(project.path("elsewhere/keep").is_file());
    assert!(!project.out("old").exists());
    assert!(!project.out("e").is_symlink());
}

#[test]
fn second_run_writes_nothing() {
    let project = project().file("src/a.css", "a { color: red } ".repeat(100));
    let stamps = || {
        let entries = walkdir::WalkDir::new(project.path("out")).into_iter();
        let mut stamps: Vec<_> = entries
            .map(|entry| {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                let modified = metadata.modified().unwrap();
                let changed = metadata.ctime_nsec();
                (entry.into_path(), metadata.ino(), modified, changed)
            })
            .collect();
        stamps.sort();
        stamps
    };
    project.collect().success();
    let first = stamps();
    assert_eq!(first.len(), 8);
    project.collect().success();
    assert_eq!(first, stamps());
}

/// No moment in which others may read or write what they may not in the end.
#[test]
fn collect_makes_files_and_directories_with_their_final_mode() {
    let modes = "FILE_UPLOAD_PERMISSIONS = 0o600\nFILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700\n";
    let project = Project::new();
    project.write(
        "settings.toml",
        format!("{modes}{REQUIRED_SETTINGS}STATICFILES_DIRS = [\"src\"]\n"),
    );
    for number in 0..500 {
        project.write(
            &format!("src/{number}/a.txt"),
            format!("{number} ").repeat(200),
        );
    }
    let is_wide = |entry: &walkdir::DirEntry| {
        let is_marker = entry.file_name() == ".staticc-running.tmp";
        let metadata = fs::symlink_metadata(entry.path());
        !is_marker && metadata.is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    };
    let wide = || {
        walkdir::WalkDir::new(project.path("out"))
            .into_iter()
            .flatten()
            .find(is_wide)
    };
    let script = "umask 0; exec \"$0\" collect --noinput --no-cache -v0";
    let mut run = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_staticc")])
        .current_dir(project.base())
        .spawn()
        .unwrap();
    while run.try_wait().unwrap().is_none() {
        assert!(wide().is_none(), "{:?}", wide());
    }
    assert!(run.wait().unwrap().success());
    assert!(wide().is_none(), "{:?}", wide());
    assert_eq!(project.files().len(), 500 * 6 + 1);
}

/// The setting of a store in the project.
fn store_setting(project: &Project) -> String {
    format!("staticc.publish.store=\"{}\"", store_url(project))
}

#[test]
fn collect_publishes_what_it_has_collected() {
    let project = Project::with_text_file();
    let set = store_setting(&project);
    let run = project.collect().arguments(["--publish", "--set", &set]);
    let out = run.success().empty_stderr().out;
    let lines: Vec<&str> = out.lines().filter(|line| !line.is_empty()).collect();
    let collected = project.path("out").canonicalize().unwrap();
    let closing = format!(
        "1 static file copied to '{}', 1 post-processed.",
        collected.display()
    );
    assert_eq!(lines[0], closing, "{out}");
    assert!(lines[1].starts_with("3 objects ("), "{out}");
    assert!(lines[1].ends_with("as release 1, 0 unchanged."), "{out}");
    assert_eq!(published(&project).len(), 3);
}

#[test]
fn failed_publishing_leaves_what_was_collected() {
    let project = Project::with_text_file();
    project.write("file", "");
    let file = project.path("file").canonicalize().unwrap();
    let set = format!("staticc.publish.store=\"file://{}/store\"", file.display());
    let run = project.collect().arguments(["--publish", "--set", &set]);
    // A failure of collecting leaves STATIC_ROOT as it was; this is none.
    let outcome = run.changing_static_root().failure(1);
    outcome.stderr(["[store-unusable]"]);
    assert_eq!(project.files().len(), 3);
}

#[test]
fn collect_publishes_nothing_in_a_dry_run_and_without_a_store() {
    let project = Project::with_text_file();
    let set = store_setting(&project);
    let run = project
        .collect()
        .arguments(["--publish", "-n", "--set", &set]);
    run.success();
    assert!(!project.path("store").exists());
    let run = project.collect().arguments(["--publish"]);
    run.failure(2)
        .stderr(["no store is named", "[staticc.publish]"]);
    assert!(!project.path("out").exists());
}
