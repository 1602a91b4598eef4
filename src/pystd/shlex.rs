//! Does what Python's `shlex` does, on text.

use std::borrow::Cow;

/// Does what `shlex.quote` does: returns the text as one word of a POSIX shell.
///
/// ```
/// use staticc::pystd::shlex::quote;
/// assert_eq!(quote("/home/a/.cache"), "/home/a/.cache");
/// assert_eq!(quote("it's here"), r#"'it'"'"'s here'"#);
/// assert_eq!(quote(""), "''");
/// ```
pub fn quote(text: &str) -> Cow<'_, str> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_safe) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r#"'"'"'"#)).into()
}
