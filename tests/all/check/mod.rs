//! `staticc check`: what it finds, that it writes nothing, and (in
//! `remembered`) that what it keeps never hides a problem.

mod remembered;

use std::fs;

use crate::site::Site;

/// A site with a file of each kind and nothing wrong.
fn clean() -> Site {
    let site = Site::new();
    site.write(
        "static/css/a.css",
        "@import 'b.css'; a{b:url(../img/i.png)}",
    );
    site.write("static/css/b.css", "a{}");
    site.write("static/img/i.png", "i");
    site.write("static/x.js", "x");
    site
}

/// Exit status and standard error of a check.
fn check(site: &Site, arguments: &[&str]) -> (i32, String) {
    let (code, _, error) = site.run(&[&["check"], arguments].concat());
    (code, error)
}

#[track_caller]
fn has(error: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(error.contains(wanted), "{wanted}\nnot in\n{error}");
    }
}

#[test]
fn nothing_wrong_and_nothing_written() {
    let site = clean();
    for flags in [&[][..], &["--no-cache"], &["css/none"], &["-j", "1"]] {
        let (code, out, error) = match flags {
            ["css/none"] => site.run(&["check", "static/css"]),
            flags => site.run(&[&["check"], flags].concat()),
        };
        assert_eq!((code, &error[..]), (0, ""), "{flags:?}");
        assert!(
            out.starts_with("4 static files checked; 3 CSS and JavaScript files"),
            "{out}"
        );
    }
    assert!(!site.path("out").exists());
}

#[test]
fn all_kinds_at_once_in_order() {
    let site = clean();
    let settings = fs::read_to_string(site.path("settings.toml")).unwrap();
    let dirs = "STATICFILES_DIRS = [\"static\", \"other\"]";
    site.write(
        "settings.toml",
        settings.replace("STATICFILES_DIRS = [\"static\"]", dirs),
    );
    site.write("other/x.js", "x");
    site.write("other/css/b.css", "b{}");
    site.write("other/IMG/I.png", "");
    site.write("other/a#b.txt", "");
    site.write("static/latin.css", b"a{}\n/* \xe9 */");
    site.write("static/r.css", "\n\ta{b:url(none.png)}\nc{d:url(../../e)}");
    site.write("static/ring/1.css", "@import '2.css';");
    site.write("static/ring/2.css", "\n@import '1.css';");
    let (code, error) = check(&site, &[]);
    assert_eq!(code, 1);
    let lines = error.lines().filter(|line| line.contains('['));
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with(' ')).collect();
    let wanted = [
        "warning: other/IMG/I.png: IMG/I.png and img/i.png differ only in case [case-collision]",
        "warning: other/a#b.txt: the name a#b.txt has a #, which URLs read otherwise [unrequestable-name]",
        "warning: other/css/b.css: css/b.css is here too, with other bytes [duplicate-path]",
        "note: other/x.js: x.js is here too, with the same bytes [duplicate-path]",
        "error: static/latin.css:2:4: is not UTF-8: byte 0xe9 at offset 7 [not-utf8]",
        "error: static/r.css:2:6: url(none.png) names no collected file [missing-reference]",
        "error: static/r.css:3:5: url(../../e) leads out of STATIC_ROOT [reference-outside]",
        "error: static/ring/1.css:1:1: files refer to each other in a circle: ring/1.css → ring/2.css → ring/1.css [cycle]",
    ];
    assert_eq!(lines, wanted);
    has(
        &error,
        &["see: static/ring/2.css:2:1: refers to ring/1.css"],
    );
}

#[test]
fn problems_of_names_may_be_allowed() {
    let site = clean();
    site.write("other/css/b.css", "b{}");
    site.write("other/x.js", "x");
    site.write("static/a#b.txt", "");
    site.write("static/IMG/I.png", "");
    site.write("static/m.css", "a{b:url(none.png)}");
    let settings = fs::read_to_string(site.path("settings.toml")).unwrap();
    let dirs = "STATICFILES_DIRS = [\"static\", \"other\"]";
    let mut settings = settings.replace("STATICFILES_DIRS = [\"static\"]", dirs);
    for (path, kind, level) in [
        ("**", "", "ignore"),
        ("css/*", "kind = \"duplicate-path\"", "ignore"),
        ("x.js", "kind = \"duplicate-path\"", "warn"),
        ("{IMG,img}/*", "kind = \"case-collision\"", "ignore"),
        ("*.txt", "kind = \"unrequestable-name\"", "ignore"),
        ("**", "kind = \"template\"", "ignore"),
    ] {
        let entry = format!("path = {path:?}\n{kind}\nlevel = {level:?}\n");
        settings.push_str(&format!("[[staticc.allow]]\n{entry}"));
    }
    site.write("settings.toml", &settings);
    let (code, error) = check(&site, &[]);
    let unused = "warning: settings.toml:26:1: this [[staticc.allow]] for ** matches nothing";
    has(&error, &[unused, "warning: other/x.js: x.js is here too"]);
    assert_eq!(
        (code, error.matches("warning: ").count()),
        (0, 2),
        "{error}"
    );
    // Nobody looks for these when collecting.
    let (code, _, error) = site.run(&["collect", "--noinput"]);
    assert_eq!((code, &error[..]), (0, ""));
}

