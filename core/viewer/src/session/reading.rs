//! Files on their way in: what they are, where they go, and how they end.

use carwatch::{Fault, Reason, Verdict};
use carwatch_capture::inspect::{self, Inspection};
use carwatch_capture::read::Kind;
use carwatch_index::Reading;

use crate::Session;
use crate::file::{self, Answer, Begins, File, Incoming, Source};
use crate::text::count;
use crate::words::stop;

impl Session {
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
        self.take(bytes);
    }

    /// Takes bytes that are counted.
    fn take(&mut self, bytes: &[u8]) {
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

    /// Reads a file that is none of ours as a raw answer, from its begin: feed it once more, if
    /// this is true. Any other file was read already.
    pub fn read_anyway(&mut self, file: usize) -> bool {
        let Some(line) = self.files.get(file).filter(|line| line.foreign.is_some()) else {
            return false;
        };
        let (name, size) = (line.name.clone(), line.size);
        self.files[file].foreign = None;
        self.files[file].notices.clear();
        self.open(&name, size);
        // The line above it, without an answer, is no longer needed.
        if self.files[file].answers.is_empty() && file + 2 == self.files.len() {
            self.files.remove(file);
        }
        self.begin_raw();
        true
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
                self.take(&head);
            }
            Begins::Capture => {
                let inspection = Inspection::detailed(&file.name, room);
                self.remember();
                self.incoming = Some(Incoming::Capture(Box::new(inspection)));
                self.take(&head);
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
            let why = stop(fault.detail.as_deref().unwrap_or_default());
            // One that is too large is so the next time.
            let again = match fault.reason {
                Reason::TooLarge => "",
                _ => "; open the file again to read all of it",
            };
            file.notices.push(format!(
                "Only {read} of {} were read: {why} What is shown is of that part{again}.",
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
                let rows = self.index.answers().last();
                if verdict.is_complete()
                    && rows.is_some_and(|rows| rows.bytes > 0 && rows.cars() == 0)
                {
                    file.notices.push("There is not one car in it: it may be no answer.".into());
                }
                if let Some(answer) = self.answers.last_mut() {
                    answer.verdict = Some(verdict);
                }
            }
            Incoming::Capture(inspection) => {
                file.kind = match (inspection.is_packed(), inspection.kind()) {
                    (false, Some(Kind::Pcap)) => "pcap",
                    (false, Some(Kind::PcapNg)) => "pcapng",
                    (true, Some(Kind::Pcap)) => "pcap, packed",
                    (true, Some(Kind::PcapNg)) => "pcapng, packed",
                    (true, _) => "raw, packed",
                    (false, _) => "raw",
                };
                let is_full = inspection.is_full();
                if is_full {
                    file.notices.push(format!(
                        "Only {} of {} were read: the answers take more than the {} MiB of memory \
                         that there are for them. What is shown is of that part; cut the file to \
                         see the rest (editcap -c, tcpdump -C).",
                        count(file.read, "byte"),
                        count(file.size, "byte"),
                        self.limits.inspect.memory >> 20,
                    ));
                }
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
                    notices.extend(fault.detail.clone());
                }
                // The command line's own words name an option of its own.
                let told = inspected.notes.iter().skip(usize::from(is_full));
                notices.extend(told.map(|note| note.words.clone()));
                for notice in &mut notices {
                    // Where it says up to which byte, the file is damaged or lacks its end.
                    let is_cut = notice.contains("(byte ");
                    *notice = stop(notice);
                    if is_cut {
                        *notice = sentence(notice);
                        *notice += &format!(
                            " {} of {} were read, and what is shown is what they hold; ask for \
                             the file once more.",
                            count(file.read, "byte"),
                            count(file.size, "byte")
                        );
                    }
                }
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
                self.put(inspected, true);
            }
        }
    }
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
