//! Suggests a known name for a misspelt one. Does not know what is named.

/// Returns the known name that is most similar to `key`, if one is similar.
pub fn nearest<'n>(key: &str, known: &[&'n str]) -> Option<&'n str> {
    let distance =
        |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase());
    // Comparing takes time in proportion to the product of both lengths, and a
    // key may be very long.
    let comparable = |name: &&&str| key.len() <= 2 * name.len();
    known
        .iter()
        .filter(comparable)
        .map(|name| (distance(name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
