//! Which of the open files is read, from where, and when another one has its turn.

use super::content::Content;
use super::judge::Match;
use super::{CHUNK, Held, News, Over, Place, Start, Step, Tail};
use crate::Line;

impl Tail {
    /// Goes on with the first open file.
    pub(super) fn go_on(&mut self) {
        if let Some(content) = &self.content {
            self.step = if content.head().is_empty() { Step::Data } else { Step::Head };
            return;
        }
        self.step = match self.files.front() {
            Some(Held { start: Start::Judge(judge), .. }) if judge.wants().is_some() => Step::Judge,
            Some(_) => return self.begin(),
            None => match self.search() {
                Some(search) => search,
                None => Step::Wait,
            },
        };
    }

    /// The next bytes to read.
    pub(super) fn wants(&self) -> (u64, usize) {
        match (&self.content, self.files.front()) {
            (Some(content), _) if matches!(self.step, Step::Head) => (0, content.head().len()),
            (Some(content), _) => (content.end() - content.last().len() as u64, CHUNK),
            (None, Some(Held { start: Start::Judge(judge), .. })) => {
                judge.wants().unwrap_or((0, CHUNK))
            }
            (None, _) => (0, CHUNK),
        }
    }

    pub(super) fn judge(&mut self, bytes: &[u8]) {
        if let Some(Held { start, .. }) = self.files.front_mut()
            && let Start::Judge(judge) = start
            && let Some(matched) = judge.read(bytes)
        {
            *start = Start::At(matched);
        }
        self.go_on();
    }

    /// Begins with the first open file, unless another one comes before it.
    fn begin(&mut self) {
        if let Some(search) = self.search() {
            self.step = search;
            return;
        }
        let Some(file) = self.files.front_mut() else { return };
        let place = file.place;
        let (matched, had) = match std::mem::replace(&mut file.start, Start::Begin) {
            Start::At(matched) => (Some(matched), true),
            Start::Judge(judge) => (judge.known(), file.had),
            Start::Begin => (None, file.had),
        };
        let reading = self.reading.clone();
        let content = match &matched {
            None if place == Place::Rest => return self.drop_found(),
            None if had => Content::again(reading),
            None => Content::new(reading),
            Some(Match { position, head, before }) => {
                Content::resume(reading, position, head.clone(), before.clone())
            }
        };
        let from = matched.map(|Match { position, .. }| (position.offset, position.line));
        let (offset, line) = from.unwrap_or((0, 1));
        match place {
            Place::Rest => self.news.push_back(News::Rest { offset, line }),
            Place::Between => self.news.push_back(News::Between { offset, line }),
            Place::Path if from.is_some() => {
                self.news.push_back(News::Resumed { offset, line });
            }
            Place::Path if !self.begun && !self.positions.is_empty() => {
                self.news.push_back(News::Unmatched);
            }
            Place::Path => {}
        }
        self.content = Some(content);
        self.begun = true;
        self.go_on();
    }

    /// The first open file is not the one that was looked for: nothing says any more which
    /// ones came after that.
    fn drop_found(&mut self) {
        for file in &mut self.files {
            if file.place == Place::Between {
                (file.place, file.start) = (Place::Rest, Start::Begin);
            }
        }
        self.step = Step::Close;
    }

    /// Looks, once, for the file that was read last, unless it is the one at the path.
    fn search(&mut self) -> Option<Step> {
        if std::mem::replace(&mut self.searched, true) {
            return None;
        }
        let newest = self.positions.first()?;
        let inode = newest.id.inode;
        let there = self.files.front().is_some_and(|file| file.stat.id.inode == inode);
        let any_name = newest.offset > 0;
        (!there).then_some(Step::Search { inode, any_name })
    }

    pub(super) fn data(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        let Some(content) = &mut self.content else { return };
        self.step = match bytes.strip_prefix(&*content.last()) {
            None => Step::Finish(Over::Truncated),
            Some([]) if !self.follow => Step::Finish(Over::End),
            Some([]) if self.files.iter().skip(1).any(|file| file.stat.len > 0) => {
                self.news.push_back(News::Replaced);
                Step::Finish(Over::Replaced)
            }
            Some([]) => Step::Wait,
            Some(new) => {
                content.feed(new, sink);
                self.reads += 1;
                if self.reads < READS { Step::Data } else { Step::Look }
            }
        };
    }
}

/// How many times is read before the path is looked at again: what comes and goes there
/// while a long file is read must not be missed, and a look takes time.
const READS: u32 = 16;
