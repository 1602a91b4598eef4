//! `staticc check`: the problems that it finds, and that it writes nothing.

mod record;
mod suggestions;
mod templates;

use std::fs;

use crate::support::project::{Outcome, Project, Run};

/// A project with a file of each kind and nothing wrong.
fn clean() -> Project {
    let project = Project::new();
    project.write("src/css/a.css", "@import 'b.css'; a{b:url(../img/i.png)}");
    project.write("src/css/b.css", "a{}");
    project.write("src/img/i.png", "i");
    project.write("src/x.js", "x");
    project
}

fn check<'p>(project: &'p Project, arguments: &[&str]) -> Run<'p> {
    project.verb(["check"]).arguments(arguments)
}

#[test]
fn check_of_a_sound_project_writes_nothing() {
    let project = clean();
    for flags in [&[][..], &["--no-cache"], &["src/css"], &["-j", "1"]] {
        let outcome = project.verb(["check"]).arguments(flags).success();
        assert_eq!(outcome.error, "", "{flags:?}");
        let summary = "4 static files checked; 3 CSS and JavaScript files";
        assert!(outcome.out.starts_with(summary), "{}", outcome.out);
    }
    assert!(!project.path("out").exists());
}

#[test]
fn check_reports_all_kinds_in_order() {
    let project = clean();
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    let dirs = "STATICFILES_DIRS = [\"src\", \"other\"]";
    project.write(
        "settings.toml",
        settings.replace("STATICFILES_DIRS = [\"src\"]", dirs),
    );
    project.write("other/x.js", "x");
    project.write("other/css/b.css", "b{}");
    project.write("other/IMG/I.png", "");
    project.write("other/a#b.txt", "");
    project.write("src/latin.css", b"a{}\n/* \xe9 */");
    project.write("src/r.css", "\n\ta{b:url(none.png)}\nc{d:url(../../e)}");
    project.write("src/ring/1.css", "@import '2.css';");
    project.write("src/ring/2.css", "\n@import '1.css';");
    let Outcome { error, .. } = check(&project, &[])
        .failure(1)
        .stderr(["see: src/ring/2.css:2:1: refers to ring/1.css"]);
    let lines = error.lines().filter(|line| line.contains('['));
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with(' ')).collect();
    let wanted = [
        "warning: other/IMG/I.png: IMG/I.png and img/i.png differ only in case [case-collision]",
        "warning: other/a#b.txt: the name a#b.txt has a #, which URLs read otherwise [unrequestable-name]",
        "warning: other/css/b.css: css/b.css is here too, with other bytes [duplicate-path]",
        "note: other/x.js: x.js is here too, with the same bytes [duplicate-path]",
        "error: src/latin.css:2:4: is not UTF-8: byte 0xe9 at offset 7 [not-utf8]",
        "error: src/r.css:2:6: url(none.png) names no collected file [missing-reference]",
        "error: src/r.css:3:5: url(../../e) leads out of STATIC_ROOT [reference-outside]",
        "error: src/ring/1.css:1:1: files refer to each other in a circle: ring/1.css → ring/2.css → ring/1.css [cycle]",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn check_accepts_allowed_name_problems() {
    let project = clean();
    project.write("other/css/b.css", "b{}");
    project.write("other/x.js", "x");
    project.write("src/a#b.txt", "");
    project.write("src/IMG/I.png", "");
    project.write("src/m.css", "a{b:url(none.png)}");
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    let dirs = "STATICFILES_DIRS = [\"src\", \"other\"]";
    let mut settings = settings.replace("STATICFILES_DIRS = [\"src\"]", dirs);
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
    project.write("settings.toml", &settings);
    let unused = "warning: settings.toml:26:1: this [[staticc.allow]] for ** matches nothing";
    let Outcome { error, .. } = check(&project, &[])
        .success()
        .stderr([unused, "warning: other/x.js: x.js is here too"]);
    assert_eq!(error.matches("warning: ").count(), 2, "{error}");
    // `collect` does not look for these.
    project.collect().success().empty_stderr();
}

#[test]
fn check_reports_five_hundred_broken_references_in_order() {
    let project = clean();
    let mut wanted = Vec::new();
    for file in 0..50 {
        let mut text = String::new();
        for line in 1..=10 {
            text += &format!("a{{b:url(none{file:02}{line:02}.png)}}\n");
            wanted.push(format!("src/many/{file:02}.css:{line}:5:"));
        }
        project.write(&format!("src/many/{file:02}.css"), text);
    }
    let Outcome { error, .. } = check(&project, &[]).failure(1);
    let places = error
        .lines()
        .filter_map(|line| line.strip_prefix("error: "));
    let places: Vec<&str> = places.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(places, wanted);
    assert!(error.ends_with("\n500 errors in 50 files\n"));
}

#[test]
fn check_reports_only_the_named_files() {
    let project = clean();
    project.write("src/css/b.css", "a{b:url(1.png)}");
    project.write("src/x.js", "//# sourceMappingURL=x.js.map\n");
    check(&project, &["src/css"])
        .failure(1)
        .stderr(["src/css/b.css:1:5"])
        .no_stderr(["x.js"]);
    check(&project, &["src/css/a.css", "settings.toml"])
        .success()
        .empty_stderr();
    check(&project, &["statc"])
        .failure(2)
        .stderr(["error: statc: cannot be checked", "[no-such-file]"]);
    // A circle is a problem of each of its members.
    project.write("src/css/b.css", "@import 'a.css';");
    for member in ["a", "b"] {
        check(&project, &[&format!("src/css/{member}.css")])
            .failure(1)
            .stderr(["css/a.css → css/b.css → css/a.css"]);
    }
}

#[test]
fn check_says_where_a_missing_file_may_be() {
    let project = clean();
    project.write("src/css/.hidden.css", "");
    project.write("out/css/old.css", "");
    let text = "@import '.hidden.css'; @import 'old.css'; @import 'B.css'; \
        a{b:url(../img/i.svg)} c{d:url(i.png)}";
    project.write("src/css/a.css", text);
    let wanted = [
        "see: src/css/.hidden.css: is there, but ignored by '.*'",
        "note: STATIC_ROOT has such a file from an earlier run; no source has it any more",
        "help: did you mean b.css? (only the case differs)",
        "help: did you mean ../img/i.png? (another extension)",
        "help: did you mean ../img/i.png? (in another directory)",
    ];
    check(&project, &[]).failure(1).stderr(wanted);
}

#[test]
fn check_reports_linked_files_under_their_own_names() {
    let project = clean();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, project.path(at)).unwrap();
    link("gone", "src/gone.png");
    project.write("other/linked.css", "a{b:url(none.png)}");
    link("../../other/linked.css", "src/css/linked.css");
    link("../other", "src/dir");
    for (path, wanted) in [
        ("src", "src/gone.png: symbolic link"),
        ("src/gone.png", "src/gone.png: symbolic link"),
        ("./src/css/../css", "src/css/linked.css:1:5"),
        ("other/linked.css", "src/css/linked.css:1:5"),
        ("src/dir", "src/dir/linked.css:1:5"),
    ] {
        check(&project, &[path]).failure(1).stderr([wanted]);
    }
    check(&project, &["src/x.js"]).success().empty_stderr();
}

