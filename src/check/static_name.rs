//! Looks up the name of a `{% static %}` tag as Django's `storage.url(name)` does.
//! Knows no templates.

use crate::model::{Asset, LogicalPath};
use crate::pystd::posixpath::normpath;
use crate::pystd::urllib::{urldefrag, urlsplit};
use crate::rewrite::hashed_name::clean_name;

/// Returns the manifest key or the path that a storage looks a name up by. `None`
/// for a directory.
pub fn lookup_key(name: &str, hashes: bool) -> Option<Vec<u8>> {
    if hashes {
        manifest_key(name)
    } else {
        plain_path(name)
    }
}

/// Returns the manifest key or the path of an asset, which [`lookup_key`] must equal.
pub fn asset_key(asset: &Asset, hashes: bool) -> &LogicalPath {
    if hashes { &asset.key } else { &asset.path }
}

/// Returns the key by which `ManifestFilesMixin` looks a name up in the manifest.
/// `None` for a directory, which it does not look up. An empty name, a path that
/// starts with a slash and a whole URL are keys that no manifest has.
///
/// ```
/// use staticc::check::static_name::manifest_key;
/// assert_eq!(manifest_key("font%20a.eot?#iefix").unwrap(), b"font a.eot");
/// assert_eq!(manifest_key("https://example.org/a.js").unwrap(), b"/a.js");
/// assert_eq!(manifest_key("img/"), None);
/// ```
pub fn manifest_key(name: &str) -> Option<Vec<u8>> {
    let (bare, _) = urldefrag(name.as_bytes());
    let is_directory = urlsplit(&bare).path.ends_with(b"/");
    (!is_directory).then(|| clean_name(&bare))
}

/// Returns the path under STATIC_ROOT that a storage without a manifest gives a
/// name. `None` for a directory and for a path outside.
///
/// ```
/// use staticc::check::static_name::plain_path;
/// assert_eq!(plain_path("/css/./site.css").unwrap(), b"css/site.css");
/// assert_eq!(plain_path("font.eot?#iefix").unwrap(), b"font.eot?#iefix");
/// assert_eq!(plain_path("../media/a.png"), None);
/// ```
pub fn plain_path(name: &str) -> Option<Vec<u8>> {
    let slashed = name.replace('\\', "/");
    let is_directory = matches!(slashed.rsplit('/').next(), Some("" | "." | ".."));
    let path = normpath(slashed.trim_start_matches('/').as_bytes());
    (!is_directory && !path.starts_with(b"../")).then_some(path)
}
