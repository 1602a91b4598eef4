//! The files that a site should serve. They come from STATIC_ROOT or from a release, and never
//! from the site itself.

use crate::model::{ContentId, Encodings, Fingerprint, LogicalPath};
use crate::publish::published_object::ObjectRole;

/// A file that the site should serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFile {
    pub path: LogicalPath,
    pub role: ObjectRole,
    pub content: ContentId,
    /// The size of the content in bytes.
    pub size: u64,
    /// The encodings in which there is a compressed copy.
    pub copies: Encodings,
    /// Whether a text of the site imports it as a JavaScript module.
    pub is_module: bool,
}

/// All files that the site should serve, and who reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFiles {
    /// Sorted by path, each path once.
    pub files: Vec<ExpectedFile>,
    pub pages: PageOrigin,
}

/// Where the pages are that refer to the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageOrigin {
    /// On the host of the files.
    Same,
    /// At this origin, which is another one.
    Other(String),
    /// On another host, whose name nobody has told.
    Unknown,
}

/// Fonts, which browsers load from other hosts only with permission.
const FONTS: [&str; 4] = ["otf", "ttf", "woff", "woff2"];

impl ExpectedFile {
    /// Returns the extension in lower case, without its dot; that of a name without one is empty.
    /// A fingerprint is no extension.
    pub fn extension(&self) -> String {
        let plain = match self.role {
            ObjectRole::Fingerprinted => Fingerprint::path_without(&self.path),
            ObjectRole::Plain | ObjectRole::Manifest => None,
        };
        let path = plain.as_ref().unwrap_or(&self.path);
        let extension = path.as_path().extension().unwrap_or_default();
        extension.to_string_lossy().to_lowercase()
    }

    /// Returns whether a browser needs permission to load it from another host.
    pub fn needs_permission(&self) -> bool {
        let extension = self.extension();
        self.is_module || extension == "mjs" || FONTS.contains(&&extension[..])
    }
}

/// A file for tests: fingerprinted if its name looks so.
#[cfg(test)]
pub(super) fn sample_file(path: &str, content: &str) -> ExpectedFile {
    let path = LogicalPath::new(path);
    let is_fingerprinted = Fingerprint::path_without(&path).is_some();
    ExpectedFile {
        role: if is_fingerprinted {
            ObjectRole::Fingerprinted
        } else {
            ObjectRole::Plain
        },
        path,
        content: blake3::hash(content.as_bytes()),
        size: content.len() as u64,
        copies: Encodings::default(),
        is_module: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_no_extension() {
        for (path, expected) in [
            ("css/a.d41d8cd98f00.CSS", "css"),
            ("LICENSE.d41d8cd98f00", ""),
            ("a.b/LICENSE", ""),
            ("a.tar.d41d8cd98f00.gz", "gz"),
        ] {
            assert_eq!(sample_file(path, "").extension(), expected, "{path}");
        }
    }

    #[test]
    fn fonts_and_modules_need_permission() {
        for (path, expected) in [("a.woff2", true), ("a.MJS", true), ("a.js", false)] {
            assert_eq!(sample_file(path, "").needs_permission(), expected, "{path}");
        }
        let module = ExpectedFile {
            is_module: true,
            ..sample_file("a.js", "")
        };
        assert!(module.needs_permission());
    }
}
