//! Settings: where they come from, and what is wrong with them.

use crate::support::project::{Outcome, Project, REQUIRED_SETTINGS};

/// A project with the required settings and these.
fn project(more_settings: &str) -> Project {
    Project::empty().settings(format!("{REQUIRED_SETTINGS}{more_settings}"))
}

#[test]
fn settings_errors_are_reported_together() {
    let settings = "STATIC_URL = 1\nSTATIC_ROTO = \"out\"\nDATABASES = {}\n\
        STATICFILES_DIRS = [[\"p/\", \"src\"]]\n[STORAGES.staticfiles]\nBACKEND = \"x.Y\"\n\
        [staticc]\ndjango = \"7.0\"\n[staticc.compression]\nbrotli_qality = 3\n\
        [staticc.cache]\nmax_size = \"lots\"\ndri = \"x\"\n";
    Project::empty().settings(settings).collect().failure(2).stderr([
        "settings.toml:1:14: STATIC_URL must be a string, not an integer",
        "settings.toml:2:1: unknown setting STATIC_ROTO",
        "did you mean STATIC_ROOT?",
        "settings.toml:3:1: unknown setting DATABASES",
        "settings.toml:6:11: STORAGES.staticfiles.BACKEND must be \"whitenoise.storage.CompressedManifestStaticFilesStorage\"",
        "settings.toml:8:10: staticc.django must be",
        "did you mean staticc.compression.brotli_quality?",
        "settings.toml:12:12: staticc.cache.max_size must be a size such as \"2 GiB\" or \"500 MB\"",
        "did you mean staticc.cache.dir?",
    ]);
}

#[test]
fn django_checks_use_the_words_of_django() {
    let settings = "STATIC_URL = \"/s/\"\nMEDIA_URL = \"/s/\"\nSTATIC_ROOT = \"out\"\nMEDIA_ROOT = \"out\"\n\
        STATICFILES_DIRS = [[\"p/\", \"src\"], \"out\", \"none\"]\n";
    let project = Project::empty().settings(settings).file("out/x", "");
    project.collect().failure(2).stderr([
        "The MEDIA_URL and STATIC_URL settings must have different values",
        "The MEDIA_ROOT and STATIC_ROOT settings must have different values",
        "The prefix 'p/' in the STATICFILES_DIRS setting must not end with a slash.",
        "The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting.",
        "in the STATICFILES_DIRS setting does not exist.",
    ]);
}

#[test]
fn absent_settings_are_errors() {
    let without_file = Project::empty().collect().failure(2);
    without_file.stderr(["looked for settings.toml"]);
    let empty_file = Project::empty().settings("").collect().failure(2);
    empty_file.stderr(["STATIC_URL setting", "STATIC_ROOT setting"]);
    Project::empty().settings("= [").collect().failure(2);
}

/// A project of Django that has not run `init` yet.
#[test]
fn manage_py_without_settings_suggests_init() {
    let named = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
    let help = "--settings shop.settings";
    for path in ["manage.py", "backend/manage.py"] {
        let project = Project::empty().file(path, named);
        for verb in [&["collect", "--noinput"][..], &["check"]] {
            project
                .verb(verb)
                .failure(2)
                .stderr(["no settings found", "staticc init", help]);
        }
    }
    let runs_a_module = Project::empty()
        .file(
            "manage.py",
            "import runpy\nrunpy.run_module('shop', run_name='__main__')\n",
        )
        .file("shop/__init__.py", "")
        .file("shop/__main__.py", "from shop.runner import main\nmain()\n")
        .file("shop/runner.py", named);
    runs_a_module
        .collect()
        .failure(2)
        .stderr(["staticc init", help]);
    let imports_itself = Project::empty().file("manage.py", "import manage\nfrom . import x\n");
    imports_itself
        .collect()
        .failure(2)
        .stderr(["staticc init", "--settings mysite.settings"]);
    let other_file = ["--settings", "other.toml"];
    let project = Project::empty().file("manage.py", named);
    project
        .collect()
        .arguments(other_file)
        .failure(2)
        .no_stderr(["staticc init"]);
    Project::empty()
        .collect()
        .failure(2)
        .no_stderr(["staticc init"]);
}

#[test]
fn pyproject_holds_settings_and_flags_override_them() {
    let text = format!("[tool.staticc.settings]\n{REQUIRED_SETTINGS}");
    let in_pyproject = Project::empty().file("pyproject.toml", text);
    let source_directory = ["--set", "STATICFILES_DIRS=[\"src\"]"];
    let run = in_pyproject.collect().arguments(["--static-root", "other"]);
    run.arguments(source_directory).success();
    assert!(in_pyproject.path("other/staticfiles.json").is_file());
    assert!(!in_pyproject.path("out").exists());
    let wrong_flag = project("")
        .collect()
        .arguments(["--set", "STATIC_URL=x"])
        .failure(2);
    wrong_flag.stderr(["--set:1:"]);
}

