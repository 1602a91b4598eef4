//! Places that are hard to show: wide characters, long lines, several lines,
//! names that mean something to a format.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::{COLLECT, Case, case};

pub const CASES: &[Case] = &[
    case("place-tabs", COLLECT, |project| {
        project.write("src/a.css", "a {\n\tb:\turl(c.png);\n}\n");
    }),
    case("place-wide", COLLECT, |project| {
        project.write("src/a.css", "a{b:\"日本語\" url(図.png)} /* ロゴ */\n");
    }),
    case("place-combining", COLLECT, |project| {
        project.write("src/a.css", "a{b:\"e\u{301}e\u{301}\" url(e\u{301}.png)}\n");
    }),
    case("place-minified", COLLECT, |project| {
        let rule = ".a{color:red}".repeat(8000);
        let text = format!("{rule}.b{{c:url(d.png)}}{rule}");
        assert!(text.len() > 200_000);
        project.write("src/a.min.css", text);
    }),
    case("place-long", COLLECT, |project| {
        let name = "n".repeat(300);
        project.write("src/a.css", format!("a{{b:url({name}.png)}}\n"));
    }),
    case("place-crlf", COLLECT, |project| {
        project.write("src/a.css", "a{}\r\n@import 'b.css';\r\nc{}\r\n");
    }),
    case(
        "place-lines",
        &[
            "collect",
            "--set",
            "STORAGES.staticfiles.OPTIONS.support_js_module_import_aggregation=true",
        ],
        |project| {
            project.write(
                "src/a.js",
                "x();\nimport {\n  a,\n  b\n} from \"./none.js\";\ny();\n",
            );
        },
    ),
    case("place-control", COLLECT, |project| {
        project.write("src/a.css", "\u{1b}[31m{b:url(c.png)}\n");
    }),
    case("names", COLLECT, |project| {
        let latin1 = OsStr::from_bytes(b"src/caf\xe9.css");
        for name in ["a b", "50%", "a%41", "a:b", "a,b", "a\nb", "日本"] {
            project.write(&format!("src/{name}.css"), "a{b:url(c.png)}\n");
        }
        std::fs::write(project.path("").join(latin1), "a{b:url(c.png)}\n").unwrap();
    }),
    case(
        "names-copied",
        &[
            "collect",
            "--noinput",
            "-v2",
            "--no-post-process",
            "--no-cache",
        ],
        |project| {
            let latin1 = OsStr::from_bytes(b"src/caf\xe9.txt");
            project.write("src/a\nb.txt", "");
            std::fs::write(project.path("").join(latin1), "").unwrap();
        },
    ),
];
