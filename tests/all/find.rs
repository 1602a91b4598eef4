//! `staticc find`: what a path may mean, as Django's `findstatic` has it. How
//! that is told is in the snapshots.

use std::os::unix::fs::symlink;

use crate::site::Site;

const SETTINGS: &str = r#"
STATIC_URL = "/static/"
STATIC_ROOT = "out"
STATICFILES_DIRS = ["static", ["lib", "vendor"]]
INSTALLED_APPS = ["polls"]
[staticc]
python_path = ["."]
"#;

/// Files in two directories, one with a prefix, and in an app.
fn site() -> Site {
    let site = Site::new();
    site.write("settings.toml", SETTINGS);
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
        site.write(path, path);
    }
    site
}

/// Exit status, standard output and standard error, the project's directory
/// as `~`.
fn find(site: &Site, arguments: &[&str]) -> (i32, String, String) {
    let (code, out, error) = site.run(&[&["find"], arguments].concat());
    let base = site.base().canonicalize().unwrap();
    let short = |text: String| text.replace(base.to_str().unwrap(), "~");
    (code, short(out), short(error))
}

/// What is found, with exit status 0.
fn found(site: &Site, arguments: &[&str]) -> String {
    let (code, out, error) = find(site, arguments);
    assert_eq!(code, 0, "{arguments:?}: {error}");
    out
}

#[test]
fn paths_alone() {
    assert_eq!(
        found(&site(), &["-v0", "css/a.css", "lib/both.txt"]),
        "~/static/css/a.css\n~/polls/static/css/a.css\n\
         ~/vendor/both.txt\n~/polls/static/lib/both.txt\n"
    );
}

#[test]
fn the_first_one_and_where_it_took_looking() {
    assert_eq!(
        found(&site(), &["--first", "-v2", "css/a.css"]),
        "Found 'css/a.css' here:\n  ~/static/css/a.css\n\
         Looking in the following locations:\n  ~/static\n"
    );
    // A directory of STATICFILES_DIRS is looked in even if it is not there.
    let none = "STATICFILES_DIRS=[\"none\"]";
    let out = found(&site(), &["-v2", "--set", none, "css/poll.css"]);
    assert!(
        out.ends_with("locations:\n  ~/none\n  ~/polls/static\n"),
        "{out}"
    );
}

#[test]
fn paths_are_read_as_django_reads_them() {
    let site = site();
    assert_eq!(
        found(&site, &["./lib/../css//poll.css"]),
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
        let (code, out, error) = find(&site, &[path]);
        assert_eq!((code, out.as_str()), (1, ""), "{path}");
        assert_eq!(error.contains("note: it leads out"), leads_out, "{error}");
    }
}

#[test]
fn what_is_not_collected_says_why() {
    let site = site();
    site.write("static/inside/old.txt", "old");
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
        assert_eq!(found(&site, &arguments), wanted);
    }
}

#[test]
fn links_are_followed_as_django_follows_them() {
    let site = site();
    symlink("css/a.css", site.path("static/link.css")).unwrap();
    symlink("nowhere.css", site.path("static/broken.css")).unwrap();
    symlink("../nowhere.css", site.path("polls/static/broken.css")).unwrap();
    for (path, wanted) in [
        ("link.css", "~/static/css/a.css"),
        (
            "broken.css",
            "~/polls/nowhere.css (not collected: another one is found first)",
        ),
    ] {
        let wanted = format!("Found '{path}' here:\n  {wanted}\n");
        assert_eq!(found(&site, &[path]), wanted);
    }
}

/// What GitHub would take for its commands is none, and lines stay lines.
#[test]
fn names_give_github_no_commands() {
    let site = site();
    site.write("static/a\n::error::b##[c.css", "x");
    let out = found(&site, &["--format", "github", "a\n::error::b##[c.css"]);
    assert_eq!(
        out,
        "Found 'a?::error::b## [c.css' here:\n  ~/static/a?::error::b## [c.css\n"
    );
}

/// The help that somebody gets who asks for a file by something else.
#[test]
fn what_else_somebody_may_name() {
    let site = site();
    let templates = r#"TEMPLATES=[{BACKEND="django.template.backends.django.DjangoTemplates", DIRS=["pages"]}]"#;
    site.write("pages/page.html", "");
    site.write("out/css/old.css", "");
    symlink("nowhere.css", site.path("static/css/broken.css")).unwrap();
    let base = site.base().canonicalize().unwrap();
    let absolute = base.join("vendor/grid.js");
    let source = "that is a source: ask for css/a.css";
    let link = "that is a link that cannot be followed";
    let directory = "that is a directory: ask for a file";
    let template = "that is a template, not a static file";
    let other = "that is not a file that is collected";
    let both = ["find", "explain"];
    let find = ["find"];
    for (verbs, asked, help) in [
        (&find[..], "static/css/a.css", source),
        (&find, "./static/../static/css/a.css", source),
        (&find, "polls/static/css/a.css", source),
        (
            &find,
            absolute.to_str().unwrap(),
            "that is a source: ask for lib/grid.js",
        ),
        (
            &find,
            "css/a.0123456789ab.css",
            "that is a path with a fingerprint: ask for css/a.css",
        ),
        (&find, "css/broken.css", link),
        (
            &both,
            "/css/a.css",
            "paths begin without a slash: css/a.css",
        ),
        (&both, "static/css", directory),
        (&both, "pages", directory),
        (&both, "pages/page.html", template),
        (&both, "settings.toml", other),
        (
            &both,
            "out/css/old.css",
            "that is in STATIC_ROOT: ask for its path there",
        ),
        (&both, "static/css/b.css", "did you mean css/a.css?"),
    ] {
        for verb in verbs {
            let (code, _, error) = site.run(&[verb, asked, "--set", templates]);
            assert_eq!(code, 1, "{verb} {asked}: {error}");
            let helps: Vec<_> = error.lines().filter(|it| it.contains("help: ")).collect();
            assert_eq!(helps, [format!("  help: {help}")], "{verb} {asked}");
            assert!(!error.contains("note: "), "{error}");
        }
    }
}
