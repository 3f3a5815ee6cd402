//! Everything that is open: files as they come, the filter and the order over them.

use std::ops::Range;

use carwatch::{Fault, Reason, Verdict};
use carwatch_capture::inspect::{self, Inspection, names::Names};
use carwatch_index::{By, Index, Order, Reading, Selection};
use carwatch_query::Query;

use crate::file::{self, Answer, Begins, File, Incoming, Source};
use crate::say::{Answered, Ask, Counts, Need, Overview};
use crate::text::count;
use crate::{bytes, changes, charts, explain, rows, stations};

/// What a session puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What `inspect` puts up with: the same for captures.
    pub inspect: inspect::Limits,
    /// How much memory the rows may take, in bytes.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { inspect: inspect::Limits::default(), rows: 1536 * 1024 * 1024 }
    }
}

/// Bytes of an answer, from somewhere on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) start: u64,
    pub(crate) bytes: &'a [u8],
}

/// What is open, and how it is looked at. See the [crate](crate) for an example.
#[derive(Debug)]
pub struct Session {
    pub(crate) limits: Limits,
    pub(crate) index: Index,
    pub(crate) files: Vec<File>,
    pub(crate) answers: Vec<Answer>,
    incoming: Option<Incoming>,
    names: Names,
    pub(crate) query: Query,
    pub(crate) selection: Selection,
    /// The one that is being made, while the last one is still shown.
    next: Option<Selection>,
    sort: Option<(By, bool)>,
    pub(crate) order: Option<Order>,
}

