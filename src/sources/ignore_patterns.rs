//! The patterns of files that are not collected: Django's `-i`, `ignore_patterns` and
//! `--no-default-ignore`. Knows paths only.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::directory::SourceDirectory;
use crate::model::LogicalPath;
use crate::pystd::fnmatch::{Pattern, decode};
use crate::pystd::posixpath::normpath;

#[derive(Clone, Debug, Default)]
pub struct IgnorePatterns(Vec<IgnorePattern>);

#[derive(Clone, Debug)]
struct IgnorePattern {
    written: String,
    pattern: Pattern,
}

impl IgnorePatterns {
    /// Normalises the patterns with `os.path.normpath`, as Django does.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Self {
        let compiled = patterns.iter().map(|pattern| {
            let written = pattern.as_ref();
            let normalize = normpath(written.as_bytes());
            IgnorePattern {
                written: written.to_owned(),
                pattern: Pattern::new(&String::from_utf8_lossy(&normalize)),
            }
        });
        Self(compiled.collect())
    }

    /// Returns whether any pattern matches the whole name.
    ///
    /// ```
    /// use staticc::sources::ignore_patterns::IgnorePatterns;
    /// let patterns = IgnorePatterns::new(&["*.scss", "vendor/[!a]*", ".*"]);
    /// assert!(patterns.match_name(b"css/x.scss"));
    /// assert!(patterns.match_name(b"vendor/b/c.js"));
    /// assert!(!patterns.match_name(b"vendor/a.js"));
    /// assert!(patterns.match_name(b".hidden"));
    /// ```
    pub fn match_name(&self, name: &[u8]) -> bool {
        self.matching(name).is_some()
    }

    /// Returns the first pattern that matches the whole name, as written.
    fn matching(&self, name: &[u8]) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let name = decode(name);
        let mut patterns = self.0.iter();
        let first = patterns.find(|ignored| ignored.pattern.matches(&name))?;
        Some(&first.written)
    }

    /// Returns the pattern that excludes a file at this path below a source
    /// directory: it matches the path, the file's name or a directory's name.
    pub fn ignoring_pattern(&self, relative: &Path) -> Option<&str> {
        let names = relative.iter().map(OsStrExt::as_bytes);
        names
            .chain([relative.as_os_str().as_bytes()])
            .find_map(|name| self.matching(name))
    }
}

/// A file of a source directory that a pattern excludes.
pub struct IgnoredFile {
    pub source: PathBuf,
    /// The pattern as the user wrote it.
    pub pattern: String,
}

/// Returns the first ignored file that would have this path.
pub fn find_ignored(
    directories: &[SourceDirectory],
    patterns: &IgnorePatterns,
    path: &LogicalPath,
) -> Option<IgnoredFile> {
    directories.iter().find_map(|directory| {
        let relative = directory.relative(path)?;
        let pattern = patterns.ignoring_pattern(relative)?.to_owned();
        let source = directory.root.join(relative);
        source.is_file().then_some(IgnoredFile { source, pattern })
    })
}

#[cfg(test)]
mod tests {
    use super::IgnorePatterns;

    #[test]
    fn patterns_are_normalised_as_paths() {
        for (pattern, name) in [("vendor/", "vendor"), ("./v", "v"), ("", ".")] {
            let patterns = IgnorePatterns::new(&[pattern]);
            assert!(patterns.match_name(name.as_bytes()), "{pattern}");
        }
    }
}
