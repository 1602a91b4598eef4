//! Suggestions for a misspelt name.

/// The known name that a misspelt one is most like, if it is like any.
pub fn nearest<'n>(key: &str, known: &[&'n str]) -> Option<&'n str> {
    let distance =
        |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase());
    // A key may be of any length, and comparing takes the product of both.
    let comparable = |name: &&&str| key.len() <= 2 * name.len();
    known
        .iter()
        .filter(comparable)
        .map(|name| (distance(name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