#[test]
fn severity_follows_settings_and_allow_entries() {
    let project = project(
        "STATICFILES_DIRS = [\"src\"]\n[[staticc.allow]]\npath = \"vendor/**\"\nkind = \"source-map\"\nlevel = \"ignore\"\n\
         [[staticc.allow]]\npath = \"nothing/**\"\n",
    )
    .file("src/vendor/x/a.js", "x\n//# sourceMappingURL=a.js.map\n");
    let unused =
        "warning: settings.toml:8:1: this [[staticc.allow]] for nothing/** matches nothing";
    project.collect().success().stderr([unused]);
    project.write("src/own.css", "a{b:url(none.png)}");
    project.collect().failure(1).no_stderr(["vendor/x"]);
    let warn = ["--set", "staticc.missing_references=\"warn\""];
    let warned = project.collect().arguments(warn).success();
    warned.stderr(["warning: src/own.css:1:5"]);
}

#[test]
fn missing_source_maps_are_warnings_unless_the_settings_say_otherwise() {
    let project = project("STATICFILES_DIRS = [\"src\"]\n")
        .file("src/a.js", "a()\n//# sourceMappingURL=a.js.map\n")
        .file("src/b.css", "/*# sourceMappingURL=b.css.map */\n");
    let collect = |value: &str| {
        let set = format!("staticc.missing_references{value}");
        project.collect().arguments(["--set", &set])
    };
    let warnings = ["warning: src/a.js:2:1: ", "warning: src/b.css:1:1: "];
    project.collect().success().stderr(warnings);
    let errors = ["error: src/a.js:2:1: ", "error: src/b.css:1:1: "];
    collect("=\"error\"").failure(1).stderr(errors);
    collect(".source-map=\"error\"").failure(1).stderr(errors);
    collect("=\"ignore\"").success().empty_stderr();
    collect("={}").success().stderr(warnings);
    project.write("src/c.css", "a{b:url(c.png)}");
    let error = ["error: src/c.css:1:5: "];
    project.collect().failure(1).stderr(warnings).stderr(error);
    collect("={source-map=\"ignore\"}")
        .failure(1)
        .stderr(error)
        .no_stderr(["source"]);
    let warned = collect("={css=\"warn\"}").success();
    warned.stderr(warnings).stderr(["warning: src/c.css:1:5: "]);
}

#[test]
fn missing_references_of_unknown_kinds_and_levels_are_errors() {
    let refused = |value: &str, message: &str| {
        let settings = format!("[staticc]\nmissing_references = {value}\n");
        project(&settings).collect().failure(2).stderr([message]);
    };
    let levels = "must be \"error\", \"warn\" or \"ignore\"";
    refused(
        "\"no\"",
        &format!("4:22: staticc.missing_references {levels}"),
    );
    refused(
        "{ css = \"no\" }",
        &format!("4:30: staticc.missing_references.css {levels}"),
    );
    refused(
        "{ sourcemap = \"warn\" }",
        "did you mean staticc.missing_references.source-map?",
    );
    refused("1", "must be a string or a table, not an integer");
}

#[test]
fn allow_entries_with_a_target_leave_other_references_alone() {
    let allow = |path: &str, target: &str, kind: &str| {
        let level = "level = \"ignore\"\n";
        format!("[[staticc.allow]]\npath = {path:?}\ntarget = {target:?}\nkind = {kind:?}\n{level}")
    };
    let sources = "STATICFILES_DIRS = [\"src\"]\n";
    let entries = [
        allow("**", "css/app.css", "template"),
        allow("a.css", "img/{x,y}.png", "css"),
        allow("**", "../media/**", "css"),
        allow("**", "none.png", "css"),
    ];
    let project = project(&[sources, &entries.concat()].concat())
        .file(
            "src/a.css",
            "a{b:url(img/x.png) url(img/z.png) url(../media/m.png)}",
        )
        .file("src/b.css", "a{b:url(img/x.png)}")
        .file(
            "templates/base.html",
            "{% static 'css/app.css' %}{% static 'css/other.css' %}",
        );
    let run = project.verb(["check"]).failure(1).stderr([
        "error: src/a.css:1:20: url(img/z.png)",
        "error: src/b.css:1:5: url(img/x.png)",
        "error: templates/base.html:1:27: {% static 'css/other.css' %}",
        "settings.toml:19:1: this [[staticc.allow]] for none.png in ** matches nothing",
    ]);
    assert_eq!(run.error.matches("error: ").count(), 3, "{}", run.error);
    // A problem of a path has no target.
    let entry = allow("**", "x", "duplicate-path");
    project.write("settings.toml", format!("{REQUIRED_SETTINGS}{entry}"));
    let wanted = "settings.toml:5:10: staticc.allow.target must be left out";
    project.verb(["check"]).failure(2).stderr([wanted]);
}

