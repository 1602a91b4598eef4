//! What `find` and `explain` print of single paths.

use super::{Case, case};
use crate::support::project::Project;

/// Two directories, one of them with a prefix, an app, and a pattern.
fn several(project: &Project) {
    let settings = "\
STATIC_URL = \"/static/\"
STATIC_ROOT = \"out\"
STATICFILES_DIRS = [\"src\", [\"lib\", \"vendor\"]]
INSTALLED_APPS = [\"polls\"]
[staticc]
python_path = [\".\"]
ignore_patterns = [\"*.scss\"]
";
    project.write("settings.toml", settings);
    project.write("polls/__init__.py", "");
    for path in [
        "src/css/a.css",
        "src/css/a.scss",
        "vendor/grid.js",
        "polls/static/css/a.css",
        "polls/static/lib/grid.js",
        "polls/static/poll.css",
    ] {
        project.write(path, path);
    }
}

/// A project with something of each kind that `explain` prints.
fn everything(project: &Project) {
    let settings = "\
STATIC_URL = \"/static/\"
STATIC_ROOT = \"out\"
STATICFILES_DIRS = [\"src\", [\"lib\", \"vendor\"]]
INSTALLED_APPS = [\"polls\"]
[[TEMPLATES]]
BACKEND = \"django.template.backends.django.DjangoTemplates\"
DIRS = [\"templates\"]
[staticc]
python_path = [\".\"]
ignore_patterns = [\"*.scss\"]
[[staticc.allow]]
path = \"lib/**\"
kind = \"source-map\"
level = \"ignore\"
";
    project.write("settings.toml", settings);
    project.write("polls/__init__.py", "");
    let rules = "a { color: red }\n".repeat(20);
    let site = format!("@import 'base.css';\n{rules}b {{ c: url(../dot.svg#x) }}\n");
    for (path, text) in [
        ("src/css/site.css", site.as_str()),
        ("src/css/base.css", &rules),
        ("src/css/base.scss", ""),
        ("src/dot.svg", "<svg/>"),
        ("src/logo.png", "logo"),
        (
            "src/broken.css",
            "a { b: url(dto.svg) url(https://x.org/y) url(css/) }",
        ),
        ("src/far.css", "a { b: url(data:x) url(https://x.org/y) }"),
        ("src/round.css", "@import 'about.css';"),
        ("src/about.css", "@import 'round.css';"),
        ("src/behind.css", "@import 'round.css';"),
        ("vendor/lib.js", "lib\n//# sourceMappingURL=lib.js.map\n"),
        ("polls/static/css/base.css", "other"),
        ("polls/static/dot.svg", "<svg/>"),
        ("templates/page.html", "<p>\n{% static 'css/site.css' %}"),
    ] {
        project.write(path, text);
    }
}

pub const CASES: &[Case] = &[
    case("found", &["find", "poll.css"], several),
    case(
        "found-several",
        &["find", "css/a.css", "css/a.scss", "lib/grid.js", "css"],
        several,
    ),
    case("found-verbosely", &["find", "-v2", "css/a.css"], several),
    case("not-found", &["find", "css/b.css"], several),
    case(
        "explained",
        &["explain", "css/site.css", "dot.svg", "logo.png", "far.css"],
        everything,
    ),
    case(
        "explained-source",
        &["explain", "polls/static/css/base.css", "vendor/lib.js"],
        everything,
    ),
    case(
        "explained-problems",
        &["explain", "broken.css", "round.css", "behind.css"],
        everything,
    ),
    case(
        "explained-hashed",
        &[
            "explain",
            "dot.d41d8cd98f00.svg",
            "src/css/base.scss",
            "css/sight.css",
        ],
        everything,
    ),
    case(
        "explained-plain",
        &[
            "explain",
            "css/site.css",
            "--set",
            "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"",
        ],
        everything,
    ),
    case(
        "explained-code",
        &["explain", "cycle", "missing-refrence"],
        |project| std::fs::remove_file(project.path("settings.toml")).unwrap(),
    ),
    case(
        "not-found-verbosely",
        &["find", "-v2", "grid.js", "../../no-such-file"],
        several,
    ),
];
