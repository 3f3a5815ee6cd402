//! Where the quotes of a CSV line stand: does a record end with this line?

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// At the begin of a record.
    Outside,
    /// In a quoted cell that an earlier line opened.
    Inside,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Outside quotes: the record ends with the line.
    Closed,
    /// In a quoted cell.
    Open {
        /// The offset in the line of its opening quote; none if an earlier line has it.
        at: Option<usize>,
    },
    /// Broken: a cell goes on after its closing quote.
    TextAfterQuote {
        /// The offset in the line of what follows the quote.
        at: usize,
    },
}

impl Quotes {
    /// Reads one line, without its line end.
    pub(crate) fn read(self, line: &[u8]) -> End {
        let mut opened = None;
        let mut at = match self {
            Self::Inside => 0,
            Self::Outside => match next_quoted(line, 0) {
                Some(quote) => {
                    opened = Some(quote);
                    quote + 1
                }
                None => return End::Closed,
            },
        };
        // Invariant: `at` is in a quoted cell.
        loop {
            let Some(quote) = memchr::memchr(b'"', &line[at..]).map(|offset| at + offset) else {
                return End::Open { at: opened };
            };
            match line.get(quote + 1) {
                Some(b'"') => at = quote + 2,
                Some(b',') => match next_quoted(line, quote + 2) {
                    Some(next) => {
                        opened = Some(next);
                        at = next + 1;
                    }
                    None => return End::Closed,
                },
                Some(_) => return End::TextAfterQuote { at: quote + 1 },
                None => return End::Closed,
            }
        }
    }
}

/// The opening quote of the first quoted cell, where a cell begins at `from`.
fn next_quoted(line: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'"', &line[from..])
        .map(|offset| from + offset)
        .find(|quote| *quote == from || line[quote - 1] == b',')
}
