//! `staticc check`: which file a missing reference may mean.

use crate::support::project::Project;

/// Where the environment of the tests has its packages.
const SITE: &str = "env/lib/python3.12/site-packages";

/// A project with two apps of its own, one installed package and two npm packages.
fn project() -> Project {
    let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
        STATICFILES_DIRS = [\"src\", \"node_modules\"]\n\
        INSTALLED_APPS = [\"rest_framework\", \"blog\", \"shop\"]\n\
        [staticc]\npython_path = [\".\", \"env\"]\nmissing_references = \"error\"\n";
    Project::empty()
        .settings(settings)
        .file("src/a.txt", "")
        .file("blog/__init__.py", "")
        .file("shop/__init__.py", "")
        .file(&format!("{SITE}/rest_framework/__init__.py"), "")
        .file("node_modules/lib/a.txt", "")
        .file("node_modules/@scope/other/index.d.ts", "")
}

/// Asserts that `check` suggests `name`, and shows the entry that allows the reference.
#[track_caller]
fn assert_suggests(project: &Project, name: &str) {
    let help = format!("help: did you mean {name}");
    let outcome = project.verb(["check"]).failure(1).stderr([help]);
    outcome.stderr([" Or allow it: [[staticc.allow]] with path = "]);
}

#[track_caller]
fn assert_suggests_nothing(project: &Project) {
    let outcome = project.verb(["check"]).failure(1);
    outcome.no_stderr(["did you mean"]);
}

#[test]
fn suggestion_for_the_project_is_a_file_of_the_project_before_one_of_a_package() {
    let font = format!("{SITE}/rest_framework/static/rest_framework/fonts/g.eot");
    let project = project()
        .file(&font, "")
        .file("src/css/site.css", "a{b:url(../static/fonts/g.eot)}");
    assert_suggests(&project, "../rest_framework/fonts/g.eot? (in another dir");
    project.write("src/fonts/g.eot", "");
    assert_suggests(&project, "../fonts/g.eot? (in another directory) Or");
}

#[test]
fn suggestion_for_an_app_is_a_file_of_the_app_first() {
    let project = project()
        .file("src/img/i.png", "")
        .file("blog/static/blog/img/i.png", "")
        .file("shop/static/shop/img/i.png", "")
        .file("shop/static/shop/a.css", "a{b:url(images/i.png)}");
    assert_suggests(&project, "img/i.png?");
    project.write("shop/static/shop/a.css", "");
    let page = "{% static 'shop/images/i.png' %}";
    project.write("shop/templates/shop/page.html", page);
    assert_suggests(&project, "shop/img/i.png?");
    project.write("shop/templates/shop/page.html", "");
    project.write("templates/page.html", "{% static 'images/i.png' %}");
    assert_suggests(&project, "img/i.png?");
}

#[test]
fn suggestion_for_a_source_map_is_a_source_map() {
    let project = project()
        .file("src/x.min.js", "//# sourceMappingURL=x.min.js.map\n")
        .file("src/x.min.js.txt", "");
    assert_suggests_nothing(&project);
    project.write("src/x.js.map", "");
    assert_suggests(&project, "x.js.map?");
    project.write("src/x.min.js", "");
    project.write("src/site.css", "a{b:url(y.png)}");
    project.write("src/y.map", "");
    assert_suggests_nothing(&project);
}

#[test]
fn suggestion_for_an_npm_package_is_no_file_of_another_one() {
    let project = project()
        .file("node_modules/lib/a.css", "a{b:url(f/f.woff)}")
        .file("node_modules/@scope/other/font/f.woff", "");
    assert_suggests_nothing(&project);
    project.write("node_modules/lib/font/f.woff", "");
    assert_suggests(&project, "font/f.woff?");
    project.write("node_modules/lib/a.css", "");
    project.write("node_modules/lib/dist/a.css", "");
    let page = "{% static '@scope/other/a.css' %}";
    project.write("templates/page.html", page);
    assert_suggests_nothing(&project);
    project.write("node_modules/@scope/other/dist/a.css", "");
    assert_suggests(&project, "@scope/other/dist/a.css?");
}

#[test]
fn suggestion_is_the_one_with_the_shortest_edit() {
    let project = project()
        .file("src/logo.eps", "")
        .file("src/logo.png", "")
        .file("src/site.css", "a{b:url(logo.pgn)}");
    assert_suggests(&project, "logo.png?");
    project.write("src/site.css", "a{b:url(themes/dark/icons/m.svg)}");
    project.write("src/a/themes/light/icons/m.svg", "");
    project.write("src/themes/icons/m.svg", "");
    assert_suggests(&project, "themes/icons/m.svg?");
}
