//! Reads input as the Python files by which apps are located, separated by zero
//! bytes. Each app is located, or a problem says why not.
#![no_main]

use std::fs;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use staticc::settings::load::{Overrides, SettingsSource, load};
use staticc_fuzz::{check, directory};

const SETTINGS: &str = r#"STATIC_URL = "/static/"
STATIC_ROOT = "root"
INSTALLED_APPS = ["app", "app.apps.Config", "other"]
[staticc]
python_path = ["site-packages"]
"#;

const FILES: [&str; 6] = [
    "app/apps.py",
    "other.py",
    "app/__init__.py",
    "django/__init__.py",
    "__editable___p_finder.py",
    "a.pth",
];

fuzz_target!(|data: &[u8]| {
    static PREPARED: Once = Once::new();
    let site = directory().join("site-packages");
    PREPARED.call_once(|| {
        fs::write(directory().join("settings.toml"), SETTINGS).unwrap();
        for package in ["app", "django"] {
            fs::create_dir_all(site.join(package)).unwrap();
        }
        let line = "import __editable___p_finder; __editable___p_finder.install()";
        fs::write(site.join("p.pth"), line).unwrap();
    });
    let mut texts = data.split(|&byte| byte == 0);
    for file in FILES {
        match texts.next() {
            Some(text) => fs::write(site.join(file), text).unwrap(),
            None => drop(fs::remove_file(site.join(file))),
        }
    }
    match load(SettingsSource::Default, &Overrides::default(), directory()) {
        Ok(loaded) => assert_eq!(loaded.settings.apps.len(), 3),
        Err(problems) => problems
            .iter()
            .for_each(|problem| check(problem, &[SETTINGS])),
    }
});
