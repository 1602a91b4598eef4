//! Warns of directories that overlap: one with two prefixes, and a STATIC_ROOT inside a source.
//! Django does not check that.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::{Finder, Settings, StaticDir};
use crate::disk::real;
use crate::model::{Code, Problem};
use crate::settings::problem_list::ProblemList;
use crate::settings::tree::Span;

impl Settings {
    /// Returns the source directory that a path is in, if a file there would be collected.
    pub fn source_around(&self, path: &Path) -> Option<PathBuf> {
        let path = real(path);
        // Django's default patterns ignore names that begin with a dot.
        let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
        let collects = |source: &PathBuf| {
            let below = path.strip_prefix(real(source));
            below.is_ok_and(|below| !below.components().any(hidden))
        };
        let mut sources = self.finders.iter().flat_map(|finder| match finder {
            Finder::FileSystem => {
                let dirs = self.static_dirs.iter();
                dirs.map(|dir| dir.root.clone()).collect::<Vec<_>>()
            }
            Finder::AppDirectories => {
                let apps = self.apps.iter();
                apps.map(|app| app.directory.join("static")).collect()
            }
            // Only the finder knows which files it lists.
            Finder::Other(_) => Vec::new(),
        });
        sources.find(collects)
    }
}

/// Warns of a STATIC_ROOT inside a directory that is collected. That it is
/// one, Django's own check says.
pub fn check_root(settings: &Settings, span: Option<&Span>, problems: &ProblemList) {
    let root = &settings.static_root;
    let Some(source) = settings.source_around(root) else {
        return;
    };
    if real(&source) == real(root) {
        return;
    }
    let message = format!(
        "STATIC_ROOT is inside {}, which is collected",
        source.display()
    );
    let problem = Problem::warning(Code::RootInsideSource, message)
        .note("Django would collect again what it collected before; staticc leaves it out")
        .help("move STATIC_ROOT out of it");
    match span {
        Some(span) => problems.add_at(span, problem),
        None => problems.add(problem),
    }
}

/// Warns of one directory that has two prefixes.
pub fn check_prefixes(dirs: &[(StaticDir, &Span)], problems: &ProblemList) {
    // Django keeps one storage for each directory as it is written, with the last prefix given
    // for it.
    let last: HashMap<&str, &str> = dirs
        .iter()
        .map(|(dir, _)| (&dir.written[..], &dir.prefix[..]))
        .collect();
    let last = |dir: &StaticDir| last[&dir.written[..]];
    let mut prefixes_as_written: HashMap<&str, FirstValues<'_>> = HashMap::new();
    let mut last_prefixes: HashMap<PathBuf, FirstValues<'_>> = HashMap::new();
    for (number, (dir, span)) in dirs.iter().enumerate() {
        let as_written = prefixes_as_written.entry(&dir.written).or_default();
        let in_place = last_prefixes.entry(real(&dir.root)).or_default();
        let same = as_written.first_other(&dir.prefix);
        let linked = in_place.first_other(last(dir));
        as_written.add(number, &dir.prefix);
        in_place.add(number, last(dir));
        let Some(first) = same.into_iter().chain(linked).min() else {
            continue;
        };
        let (other, first) = &dirs[first];
        let problem = Problem::warning(Code::DirectoryTwice, two_prefixes(other, dir, &last));
        let problem = problem.help("keep one of the entries");
        problems.add_with(problem, |problem| {
            let first_span = Some(first.to_source_span());
            span.mark(problem)
                .related(&first.text.name, first_span, "the other entry")
        });
    }
}

/// The first value of a list, and the first one that differs from it: enough to find the first
/// that differs from any value, however long the list is.
#[derive(Default)]
struct FirstValues<'a>(Vec<(usize, &'a str)>);

impl<'a> FirstValues<'a> {
    fn add(&mut self, number: usize, value: &'a str) {
        if self.0.is_empty() || (self.0.len() == 1 && self.0[0].1 != value) {
            self.0.push((number, value));
        }
    }

    /// Returns the number of the first other value.
    fn first_other(&self, value: &str) -> Option<usize> {
        let mut values = self.0.iter();
        let other = values.find(|(_, known)| *known != value);
        other.map(|(number, _)| *number)
    }
}

