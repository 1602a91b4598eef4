//! Names the temporary files of a run, and the marker of a run that may have left some.
//! Opens and removes nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::SystemTime;

use crate::model::{Encoding, LogicalPath, TypedIndex as _};
use crate::plan::model::TargetId;

/// A file that is in STATIC_ROOT while a run stages files there. A later run that finds
/// it removes the temporary files that the killed run has left.
pub const MARKER: &str = ".staticc-running.tmp";

const PREFIX: &str = ".staticc-";
const SUFFIX: &str = ".tmp";

/// The part that the names of a run's temporary files share. Process id and time make it
/// differ from that of any other run.
#[derive(Debug)]
pub struct RunId(String);

/// Distinguishes the temporary files of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TempNumber(usize);

/// The temporary files of a target: its file and a compressed copy of each encoding.
const PER_TARGET: usize = 1 + Encoding::ALL.len();

impl TempNumber {
    pub fn file(target: TargetId) -> Self {
        Self(target.index() * PER_TARGET)
    }

    pub fn copy(target: TargetId, encoding: Encoding) -> Self {
        Self(target.index() * PER_TARGET + 1 + encoding as usize)
    }

    /// The number of the manifest follows those of all targets.
    pub fn manifest(target_count: usize) -> Self {
        Self(target_count * PER_TARGET)
    }
}

impl RunId {
    pub fn of_this_process() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanoseconds = since.map_or(0, |since| since.as_nanos());
        Self(format!("{:x}-{nanoseconds:x}", std::process::id()))
    }

    /// Returns a temporary path in the directory of `path`.
    pub fn temporary_path(&self, path: &LogicalPath, number: TempNumber) -> LogicalPath {
        let bytes = path.as_bytes();
        let directory = memchr::memrchr(b'/', bytes).map_or(0, |slash| slash + 1);
        let name = format!("{PREFIX}{}-{:x}{SUFFIX}", self.0, number.0);
        LogicalPath::new([&bytes[..directory], name.as_bytes()].concat())
    }

    /// Returns whether the name is that of a temporary file of this run.
    pub fn is_own_name(&self, name: &OsStr) -> bool {
        numbers(name).is_some_and(|numbers| {
            let number = numbers.strip_prefix(self.0.as_bytes());
            number.is_some_and(|number| number.starts_with(b"-"))
        })
    }
}

/// Returns whether the name is that of a temporary file of any run.
pub fn is_temporary(name: &OsStr) -> bool {
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_hexdigit);
    numbers(name).is_some_and(|numbers| {
        let mut parts = numbers.split(|&byte| byte == b'-');
        parts.by_ref().take(3).filter(|part| number(part)).count() == 3 && parts.next().is_none()
    })
}

/// Returns the part between prefix and suffix.
fn numbers(name: &OsStr) -> Option<&[u8]> {
    let rest = name.as_bytes().strip_prefix(PREFIX.as_bytes())?;
    rest.strip_suffix(SUFFIX.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_files_are_not_temporary() {
        let run = RunId::of_this_process();
        let path = run.temporary_path(&LogicalPath::new("css/a.css"), TempNumber(10));
        assert!(path.as_bytes().starts_with(b"css/.staticc-"));
        let name = OsStr::from_bytes(&path.as_bytes()[4..]);
        assert!(run.is_own_name(name) && is_temporary(name));
        let other = OsStr::new(".staticc-1-2-3.tmp");
        assert!(is_temporary(other) && !run.is_own_name(other));
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
