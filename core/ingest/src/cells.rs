//! The cells of one CSV record that is there as a whole.

use std::fmt;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

/// Takes records apart, in buffers that are used again.
pub(crate) struct Cells {
    /// Boxed for its transition table of half a kilobyte.
    reader: Box<Reader>,
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    pub(crate) fn new() -> Self {
        // A `\r` within a line is data; the `\n` that ends a record is ours, see `of`.
        let mut reader = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        // At its very start it would pass over a byte order mark, which here is a part of
        // the first cell. A blank line gets it past that.
        let _ = reader.read_record(b"\n", &mut [0], &mut [0]);
        Self { reader: Box::new(reader), text: Vec::new(), ends: Vec::new(), count: 0 }
    }

    /// The cells of `record`, which is not empty and has no line end and no open quote.
    pub(crate) fn of(&mut self, record: &[u8]) -> &Self {
        // Nothing grows by being unquoted, and every cell but the last has a comma. One
        // more of each, for the reader stops at a buffer that is full.
        self.text.resize(self.text.len().max(record.len() + 1), 0);
        let most = memchr::memchr_iter(b',', record).count() + 2;
        self.ends.resize(self.ends.len().max(most), 0);
        let (_, _, text, count) = self.reader.read_record(record, &mut self.text, &mut self.ends);
        let (result, _, _, rest) =
            self.reader.read_record(b"\n", &mut self.text[text..], &mut self.ends[count..]);
        debug_assert_eq!(result, ReadRecordResult::Record, "the record has an end");
        self.count = count + rest;
        self
    }

    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// The cell `nth`, which is less than [`len`](Self::len).
    pub(crate) fn get(&self, nth: usize) -> &[u8] {
        let start = if nth == 0 { 0 } else { self.ends[nth - 1] };
        &self.text[start..self.ends[nth]]
    }

    /// The text of the cell `nth` of a record that is UTF-8.
    pub(crate) fn text(&self, nth: usize) -> &str {
        std::str::from_utf8(self.get(nth)).expect("UTF-8 cut at commas and quotes")
    }

    /// Where the columns time, brand and color stand in a header; the leftmost of equals.
    ///
    /// # Errors
    ///
    /// The names of those that it has not.
    pub(crate) fn columns(&self) -> Result<[usize; 3], Vec<&'static str>> {
        let find = |names: &[&str]| {
            (0..self.count).find(|nth| {
                let cell = self.get(*nth).trim_ascii();
                names.iter().any(|name| cell.eq_ignore_ascii_case(name.as_bytes()))
            })
        };
        match (find(&["time"]), find(&["brand"]), find(&["color", "colour"])) {
            (Some(time), Some(brand), Some(color)) => Ok([time, brand, color]),
            (time, brand, color) => {
                let all = [(time, "time"), (brand, "brand"), (color, "color")];
                Err(all.into_iter().filter(|(at, _)| at.is_none()).map(|(_, name)| name).collect())
            }
        }
    }
}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cells").field("count", &self.count).finish_non_exhaustive()
    }
}
