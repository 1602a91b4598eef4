//! What staticc says when something is wrong: our own wording, exit
//! statuses, and what stays untouched.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::tree::staticc;

/// A project in a temporary directory.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn collect(directory: &Path, flags: &[&str]) -> Output {
    staticc()
        .current_dir(directory)
        .args(["collect", "--noinput"])
        .args(flags)
        .output()
        .unwrap()
}

/// Exit status and standard error.
fn outcome(files: &[(&str, &str)], flags: &[&str]) -> (Option<i32>, String) {
    let directory = project(files);
    let output = collect(directory.path(), flags);
    let error = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), error.into_owned())
}

const SMALLEST: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";

#[test]
fn all_settings_errors_at_once() {
    let settings = "STATIC_URL = 1\nSTATIC_ROTO = \"out\"\nDATABASES = {}\n\
        STATICFILES_DIRS = [[\"p/\", \"src\"]]\n[STORAGES.staticfiles]\nBACKEND = \"x.Y\"\n\
        [staticc]\ndjango = \"7.0\"\n[staticc.compression]\nbrotli_qality = 3\n\
        [staticc.cache]\nmax_size = \"lots\"\ndri = \"x\"\n";
    let (code, error) = outcome(&[("settings.toml", settings)], &[]);
    assert_eq!(code, Some(2));
    for wanted in [
        "settings.toml:1:14: STATIC_URL must be a string, not an integer",
        "settings.toml:2:1: unknown setting STATIC_ROTO",
        "did you mean STATIC_ROOT?",
        "settings.toml:3:1: unknown setting DATABASES",
        "settings.toml:6:11: STORAGES.staticfiles.BACKEND must be \"whitenoise.storage.CompressedManifestStaticFilesStorage\"",
        "settings.toml:8:10: staticc.django must be",
        "did you mean staticc.compression.brotli_quality?",
        "settings.toml:12:12: staticc.cache.max_size must be a size such as \"2 GiB\" or \"500 MB\"",
        "did you mean staticc.cache.dir?",
    ] {
        assert!(error.contains(wanted), "{wanted}\nnot in\n{error}");
    }
}

#[test]
fn django_checks_in_django_words() {
    let settings = "STATIC_URL = \"/s/\"\nMEDIA_URL = \"/s/\"\nSTATIC_ROOT = \"out\"\nMEDIA_ROOT = \"out\"\n\
        STATICFILES_DIRS = [[\"p/\", \"src\"], \"out\", \"none\"]\n";
    let (code, error) = outcome(&[("settings.toml", settings), ("out/x", "")], &[]);
    assert_eq!(code, Some(2));
    for wanted in [
        "The MEDIA_URL and STATIC_URL settings must have different values",
        "The MEDIA_ROOT and STATIC_ROOT settings must have different values",
        "The prefix 'p/' in the STATICFILES_DIRS setting must not end with a slash.",
        "The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting.",
        "in the STATICFILES_DIRS setting does not exist.",
    ] {
        assert!(error.contains(wanted), "{wanted}\nnot in\n{error}");
    }
}

#[test]
fn missing_settings() {
    let (code, error) = outcome(&[], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("looked for settings.toml"), "{error}");
    let (code, error) = outcome(&[("settings.toml", "")], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("STATIC_URL setting"), "{error}");
    assert!(error.contains("STATIC_ROOT setting"), "{error}");
    let (code, _) = outcome(&[("settings.toml", "= [")], &[]);
    assert_eq!(code, Some(2));
}