#[test]
fn check_ends_on_links_that_multiply() {
    let project = clean();
    for number in 0..25 {
        fs::create_dir_all(project.path(format!("templates/{number}"))).unwrap();
        for name in ["a", "b"] {
            let link = project.path(format!("templates/{number}/{name}"));
            std::os::unix::fs::symlink(format!("../{}", number + 1), link).unwrap();
        }
    }
    project.write("templates/25/page.html", "{% static 'none' %}");
    check(&project, &[]).failure(1).stderr(["page.html:1:1"]);
}

/// Pasting what is printed makes the check and a strict run succeed.
#[test]
fn check_passes_once_its_help_is_followed() {
    let project = clean();
    project.write("src/a[1].css", "a{b:url(none.png)}");
    project.write("src/x.js", "//# sourceMappingURL=x.map\n");
    project.write(
        "templates/[id].html",
        "{% static 'none' %}{% static '/x.js' %}",
    );
    let Outcome { error, .. } = check(&project, &[])
        .failure(1)
        .stderr(["help: names begin without a slash: x.js"]);
    let helps = error
        .lines()
        .filter_map(|line| line.split_once("allow it: "));
    let entries = helps.map(|(_, entry)| {
        let (table, keys) = entry.split_once(" with ").unwrap();
        let keys = keys
            .replace(", target", "\ntarget")
            .replace(", kind", "\nkind")
            .replace(" and level", "\nlevel");
        format!("{table}\n{keys}\n")
    });
    let entries: String = entries.collect();
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    project.write("settings.toml", format!("{settings}{entries}"));
    project.write(
        "templates/[id].html",
        "{% static 'none' %}{% static 'x.js' %}",
    );
    for flags in [&["--strict"][..], &["--strict", "--no-templates"]] {
        check(&project, flags).success().empty_stderr();
    }
    let run = project.verb(["collect", "--strict"]);
    run.success().empty_stderr();
}

