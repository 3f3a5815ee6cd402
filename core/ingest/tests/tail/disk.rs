//! A folder in memory, with inodes that are used again, and the driver of a `Tail` on it.

use std::collections::BTreeMap;

use carwatch::Car;
use carwatch_ingest::{Do, FileId, Line, News, Position, Reading, Stat, Tail};

/// The path that is followed.
pub(crate) const PATH: &str = "cars.log";

#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) files: BTreeMap<u64, File>,
    born: u64,
}

#[derive(Default)]
pub(crate) struct File {
    pub(crate) data: Vec<u8>,
    /// How many have it open.
    pub(crate) open: u32,
    /// How often it was truncated.
    pub(crate) truncated: u32,
    /// No other file ever has the same.
    pub(crate) serial: u64,
    /// How many files there were before it.
    pub(crate) born: u64,
}

impl Disk {
    /// A new, empty file, with the lowest inode that is free.
    pub(crate) fn create(&mut self, name: &str, serial: u64) -> u64 {
        assert!(!self.names.contains_key(name), "{name} is there");
        let inode = (10..).find(|inode| !self.files.contains_key(inode)).expect("a free one");
        self.files.insert(inode, File { serial, born: self.born, ..File::default() });
        self.born += 1;
        self.names.insert(name.to_owned(), inode);
        inode
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let inode = self.names.remove(from).expect("it is there");
        self.names.insert(to.to_owned(), inode);
        self.sweep();
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.names.remove(name).expect("it is there");
        self.sweep();
    }

    pub(crate) fn truncate(&mut self, inode: u64) {
        let file = self.files.get_mut(&inode).expect("it is there");
        file.data.clear();
        file.truncated += 1;
    }

    pub(crate) fn open(&mut self, inode: u64) {
        self.files.get_mut(&inode).expect("it is there").open += 1;
    }

    pub(crate) fn close(&mut self, inode: u64) {
        self.files.get_mut(&inode).expect("it is there").open -= 1;
        self.sweep();
    }

    pub(crate) fn linked(&self, inode: u64) -> bool {
        self.names.values().any(|named| *named == inode)
    }

    /// Whether it has a name that rotation gives.
    pub(crate) fn is_rotated(&self, inode: u64) -> bool {
        let rotated = |name: &str| {
            let end = name.strip_prefix(PATH).and_then(|end| end.strip_prefix('.'));
            end.is_some_and(|end| end.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.names.iter().any(|(name, named)| *named == inode && rotated(name))
    }

    /// Those that were at the path after a file, the oldest first.
    fn after(&self, inode: u64) -> Vec<u64> {
        let born = self.files[&inode].born;
        let mut after: Vec<_> = self.files.iter().filter(|(_, file)| file.born > born).collect();
        after.sort_by_key(|(_, file)| file.born);
        after.into_iter().map(|(inode, _)| *inode).filter(|other| self.is_rotated(*other)).collect()
    }

    fn stat(&self, inode: u64) -> Stat {
        let len = self.files[&inode].data.len() as u64;
        Stat { id: FileId { device: 1, inode }, len, linked: self.linked(inode) }
    }

    fn sweep(&mut self) {
        let named: Vec<_> = self.names.values().copied().collect();
        self.files.retain(|inode, file| file.open > 0 || named.contains(inode));
    }
}

/// A running station: a machine, and the files it has open.
pub(crate) struct Station {
    pub(crate) tail: Tail,
    pub(crate) open: Vec<u64>,
    pub(crate) news: Vec<News>,
}

/// What came of one instruction.
pub(crate) struct Did {
    pub(crate) what: Do,
    /// The cars that were read, by the number of their line, and `None` for a refusal.
    pub(crate) lines: Vec<(u64, Option<Car<'static>>)>,
    /// Up to where, if anything was read.
    pub(crate) position: Option<Position>,
}

impl Station {
    pub(crate) fn start(reading: Reading, positions: Vec<Position>) -> Self {
        Self { tail: Tail::follow(reading, positions), open: Vec::new(), news: Vec::new() }
    }

    /// Does what the machine says, once.
    pub(crate) fn step(&mut self, disk: &mut Disk) -> Did {
        let mut lines = Vec::new();
        let mut sink = |line: Line<'_>| match line {
            Line::Car { number, car, .. } => lines.push((number, Some(car.into_owned()))),
            Line::Refused { number, .. } => lines.push((number, None)),
            Line::Ignored { .. } => {}
        };
        let what = self.tail.instruction();
        let mut position = None;
        match what {
            Do::Tell(news) => self.news.push(news),
            Do::Look => {
                let open: Vec<_> = self.open.iter().map(|inode| disk.stat(*inode)).collect();
                self.tail.looked(disk.names.get(PATH).map(|inode| disk.stat(*inode)), &open);
            }
            Do::Open => match disk.names.get(PATH).copied() {
                None => self.tail.not_opened(),
                Some(inode) => {
                    if self.tail.opened(disk.stat(inode)) {
                        disk.open(inode);
                        self.open.push(inode);
                    }
                }
            },
            Do::Search { inode, any_name } => {
                let mut found = Vec::new();
                if if any_name { disk.linked(inode) } else { disk.is_rotated(inode) } {
                    found = disk.after(inode);
                    found.retain(|inode| !self.open.contains(inode));
                    found.insert(0, inode);
                }
                found.iter().for_each(|inode| disk.open(*inode));
                let stats: Vec<_> = found.iter().map(|inode| disk.stat(*inode)).collect();
                self.open.splice(..0, found);
                self.tail.found(&stats);
            }
            Do::Read { at, len } => {
                assert!((1..=carwatch_ingest::CHUNK).contains(&len), "{len}");
                let data = &disk.files[&self.open[0]].data;
                let from = data.len().min(at as usize);
                self.tail.read(&data[from..data.len().min(from + len)], &mut sink);
                position = self.tail.position();
            }
            Do::Finish => {
                self.tail.finish(&mut sink);
                position = self.tail.position();
            }
            Do::Close => {
                disk.close(self.open.remove(0));
                self.tail.closed();
            }
            Do::Wait => self.tail.waited(),
            Do::Done => {}
        }
        Did { what, lines, position }
    }

    /// The end of the station, however it comes.
    pub(crate) fn stop(self, disk: &mut Disk) {
        self.open.into_iter().for_each(|inode| disk.close(inode));
    }
}
