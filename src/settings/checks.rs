//! Django's own checks of the static settings, in Django's words:
//! `staticfiles.utils.check_settings`, `FileSystemFinder.check`, and what
//! `LazySettings` makes of URLs. Knows no TOML keys but those it names.

use std::path::PathBuf;

use super::StaticDir;
use super::problems::Problems;
use super::tree::Span;
use crate::model::{Code, Problem};

/// Settings as written, paths made absolute.
pub struct Written<'a> {
    /// `STATIC_URL`
    pub static_url: Option<&'a str>,
    /// Whether there is one, of whatever type.
    pub static_url_is_given: bool,
    /// `FORCE_SCRIPT_NAME`
    pub script_name: Option<&'a str>,
    /// `OPTIONS.base_url`
    pub base_url: Option<&'a str>,
    /// `STATIC_ROOT`
    pub static_root: Option<PathBuf>,
    /// `OPTIONS.location`
    pub location: Option<PathBuf>,
    /// `MEDIA_URL`
    pub media_url: Option<&'a str>,
    /// `MEDIA_ROOT`
    pub media_root: Option<PathBuf>,
    /// `DEBUG`
    pub debug: bool,
}

/// Settings that passed.
pub struct Checked {
    /// `STATIC_URL` as Django sees it.
    pub static_url: String,
    /// Where files go.
    pub location: PathBuf,
    /// `STATIC_ROOT`, which checks compare with.
    pub setting: PathBuf,
}

/// Checks URLs and roots against each other.
pub fn check(written: &Written<'_>, problems: &Problems) -> Option<Checked> {
    let fail = |message: &str, help: &str| {
        problems.add(Problem::error(Code::ImproperlyConfigured, message).help(help));
    };
    let absolute = |url: Option<&str>| url.map(|url| with_script_name(url, written.script_name));
    let static_url = absolute(written.static_url.filter(|url| !url.is_empty()));
    let media_url = absolute(Some(written.media_url.unwrap_or_default()));
    let base_url = written
        .base_url
        .map(str::to_owned)
        .or_else(|| static_url.clone());
    let misspoken = written.static_url_is_given && written.static_url.is_none();
    if misspoken {
        // Its type is wrong, which is told already.
    } else if base_url.as_deref().is_none_or(str::is_empty) || static_url.is_none() {
        fail(
            "You're using the staticfiles app without having set the required STATIC_URL setting.",
            "add STATIC_URL = \"/static/\"",
        );
    } else if base_url == media_url {
        fail(
            "The MEDIA_URL and STATIC_URL settings must have different values",
            "change one of them",
        );
    } else if let (true, Some(media), Some(url)) = (written.debug, &media_url, &static_url)
        && media.starts_with(url.as_str())
    {
        fail(
            "runserver can't serve media if MEDIA_URL is within STATIC_URL.",
            "move MEDIA_URL out of STATIC_URL",
        );
    }
    if written.media_root.is_some() && written.media_root == written.static_root {
        fail(
            "The MEDIA_ROOT and STATIC_ROOT settings must have different values",
            "change one of them",
        );
    }
    let location = written.location.clone().or(written.static_root.clone());
    let Some(location) = location else {
        fail(
            "You're using the staticfiles app without having set the STATIC_ROOT setting to a filesystem path.",
            "add STATIC_ROOT = \"staticfiles\", or use --static-root DIR",
        );
        return None;
    };
    if location.parent().is_none() {
        fail(
            "STATIC_ROOT is the root directory of the file system",
            "name a directory that holds nothing else",
        );
    }
    Some(Checked {
        static_url: static_url?,
        setting: written
            .static_root
            .clone()
            .unwrap_or_else(|| location.clone()),
        location,
    })
}

/// `FileSystemFinder.check`.
pub fn check_dirs(dirs: &[(StaticDir, &Span)], static_root: &PathBuf, problems: &Problems) {
    for (dir, spot) in dirs {
        if dir.prefix.ends_with('/') {
            let message = format!(
                "The prefix '{}' in the STATICFILES_DIRS setting must not end with a slash.",
                dir.prefix
            );
            problems.add_at(
                spot,
                Problem::error(Code::StaticfilesE003, message).help("leave the slash out"),
            );
        }
        if dir.root == *static_root {
            let message =
                "The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting.";
            problems.add_at(
                spot,
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
                spot,
                Problem::warning(Code::StaticfilesW004, message)
                    .help("make the directory, or remove the entry"),
            );
        }
    }
}

/// `LazySettings._add_script_prefix`: a relative URL is put below the place
/// where the site is.
fn with_script_name(url: &str, script_name: Option<&str>) -> String {
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