#[test]
fn five_hundred_broken_references_in_order() {
    let site = clean();
    let mut wanted = Vec::new();
    for file in 0..50 {
        let mut text = String::new();
        for line in 1..=10 {
            text += &format!("a{{b:url(none{file:02}{line:02}.png)}}\n");
            wanted.push(format!("static/many/{file:02}.css:{line}:5:"));
        }
        site.write(&format!("static/many/{file:02}.css"), text);
    }
    let (code, error) = check(&site, &[]);
    let places = error
        .lines()
        .filter_map(|line| line.strip_prefix("error: "));
    let places: Vec<&str> = places.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        (code, places),
        (1, wanted.iter().map(String::as_str).collect())
    );
    assert!(error.ends_with("\n500 errors in 50 files\n"));
}

#[test]
fn files_that_are_asked_about() {
    let site = clean();
    site.write("static/css/b.css", "a{b:url(1.png)}");
    site.write("static/x.js", "//# sourceMappingURL=x.js.map\n");
    let (code, error) = check(&site, &["static/css"]);
    assert_eq!(code, 1);
    has(&error, &["static/css/b.css:1:5"]);
    assert!(!error.contains("x.js"), "{error}");
    let (code, error) = check(&site, &["static/css/a.css", "settings.toml"]);
    assert_eq!((code, &error[..]), (0, ""));
    let (code, error) = check(&site, &["statc"]);
    assert_eq!(code, 2);
    has(
        &error,
        &["error: statc: cannot be checked", "[no-such-file]"],
    );
    // A circle is a problem of each of its members.
    site.write("static/css/b.css", "@import 'a.css';");
    for member in ["a", "b"] {
        let (code, error) = check(&site, &[&format!("static/css/{member}.css")]);
        assert_eq!(code, 1);
        has(&error, &["css/a.css → css/b.css → css/a.css"]);
    }
}

#[test]
fn where_the_missing_file_is() {
    let site = clean();
    site.write("static/css/.hidden.css", "");
    site.write("out/css/old.css", "");
    let text = "@import '.hidden.css'; @import 'old.css'; @import 'B.css'; \
        a{b:url(../img/i.svg)} c{d:url(i.png)}";
    site.write("static/css/a.css", text);
    let (_, error) = check(&site, &[]);
    let wanted = [
        "see: static/css/.hidden.css: is there, but ignored by '.*'",
        "note: STATIC_ROOT has such a file from an earlier run; no source has it any more",
        "help: did you mean b.css? (only the case differs)",
        "help: did you mean ../img/i.png? (another extension)",
        "help: did you mean ../img/i.png? (in another directory)",
    ];
    has(&error, &wanted);
}

#[test]
fn links_are_where_they_are_named() {
    let site = clean();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, site.path(at)).unwrap();
    link("gone", "static/gone.png");
    site.write("other/linked.css", "a{b:url(none.png)}");
    link("../../other/linked.css", "static/css/linked.css");
    link("../other", "static/dir");
    for (asked, wanted) in [
        ("static", "static/gone.png: symbolic link"),
        ("static/gone.png", "static/gone.png: symbolic link"),
        ("./static/css/../css", "static/css/linked.css:1:5"),
        ("other/linked.css", "static/css/linked.css:1:5"),
        ("static/dir", "static/dir/linked.css:1:5"),
    ] {
        let (code, error) = check(&site, &[asked]);
        assert_eq!(code, 1, "{asked}: {error}");
        has(&error, &[wanted]);
    }
    assert_eq!(check(&site, &["static/x.js"]), (0, String::new()));
}

#[test]
fn links_that_multiply_end() {
    let site = clean();
    for number in 0..25 {
        fs::create_dir_all(site.path(&format!("templates/{number}"))).unwrap();
        for name in ["a", "b"] {
            let link = site.path(&format!("templates/{number}/{name}"));
            std::os::unix::fs::symlink(format!("../{}", number + 1), link).unwrap();
        }
    }
    site.write("templates/25/page.html", "{% static 'none' %}");
    let (code, error) = check(&site, &[]);
    assert_eq!(code, 1);
    has(&error, &["page.html:1:1"]);
}