#[test]
fn pyproject_and_overrides() {
    let text = format!("[tool.staticc.settings]\n{SMALLEST}");
    let directory = project(&[("pyproject.toml", &text)]);
    let output = collect(
        directory.path(),
        &[
            "--static-root",
            "other",
            "--set",
            "STATICFILES_DIRS=[\"src\"]",
        ],
    );
    assert_eq!(output.status.code(), Some(0));
    assert!(directory.path().join("other/staticfiles.json").is_file());
    assert!(!directory.path().join("out").exists());
    let (code, error) = outcome(&[("settings.toml", SMALLEST)], &["--set", "STATIC_URL=x"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--set:1:"), "{error}");
}

#[test]
fn every_reference_problem_with_its_place() {
    let settings = format!("{SMALLEST}STATICFILES_DIRS = [\"src\"]\n");
    let files = [
        ("settings.toml", settings.as_str()),
        ("src/img/logo.png", "x"),
        (
            "src/css/a.css",
            "a{}\nb { c: url(\"../img/logo.pgn\"); d: url(none.png) }\n",
        ),
        ("src/b.css", "@import 'Css/a.css';"),
        ("src/c.css", "a{b:url(../../x)}"),
    ];
    let (code, error) = outcome(&files, &[]);
    assert_eq!(code, Some(1));
    let wanted = "\
error: src/b.css:1:1: @import 'Css/a.css' names no collected file [missing-reference]
 1 | @import 'Css/a.css';
   | ^^^^^^^^^^^^^^^^^^^
  note: looked for Css/a.css
  help: did you mean css/a.css? (only the case differs)

error: src/c.css:1:5: url(../../x) leads out of STATIC_ROOT [reference-outside]
 1 | a{b:url(../../x)}
   |     ^^^^^^^^^^^^
  note: looked for ../../x
  help: count the `..`: the path starts at the file that refers, or at STATIC_URL

error: src/css/a.css:2:8: url(\"../img/logo.pgn\") names no collected file [missing-reference]
 2 | b { c: url(\"../img/logo.pgn\"); d: url(none.png) }
   |        ^^^^^^^^^^^^^^^^^^^^^^
  note: looked for img/logo.pgn
  help: did you mean ../img/logo.png?
error: src/css/a.css:2:35: url(none.png) names no collected file [missing-reference]
 2 | b { c: url(\"../img/logo.pgn\"); d: url(none.png) }
   |                                   ^^^^^^^^^^^^^
  note: looked for css/none.png
  help: add the file, correct the reference, or allow it: [[staticc.allow]] with path = \"css/a.css\", kind = \"css\" and level = \"ignore\"

4 errors in 3 files
";
    assert_eq!(error, wanted);
}

#[test]
fn severities() {
    let settings = format!(
        "{SMALLEST}STATICFILES_DIRS = [\"src\"]\n[[staticc.allow]]\npath = \"vendor/**\"\nkind = \"source-map\"\nlevel = \"ignore\"\n\
         [[staticc.allow]]\npath = \"nothing/**\"\n"
    );
    let vendor = ("src/vendor/x/a.js", "x\n//# sourceMappingURL=a.js.map\n");
    let files = [("settings.toml", settings.as_str()), vendor];
    let (code, error) = outcome(&files, &[]);
    assert_eq!(code, Some(0), "{error}");
    let unused =
        "warning: settings.toml:8:1: this [[staticc.allow]] for nothing/** matches nothing";
    assert!(error.contains(unused), "{error}");
    let own = ("src/own.css", "a{b:url(none.png)}");
    let (code, error) = outcome(&[files[0], vendor, own], &[]);
    assert_eq!(code, Some(1));
    assert!(!error.contains("vendor/x"), "{error}");
    let (code, error) = outcome(
        &[files[0], vendor, own],
        &["--set", "staticc.missing_references=\"warn\""],
    );
    assert_eq!(code, Some(0));
    assert!(error.contains("warning: src/own.css:1:5"), "{error}");
}

#[test]
fn cycles_name_their_members() {
    let settings = format!("{SMALLEST}STATICFILES_DIRS = [\"src\"]\n");
    let (code, error) = outcome(
        &[
            ("settings.toml", &settings),
            ("src/a.css", "@import 'b.css';"),
            ("src/b.css", "@import 'c.css';"),
            ("src/c.css", "@import 'a.css';"),
            ("src/d.css", "@import 'a.css';"),
        ],
        &[],
    );
    assert_eq!(code, Some(1));
    assert!(error.contains("a.css → b.css → c.css → a.css"), "{error}");
    assert!(!error.contains("d.css"), "{error}");
}

#[test]
fn apps_that_cannot_be_located() {
    let settings = format!(
        "{SMALLEST}INSTALLED_APPS = [\"polls\", \"odd\", \"stated\"]\n[staticc.app_directories]\nstated = \"x\"\n"
    );
    let (code, error) = outcome(
        &[
            ("settings.toml", &settings),
            ("odd/__init__.py", ""),
            (
                "odd/apps.py",
                "from django.apps import AppConfig\nclass C(AppConfig):\n    name = compute()\n",
            ),
            ("x/static/x.txt", "x"),
        ],
        &[],
    );
    assert_eq!(code, Some(2));
    for wanted in [
        "settings.toml:3:19: no module for the app 'polls'",
        "looked in ",
        "[staticc.app_directories] \"polls\" = \"path/to/app\"",
        "`name = compute()` cannot be known without running it",
        "apps.py:3",
    ] {
        assert!(error.contains(wanted), "{wanted}\nnot in\n{error}");
    }
    assert!(!error.contains("'stated'"), "{error}");
}

#[test]
fn two_apps_of_one_label() {
    let apps = |label: &str| {
        let settings = format!("{SMALLEST}INSTALLED_APPS = [\"a.polls\", \"b.polls\"]\n");
        let config = format!(
            "from django.apps import AppConfig\nclass C(AppConfig):\n    name = 'b.polls'\n    {label}\n"
        );
        outcome(
            &[
                ("settings.toml", &settings),
                ("a/polls/__init__.py", ""),
                ("b/polls/__init__.py", ""),
                ("b/polls/apps.py", &config),
            ],
            &[],
        )
    };
    let (code, error) = apps("pass");
    assert_eq!(code, Some(2));
    assert!(
        error.contains("Application labels aren't unique, duplicates: polls"),
        "{error}"
    );
    assert_eq!(apps("label = 'other'").0, Some(0));
}

#[test]
fn special_files_are_named() {
    let settings = format!("{SMALLEST}STATICFILES_DIRS = [\"src\"]\n");
    let directory = project(&[("settings.toml", &settings), ("src/a.txt", "x")]);
    let pipe = directory.path().join("src/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let output = collect(directory.path(), &[]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("src/pipe: is a named pipe, not a file"),
        "{error}"
    );
    assert!(!directory.path().join("out").exists());
}

#[test]
fn nothing_is_written_through_links_out_of_static_root() {
    let settings = format!("{SMALLEST}STATICFILES_DIRS = [\"src\"]\n");
    let directory = project(&[
        ("settings.toml", &settings),
        ("src/d/a.txt", "x"),
        ("elsewhere/keep", "x"),
        ("out/old", "x"),
    ]);
    let link = directory.path().join("out/d");
    std::os::unix::fs::symlink("../elsewhere", &link).unwrap();
    let output = collect(directory.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("out/d: is a symbolic link"), "{error}");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../elsewhere", directory.path().join("out/e")).unwrap();
    let output = collect(directory.path(), &["--clear"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(directory.path().join("elsewhere/keep").is_file());
    assert!(!directory.path().join("out/old").exists());
    assert!(!directory.path().join("out/e").is_symlink());
}

#[test]
fn a_second_run_writes_nothing() {
    use std::os::unix::fs::MetadataExt;
    let settings = format!("{SMALLEST}STATICFILES_DIRS = [\"src\"]\n");
    let text = "a { color: red } ".repeat(100);
    let directory = project(&[("settings.toml", &settings), ("src/a.css", &text)]);
    let look = || {
        let mut found: Vec<_> = walkdir::WalkDir::new(directory.path().join("out"))
            .into_iter()
            .map(|entry| {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                (
                    entry.path().to_path_buf(),
                    metadata.ino(),
                    metadata.modified().unwrap(),
                    metadata.ctime_nsec(),
                )
            })
            .collect();
        found.sort();
        found
    };
    assert_eq!(collect(directory.path(), &[]).status.code(), Some(0));
    let first = look();
    assert_eq!(first.len(), 8);
    assert_eq!(collect(directory.path(), &[]).status.code(), Some(0));
    assert_eq!(first, look());
}

#[test]
fn usage() {
    let (code, error) = outcome(&[("settings.toml", SMALLEST)], &["--claer"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--clear"), "{error}");
}
