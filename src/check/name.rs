//! What the name in a reference means to a storage: `storage.url(name)` of
//! Django, without the URL. Knows no templates.

use crate::model::{Asset, LogicalPath};
use crate::pystd::urllib::{clean_name, normpath, urldefrag, urlsplit};

/// What a name is looked up by, of a storage that `hashes` or not.
pub fn looked_up(name: &str, hashes: bool) -> Option<Vec<u8>> {
    if hashes {
        manifest_key(name)
    } else {
        plain_path(name)
    }
}

/// What such a storage knows a file by.
pub fn known_by(asset: &Asset, hashes: bool) -> &LogicalPath {
    if hashes { &asset.key } else { &asset.path }
}

/// The key of the manifest that `ManifestFilesMixin` looks a name up by;
/// `None` of a directory, which is not looked up. All else is: an empty
/// name, a path with a slash before it and a whole URL are keys that no
/// manifest has.
///
/// ```
/// use staticc::check::name::manifest_key;
/// assert_eq!(manifest_key("font%20a.eot?#iefix").unwrap(), b"font a.eot");
/// assert_eq!(manifest_key("https://example.org/a.js").unwrap(), b"/a.js");
/// assert_eq!(manifest_key("img/"), None);
/// ```
pub fn manifest_key(name: &str) -> Option<Vec<u8>> {
    let (bare, _) = urldefrag(name.as_bytes());
    let is_directory = urlsplit(&bare).path.ends_with(b"/");
    (!is_directory).then(|| clean_name(&bare))
}

/// The path under STATIC_ROOT that the URL leads to which a storage without
/// a manifest gives a name; `None` of a directory and of what is outside.
///
/// ```
/// use staticc::check::name::plain_path;
/// assert_eq!(plain_path("/css/./site.css").unwrap(), b"css/site.css");
/// assert_eq!(plain_path("font.eot?#iefix").unwrap(), b"font.eot?#iefix");
/// assert_eq!(plain_path("../media/a.png"), None);
/// ```
pub fn plain_path(name: &str) -> Option<Vec<u8>> {
    let name = name.replace('\\', "/");
    let is_directory = matches!(name.rsplit('/').next(), Some("" | "." | ".."));
    let path = normpath(name.trim_start_matches('/').as_bytes());
    (!is_directory && !path.starts_with(b"../")).then_some(path)
}
