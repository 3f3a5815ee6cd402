//! What is shown as a file: the same bytes as a client's output.

use std::io;

use carwatch::Car;
use carwatch_formats::{Cars, Format, Merged, Options, Rolling};

use crate::Session;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object on each line.
    Ndjson,
}

/// A file on its way out.
#[derive(Clone, Debug)]
pub struct Export {
    rolling: Rolling,
    place: usize,
}

/// How many rows are written at once.
const ROWS: usize = 65_536;

impl Session {
    /// Begins to write the cars that pass, in their order. Where some are of partial answers, all
    /// are marked whether they are, as with `--keep-partial`.
    #[must_use]
    pub fn export(&self, form: Form) -> Export {
        let format = match form {
            Form::Csv => Format::Csv,
            Form::Ndjson => Format::Ndjson,
        };
        let kept = self.selection.counts().answers.iter().zip(self.index.answers());
        let keep_partial = kept.into_iter().any(|(cars, answer)| *cars > 0 && answer.is_partial);
        let options = Options { keep_partial, ..Options::new(format) };
        Export { rolling: Rolling::new(options), place: 0 }
    }

    /// Writes the next of them to `out`, and says whether there are more.
    pub fn export_more(&self, export: &mut Export, out: &mut Vec<u8>) -> bool {
        let Export { rolling, place } = export;
        let to = (*place + ROWS).min(self.selection.len());
        let rows: Vec<usize> = match &self.order {
            Some(order) => order.rows(*place..to).iter().map(|row| *row as usize).collect(),
            None => self.selection.iter_from(*place).take(to - *place).collect(),
        };
        *place = to;
        rolling.add(&Batch { session: self, rows }, out).expect("memory takes everything");
        to < self.selection.len()
    }
}

struct Batch<'a> {
    session: &'a Session,
    rows: Vec<usize>,
}

impl Cars for Batch<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>) -> io::Result<()> {
        let Session { index, answers, .. } = self.session;
        for row in &self.rows {
            let row = index.row(*row);
            let Some((brand, color)) = row.brand.zip(row.color) else { continue };
            let car = Car::new(row.time_as_sent(), brand, color);
            let station = &answers[row.answer].report.name;
            let partial = index.answers()[row.answer].is_partial;
            sink(Merged { station, car: &car, partial })?;
        }
        Ok(())
    }
}
