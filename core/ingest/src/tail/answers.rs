//! What the machine makes of the answers.

use super::content::Content;
use super::judge::Judge;
use super::{Held, News, Over, Place, Start, Stat, Step, Tail};
use crate::{Line, Position};

impl Tail {
    /// What is at the path, if there is a regular file, and of every open file in their order.
    pub fn looked(&mut self, path: Option<Stat>, open: &[Stat]) {
        self.reads = 0;
        for (file, stat) in self.files.iter_mut().zip(open) {
            file.stat = *stat;
        }
        self.tell_of(path);
        let new = path.is_some_and(|stat| !self.holds(stat.id));
        let shorter = match (&self.content, open.first()) {
            (Some(content), Some(stat)) => stat.len < content.end(),
            _ => false,
        };
        if shorter {
            self.step = Step::Finish(Over::Truncated);
        } else if new && (self.follow || self.files.is_empty()) {
            self.step = Step::Open;
        } else {
            self.go_on();
        }
    }

    /// What was opened at the path, which may be another file than the one that was seen
    /// there. Answers whether to keep it.
    #[must_use]
    pub fn opened(&mut self, stat: Stat) -> bool {
        let new = !self.holds(stat.id);
        if new {
            let held = Held::new(stat, Place::Path, &self.positions);
            self.files.push_back(held);
        }
        self.go_on();
        new
    }

    /// The path cannot be opened, or looked at, though something is there: what is open is
    /// read on.
    pub fn not_opened(&mut self) {
        self.go_on();
    }

    /// What was found, and opened, where a file was looked for: first that one, and then those
    /// that were at the path after it, the oldest first, none of which is open already. If it
    /// was not found, none.
    pub fn found(&mut self, files: &[Stat]) {
        let newest = &self.positions[..self.positions.len().min(1)];
        for (nth, stat) in files.iter().enumerate().rev() {
            let held = match nth {
                0 => Held::new(*stat, Place::Rest, newest),
                _ => Held::new(*stat, Place::Between, &self.positions),
            };
            self.files.push_front(held);
        }
        self.go_on();
    }

    /// The bytes that were asked for, or as many of them as there are before the end.
    pub fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        match self.step {
            Step::Judge => self.judge(bytes),
            Step::Head => {
                let same = self.content.as_ref().is_some_and(|content| content.head() == bytes);
                self.step = if same { Step::Data } else { Step::Finish(Over::Truncated) };
            }
            Step::Data => self.data(bytes, sink),
            _ => {}
        }
    }

    /// Takes a last line without a newline; one that was truncated away is refused as cut.
    pub fn finish(&mut self, sink: &mut impl FnMut(Line<'_>)) {
        let Step::Finish(over) = self.step else { return };
        match over {
            Over::Replaced | Over::End => {
                if let Some(content) = &mut self.content {
                    content.finish(sink);
                }
                self.step = if self.follow { Step::Close } else { Step::Done };
            }
            Over::Truncated => {
                let start = Content::again(self.reading.clone());
                if let Some(old) = self.content.replace(start) {
                    old.abandon(sink);
                }
                self.news.push_back(News::Truncated);
                self.step = Step::Data;
            }
        }
    }

    /// The first open file was closed.
    pub fn closed(&mut self) {
        let position = self.position();
        if let (Some(file), Some(_)) = (self.files.pop_front(), self.content.take()) {
            // It may come back to the path, unless it is gone.
            self.positions.retain(|position| position.id != file.stat.id);
            self.positions.splice(..0, position.filter(|_| file.stat.linked));
            self.positions.truncate(REMEMBERED);
        }
        self.step = Step::Look;
    }

    /// The wait is over.
    pub fn waited(&mut self) {
        self.step = Step::Look;
    }

    /// What was asked for could not be done; it is tried again.
    pub fn failed(&mut self) {
        self.step = Step::Look;
    }

    fn tell_of(&mut self, path: Option<Stat>) {
        let there = path.is_some();
        let news = match path {
            None if self.files.is_empty() => News::Missing,
            None => News::Gone,
            Some(stat) if self.holds(stat.id) => News::Back,
            // What becomes of it is told when it is read.
            Some(_) => return self.there = true,
        };
        if self.follow && self.there != there {
            self.news.push_back(news);
        }
        self.there = there;
    }
}

impl Held {
    fn new(stat: Stat, place: Place, positions: &[Position]) -> Self {
        let judge = Judge::new(stat.id, positions);
        let had = judge.has_candidates();
        Self { stat, place, start: Start::Judge(judge), had }
    }
}

/// How many positions are kept in mind: more files than this take no turns at a path.
const REMEMBERED: usize = 64;
