//! `staticc check`: the templates of the project, and those of installed packages.

use crate::support::project::{Project, Run};

/// Where the environment of the tests has its packages.
const SITE: &str = "env/lib/python3.12/site-packages";

/// A project with the app `shop` of its own and the installed package `queue`.
fn project() -> Project {
    let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
        STATICFILES_DIRS = [\"src\"]\nINSTALLED_APPS = [\"shop\", \"queue\"]\n\
        [staticc]\npython_path = [\".\", \"env\"]\n";
    let project = Project::empty().settings(settings);
    project
        .file("src/a.css", "")
        .file("shop/__init__.py", "")
        .file(&format!("{SITE}/queue/__init__.py"), "")
}

fn check<'p>(project: &'p Project, arguments: &[&str]) -> Run<'p> {
    project.verb(["check"]).arguments(arguments)
}

/// The path of a template of the installed package.
fn packaged(name: &str) -> String {
    format!("{SITE}/queue/templates/{name}")
}

#[test]
fn problems_in_package_templates_are_one_note() {
    let project = project()
        .file(
            &packaged("queue/a.html"),
            "{% static 'x' %}{% static 'y' %}",
        )
        .file(&packaged("queue/b.html"), "{% static 'z' %}");
    let summary = "note: 3 problems in templates of installed packages: queue (3) [package-templates]\n  \
        help: use --all-templates to see them one by one\n\n1 note\n";
    for _ in 0..2 {
        let outcome = check(&project, &["--strict"]).success();
        assert_eq!(outcome.error, summary);
    }
    check(&project, &["--no-templates"])
        .success()
        .empty_stderr();
    // A problem of the project's own is an error as before.
    project.write("shop/templates/shop/c.html", "{% static 'c' %}");
    check(&project, &[])
        .failure(1)
        .stderr(["error: shop/templates/shop/c.html:1:1", "note: 3 problems"]);
}

#[test]
fn all_templates_reports_problems_of_packages_as_errors() {
    let project = project().file(&packaged("queue/a.html"), "{% static 'x' %}");
    let outcome = check(&project, &["--all-templates"]).failure(1);
    let place = format!("error: {}:1:1: ", packaged("queue/a.html"));
    outcome.stderr([&place[..]]).no_stderr(["note: 1 problem"]);
    let both = ["--all-templates", "--no-templates"];
    check(&project, &both)
        .failure(2)
        .stderr(["cannot be used with"]);
}

#[test]
fn allowed_package_templates_are_not_counted() {
    let project = project()
        .file(&packaged("queue/a.html"), "{% static 'x' %}")
        .file(&packaged("queue/b.html"), "{% static 'y' %}");
    let settings = std::fs::read_to_string(project.path("settings.toml")).unwrap();
    let allow =
        "[[staticc.allow]]\npath = \"queue/a.html\"\nkind = \"template\"\nlevel = \"ignore\"\n";
    project.write("settings.toml", settings + allow);
    check(&project, &[])
        .success()
        .stderr(["note: 1 problem in templates of installed packages: queue (1)"])
        .no_stderr(["unused-allow"]);
}

#[test]
fn package_templates_that_the_project_overrides_are_not_read() {
    let project = project()
        .file(&packaged("queue/a.html"), "{% static 'x' %}")
        .file(&packaged("queue/b.html"), "{% static 'y' %}")
        .file("templates/queue/a.html", "")
        .file("shop/templates/queue/b.html", "");
    for flags in [&[][..], &["--all-templates"]] {
        check(&project, flags).success().empty_stderr();
    }
}

#[test]
fn editable_installs_are_the_projects_own() {
    let project = project()
        .file("lib/queue/__init__.py", "")
        .file("lib/queue/templates/queue/a.html", "{% static 'x' %}");
    std::fs::remove_dir_all(project.path(format!("{SITE}/queue"))).unwrap();
    let place = "queue/templates/queue/a.html:1:1: {% static 'x' %} names no collected file";
    project.write(&format!("{SITE}/queue.pth"), "../../../../lib\n");
    check(&project, &[]).failure(1).stderr([place]);
    std::fs::remove_file(project.path(format!("{SITE}/queue.pth"))).unwrap();
    project.link(&format!("{SITE}/queue"), project.path("lib/queue"));
    check(&project, &[]).failure(1).stderr([place]);
}
