//! What is told of single paths: found, not found, explained.

use super::{Case, case};
use crate::bounded::Project;

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
        "not-found-verbosely",
        &["find", "-v2", "grid.js", "../../x"],
        several,
    ),
];