#[test]
fn apps_that_cannot_be_located_are_errors() {
    let unknown_name =
        "from django.apps import AppConfig\nclass C(AppConfig):\n    name = compute()\n";
    project(
        "INSTALLED_APPS = [\"polls\", \"odd\", \"stated\"]\n[staticc.app_directories]\nstated = \"x\"\n",
    )
    .file("odd/__init__.py", "")
    .file("odd/apps.py", unknown_name)
    .file("x/static/x.txt", "x")
    .collect()
    .failure(2)
    .stderr([
        "settings.toml:3:19: no module for the app 'polls'",
        "looked in ",
        "[staticc.app_directories] \"polls\" = \"path/to/app\"",
        "`name = compute()` cannot be known without running it",
        "apps.py:3",
    ])
    .no_stderr(["'stated'"]);
}

/// A virtual environment on PATH whose Python is not on this machine, with the app `shop`.
fn environment_on_path(project: Project) -> Project {
    let project = project
        .file("env/pyvenv.cfg", "home = /usr/local/bin\n")
        .file("env/lib/python3.13/site-packages/shop/__init__.py", "")
        .file("env/lib/python3.13/site-packages/shop/static/s.txt", "s");
    project.link("env/bin/python3", "/none/python3.13");
    project
}

#[test]
fn apps_are_found_in_the_environment_of_path() {
    let project = environment_on_path(project("INSTALLED_APPS = [\"shop\"]\n"));
    let path = project.path("env/bin");
    project.collect().failure(2).stderr(["PATH has no python3"]);
    project.collect().env("PATH", &path).success();
    assert!(project.out("s.txt").is_file());
    // What is beside the settings file comes first.
    let project = project.file("venv/lib/python3.13/site-packages/shop/__init__.py", "");
    project
        .collect()
        .arguments(["--clear"])
        .env("PATH", &path)
        .success();
    assert!(!project.out("s.txt").exists());
    let stated = ["--set", "staticc.python_path=[\".\"]"];
    let outcome = project
        .collect()
        .env("PATH", &path)
        .arguments(stated)
        .failure(2);
    outcome.stderr(["add its environment to staticc.python_path"]);
}

#[test]
fn environment_without_most_apps_is_one_error() {
    let entries = ["admin", "auth", "contenttypes", "sessions", "messages"];
    let entries = entries.map(|name| format!("\"django.contrib.{name}\""));
    let settings = format!(
        "INSTALLED_APPS = [\n  {},\n  \"polls\",\n]\n",
        entries.join(",\n  ")
    );
    let project = project(&settings).file("polls/__init__.py", "");
    let outcome = project
        .collect()
        .env("VIRTUAL_ENV", "/none/venv")
        .failure(2);
    assert_eq!(
        outcome.error.matches("error: ").count(),
        1,
        "{}",
        outcome.error
    );
    outcome.stderr([
        "error: settings.toml:3:1: no module for 5 of the 6 apps",
        "not found: django.contrib.admin, django.contrib.auth, django.contrib.contenttypes and 2 more",
        "VIRTUAL_ENV is /none/venv, which is no directory",
        "has no .venv and no venv",
        "PATH has no python3 and no python",
        "VIRTUAL_ENV=/path/to/venv",
        "staticc.python_path",
    ]);
    let stated = ["--set", "staticc.python_path=[\".\"]"];
    let outcome = project.collect().arguments(stated).failure(2);
    assert_eq!(
        outcome.error.matches("error: ").count(),
        1,
        "{}",
        outcome.error
    );
    outcome
        .stderr(["leave staticc.python_path out"])
        .no_stderr(["VIRTUAL_ENV is"]);
}

#[test]
fn two_apps_of_one_label_are_an_error() {
    let collect = |line: &str| -> Outcome {
        let config = format!(
            "from django.apps import AppConfig\nclass C(AppConfig):\n    name = 'b.polls'\n    {line}\n"
        );
        project("INSTALLED_APPS = [\"a.polls\", \"b.polls\"]\n")
            .file("a/polls/__init__.py", "")
            .file("b/polls/__init__.py", "")
            .file("b/polls/apps.py", config)
            .collect()
            .outcome()
    };
    let same_label = collect("pass");
    assert_eq!(same_label.code, 2);
    same_label.stderr(["Application labels aren't unique, duplicates: polls"]);
    assert_eq!(collect("label = 'other'").code, 0);
}

#[test]
fn unknown_flag_suggests_the_right_one() {
    let project = project("");
    let run = project.collect().arguments(["--claer"]);
    run.failure(2).stderr(["--clear"]);
}

/// No other verb reads templates.
#[test]
fn only_check_warns_of_missing_template_directories() {
    let project = project("[[TEMPLATES]]\nDIRS = [\"none\"]\n");
    let warning = "TEMPLATES.DIRS has no directory";
    project.collect().success().no_stderr([warning]);
    let verify = project.verb(["verify"]).success();
    verify.no_stderr([warning]);
    project.verb(["check"]).success().stderr([warning]);
    let without = project.verb(["check", "--no-templates"]).success();
    without.no_stderr([warning]);
}
