//! Text without regard to case.

/// The characters of `text` such that two texts that differ in case alone give the same.
///
/// Each character is raised and then lowered, each by Unicode's full tables, so that `ß`,
/// `ẞ` and `SS` are one, as are `σ`, `ς` and `Σ`. Accents are not removed and forms of
/// composition not unified. ASCII folds to ASCII, one byte to one byte.
pub(crate) fn fold(c: char) -> impl Iterator<Item = char> + Clone {
    c.to_uppercase().flat_map(char::to_lowercase)
}
