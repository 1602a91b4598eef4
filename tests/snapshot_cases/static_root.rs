//! Problems of STATIC_ROOT, cache and releases; and runs without any.

use std::fs;

use super::{COLLECT, Case, VERIFY, case, collected};
use crate::support::project::Project;

/// A text that is worth compressing.
fn text(project: &Project) {
    project.write("src/a.css", "a { color: red }\n".repeat(50));
}

/// The file in STATIC_ROOT whose name is `start`, a fingerprint and `end`.
fn hashed(project: &Project, start: &str, end: &str) -> std::path::PathBuf {
    let entries = fs::read_dir(project.path("out")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let is_hashed = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let middle = name.strip_prefix(start);
        let middle = middle.and_then(|rest| rest.strip_suffix(end));
        middle.is_some_and(|middle| middle.len() == 13)
    };
    paths.find(is_hashed).unwrap()
}

pub const CASES: &[Case] = &[
    case(
        "nothing-wrong",
        &["collect", "--noinput", "-v2"],
        |project| {
            text(project);
        },
    ),
    case(
        "nothing-wrong-dry",
        &["collect", "--noinput", "-n", "-v3", "-c"],
        |project| {
            text(project);
            collected(project);
            project.write("out/old.txt", "");
        },
    ),
    case(
        "nothing-wrong-links",
        &["collect", "--noinput", "-v2", "--link", "--no-post-process"],
        |project| {
            project.write(
                "settings.toml",
                "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\", \"more\"]\n",
            );
            project.write("more/a.txt", "");
            project.write("more/b.txt", "");
            project.write("out/b.txt", "old");
        },
    ),
    case("nothing-wrong-verify", VERIFY, |project| {
        text(project);
        collected(project);
        project.write("out/mine.txt", "");
    }),
    case(
        "nothing-wrong-prune",
        &["prune", "--keep", "1", "-v2"],
        |project| {
            text(project);
            collected(project);
            project.write("src/a.css", "b { color: red }\n".repeat(50));
            collected(project);
        },
    ),
    case("path-taken", COLLECT, |project| {
        fs::create_dir_all(project.path("out/a.txt")).unwrap();
    }),
    case("path-taken-link", COLLECT, |project| {
        project.write("src/css/a.txt", "");
        project.write("elsewhere/a.txt", "");
        project.link("out/css", "../elsewhere");
    }),
    case("path-taken-twice", COLLECT, |project| {
        project.write(
            "settings.toml",
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\", \"more\"]\n",
        );
        project.write("src/css", "");
        project.write("more/css/a.txt", "");
    }),
    case("path-taken-root", COLLECT, |project| {
        project.write("out", "");
    }),
    case("cannot-write", COLLECT, |project| {
        project.write(&format!("src/{}.txt", "long".repeat(62)), "");
    }),
    case(
        "locked",
        &["collect", "--noinput", "--no-wait"],
        |project| {
            let directory = project.path("out");
            fs::create_dir(&directory).unwrap();
            let lock = fs::File::open(directory).unwrap();
            rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
            // Held until the test ends.
            std::mem::forget(lock);
        },
    ),
    case("corrupt-manifest", VERIFY, |project| {
        collected(project);
        project.write("out/staticfiles.json", "{\"paths\": ");
    }),
    case("corrupt-manifest-hash", VERIFY, |project| {
        collected(project);
        let path = project.path("out/staticfiles.json");
        let manifest = fs::read_to_string(&path).unwrap();
        let at = manifest.find("\"hash\": \"").unwrap() + 9;
        let manifest = format!("{}000000000000{}", &manifest[..at], &manifest[at + 12..]);
        fs::write(path, manifest).unwrap();
    }),
    case("corrupt-manifest-replaced", COLLECT, |project| {
        project.write("out/staticfiles.json", "[]");
    }),
    case(
        "corrupt-manifest-strict",
        &["collect", "--strict"],
        |project| {
            project.write("out/staticfiles.json", "[]");
        },
    ),
    case("no-static-root", VERIFY, |_| {}),
    case("no-manifest", VERIFY, |project| {
        project.write("out/a.txt", "");
    }),
    case("no-manifest-to-prune", &["prune"], |project| {
        project.write("out/a.txt", "");
    }),
    case(
        "no-manifest-backend",
        &[
            "prune",
            "--set",
            "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"",
        ],
        |_| {},
    ),
    case("missing-file", VERIFY, |project| {
        collected(project);
        fs::remove_file(hashed(project, "a", ".txt")).unwrap();
    }),
    case("wrong-content", VERIFY, |project| {
        collected(project);
        fs::write(hashed(project, "a", ".txt"), "b").unwrap();
    }),
    case("other-content", VERIFY, |project| {
        collected(project);
        project.write("out/a.txt", "b");
    }),
    case("other-content-strict", &["verify", "--strict"], |project| {
        collected(project);
        project.write("out/a.txt", "b");
    }),
    case("wrong-copy", VERIFY, |project| {
        text(project);
        collected(project);
        fs::write(hashed(project, "a", ".css.gz"), "x").unwrap();
        fs::copy(project.path("out/a.txt"), project.path("out/a.css.br")).unwrap();
    }),
    case("dangling-reference", VERIFY, |project| {
        project.write("src/b.png", "x");
        project.write("src/css/site.css", "a{b:url(../b.png)}\n");
        collected(project);
        fs::remove_file(hashed(project, "b", ".png")).unwrap();
    }),
    case(
        "no-releases",
        &["collect", "--noinput", "--no-cache", "--prune"],
        |_| {},
    ),
    case("prehashed-changed", COLLECT, |project| {
        let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
                        STATICFILES_DIRS = [\"src\"]\n[staticc]\nprehashed = [\"app-*.js\"]\n";
        project.write("settings.toml", settings);
        project.write("src/app-Bf3_x9Kq.js", "run()");
        collected(project);
        project.write("src/app-Bf3_x9Kq.js", "change()");
    }),
    case("damaged-release", &["prune"], |project| {
        text(project);
        collected(project);
        project.write("src/a.css", "b { color: red }\n".repeat(50));
        collected(project);
        let entries = walkdir::WalkDir::new(project.path("cache/staticc/releases"));
        let entries = entries.into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().is_file());
        // Their names begin with their time.
        let oldest = files.map(walkdir::DirEntry::into_path).min().unwrap();
        fs::write(oldest, "damaged").unwrap();
    }),
    case(
        "cache-unusable",
        &[
            "collect",
            "--noinput",
            "-j1",
            "--cache-dir",
            "settings.toml",
        ],
        |project| {
            text(project);
        },
    ),
];
