//! Reads input as settings.toml, and after each zero byte as a `--set`. The
//! result is valid settings, or problems with their locations.
#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use staticc::model::Problem;
use staticc::settings::Settings;
use staticc::settings::load::{Overrides, SettingsSource, load};
use staticc_fuzz::{check, directory};

fuzz_target!(|data: &[u8]| {
    let mut texts = data.split(|&byte| byte == 0).map(String::from_utf8_lossy);
    let file = texts.next().unwrap_or_default();
    let set: Vec<String> = texts.map(Into::into).collect();
    std::fs::write(directory().join("settings.toml"), file.as_bytes()).unwrap();
    let overrides = Overrides {
        set,
        ..Overrides::default()
    };
    let problems = match load(SettingsSource::Default, &overrides, directory()) {
        Ok(loaded) => {
            check_settings(&loaded.settings);
            assert!(!loaded.warnings.iter().any(Problem::is_error));
            loaded.warnings
        }
        Err(problems) => {
            assert!(problems.iter().any(Problem::is_error));
            problems
        }
    };
    let mut texts: Vec<&str> = overrides.set.iter().map(String::as_str).collect();
    texts.push(file.strip_prefix('\u{feff}').unwrap_or(&file));
    problems.iter().for_each(|problem| check(problem, &texts));
});

fn check_settings(settings: &Settings) {
    assert!(!settings.static_url.is_empty());
    assert!(is_normal(&settings.static_root) && settings.static_root.parent().is_some());
    assert!(settings.static_dirs.iter().all(|dir| is_normal(&dir.root)));
    let name = Path::new(&settings.manifest_name);
    assert!(
        name.components()
            .all(|part| matches!(part, Component::Normal(_)))
    );
    let compression = &settings.compression;
    assert!((0.0..=1.0).contains(&compression.min_saving) && compression.brotli_quality <= 11);
    for mode in [settings.file_mode, settings.directory_mode] {
        assert!(mode.is_none_or(|mode| mode <= 0o7777));
    }
}

fn is_normal(path: &Path) -> bool {
    path.is_absolute() && path.components().all(|part| part != Component::ParentDir)
}
