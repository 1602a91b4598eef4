//! Problems of what is collected: files, and the references in them.

use super::{CHECK, COLLECT, Case, case, collected};
use crate::support::project::Project;

/// A project with a second directory of sources.
fn two(project: &Project) {
    project.write(
        "settings.toml",
        "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\", \"more\"]\n",
    );
}

/// A bundle whose chunk imports the entry, by the rules of browsers.
fn bundle(project: &Project) {
    let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\n\
                    [staticc]\nreferences = \"browser\"\nno_rewrite = [\"lib.*\"]\n";
    project.write("settings.toml", settings);
    let manifest = "{\"chunk.ts\": {\"file\": \"assets/chunk-0a1b2c3d.js\", \"name\": \"chunk\"}}";
    project.write("src/.vite/manifest.json", manifest);
    project.write(
        "src/assets/chunk-0a1b2c3d.js",
        "import { state } from '../app.js'",
    );
    project.write("src/app.js", "import './assets/chunk-0a1b2c3d.js'");
    project.write("src/lib.js", "");
}

pub const CASES: &[Case] = &[
    case("missing-reference", COLLECT, |project| {
        project.write("src/img/logo.png", "x");
        project.write(
            "src/css/site.css",
            "a {\n  mask: url(\"img/logo.png\");\n}\n",
        );
        project.write("src/js/a.js", "a()\n//# sourceMappingURL=a.js.map\n");
        project.write(
            "src/z.css",
            "@import 'none.css';\na{b:url(c.png) url(d.png)}\n",
        );
    }),
    case(
        "missing-reference-warned",
        &["collect", "--set", "staticc.missing_references=\"warn\""],
        |project| {
            project.write("src/a.css", "a{b:url(c.png)}\n");
        },
    ),
    case(
        "missing-reference-strict",
        &[
            "collect",
            "--strict",
            "--set",
            "staticc.missing_references=\"warn\"",
        ],
        |project| {
            project.write("src/a.css", "a{b:url(c.png)}\n");
        },
    ),
    case("reference-outside", COLLECT, |project| {
        project.write("src/css/site.css", "a{b:url(../../media/a.png)}\n");
    }),
    case("leftover-reference", COLLECT, |project| {
        project.write("src/old.png", "x");
        collected(project);
        std::fs::remove_file(project.path("src/old.png")).unwrap();
        project.write("src/css/site.css", "a{b:url(../old.png)}\n");
    }),
    case("cycle", COLLECT, |project| {
        project.write("src/a.css", "@import 'b.css';\n");
        project.write("src/b.css", "a{}\n@import \"c.css\";\n");
        project.write("src/c.css", "@import 'a.css';\n");
    }),
    case("unusable-name", COLLECT, |project| {
        project.write("src/%2e%2e%2fa.txt", "x");
    }),
    case("not-utf8", COLLECT, |project| {
        project.write("src/css/site.css", b"a{}\n/* caf\xe9 */\n");
    }),
    case("not-a-file", COLLECT, |project| {
        project.pipe("src/pipe");
    }),
    case("broken-link", COLLECT, |project| {
        project.link("src/logo.png", "../assets/logo.png");
    }),
    case("link-loop", COLLECT, |project| {
        project.link("src/css/up", "..");
    }),
    case("unreadable", COLLECT, |project| {
        std::fs::remove_dir_all(project.path("src")).unwrap();
        project.link("src", "src");
    }),
    case("outside-static-root", COLLECT, |project| {
        project.write(
            "settings.toml",
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [[\"../up\", \"src\"]]\n",
        );
    }),
    case("nothing-wrong-check", CHECK, |project| {
        project.write("src/a.css", "a{b:url(a.txt)}\n");
    }),
    case("missing-reference-check", CHECK, |project| {
        project.write("src/img/logo.png", "x");
        project.write("src/css/a.css", "a{b:url(../img/Logo.png)}\n");
        project.write("src/css/b.css", "a{b:url(none.png)} c{d:url(logo.png)}\n");
        project.write("src/.hidden/c.png", "x");
        project.write("src/d.css", "a{b:url(.hidden/c.png)}\n");
    }),
    case("missing-static", CHECK, |project| {
        project.write("src/img/logo.png", "x");
        project.write(
            "templates/base.html",
            "{% load static %}\n<img src=\"{% static 'img/logo.pgn' %}\">\n",
        );
        project.write(
            "templates/shop.html",
            "{% static\n  'none.css' %}{% static '/img/logo.png' %}\n",
        );
    }),
    case("package-templates", CHECK, |project| {
        let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
            INSTALLED_APPS = [\"django_rq\", \"shop_widgets\"]\n[staticc]\npython_path = [\"env\"]\n";
        project.write("settings.toml", settings);
        for (app, template) in [
            ("django_rq", "{% static 'a.js' %}{% static 'a.css' %}"),
            ("shop_widgets", "{% static 'b.js' %}"),
        ] {
            let package = format!("env/lib/python3.12/site-packages/{app}");
            project.write(&format!("{package}/__init__.py"), "");
            project.write(&format!("{package}/templates/{app}/base.html"), template);
        }
    }),
    case("duplicate-path", CHECK, |project| {
        two(project);
        project.write("src/css/site.css", "a{}\n");
        project.write("more/css/site.css", "b{}\n");
        project.write("more/a.txt", "a");
    }),
    case("case-collision", CHECK, |project| {
        project.write("src/css/site.css", "a{}\n");
        project.write("src/css/Site.css", "a{}\n");
    }),
    case("unrequestable-name", CHECK, |project| {
        for name in ["c#.txt", "what?.txt", "a%41.txt", "a\\b.txt"] {
            project.write(&format!("src/{name}"), "");
        }
    }),
    case(
        "too-large-to-compress",
        &["collect", "--set", "staticc.compression.max_size=\"10 B\""],
        |project| {
            project.write("src/small.txt", "small");
            for number in 1..7 {
                project.write(&format!("src/large-{number}.txt"), "more than ten bytes");
            }
        },
    ),
    case("module-twice", COLLECT, |project| {
        bundle(project);
        project.write("src/page.js", "import './app.js'");
    }),
    case("missing-module", CHECK, |project| {
        bundle(project);
        project.write("src/app.js", "import './part.js'");
        project.write("src/part.js", "import './gone.js'\nimport './helpers'");
        project.write("src/unused.js", "import './gone.js'\nimport './helpers'");
        project.write(
            "templates/page.html",
            "{% load static %}\n{% static 'app.js' %}",
        );
    }),
    case(
        "explained-bundle",
        &["explain", "assets/chunk-0a1b2c3d.js", "lib.js"],
        |project| {
            bundle(project);
            project.write("src/lib.js", "import './plugin.js'");
        },
    ),
    case("wrong-source-copy", COLLECT, |project| {
        project.write("src/site.css", "a{}");
        project.write("src/site.css.gz", "no copy");
    }),
    case("no-such-file", &["check", "src/none.css"], |_| {}),
    case("severities", &["check", "--strict"], |project| {
        two(project);
        project.write("more/a.txt", "a");
        project.write("src/A.txt", "x");
    }),
];
