//! A place in an index to go back to: what was taken behind it is forgotten.

use crate::dictionary::DictionaryMark;
use crate::{Column, Dictionary, Index};

/// How an [`Index`] was at some time. An answer must not have been open then.
#[derive(Clone, Debug)]
pub struct Mark {
    answers: usize,
    rows: usize,
    texts: [DictionaryMark; 3],
    rejections: usize,
    raw: usize,
    span: Option<(i64, i64)>,
}

impl Index {
    /// How it is now.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            answers: self.answers.len(),
            rows: self.len(),
            texts: [&self.brands, &self.colors, &self.times].map(Dictionary::mark),
            rejections: self.rejections.len(),
            raw: self.raw.len(),
            span: self.span,
        }
    }

    /// As it was then: the answers that were begun since are forgotten, with their rows.
    pub fn back_to(&mut self, mark: &Mark) {
        self.answers.truncate(mark.answers);
        let Self { start, seconds, brand, color, odd, marks, .. } = self;
        for column in [start, seconds, brand, color, odd, marks] {
            Column::truncate(column, mark.rows);
        }
        let texts = [&mut self.brands, &mut self.colors, &mut self.times];
        for (texts, mark) in texts.into_iter().zip(&mark.texts) {
            texts.back_to(mark);
        }
        self.rejections.truncate(mark.rejections);
        self.raw.truncate(mark.raw);
        self.span = mark.span;
    }
}
