//! Medians, and what a bench leaves for the table at the end.

use std::fmt;
use std::fs;

use super::tools;

/// A figure that is to be below a bar, and what stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What is measured, and over what.
    pub what: String,
    /// Ours; nothing where a peer is missing that it is a multiple of.
    pub ours: Option<f64>,
    /// What it is to be at most.
    pub bar: Option<f64>,
    /// What it is hoped to be.
    pub moonshot: Option<f64>,
    /// Peers with theirs, or why there is none.
    pub peers: String,
}

impl Figure {
    /// What it is of its bar: 1 is all that it may be.
    #[must_use]
    pub fn of_bar(&self) -> Option<f64> {
        Some(self.ours? / self.bar?)
    }
}

impl fmt::Display for Figure {
    /// A line of a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |of: Option<f64>| of.map_or_else(|| "–".to_owned(), short);
        let (ours, of_bar) = (number(self.ours), number(self.of_bar()));
        let (bar, moonshot) = (number(self.bar), number(self.moonshot));
        write!(f, "| {} | {ours} | {bar} | {moonshot} | {of_bar} | {} |", self.what, self.peers)
    }
}

/// The head of a table of figures.
pub const HEAD: &str = "| what | ours | bar | moonshot | of the bar | beside it |\n\
                        | --- | ---: | ---: | ---: | ---: | --- |";

/// Three digits that say something.
#[must_use]
pub fn short(number: f64) -> String {
    match number.abs() {
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// The middle one.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// The median over the rounds of `a` over `b` in the same round.
#[must_use]
pub fn ratio(a: &[f64], b: &[f64]) -> f64 {
    median(a.iter().zip(b).map(|(a, b)| a / b).collect())
}

/// Leaves the figures of a bench for the table at the end.
///
/// # Panics
///
/// If they cannot be written.
pub fn leave(bench: &str, figures: &[Figure]) {
    let folder = tools::target().join("figures");
    fs::create_dir_all(&folder).expect("a folder in target");
    let number = |of: Option<f64>| of.map(|of| of.to_string()).unwrap_or_default();
    let line = |figure: &Figure| {
        let Figure { what, ours, bar, moonshot, peers } = figure;
        let (ours, bar, moonshot) = (number(*ours), number(*bar), number(*moonshot));
        format!("{what}\t{ours}\t{bar}\t{moonshot}\t{peers}\n")
    };
    let lines: String = figures.iter().map(line).collect();
    fs::write(folder.join(bench).with_extension("tsv"), lines).expect("a file in target");
}

/// What a bench has left; nothing if it has not run.
#[must_use]
pub fn left(bench: &str) -> Vec<Figure> {
    let file = tools::target().join("figures").join(bench).with_extension("tsv");
    let text = fs::read_to_string(file).unwrap_or_default();
    let figure = |line: &str| {
        let mut fields = line.split('\t');
        Some(Figure {
            what: fields.next()?.to_owned(),
            ours: fields.next()?.parse().ok(),
            bar: fields.next()?.parse().ok(),
            moonshot: fields.next()?.parse().ok(),
            peers: fields.next()?.to_owned(),
        })
    };
    text.lines().filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_of_what_was_measured_in_the_same_round() {
        assert_eq!(ratio(&[2.0, 30.0, 4.0], &[1.0, 10.0, 4.0]), 2.0);
    }

    #[test]
    fn what_is_missing_has_no_ratio_to_its_bar() {
        let missing = Figure {
            what: "a over b".to_owned(),
            ours: None,
            bar: Some(1.25),
            moonshot: None,
            peers: "b missing".to_owned(),
        };
        assert_eq!(missing.to_string(), "| a over b | – | 1.25 | – | – | b missing |");
        assert_eq!(Figure { ours: Some(2.5), ..missing }.of_bar(), Some(2.0));
    }
}
