//! Which name somebody may have meant.

/// The name that is nearest to what was written, if it is near enough to be meant: at most
/// a third of its letters (and one at least) are missing, too many, others, or swapped.
pub(crate) fn nearest<const N: usize>(
    written: &str,
    names: [&'static str; N],
) -> Option<&'static str> {
    let written: Vec<char> = written.to_lowercase().chars().take(LONGEST).collect();
    let distances = names.into_iter().map(|name| (distance(&written, name), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (name.len() / 3).max(1)).then_some(name)
}

/// The edits between two texts, a swap of neighbours being one.
fn distance(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let other = rows[i][j] + usize::from(a != b);
            let mut least = other.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// Characters that are looked at. No name is as long.
const LONGEST: usize = 16;
