//! The names of files that are being prepared, and the marker that says that
//! there may be some. Knows names only: opens and removes nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::SystemTime;

use crate::model::LogicalPath;

/// Is in STATIC_ROOT while files are prepared there: if a run finds one, an
/// earlier run died.
pub const MARKER: &str = ".staticc-running.tmp";

const BEFORE: &str = ".staticc-";
const AFTER: &str = ".tmp";

/// What the names of one run's temporary files have in common; no other run
/// has it, now or in its leftovers.
#[derive(Debug)]
pub struct RunId(String);

impl RunId {
    /// That of this process, from now on.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_nanos());
        Self(format!("{:x}-{now:x}", std::process::id()))
    }

    /// The name beside a path; the number is the run's own for this file.
    pub fn beside(&self, path: &LogicalPath, number: usize) -> LogicalPath {
        let bytes = path.as_bytes();
        let name = memchr::memrchr(b'/', bytes).map_or(0, |slash| slash + 1);
        let mut beside = bytes[..name].to_vec();
        beside.extend_from_slice(format!("{BEFORE}{}-{number:x}{AFTER}", self.0).as_bytes());
        LogicalPath::new(beside)
    }

    /// Whether this run gave the name.
    pub fn gave(&self, name: &OsStr) -> bool {
        numbers(name).is_some_and(|numbers| {
            let number = numbers.strip_prefix(self.0.as_bytes());
            number.is_some_and(|number| number.starts_with(b"-"))
        })
    }
}

/// Whether any run gave the name.
pub fn is_temporary(name: &OsStr) -> bool {
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_hexdigit);
    numbers(name).is_some_and(|numbers| {
        let mut parts = numbers.split(|&byte| byte == b'-');
        parts.by_ref().take(3).filter(|part| number(part)).count() == 3 && parts.next().is_none()
    })
}

fn numbers(name: &OsStr) -> Option<&[u8]> {
    let name = name.as_bytes().strip_prefix(BEFORE.as_bytes())?;
    name.strip_suffix(AFTER.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_ours() {
        let run = RunId::new();
        let path = run.beside(&LogicalPath::new("css/a.css"), 10);
        assert!(path.as_bytes().starts_with(b"css/.staticc-"));
        let name = OsStr::from_bytes(&path.as_bytes()[4..]);
        assert!(run.gave(name) && is_temporary(name));
        let other = OsStr::new(".staticc-1-2-3.tmp");
        assert!(is_temporary(other) && !run.gave(other));
        for name in [
            MARKER,
            ".staticc-1-2.tmp",
            ".staticc-1-2-3-4.tmp",
            ".staticc-1-g-3.tmp",
        ] {
            assert!(!is_temporary(OsStr::new(name)), "{name}");
        }
    }
}