impl Session {
    /// Nothing is open.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let index = Index::default();
        let selection = Selection::new(&index, &Query::default().filter(index.day()));
        Self {
            limits,
            index,
            files: Vec::new(),
            answers: Vec::new(),
            incoming: None,
            names: Names::default(),
            query: Query::default(),
            selection,
            next: None,
            sort: None,
            order: None,
        }
    }

    /// Begins a file of `size` bytes; one that is being read ends.
    pub fn open(&mut self, name: &str, size: u64) {
        self.close();
        let answers = self.answers.len();
        self.files.push(File {
            name: name.to_owned(),
            size,
            read: 0,
            kind: "",
            notices: Vec::new(),
            foreign: None,
            is_open: true,
            answers: answers..answers,
            elapsed: None,
        });
        self.incoming = Some(Incoming::Begun(Vec::new()));
    }

    /// Takes the next bytes of the file that is being read.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Some(file) = self.files.last_mut().filter(|file| file.is_open) else { return };
        file.read += bytes.len() as u64;
        match &mut self.incoming {
            Some(Incoming::Raw(reading)) => {
                reading.feed(&mut self.index, bytes);
                self.check_room();
            }
            Some(Incoming::Capture(inspection)) => {
                inspection.feed(bytes);
                if !inspection.wants_more() {
                    self.close();
                }
            }
            Some(Incoming::Begun(head)) => {
                head.extend_from_slice(bytes);
                self.tell(false);
            }
            Some(Incoming::Enough) | None => {}
        }
    }

    /// Whether more bytes of the file can change anything.
    #[must_use]
    pub const fn wants_more(&self) -> bool {
        !matches!(self.incoming, None | Some(Incoming::Enough))
    }

    /// Ends the file that is being read.
    pub fn close(&mut self) {
        self.end(None);
    }

    /// Ends it where it could not be read on, in the words of whoever said so.
    pub fn fail(&mut self, words: &str) {
        self.end(Some(Fault::new(Reason::Io, words)));
    }

    /// Ends it where the reader stopped it.
    pub fn stop(&mut self) {
        self.end(Some(Fault::new(Reason::Cancelled, "reading was stopped here")));
    }

    /// Reads a file that is none of ours as a raw answer, from its begin: feed it once more.
    pub fn read_anyway(&mut self, file: usize) {
        let Some(line) = self.files.get(file) else { return };
        let (name, size) = (line.name.clone(), line.size);
        self.files[file].foreign = None;
        self.files[file].notices.clear();
        self.open(&name, size);
        // The line above it, without an answer, is no longer needed.
        if self.files[file].answers.is_empty() && file + 2 == self.files.len() {
            self.files.remove(file);
        }
        self.begin_raw();
    }

    /// Shows what passes `text`.
    pub fn set_query(&mut self, text: &str) {
        self.query = Query::parse(text);
        self.refresh();
    }

    /// Sorts by something, the greatest first if the flag is set; or as it came.
    pub fn set_sort(&mut self, sort: Option<(By, bool)>) {
        self.sort = sort;
        self.sort();
    }

    /// Begins to filter anew, with the rows that have come since.
    pub fn refresh(&mut self) {
        let filter = self.query.filter(self.index.day());
        self.next = Some(Selection::new(&self.index, &filter));
    }

    /// Filters another 65,536 rows, and says whether there is more to do. What was there before
    /// is shown until it is done.
    pub fn work(&mut self) -> bool {
        let Some(next) = &mut self.next else { return false };
        if next.more(&self.index) {
            return true;
        }
        if let Some(done) = self.next.take() {
            self.selection = done;
        }
        self.sort();
        false
    }

    /// Everything that is open.
    #[must_use]
    pub fn overview(&self) -> Overview {
        stations::overview(self)
    }

    /// What passes the filter, as far as that is known.
    #[must_use]
    pub fn counts(&self) -> Counts {
        charts::counts(self)
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.index.len()
    }

    /// How many rows the filter was last applied to.
    #[must_use]
    pub const fn filtered(&self) -> usize {
        self.selection.seen()
    }

    /// Which bytes of which files an answer needs.
    #[must_use]
    pub fn needs(&self, ask: &Ask) -> Vec<Need> {
        let wanted = self.wanted(ask).into_iter();
        let need = |(answer, bytes): (usize, Range<u64>)| {
            let answer = &self.answers[answer];
            matches!(answer.bytes, Source::File).then_some(Need { file: answer.file, bytes })
        };
        wanted.filter_map(need).collect()
    }

    /// The answer to a question; `given` are the bytes that it [`needs`](Self::needs), in that
    /// order.
    #[must_use]
    pub fn ask(&self, ask: &Ask, given: &[Vec<u8>]) -> Answered {
        let mut given = given.iter();
        let parts: Vec<Part<'_>> = self
            .wanted(ask)
            .into_iter()
            .map(|(answer, range)| self.part(answer, range, &mut given))
            .collect();
        match (ask, &parts[..]) {
            (Ask::Rows { from, to }, _) => Answered::Rows(rows::rows(self, *from, *to)),
            (Ask::Place { row }, _) => {
                Answered::Place { row: Some(*row), place: rows::place(self, *row) }
            }
            (Ask::NextRejected { from, back }, _) => {
                let row = self.index.next_rejected(*from, *back);
                Answered::Place { row, place: row.and_then(|row| rows::place(self, row)) }
            }
            (Ask::Explain { row }, [part]) => explain::explained(self, *row, part),
            (Ask::ExplainAt { answer, offset }, [part]) => {
                match self.index.row_at(*answer, *offset) {
                    Some(row) => explain::explained(self, row, part),
                    None => Answered::Nothing,
                }
            }
            (Ask::Lines { answer, width, from, to }, [part]) => {
                Answered::Lines(bytes::lines(&self.index, *answer, *width, *from..*to, part))
            }
            (Ask::LineOf { answer, width, offset }, _) => {
                bytes::line_of(&self.index, *answer, *width, *offset)
                    .map_or(Answered::Nothing, Answered::Line)
            }
            (Ask::Rejections { answer }, _) => {
                Answered::Rejections(rows::rejections(self, *answer))
            }
            (Ask::Alone, _) => Answered::Alone(charts::alone(self)),
            (Ask::Compare { old, new }, [before, after]) => {
                Answered::Compared(Box::new(changes::compared(self, (*old, before), (*new, after))))
            }
            _ => Answered::Nothing,
        }
    }

    /// The bytes of an answer that are held; nothing of one that is the file itself.
    #[must_use]
    pub fn held(&self, answer: usize) -> Option<&[u8]> {
        match &self.answers.get(answer)?.bytes {
            Source::File => None,
            Source::Held(bytes) => Some(bytes),
        }
    }

    /// The number of the file that an answer is of.
    #[must_use]
    pub fn file_of(&self, answer: usize) -> Option<usize> {
        Some(self.answers.get(answer)?.file)
    }

    /// Which bytes of which answers a question is about.
    fn wanted(&self, ask: &Ask) -> Vec<(usize, Range<u64>)> {
        let wanted = match *ask {
            Ask::Explain { row } => explain::needs(&self.index, row),
            Ask::ExplainAt { answer, offset } => {
                self.index.row_at(answer, offset).and_then(|row| explain::needs(&self.index, row))
            }
            Ask::Lines { answer, width, from, to } => {
                bytes::needs(&self.index, answer, width, from..to).map(|bytes| (answer, bytes))
            }
            Ask::Compare { old, new } => return changes::needs(&self.index, old, new),
            _ => None,
        };
        wanted.into_iter().collect()
    }

    fn part<'a>(
        &'a self,
        answer: usize,
        range: Range<u64>,
        given: &mut std::slice::Iter<'a, Vec<u8>>,
    ) -> Part<'a> {
        let bytes = match self.held(answer) {
            Some(held) => {
                let end = (range.end as usize).min(held.len());
                &held[(range.start as usize).min(end)..end]
            }
            None => given.next().map_or(&[][..], |bytes| bytes),
        };
        Part { start: range.start, bytes }
    }

    fn sort(&mut self) {
        self.order = self
            .sort
            .map(|(by, is_falling)| Order::new(&self.index, &self.selection, by, is_falling));
    }

    /// Looks at the first bytes, and goes on as they say.
    fn tell(&mut self, is_all: bool) {
        let Some(Incoming::Begun(head)) = &mut self.incoming else { return };
        let begins = file::begins(head, is_all);
        let head = std::mem::take(head);
        let room = self.room();
        let Some(file) = self.files.last_mut() else { return };
        match begins {
            Begins::NotYet => self.incoming = Some(Incoming::Begun(head)),
            Begins::Foreign(foreign) => {
                file.foreign = Some(foreign);
                file.is_open = false;
                self.incoming = Some(Incoming::Enough);
            }
            Begins::Raw => {
                self.begin_raw();
                self.feed_on(&head);
            }
            Begins::Capture => {
                let inspection = Inspection::detailed(&file.name, room);
                self.incoming = Some(Incoming::Capture(Box::new(inspection)));
                self.feed_on(&head);
            }
        }
    }

    fn begin_raw(&mut self) {
        let number = self.files.len() - 1;
        let Some(file) = self.files.last_mut() else { return };
        file.kind = "raw";
        let name = self.names.take(&file.name, file.name.clone());
        let reading = Reading::new(&mut self.index, &name, self.limits.inspect.record);
        self.answers.push(file::raw(name, number));
        file.answers.end = self.answers.len();
        self.incoming = Some(Incoming::Raw(reading));
    }

    /// Takes bytes that were counted already.
    fn feed_on(&mut self, bytes: &[u8]) {
        let read = self.files.last().map(|file| file.read);
        self.feed(bytes);
        if let (Some(file), Some(read)) = (self.files.last_mut(), read) {
            file.read = read;
        }
    }

    /// Stops where the rows take more memory than there is.
    fn check_room(&mut self) {
        if self.index.held() > self.limits.rows {
            let most = self.limits.rows;
            self.end(Some(Fault::new(
                Reason::TooLarge,
                format!("its rows take more than {} MiB of memory; cut the file", most >> 20),
            )));
        }
    }

    /// What is left for the answers of captures.
    fn room(&self) -> inspect::Limits {
        let held = |answer: &Answer| match &answer.bytes {
            Source::File => 0,
            Source::Held(bytes) => bytes.len() as u64,
        };
        let held: u64 = self.answers.iter().map(held).sum();
        let limits = self.limits.inspect;
        inspect::Limits { memory: limits.memory.saturating_sub(held), ..limits }
    }

    fn end(&mut self, fault: Option<Fault>) {
        self.tell(true);
        let Some(incoming) = self.incoming.take() else { return };
        let number = self.files.len() - 1;
        let file = &mut self.files[number];
        file.is_open = false;
        let was_cut = fault.is_some() || file.read < file.size;
        if let Some(fault) = &fault {
            let read = count(file.read, "byte");
            let why = fault.detail.as_deref().unwrap_or_default();
            file.notices.push(format!(
                "Only {read} of {} were read: {why}. What is shown is of that part; open the file \
                 again to read all of it.",
                count(file.size, "byte")
            ));
        }
        match incoming {
            // What has begun was told apart above.
            Incoming::Enough | Incoming::Begun(_) => {}
            Incoming::Raw(reading) => {
                let verdict = match fault {
                    None => Verdict::Complete { verified: false },
                    Some(fault) if file.read == 0 => Verdict::Failed(fault),
                    Some(fault) => Verdict::Partial(fault),
                };
                reading.finish(&mut self.index, &verdict);
                if let Some(answer) = self.answers.last_mut() {
                    answer.verdict = Some(verdict);
                }
            }
            Incoming::Capture(inspection) => {
                file.kind = match (inspection.is_packed(), inspection.kind()) {
                    (false, Some(carwatch_capture::read::Kind::Pcap)) => "pcap",
                    (false, Some(carwatch_capture::read::Kind::PcapNg)) => "pcapng",
                    (true, Some(carwatch_capture::read::Kind::Pcap)) => "pcap, packed",
                    (true, Some(carwatch_capture::read::Kind::PcapNg)) => "pcapng, packed",
                    (true, _) => "raw, packed",
                    (false, _) => "raw",
                };
                let inspected = match fault {
                    None => inspection.finish(),
                    Some(fault) => inspection.stop(fault),
                };
                let mut notices: Vec<String> = Vec::new();
                // Of a file that ends too early the one line says it, where there is but one.
                if let [line] = &inspected.report.stations[..]
                    && let Some(fault) = line.outcome.verdict.fault()
                    && fault.reason == Reason::Capture
                    && file.notices.is_empty()
                {
                    let why = fault.detail.as_deref().unwrap_or("not all of it is there");
                    notices.push(format!(
                        "{} {} of {} were read, and what is shown is what they hold; ask for the \
                         file once more.",
                        crate::words::stop(why),
                        count(file.read, "byte"),
                        count(file.size, "byte")
                    ));
                }
                notices.extend(inspected.notes.iter().map(|note| crate::words::stop(&note.words)));
                // A single line says it itself, unless the file was not read to its end.
                if was_cut && file.notices.is_empty() && notices.is_empty() {
                    notices.push(format!(
                        "Only {} of {} were read. What is shown is of that part.",
                        count(file.read, "byte"),
                        count(file.size, "byte")
                    ));
                }
                file.notices.extend(notices);
                file.elapsed = inspected.report.elapsed;
                let names = &mut self.names;
                let mut name = |name: String| names.take(&name.clone(), name);
                let all =
                    file::captured(inspected, number, &self.limits, &mut self.index, &mut name);
                file.answers.end += all.len();
                self.answers.extend(all);
            }
        }
    }
}
