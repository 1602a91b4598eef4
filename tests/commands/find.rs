//! `staticc find`: which files it finds, as Django's `findstatic` does. The snapshots
//! hold how it prints them.

use std::os::unix::fs::symlink;

use crate::support::project::{Outcome, Project};

const SETTINGS: &str = r#"
STATIC_URL = "/static/"
STATIC_ROOT = "out"
STATICFILES_DIRS = ["static", ["lib", "vendor"]]
INSTALLED_APPS = ["polls"]
[staticc]
python_path = ["."]
"#;

/// Files in two directories, one with a prefix, and in an app.
fn project() -> Project {
    let project = Project::new();
    project.write("settings.toml", SETTINGS);
    for path in [
        "static/css/a.css",
        "static/both.txt",
        "vendor/grid.js",
        "vendor/both.txt",
        "polls/__init__.py",
        "polls/static/css/a.css",
        "polls/static/css/poll.css",
        "polls/static/lib/both.txt",
    ] {
        project.write(path, path);
    }
    project
}

/// The outcome of `find`, with `~` for the project's directory.
fn find(project: &Project, arguments: &[&str]) -> Outcome {
    let outcome = project.verb(["find"]).arguments(arguments).outcome();
    let base = project.base().canonicalize().unwrap();
    let short = |text: &str| text.replace(base.to_str().unwrap(), "~");
    Outcome {
        out: short(&outcome.out),
        error: short(&outcome.error),
        ..outcome
    }
}

/// The paths that are found, as printed.
fn found(project: &Project, arguments: &[&str]) -> String {
    let outcome = find(project, arguments);
    assert_eq!(outcome.code, 0, "{arguments:?}: {}", outcome.error);
    outcome.out
}

#[test]
fn find_prints_paths_alone_at_verbosity_zero() {
    assert_eq!(
        found(&project(), &["-v0", "css/a.css", "lib/both.txt"]),
        "~/static/css/a.css\n~/polls/static/css/a.css\n\
         ~/vendor/both.txt\n~/polls/static/lib/both.txt\n"
    );
}

#[test]
fn find_first_lists_the_directories_it_searched() {
    assert_eq!(
        found(&project(), &["--first", "-v2", "css/a.css"]),
        "Found 'css/a.css' here:\n  ~/static/css/a.css\n\
         Looking in the following locations:\n  ~/static\n"
    );
    // `find` also lists a directory of STATICFILES_DIRS that does not exist.
    let none = "STATICFILES_DIRS=[\"none\"]";
    let out = found(&project(), &["-v2", "--set", none, "css/poll.css"]);
    assert!(
        out.ends_with("locations:\n  ~/none\n  ~/polls/static\n"),
        "{out}"
    );
}

#[test]
fn find_normalizes_paths_as_django_does() {
    let project = project();
    assert_eq!(
        found(&project, &["./lib/../css//poll.css"]),
        "Found './lib/../css//poll.css' here:\n  ~/polls/static/css/poll.css\n"
    );
    for (path, leads_out) in [
        ("../vendor/grid.js", true),
        ("/etc/passwd", true),
        // The prefix goes first.
        ("lib/../grid.js", true),
        ("lib/../css/a.css", true),
        ("libgrid.js", false),
    ] {
        let Outcome { code, out, error } = find(&project, &[path]);
        assert_eq!((code, out.as_str()), (1, ""), "{path}");
        assert_eq!(error.contains("note: it leads out"), leads_out, "{error}");
    }
}

#[test]
fn find_says_why_a_file_is_not_collected() {
    let project = project();
    project.write("static/inside/old.txt", "old");
    for (arguments, wanted) in [
        (
            ["-i", "poll*", "css/poll.css"],
            "~/polls/static/css/poll.css (not collected: ignored by 'poll*')",
        ),
        (
            ["--static-root", "static/inside", "inside/old.txt"],
            "~/static/inside/old.txt (not collected)",
        ),
    ] {
        let wanted = format!("Found '{}' here:\n  {wanted}\n", arguments[2]);
        assert_eq!(found(&project, &arguments), wanted);
    }
}

#[test]
fn find_follows_links_as_django_does() {
    let project = project();
    symlink("css/a.css", project.path("static/link.css")).unwrap();
    symlink("nowhere.css", project.path("static/broken.css")).unwrap();
    symlink("../nowhere.css", project.path("polls/static/broken.css")).unwrap();
    for (path, wanted) in [
        ("link.css", "~/static/css/a.css"),
        (
            "broken.css",
            "~/polls/nowhere.css (not collected: another one is found first)",
        ),
    ] {
        let wanted = format!("Found '{path}' here:\n  {wanted}\n");
        assert_eq!(found(&project, &[path]), wanted);
    }
}

/// A name must not look like a command to GitHub.
#[test]
fn find_escapes_github_commands_in_names() {
    let project = project();
    project.write("static/a\n::error::b##[c.css", "x");
    let out = found(&project, &["--format", "github", "a\n::error::b##[c.css"]);
    assert_eq!(
        out,
        "Found 'a\u{fffd}::error::b## [c.css' here:\n  ~/static/a\u{fffd}::error::b## [c.css\n"
    );
}

/// The help for a path that is not a logical path.
#[test]
fn find_and_explain_say_what_another_path_is() {
    let project = project();
    let templates = r#"TEMPLATES=[{BACKEND="django.template.backends.django.DjangoTemplates", DIRS=["pages"]}]"#;
    project.write("pages/page.html", "");
    project.write("out/css/old.css", "");
    symlink("nowhere.css", project.path("static/css/broken.css")).unwrap();
    let base = project.base().canonicalize().unwrap();
    let absolute = base.join("vendor/grid.js");
    let source = "that is a source file: use css/a.css";
    let link = "that is a symbolic link that cannot be followed";
    let directory = "that is a directory: name a file";
    let template = "that is a template, not a static file";
    let other = "that is not a file that is collected";
    let both = ["find", "explain"];
    let find = ["find"];
    for (verbs, path, help) in [
        (&find[..], "static/css/a.css", source),
        (&find, "./static/../static/css/a.css", source),
        (&find, "polls/static/css/a.css", source),
        (
            &find,
            absolute.to_str().unwrap(),
            "that is a source file: use lib/grid.js",
        ),
        (
            &find,
            "css/a.0123456789ab.css",
            "that is a path with a fingerprint: use css/a.css",
        ),
        (&find, "css/broken.css", link),
        (&both, "/css/a.css", "leave out the slash: css/a.css"),
        (&both, "static/css", directory),
        (&both, "pages", directory),
        (&both, "pages/page.html", template),
        (&both, "settings.toml", other),
        (
            &both,
            "out/css/old.css",
            "that is in STATIC_ROOT: use its path there",
        ),
        (&both, "static/css/b.css", "did you mean css/a.css?"),
    ] {
        for verb in verbs {
            let run = project.verb([verb, path, "--set", templates]);
            let Outcome { error, .. } = run.failure(1);
            let helps: Vec<_> = error
                .lines()
                .filter(|line| line.contains("help: "))
                .collect();
            assert_eq!(helps, [format!("  help: {help}")], "{verb} {path}");
            assert!(!error.contains("note: "), "{error}");
        }
    }
}
