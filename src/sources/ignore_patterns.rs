//! The patterns of files that are not collected: Django's `-i`, `ignore_patterns` and
//! `--no-default-ignore`. Knows paths only.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

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
            let normal = normpath(written.as_bytes());
            IgnorePattern::new(written, &String::from_utf8_lossy(&normal))
        });
        Self(compiled.collect())
    }

    /// Returns the patterns that a finder leaves to those after it. Django takes them as they are.
    pub fn of_finder(patterns: &[String]) -> Self {
        let compiled = patterns
            .iter()
            .map(|pattern| IgnorePattern::new(pattern, pattern));
        Self(compiled.collect())
    }

    /// Adds the patterns of another list.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.0.extend_from_slice(&others.0);
        self
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

impl IgnorePattern {
    fn new(written: &str, pattern: &str) -> Self {
        Self {
            written: written.to_owned(),
            pattern: Pattern::new(pattern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IgnorePatterns;

    #[test]
    fn patterns_are_normalised_as_paths() {
        for (pattern, name) in [("vendor/", "vendor"), ("./v", "v"), ("", ".")] {
            let patterns = IgnorePatterns::new(&[pattern]);
            assert!(patterns.match_name(name.as_bytes()), "{pattern}");
            let patterns = IgnorePatterns::of_finder(&[pattern.to_owned()]);
            assert!(!patterns.match_name(name.as_bytes()), "{pattern}");
        }
    }
}
