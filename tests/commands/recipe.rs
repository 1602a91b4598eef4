//! `staticc recipe`.

use serde_json::json;

use crate::support::project::Project;
use crate::support::python_project;

const SETTINGS: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";

fn project() -> Project {
    Project::empty()
        .settings(SETTINGS)
        .file("config/wsgi.py", "")
        .file("config/settings/base.py", "")
        .file(
            "manage.py",
            "os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"config.settings.base\")\n",
        )
}

#[test]
fn recipe_without_a_name_lists_all_of_them() {
    let list = Project::empty().verb(["recipe"]).success().out;
    assert!(
        list.starts_with("whitenoise  Django's own processes"),
        "{list}"
    );
    assert_eq!(list.lines().count(), 17);
}

#[test]
fn recipe_has_the_values_of_the_settings() {
    let project = project();
    let root = project.base().canonicalize().unwrap().join("out");
    let text = project
        .verb(["recipe", "nginx"])
        .success()
        .empty_stderr()
        .out;
    assert!(
        text.contains(&format!("alias \"{}/\";", root.display())),
        "{text}"
    );
    assert!(!text.contains("/media/"), "{text}");
    let media = [
        "--set",
        "MEDIA_URL=\"m/\"",
        "--set",
        "MEDIA_ROOT=\"up loads\"",
    ];
    let text = project
        .verb(["recipe", "nginx"])
        .arguments(media)
        .success()
        .out;
    assert!(text.contains("location \"/m/\" {"), "{text}");
    assert!(text.contains("/up loads/\";"), "{text}");
    let prehashed = ["--set", "staticc.prehashed=[\"assets/*.js\"]"];
    let text = project
        .verb(["recipe", "nginx"])
        .arguments(prehashed)
        .success()
        .out;
    assert!(text.contains("\"~^/static/assets/"), "{text}");
}

#[test]
fn recipe_names_the_package_of_the_project() {
    let text = project().verb(["recipe", "gunicorn"]).success().out;
    assert!(
        text.contains("wsgi_app = \"config.wsgi:application\""),
        "{text}"
    );
    let unknown = Project::empty().settings(SETTINGS);
    let text = unknown.verb(["recipe", "gunicorn"]).success().out;
    assert!(text.contains("# mysite stands for the package"), "{text}");
    assert!(
        text.contains("wsgi_app = \"mysite.wsgi:application\""),
        "{text}"
    );
}

#[test]
fn recipe_refuses_what_a_server_cannot_express() {
    let run = project()
        .verb(["recipe", "nginx", "--static-root", "a$b"])
        .failure(2);
    assert_eq!(run.out, "");
    assert!(
        run.error.contains("STATIC_ROOT contains '$'"),
        "{}",
        run.error
    );
    project()
        .verb(["recipe", "nginy"])
        .failure(2)
        .stderr(["similar"]);
}

#[test]
fn init_names_recipes_that_suit_the_project() {
    let init = |middleware: &[&str]| {
        let project = Project::with_text_file();
        python_project::write(&project, |answers| {
            answers["settings"]["MIDDLEWARE"] = json!({"value": middleware, "set": true});
        });
        project.verb(["init"]).success().out
    };
    let out = init(&["whitenoise.middleware.WhiteNoiseMiddleware"]);
    let suggestion = "To serve the files: staticc recipe whitenoise, staticc recipe gunicorn\n";
    assert!(out.ends_with(suggestion), "{out}");
    let out = init(&[]);
    assert!(
        out.ends_with("staticc recipe nginx, staticc recipe gunicorn\n"),
        "{out}"
    );
}