#[test]
fn check_reports_templates_that_name_no_collected_file() {
    let project = clean();
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    let apps = "INSTALLED_APPS = [\"shop\"]\nSTATIC_URL";
    let settings = settings.replacen("STATIC_URL", apps, 1);
    let settings = settings.replace("python_path = []", "python_path = [\".\"]");
    project.write("settings.toml", &settings);
    project.write("shop/__init__.py", "");
    project.write(
        "templates/base.html",
        "{% load static %}\n<p>{% static \"img/i.png\" %}\n\t日本{% static 'css/A.css' as x %}{# {% static 'no' %} #}",
    );
    project.write("shop/templates/base.html", "{% static 'shadowed' %}");
    project.write(
        "shop/templates/shop/a.txt",
        "{% static 'img/' %}{% static name %}",
    );
    project.write("shop/jinja2/b.jinja", "{{ static(\n 'x.css') }}");
    project.write("templates/.hidden.html", "{% static 'hidden' %}");
    project.write("templates/latin.html", b"\xe9{% static 'none' %}");
    let Outcome { error, .. } = check(&project, &[]).failure(1).stderr([
        "did you mean css/a.css? (only the case differs)",
        "did you mean x.js? (another extension)",
    ]);
    let lines = error.lines().filter(|line| line.starts_with("error"));
    let wanted = [
        "error: shop/jinja2/b.jinja:1:4: static(  'x.css') names no collected file [missing-static]",
        "error: templates/base.html:3:4: {% static 'css/A.css' as x %} names no collected file [missing-static]",
        "error: templates/latin.html:1:2: {% static 'none' %} names no collected file [missing-static]",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), wanted);
    for arguments in [&["--no-templates"][..], &["src", "shop/templates"]] {
        check(&project, arguments).success().empty_stderr();
    }
    let Outcome { error, .. } = check(&project, &["templates/base.html"]).failure(1);
    assert_eq!(error.matches("error:").count(), 1);
    let allow = "[[staticc.allow]]\npath = \"*.html\"\nkind = \"template\"\nlevel = \"ignore\"\n";
    project.write("settings.toml", format!("{settings}{allow}"));
    for _ in 0..2 {
        check(&project, &[])
            .failure(1)
            .stderr(["shop/jinja2/b.jinja"])
            .no_stderr(["templates/base.html"]);
    }
    project.write(
        "settings.toml",
        settings.replace("[staticc]", "[[TEMPLATES]]\nAPP_DIRS = true\n[staticc]"),
    );
    check(&project, &[])
        .failure(1)
        .stderr(["shop/templates/base.html:1:1"]);
}

#[test]
fn check_accepts_missing_references_without_fingerprints() {
    let project = clean();
    project.write("src/x.css", "a{b:url(1.png)}");
    let backend =
        "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"";
    check(&project, &["--set", backend]).success();
    check(&project, &[]).failure(1);
}
