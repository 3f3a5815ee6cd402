//! Why a line is not a car, for people and for counters.

use std::fmt;

/// Why a line is not a car. Offsets and columns are those of the line on which it began.
///
/// Its words (`Display`) never repeat the input, so they are safe on a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The line, or the CSV record over several lines, is longer than its format allows.
    LineTooLong {
        /// What it allows, in bytes without the line end.
        limit: usize,
    },
    /// The car's record would be longer than receivers take.
    RecordTooLong {
        /// Its length on the wire, in bytes.
        len: usize,
        /// What they take, in bytes.
        limit: usize,
    },
    /// Not UTF-8.
    InvalidUtf8 {
        /// The offset of the first bad byte in the line, from 0.
        at: usize,
    },
    /// A record line with fewer than two `:`.
    TooFewFields {
        /// How many fields it has.
        found: u64,
    },
    /// A record line with more than two `:`.
    TooManyFields {
        /// How many fields it has.
        found: u64,
    },
    /// A CSV header without a column that is needed. Every line after it is
    /// [`NoHeader`](Self::NoHeader).
    MissingColumns {
        /// Those that it has not, of `time`, `brand` and `color`, or of a map's own.
        missing: Vec<&'static str>,
    },
    /// A CSV record after a header that was refused: nobody knows what its cells mean.
    NoHeader,
    /// A CSV record with another number of cells than the header.
    CellCount {
        /// How many the header has.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A CSV cell with an opening quote but no closing one up to the end of the input, or
    /// within the line limit, or only one on a later line that has text after it.
    UnclosedQuote {
        /// The offset of the opening quote in the record, from 0.
        at: usize,
    },
    /// A CSV cell that goes on after its closing quote.
    TextAfterQuote {
        /// The offset of the text in the line, from 0.
        at: usize,
    },
    /// Not JSON.
    BadJson {
        /// Where, as a byte column from 1.
        column: usize,
        /// The parser's own words.
        what: String,
    },
    /// JSON, but not an object.
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A JSON member that is neither a string nor a number nor null.
    NotText {
        /// Its key.
        key: &'static str,
        /// What it is.
        found: &'static str,
        /// Where its value begins, as a byte column from 1.
        column: usize,
    },
    /// A JSON object without the key `time` or `timestamp`: something else than a sighting.
    NoTime,
    /// Nothing where a map says that the time stands.
    NoMappedTime,
    /// The begin of a line whose end never came: its file was truncated before.
    Cut,
    /// A time that cannot become whole Unix seconds.
    BadTime {
        /// What it is.
        found: &'static str,
    },
    /// A CSV cell of which a map says that it may hold candidates, and that cannot be read.
    BadCell {
        /// The field that it is for.
        key: &'static str,
    },
    /// An identifier that is too long to be remembered.
    IdTooLong {
        /// Its length in bytes.
        len: usize,
        /// What is remembered, in bytes.
        limit: usize,
    },
}

impl Refusal {
    /// All labels that [`reason`](Self::reason) knows, so that a counter can begin at 0.
    pub const REASONS: [&'static str; 18] = [
        "bad_cell",
        "bad_json",
        "bad_time",
        "cell_count",
        "cut",
        "id_too_long",
        "invalid_utf8",
        "line_too_long",
        "missing_columns",
        "no_header",
        "no_time",
        "not_an_object",
        "not_text",
        "text_after_quote",
        "too_few_fields",
        "too_long",
        "too_many_fields",
        "unclosed_quote",
    ];

    /// A stable `snake_case` label for counters and logs.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::LineTooLong { .. } => "line_too_long",
            Self::RecordTooLong { .. } => "too_long",
            Self::InvalidUtf8 { .. } => "invalid_utf8",
            Self::TooFewFields { .. } => "too_few_fields",
            Self::TooManyFields { .. } => "too_many_fields",
            Self::MissingColumns { .. } => "missing_columns",
            Self::NoHeader => "no_header",
            Self::CellCount { .. } => "cell_count",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::TextAfterQuote { .. } => "text_after_quote",
            Self::BadJson { .. } => "bad_json",
            Self::NotAnObject { .. } => "not_an_object",
            Self::NotText { .. } => "not_text",
            Self::NoTime | Self::NoMappedTime => "no_time",
            Self::Cut => "cut",
            Self::BadTime { .. } => "bad_time",
            Self::BadCell { .. } => "bad_cell",
            Self::IdTooLong { .. } => "id_too_long",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineTooLong { limit } => {
                write!(f, "longer than {limit} bytes; skipped to the next line")
            }
            Self::RecordTooLong { len, limit } => write!(
                f,
                "its record would be {len} bytes long on the wire, and receivers take {limit}"
            ),
            Self::InvalidUtf8 { at } => write!(f, "not UTF-8 at byte offset {at}"),
            Self::TooFewFields { found } | Self::TooManyFields { found } => {
                let s = if *found == 1 { "" } else { "s" };
                write!(f, "{found} field{s} where time:brand:color has 3")
            }
            Self::MissingColumns { missing } => write!(
                f,
                "the CSV header has no column {}; no line after it can be read",
                missing.join(", ")
            ),
            Self::NoHeader => f.write_str("the CSV header was refused"),
            Self::CellCount { expected, found } => {
                let s = if *found == 1 { "" } else { "s" };
                write!(f, "{found} CSV cell{s} where the header has {expected}")
            }
            Self::UnclosedQuote { at } => {
                write!(f, "the CSV quote at byte offset {at} is never properly closed")
            }
            Self::TextAfterQuote { at } => {
                write!(f, "text after a closing CSV quote at byte offset {at}")
            }
            Self::BadJson { column, what } => write!(f, "not JSON at column {column}: {what}"),
            Self::NotAnObject { found } => write!(f, "{found} where a JSON object is needed"),
            Self::NotText { key, found, column } => write!(
                f,
                "\"{key}\" at column {column} is {found} where a string or a number is needed"
            ),
            Self::NoTime => f.write_str("a JSON object with neither \"time\" nor \"timestamp\""),
            Self::NoMappedTime => f.write_str("nothing where the map has the time"),
            Self::Cut => f.write_str("the file was truncated before the line had come to its end"),
            Self::BadTime { found } => {
                write!(f, "the time is {found}, which cannot become Unix seconds")
            }
            Self::BadCell { key } => {
                write!(f, "the CSV cell for \"{key}\" is neither text nor a list of candidates")
            }
            Self::IdTooLong { len, limit } => {
                write!(f, "its id is {len} bytes long, and {limit} are remembered")
            }
        }
    }
}

impl std::error::Error for Refusal {}