/// Says what two entries for one directory come to.
fn two_prefixes<'d>(
    one: &'d StaticDir,
    two: &'d StaticDir,
    last: &impl Fn(&'d StaticDir) -> &'d str,
) -> String {
    if one.written == two.written {
        format!(
            "'{}' has two prefixes in STATICFILES_DIRS, '{}' and '{}'; Django uses the last one, '{}', each time",
            two.written,
            one.prefix,
            two.prefix,
            last(two),
        )
    } else {
        format!(
            "'{}' and '{}' are one directory with two prefixes in STATICFILES_DIRS, '{}' and '{}'; Django collects it under both",
            one.written,
            two.written,
            last(one),
            last(two),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use crate::model::Problem;
    use crate::settings::layers::SettingsSource;
    use crate::settings::load::{Overrides, load};

    /// What is odd about such settings, in a directory with `src`, the app
    /// `polls` and `link`, which leads to `src`.
    fn warnings(settings: &str) -> Vec<Problem> {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        fs::create_dir_all(base.join("polls/static")).unwrap();
        fs::write(base.join("polls/__init__.py"), "").unwrap();
        fs::create_dir(base.join("src")).unwrap();
        symlink("src", base.join("link")).unwrap();
        let text = format!("STATIC_URL = \"/s/\"\n{settings}\n[staticc]\npython_path = [\".\"]\n");
        fs::write(base.join("settings.toml"), text).unwrap();
        let loaded = load(SettingsSource::Default, &Overrides::default(), base);
        loaded.map_or_else(|problems| problems, |loaded| loaded.warnings)
    }

    #[track_caller]
    fn told(settings: &str, wanted: &[&str]) {
        let told = warnings(settings);
        let found: Vec<(&str, &str)> = told
            .iter()
            .map(|problem| (problem.code.as_str(), &problem.message[..]))
            .collect();
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        for (problem, wanted) in told.iter().zip(wanted) {
            assert!(problem.message.contains(wanted), "{found:?}");
            assert!(problem.span.as_ref().is_some_and(|place| place.line == 3));
        }
    }

    #[test]
    fn one_directory_with_two_prefixes() {
        for (dirs, wanted) in [
            ("\"src\", \"polls\"", &[][..]),
            ("\"src\", \"src\"", &[]),
            ("\"src\", \"./src\"", &[]),
            (
                "[\"a\", \"src\"], [\"b\", \"src\"]",
                &[
                    "'src' has two prefixes in STATICFILES_DIRS, 'a' and 'b'; Django uses the last one, 'b', each time",
                ],
            ),
            (
                "\"src\", [\"b\", \"link\"]",
                &[
                    "'src' and 'link' are one directory with two prefixes in STATICFILES_DIRS, '' and 'b'; Django collects it under both",
                ],
            ),
            (
                "[\"a\", \"src\"], [\"b\", \"src\"], [\"b\", \"link\"]",
                &["'b', each time"],
            ),
        ] {
            told(
                &format!("STATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [{dirs}]"),
                wanted,
            );
        }
    }

    #[test]
    fn static_root_inside_a_source() {
        let dirs = "STATICFILES_DIRS = [\"src\"]";
        let root = "STATIC_ROOT is inside ";
        for (settings, wanted) in [
            (format!("{dirs}\nSTATIC_ROOT = \"srcs\""), &[][..]),
            (format!("{dirs}\nSTATIC_ROOT = \"src/a/out\""), &[root]),
            (format!("{dirs}\nSTATIC_ROOT = \"link/out\""), &[root]),
            (format!("{dirs}\nSTATIC_ROOT = \"src/.out\""), &[]),
            (
                "INSTALLED_APPS = [\"polls\"]\nSTATIC_ROOT = \"polls/static/out\"".into(),
                &[root],
            ),
            (
                "INSTALLED_APPS = [\"polls\"]\nSTATIC_ROOT = \"polls/static/out\"\nSTATICFILES_FINDERS = []".into(),
                &[],
            ),
            (
                format!("STATIC_ROOT = \"src\"\n{dirs}"),
                &["should not contain the STATIC_ROOT"],
            ),
        ] {
            told(&settings, wanted);
        }
    }
}
