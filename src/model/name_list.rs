//! Words a list of names in a message. Knows no names.

use std::fmt::Display;

/// Returns the first names, at most `max`, and how many others there are.
///
/// ```
/// use staticc::model::first_names;
/// assert_eq!(first_names(["a", "b"], 2), "a, b");
/// assert_eq!(first_names(["a", "b", "c", "d"], 2), "a, b and 2 more");
/// ```
pub fn first_names<T: Display>(names: impl IntoIterator<Item = T>, max: usize) -> String {
    let mut rest = names.into_iter();
    let first = rest.by_ref().take(max).map(|name| name.to_string());
    let shown = first.collect::<Vec<_>>().join(", ");
    match rest.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
