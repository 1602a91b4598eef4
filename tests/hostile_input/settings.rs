//! Settings that are no files, no TOML or of the wrong types, and Python sources
//! that are too deep or circular.

use std::fmt::Write as _;

use crate::support::project::Project;
use crate::support::python_project;

const START: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";

/// A project whose settings are this text.
fn project(settings: impl AsRef<[u8]>) -> Project {
    let project = Project::with_text_file();
    project.write("settings.toml", settings);
    project
}

#[test]
fn settings_must_be_a_regular_file() {
    let help = "help: name the settings file with --settings FILE";
    let project = Project::with_text_file();
    project.pipe("settings.toml");
    let wanted = "error: settings.toml: cannot be read: not a regular file";
    project.collect().failure(2).stderr([wanted, help]);
    project.link("settings.toml", "/dev/zero");
    project.collect().failure(2).stderr([wanted, help]);
    project.link("settings.toml", "settings.toml");
    project
        .collect()
        .failure(2)
        .stderr(["Too many levels", help]);
    project
        .collect()
        .arguments(["--settings", "src"])
        .failure(2)
        .stderr(["error: src: cannot be read: not a regular file", help]);
    std::fs::remove_file(project.path("settings.toml")).unwrap();
    project.pipe("pyproject.toml");
    let wanted = "error: pyproject.toml: cannot be read: not a regular file";
    project.collect().failure(2).stderr([wanted, help]);
}

#[test]
fn settings_must_be_toml() {
    let many = 100_000;
    let nested = |open: &str, close: &str| {
        let (open, close) = (open.repeat(many), close.repeat(many));
        format!("A = {open}1{close}\n").into_bytes()
    };
    let dotted = vec!["a"; many].join(".");
    for (settings, wanted) in [
        (
            nested("[", "]"),
            "settings.toml:1:85: not TOML: cannot recurse",
        ),
        (
            nested("[", ""),
            "settings.toml:1:85: not TOML: cannot recurse",
        ),
        (nested("{a=", "}"), "not TOML: cannot recurse"),
        (
            format!("{dotted} = 1").into_bytes(),
            "not TOML: recursion limit",
        ),
        (
            format!("[{dotted}]").into_bytes(),
            "not TOML: recursion limit",
        ),
        (b"STATIC_URL = \"/a\0b/\"".to_vec(), "settings.toml:1:"),
        (
            b"A = 1\nA = 2".to_vec(),
            "settings.toml:2:1: not TOML: duplicate key",
        ),
        (b"= [\n".repeat(many), "the settings have "),
        (b"A = \"\xff\"".to_vec(), "help: save the file as UTF-8"),
        (
            "A = 1"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .chain([255])
                .collect(),
            "UTF-8",
        ),
    ] {
        let outcome = project(settings)
            .collect()
            .failure(2)
            .stderr(["error: settings.toml", wanted]);
        assert!(outcome.error.len() < 200_000, "{}", outcome.error.len());
    }
}

#[test]
fn settings_of_any_size_give_short_messages() {
    let large = |size: usize| format!("{START}FORCE_SCRIPT_NAME = \"{}\"\n", "x".repeat(size));
    project(large(50_000_000))
        .collect()
        .failure(2)
        .stderr(["error: settings.toml: cannot be read: larger than 4194304 bytes"]);
    let outcome = project(format!("{START}{} = 1", "k".repeat(1_000_000)))
        .collect()
        .failure(2)
        .stderr(["unknown setting kkk"]);
    assert!(outcome.error.len() < 20_000, "{}", outcome.error.len());
    let mut many = START.to_owned();
    for number in 0..20_000 {
        let _ = writeln!(many, "k{number} = 1");
    }
    let wanted = [
        "unknown setting k0 [",
        "error: the settings have 19900 more problems [more-problems]\n",
    ];
    project(many).collect().failure(2).stderr(wanted);
}

/// A run takes as long as its settings are: otherwise it would not end.
#[test]
fn long_lists_and_names_take_no_longer_than_they_are() {
    let list = |entries: &[&str]| entries.repeat(40_000 / entries.len()).join(",");
    for dirs in [
        list(&["\"src\""]),
        list(&["[\"a\",\"src\"]"]),
        list(&["[\"a\",\"src\"]", "[\"b\",\"src\"]"]),
        list(&["[\"a\",\"src\"]", "[\"b\",\"./src\"]"]),
    ] {
        let settings = format!("{START}STATICFILES_DIRS = [{dirs}]\n");
        let find = ["find", "-v0", "--set", "staticc.python_path=[]"];
        let project = project(settings);
        assert!(project.verb(find).arguments(["x"]).failure(1).error.len() < 100_000);
    }
    let name = format!("pols{}", ".a".repeat(500_000));
    let settings = format!("{START}INSTALLED_APPS = [\"{name}\"]\n");
    let project = project(settings).file("polls/__init__.py", "");
    let wanted = "no module for the app 'pols.a.a.";
    project
        .collect()
        .failure(2)
        .stderr([wanted, "help: did you mean polls.a.a"]);
}