/// Pasting what is printed makes the check and a strict run succeed.
#[test]
fn what_is_printed_cures() {
    let site = clean();
    site.write("static/a[1].css", "a{b:url(none.png)}");
    site.write("static/x.js", "//# sourceMappingURL=x.map\n");
    site.write(
        "templates/[id].html",
        "{% static 'none' %}{% static '/x.js' %}",
    );
    let (_, error) = check(&site, &[]);
    let cures = error
        .lines()
        .filter_map(|line| line.split_once("allow it: "));
    let entries = cures.map(|(_, entry)| {
        let (table, keys) = entry.split_once(" with ").unwrap();
        let keys = keys
            .replace(", kind", "\nkind")
            .replace(" and level", "\nlevel");
        format!("{table}\n{keys}\n")
    });
    let entries: String = entries.collect();
    has(&error, &["help: names begin without a slash: x.js"]);
    let settings = fs::read_to_string(site.path("settings.toml")).unwrap();
    site.write("settings.toml", format!("{settings}{entries}"));
    site.write(
        "templates/[id].html",
        "{% static 'none' %}{% static 'x.js' %}",
    );
    assert_eq!(check(&site, &["--strict"]), (0, String::new()));
    assert_eq!(
        check(&site, &["--strict", "--no-templates"]),
        (0, String::new())
    );
    let (code, _, error) = site.run(&["collect", "--strict"]);
    assert_eq!((code, &error[..]), (0, ""));
}

#[test]
fn templates_name_collected_files() {
    let site = clean();
    let settings = fs::read_to_string(site.path("settings.toml")).unwrap();
    let apps = "INSTALLED_APPS = [\"shop\"]\nSTATIC_URL";
    let settings = settings.replacen("STATIC_URL", apps, 1);
    let settings = settings.replace("python_path = []", "python_path = [\".\"]");
    site.write("settings.toml", &settings);
    site.write("shop/__init__.py", "");
    site.write(
        "templates/base.html",
        "{% load static %}\n<p>{% static \"img/i.png\" %}\n\t日本{% static 'css/A.css' as x %}{# {% static 'no' %} #}",
    );
    site.write("shop/templates/base.html", "{% static 'shadowed' %}");
    site.write(
        "shop/templates/shop/a.txt",
        "{% static 'img/' %}{% static name %}",
    );
    site.write("shop/jinja2/b.jinja", "{{ static(\n 'x.css') }}");
    site.write("templates/.hidden.html", "{% static 'hidden' %}");
    site.write("templates/latin.html", b"\xe9{% static 'none' %}");
    let (code, error) = check(&site, &[]);
    assert_eq!(code, 1);
    let lines = error.lines().filter(|line| line.starts_with("error"));
    let wanted = [
        "error: shop/jinja2/b.jinja:1:4: static(  'x.css') names no collected file [missing-static]",
        "error: templates/base.html:3:4: {% static 'css/A.css' as x %} names no collected file [missing-static]",
        "error: templates/latin.html:1:2: {% static 'none' %} names no collected file [missing-static]",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), wanted);
    has(
        &error,
        &[
            "did you mean css/a.css? (only the case differs)",
            "did you mean x.js? (another extension)",
        ],
    );
    assert_eq!(check(&site, &["--no-templates"]), (0, String::new()));
    assert_eq!(
        check(&site, &["static", "shop/templates"]),
        (0, String::new())
    );
    assert_eq!(
        check(&site, &["templates/base.html"])
            .1
            .matches("error:")
            .count(),
        1
    );
    let allow = "[[staticc.allow]]\npath = \"*.html\"\nkind = \"template\"\nlevel = \"ignore\"\n";
    site.write("settings.toml", format!("{settings}{allow}"));
    for _ in 0..2 {
        let (code, error) = check(&site, &[]);
        assert_eq!(code, 1);
        has(&error, &["shop/jinja2/b.jinja"]);
        assert!(!error.contains("templates/base.html"), "{error}");
    }
    site.write(
        "settings.toml",
        settings.replace("[staticc]", "[[TEMPLATES]]\nAPP_DIRS = true\n[staticc]"),
    );
    has(&check(&site, &[]).1, &["shop/templates/base.html:1:1"]);
}

#[test]
fn a_backend_without_fingerprints_asks_for_no_references() {
    let site = clean();
    site.write("static/x.js", "//# sourceMappingURL=x.map\n");
    let backend =
        "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"";
    assert_eq!(check(&site, &["--set", backend]).0, 0);
    assert_eq!(check(&site, &[]).0, 1);
}
