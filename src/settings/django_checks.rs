//! Runs Django's own checks of the static settings, in Django's words: those of
//! `staticfiles.utils.check_settings` and `FileSystemFinder.check`. Completes URLs as
//! `LazySettings` does.

use std::path::PathBuf;

use super::StaticDir;
use super::problem_list::ProblemList;
use super::tree::Span;
use crate::model::{Code, Problem};

/// The settings that are checked against each other. Paths are absolute.
pub struct UncheckedUrls<'a> {
    pub static_url: Option<&'a str>,
    /// Whether there is a `STATIC_URL`, of whatever type.
    pub static_url_is_given: bool,
    pub script_name: Option<&'a str>,
    /// The option `base_url` of the storage.
    pub base_url: Option<&'a str>,
    pub static_root: Option<PathBuf>,
    /// The option `location` of the storage.
    pub location: Option<PathBuf>,
    pub media_url: Option<&'a str>,
    pub media_root: Option<PathBuf>,
    pub debug: bool,
}

/// Settings that have passed the checks.
pub struct CheckedUrls {
    /// `STATIC_URL` with the script name.
    pub static_url: String,
    /// The directory that files are collected in.
    pub location: PathBuf,
    /// `STATIC_ROOT`, which the checks of STATICFILES_DIRS use.
    pub setting: PathBuf,
}

/// Checks URLs and roots against each other.
pub fn check(settings: &UncheckedUrls<'_>, problems: &ProblemList) -> Option<CheckedUrls> {
    let static_url = settings.with_script_name(settings.static_url.filter(|url| !url.is_empty()));
    check_urls(settings, static_url.as_deref(), problems);
    if settings.media_root.is_some() && settings.media_root == settings.static_root {
        let message = "The MEDIA_ROOT and STATIC_ROOT settings must have different values";
        problems.add(improperly_configured(message, "change one of them"));
    }
    let static_root = settings.static_root.clone();
    let Some(location) = settings.location.clone().or(static_root.clone()) else {
        problems.add(improperly_configured(
            "You're using the staticfiles app without having set the STATIC_ROOT setting to a filesystem path.",
            "add STATIC_ROOT = \"staticfiles\", or use --static-root DIR",
        ));
        return None;
    };
    if location.parent().is_none() {
        problems.add(improperly_configured(
            "STATIC_ROOT is the root directory of the file system",
            "name a directory that holds nothing else",
        ));
    }
    Some(CheckedUrls {
        static_url: static_url?,
        setting: static_root.unwrap_or_else(|| location.clone()),
        location,
    })
}

fn check_urls(settings: &UncheckedUrls<'_>, static_url: Option<&str>, problems: &ProblemList) {
    let has_wrong_type = settings.static_url_is_given && settings.static_url.is_none();
    if has_wrong_type {
        // The type is a problem already.
        return;
    }
    let media_url = settings.with_script_name(Some(settings.media_url.unwrap_or_default()));
    let base_url = settings.base_url.or(static_url);
    let (message, help) = if base_url.is_none_or(str::is_empty) || static_url.is_none() {
        (
            "You're using the staticfiles app without having set the required STATIC_URL setting.",
            "add STATIC_URL = \"/static/\"",
        )
    } else if base_url == media_url.as_deref() {
        (
            "The MEDIA_URL and STATIC_URL settings must have different values",
            "change one of them",
        )
    } else if let (true, Some(media), Some(url)) = (settings.debug, &media_url, static_url)
        && media.starts_with(url)
    {
        (
            "runserver can't serve media if MEDIA_URL is within STATIC_URL.",
            "move MEDIA_URL out of STATIC_URL",
        )
    } else {
        return;
    };
    problems.add(improperly_configured(message, help));
}

fn improperly_configured(message: &str, help: &str) -> Problem {
    Problem::error(Code::ImproperlyConfigured, message).help(help)
}

impl UncheckedUrls<'_> {
    fn with_script_name(&self, url: Option<&str>) -> Option<String> {
        url.map(|url| with_script_name(url, self.script_name))
    }
}

/// Does what `FileSystemFinder.check` does.
pub fn check_dirs(dirs: &[(StaticDir, &Span)], static_root: &PathBuf, problems: &ProblemList) {
    for (dir, span) in dirs {
        if dir.prefix.ends_with('/') {
            let message = format!(
                "The prefix '{}' in the STATICFILES_DIRS setting must not end with a slash.",
                dir.prefix
            );
            problems.add_at(
                span,
                Problem::error(Code::StaticfilesE003, message).help("leave the slash out"),
            );
        }
        if dir.root == *static_root {
            let message =
                "The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting.";
            problems.add_at(
                span,
                Problem::error(Code::StaticfilesE002, message)
                    .help("remove the entry, or name another STATIC_ROOT"),
            );
        }
        if !dir.root.is_dir() {
            let message = format!(
                "The directory '{}' in the STATICFILES_DIRS setting does not exist.",
                dir.root.display()
            );
            problems.add_at(
                span,
                Problem::warning(Code::StaticfilesW004, message)
                    .help("make the directory before collecting, or leave the entry if the directory is optional"),
            );
        }
    }
}

/// Does what `LazySettings._add_script_prefix` does: a relative URL starts at the site.
pub(super) fn with_script_name(url: &str, script_name: Option<&str>) -> String {
    if ["http://", "https://", "/"]
        .iter()
        .any(|start| url.starts_with(start))
    {
        return url.to_owned();
    }
    let mut prefix = script_name.unwrap_or("/").to_owned();
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    prefix + url
}