/// Every key that has a type, with a value of another.
#[test]
fn wrong_types_are_errors_for_every_key() {
    // No key takes a date, nor a number that no integer holds, nor these.
    for value in ["1979-05-27", "99999999999999999999999999", "[true]"] {
        for key in crate::settings_schema::typed() {
            project(format!("{key} = {value}\n"))
                .collect()
                .failure(2)
                .stderr([&format!("{key} must be ")]);
        }
    }
    for value in [
        "[[[]]]",
        "[{}]",
        "{ a = [] }",
        "[1, nan]",
        "-1",
        "inf",
        "\"\\u0000\"",
    ] {
        for key in [
            "INSTALLED_APPS",
            "STATICFILES_DIRS",
            "FILE_UPLOAD_PERMISSIONS",
        ] {
            project(format!("{key} = {value}\n")).collect().outcome();
        }
    }
}

#[test]
fn app_search_ignores_special_files() {
    let project = Project::with_text_file();
    for app in ["one", "two"] {
        project.write(&format!("{app}/static/{app}.txt"), app);
    }
    project.pipe("one/__init__.py");
    project.write("two/__init__.py", "");
    project.pipe("two/apps.py");
    let site = "venv/lib/python3.12/site-packages";
    project.pipe(&format!("{site}/a.pth"));
    project.link(&format!("{site}/b.pth"), "/dev/zero");
    project.write(&format!("{site}/c.pth"), "import __editable___x; x\n");
    project.pipe(&format!("{site}/__editable___x.py"));
    let flags = [
        "--set",
        "INSTALLED_APPS=[\"one\", \"two\"]",
        "--set",
        "staticc.python_path=[\".\", \"venv\"]",
    ];
    project.collect().arguments(flags).success();
    assert!(project.path("out/one.txt").exists() && project.path("out/two.txt").exists());
}

/// What Python could not run either, or not in time.
#[test]
fn app_search_ends_on_deeply_nested_sources() {
    let config = |rest: &str| {
        format!("from django.apps import AppConfig\nclass C(AppConfig):\n    name = {rest}\n")
    };
    let nested = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let calls = format!(
        "{}__file__{}",
        "dirname(".repeat(50_000),
        ")".repeat(50_000)
    );
    let mut doubling = "a22\na0 = 'a'".to_owned();
    for number in 1..23 {
        let before = vec![format!("a{}", number - 1); 10].join(" + ");
        let _ = write!(doubling, "\na{number} = {before}");
    }
    for (source, wanted) in [
        (config(&nested), "cannot be known without running it"),
        (config(&calls), "cannot be known without running it"),
        (config(&doubling), "cannot be known without running it"),
        (
            config("x\nx = y\ny = x"),
            "cannot be known without running it",
        ),
    ] {
        let project = Project::with_text_file();
        project.write("app/__init__.py", "");
        project.write("app/apps.py", &source);
        project.write("app/other.py", &source);
        let outcome = project
            .collect()
            .arguments(["--set", "INSTALLED_APPS=[\"app\"]"])
            .failure(2)
            .stderr([
                "cannot tell where the app 'app' is: ",
                wanted,
                "app_directories",
            ]);
        assert!(outcome.error.len() < 20_000, "{}", outcome.error.len());
    }
}

/// Circles of imports in which there is nothing to be found.
#[test]
fn app_search_ends_on_circular_imports() {
    let stars = "from app.apps import *\nfrom app.other import *\n".repeat(3);
    let names: String = (0..2000)
        .map(|n| format!("from app.other import C{n}\n"))
        .collect();
    for source in [stars, names.replace("other", "apps"), names] {
        let project = Project::with_text_file();
        project.write("app/__init__.py", "");
        project.write("app/apps.py", &source);
        project.write("app/other.py", &source);
        project.write("app/static/one.txt", "one");
        project
            .collect()
            .arguments(["--set", "INSTALLED_APPS=[\"app\"]"])
            .success();
        assert!(project.path("out/one.txt").exists());
    }
}

/// The project's Python may name any file as the manifest.
#[test]
fn manifest_of_a_live_project_stays_in_static_root() {
    for name in ["../x.json", "..\\x.json", "a\0b"] {
        let project = Project::new();
        python_project::write(&project, |answers| {
            answers["storage"]["manifest_name"] = name.into();
        });
        let live = project
            .collect()
            .arguments(["--settings", "mysite.settings"]);
        live.failure(2)
            .stderr(["OPTIONS.manifest_name must be a file name under STATIC_ROOT [bad-value]"]);
        assert!(!project.path("x.json").exists());
    }
}
