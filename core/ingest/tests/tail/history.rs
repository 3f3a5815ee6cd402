//! One history: a writer, an operator who rotates, truncates and deletes, a station that
//! is killed, and a store; and what may be missing in the end.

use std::collections::{BTreeMap, BTreeSet};

use carwatch_ingest::{Do, Format, News, Position, Reading};

use crate::disk::{Disk, PATH, Station};

/// What the histories are made of, and how much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) format: Format,
    pub(crate) kills: bool,
    pub(crate) truncates: bool,
    pub(crate) deletes: bool,
    /// Files come back to the path, after which the order of lines is anyone's guess.
    pub(crate) returns: bool,
    /// The operator waits until the station has seen the new file before the next rotation.
    pub(crate) patient: bool,
    /// Before anything is rotated, and before the first kill, a position is committed.
    pub(crate) settled: bool,
}

pub(crate) struct History {
    kind: Kind,
    random: u64,
    disk: Disk,
    station: Option<Station>,
    /// The inode that the writer writes to.
    writer: Option<u64>,
    /// What it has not written yet of its current line.
    unwritten: Vec<u8>,
    /// Of every line that was written as a whole.
    written: BTreeMap<u64, Written>,
    sequence: u64,
    serial: u64,
    /// Files, by serial, that nobody can find again.
    lost: BTreeSet<u64>,
    /// What was read and is not committed.
    batches: Vec<Batch>,
    /// What is committed: the lines, in their order.
    pub(crate) committed: Vec<u64>,
    /// And the positions, the newest first, with the serial and state of the file.
    positions: Vec<(Position, u64, u32)>,
    pub(crate) may_miss: BTreeSet<u64>,
    pub(crate) news: Vec<News>,
    pub(crate) log: Vec<String>,
}

struct Written {
    serial: u64,
    truncated: u32,
    /// It was overwritten after it was read, and before it was committed.
    at_risk: bool,
}

struct Batch {
    lines: Vec<u64>,
    position: Option<(Position, u64, u32)>,
}

impl History {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        let mut new = Self {
            kind,
            random: seed,
            disk: Disk::default(),
            station: None,
            writer: None,
            unwritten: Vec::new(),
            written: BTreeMap::new(),
            sequence: 0,
            serial: 0,
            lost: BTreeSet::new(),
            batches: Vec::new(),
            committed: Vec::new(),
            positions: Vec::new(),
            may_miss: BTreeSet::new(),
            news: Vec::new(),
            log: Vec::new(),
        };
        if new.one_in(2) {
            new.create();
        }
        new.start();
        new
    }

    /// Lets things happen, then lets the station come to rest.
    pub(crate) fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            match self.below(20) {
                0..10 => self.station_steps(),
                10..16 => self.write(),
                16 => self.commit(),
                17 | 18 => {
                    self.operate();
                    // What leads to other files may be gone.
                    if self.station.is_none() {
                        self.lose_all_unfound();
                    }
                }
                _ if self.kind.kills && self.station.is_some() => self.kill(),
                _ if self.station.is_none() => self.start(),
                _ => {}
            }
        }
        self.flush();
        if self.station.is_none() {
            self.start();
        }
        let mut waits = 0;
        while waits < 3 {
            waits += u32::from(self.step() == Do::Wait);
        }
        self.commit();
        self.news.extend(self.station.take().expect("it runs").news);
    }

    /// The lines that were written as a whole.
    pub(crate) fn all(&self) -> impl Iterator<Item = u64> {
        self.written.keys().copied()
    }

    fn start(&mut self) {
        self.log.push("start".into());
        let positions = self.positions.iter().map(|(position, ..)| position.clone()).collect();
        let reading = Reading { format: self.kind.format, ..Reading::default() };
        self.station = Some(Station::start(reading, positions));
    }

    /// Whether it may go on without a position.
    fn may_begin(&self) -> bool {
        !self.kind.settled || !self.positions.is_empty()
    }

    fn kill(&mut self) {
        if !self.may_begin() {
            return;
        }
        let Some(station) = self.station.take() else { return };
        self.log.push(format!("kill, open {:?}", station.open));
        self.news.extend(&station.news);
        for line in std::mem::take(&mut self.batches).into_iter().flat_map(|batch| batch.lines) {
            // The end of a file may be as good as a newline that never came.
            let Some(written) = self.written.get(&line) else { continue };
            // It may have been deleted, or truncated, when it was read.
            let gone = !self.disk.files.values().any(|file| file.serial == written.serial);
            if written.at_risk || gone {
                self.may_miss.insert(line);
            }
        }
        // What only the open files led to.
        self.lose_all_unfound();
        station.stop(&mut self.disk);
    }

    fn station_steps(&mut self) {
        for _ in 0..self.below(12) {
            let _ = self.step();
        }
    }

    fn step(&mut self) -> Do {
        let Some(station) = &mut self.station else { return Do::Wait };
        if self.random.is_multiple_of(97) {
            match station.tail.instruction() {
                Do::Tell(news) => station.news.push(news),
                Do::Look | Do::Open | Do::Read { .. } => {
                    station.tail.failed();
                    self.below(2);
                    return Do::Look;
                }
                _ => {}
            }
        }
        let front = station.open.first().map(|inode| &self.disk.files[inode]);
        let front = front.map(|file| (file.serial, file.truncated));
        let did = station.step(&mut self.disk);
        if !matches!(did.what, Do::Wait | Do::Look | Do::Read { .. }) || !did.lines.is_empty() {
            let (first, last) = (did.lines.first(), did.lines.last());
            self.log.push(format!("{:?}: {first:?} to {last:?}", did.what));
        }
        let whole = |car: &carwatch::Car<'_>| {
            let line = car.time.parse().ok()?;
            (car.color == format!("end{line}")).then_some(line)
        };
        let lines: Vec<u64> =
            did.lines.iter().filter_map(|(_, car)| whole(car.as_ref()?)).collect();
        if let Some((serial, truncated)) = front
            && matches!(did.what, Do::Read { .. } | Do::Finish)
        {
            let position = did.position.map(|position| (position, serial, truncated));
            let last = self.batches.last().and_then(|batch| batch.position.as_ref());
            let last = last.or(self.positions.first()).map(|(last, ..)| last);
            if !lines.is_empty() || last != position.as_ref().map(|(position, ..)| position) {
                self.batches.push(Batch { lines, position });
            }
        }
        did.what
    }

    fn commit(&mut self) {
        self.log.push(format!("commit {}", self.batches.len()));
        for batch in std::mem::take(&mut self.batches) {
            self.committed.extend(batch.lines);
            if let Some(position) = batch.position {
                self.positions.retain(|(known, ..)| known.id != position.0.id);
                self.positions.insert(0, position);
            }
        }
    }

    // The writer.

    fn write(&mut self) {
        let Some(inode) = self.writer else {
            return self.create_if_none();
        };
        let lines = if self.one_in(200) { 3000 } else { self.below(4) };
        for _ in 0..lines {
            self.line(inode);
        }
        // A part of the next one.
        if self.one_in(4) {
            self.flush();
            self.unwritten = self.next_line();
            let part = self.below(self.unwritten.len() as u64) as usize;
            let part: Vec<_> = self.unwritten.drain(..part).collect();
            self.append(inode, &part);
        }
    }

    fn line(&mut self, inode: u64) {
        self.flush();
        let line = self.next_line();
        self.append(inode, &line);
        self.wrote(inode);
    }

    fn next_line(&mut self) -> Vec<u8> {
        self.sequence += 1;
        let pad = if self.one_in(30) { 2000 } else { self.below(80) } as usize;
        let n = self.sequence;
        let mark = if self.kind.format == Format::Csv { ',' } else { ':' };
        let pad = "p".repeat(pad);
        let pad = if mark == ',' && n.is_multiple_of(3) { format!("\"{pad}\n\"") } else { pad };
        format!("{n}{mark}{pad}{mark}end{n}\n").into_bytes()
    }

    /// Completes a line that was begun.
    fn flush(&mut self) {
        let rest = std::mem::take(&mut self.unwritten);
        if let (Some(inode), false) = (self.writer, rest.is_empty()) {
            self.append(inode, &rest);
            self.wrote(inode);
        }
    }

    fn append(&mut self, inode: u64, bytes: &[u8]) {
        self.disk.files.get_mut(&inode).expect("it is open").data.extend_from_slice(bytes);
    }

    fn wrote(&mut self, inode: u64) {
        let file = &self.disk.files[&inode];
        let (serial, truncated) = (file.serial, file.truncated);
        // One that came back and was rotated again is, by the time it was made, not the last
        // one, and need not be read on once its end was met.
        let born = file.born;
        let younger = |(other, file): (&u64, &crate::disk::File)| {
            file.born > born && self.disk.is_rotated(*other)
        };
        let passed = self.kind.returns
            && self.kind.kills
            && self.disk.names.get(PATH) != Some(&inode)
            && self.disk.files.iter().any(younger);
        if self.lost.contains(&serial) || passed {
            self.may_miss.insert(self.sequence);
        }
        let written = Written { serial, truncated, at_risk: false };
        self.written.insert(self.sequence, written);
    }

    /// It switches to the file at the path.
    fn switch(&mut self) {
        self.flush();
        let Some(inode) = self.disk.names.get(PATH).copied() else { return };
        self.log.push(format!("switch to {inode}"));
        self.disk.open(inode);
        if let Some(old) = self.writer.replace(inode) {
            self.disk.close(old);
        }
        if self.kind.format == Format::Csv && self.disk.files[&inode].data.is_empty() {
            self.append(inode, b"time,brand,color\n");
        }
    }

    // The operator.

    fn operate(&mut self) {
        let at_path = self.disk.names.get(PATH).copied();
        let known = at_path.is_none_or(|inode| self.would_be_findable(inode));
        match self.below(8) {
            0 | 1 if (known || !self.kind.patient) && self.may_begin() => {
                if let (Some(inode), true) = (at_path, self.writer == at_path) {
                    self.log.push(format!("rename {inode}"));
                    let to = format!("{PATH}.{}", self.disk.files[&inode].serial);
                    self.disk.rename(PATH, &to);
                    self.lose_unless_found(inode);
                }
            }
            2 | 3 => self.create_if_none(),
            4 => self.switch(),
            5 if self.kind.truncates => {
                if let Some(inode) = self.writer {
                    self.truncate(inode);
                }
            }
            6 if self.kind.deletes && (known || !self.kind.patient) => {
                // With luck the one at the path.
                let nth = self.below(self.disk.names.len().max(1) as u64) as usize;
                if let Some((name, inode)) = self.disk.names.iter().nth(nth) {
                    let (name, inode) = (name.clone(), *inode);
                    self.log.push(format!("delete {name} {inode}"));
                    self.disk.open(inode);
                    self.disk.remove(&name);
                    self.lose_unless_found(inode);
                    self.disk.close(inode);
                }
            }
            7 if self.kind.returns && at_path.is_none() => {
                let nth = self.below(self.disk.names.len().max(1) as u64) as usize;
                if let Some(name) = self.disk.names.keys().nth(nth).cloned() {
                    self.log.push(format!("return {name}"));
                    self.disk.rename(&name, PATH);
                    let inode = self.disk.names[PATH];
                    let serial = self.disk.files[&inode].serial;
                    self.lost.remove(&serial);
                    self.switch();
                }
            }
            _ => {}
        }
    }

    fn create_if_none(&mut self) {
        if !self.disk.names.contains_key(PATH) {
            self.create();
        }
        if self.one_in(2) {
            self.switch();
        }
    }

    fn create(&mut self) {
        self.serial += 1;
        let inode = self.disk.create(PATH, self.serial);
        self.log.push(format!("create {inode}"));
    }

    /// Copy-truncate.
    fn truncate(&mut self, inode: u64) {
        self.log.push(format!("truncate {inode}"));
        let read: BTreeSet<_> = self.batches.iter().flat_map(|batch| &batch.lines).collect();
        let committed: BTreeSet<_> = self.committed.iter().copied().collect();
        let file = &self.disk.files[&inode];
        for (line, written) in &mut self.written {
            let here = (written.serial, written.truncated) == (file.serial, file.truncated);
            if !here || committed.contains(line) {
                continue;
            }
            if read.contains(line) {
                written.at_risk = true;
            } else {
                self.may_miss.insert(*line);
            }
        }
        self.disk.truncate(inode);
        self.lose_unless_found(inode);
        // Half a line at the begin of a file is none.
        self.unwritten.clear();
        self.line(inode);
    }

    // What may be missing.

    /// Whether the station has the file open, or would come to it if it were started now and
    /// the file were not at the path.
    fn findable(&self, inode: u64) -> bool {
        match &self.station {
            Some(station) => station.open.contains(&inode),
            None => self.would_be_findable(inode) && self.disk.linked(inode),
        }
    }

    /// The same, if it gets a name that rotation gives.
    fn would_be_findable(&self, inode: u64) -> bool {
        if self.station.is_some() {
            return self.findable(inode);
        }
        let Some((position, serial, truncated)) = self.positions.first() else { return false };
        let newest = self.disk.files.iter().find(|(_, file)| {
            file.serial == *serial && (file.truncated == *truncated || position.offset == 0)
        });
        newest.is_some_and(|(newest, file)| {
            let beside = self.disk.is_rotated(*newest);
            inode == *newest || (beside && file.born < self.disk.files[&inode].born)
        })
    }

    /// What nobody would come to after what just happened.
    fn lose_all_unfound(&mut self) {
        let inodes: Vec<_> = self.disk.files.keys().copied().collect();
        inodes.into_iter().for_each(|inode| self.lose_unless_found(inode));
    }

    fn lose_unless_found(&mut self, inode: u64) {
        if self.disk.names.get(PATH) == Some(&inode) || self.findable(inode) {
            return;
        }
        let serial = self.disk.files[&inode].serial;
        let committed: BTreeSet<_> = self.committed.iter().copied().collect();
        let read: BTreeSet<_> =
            self.batches.iter().flat_map(|batch| batch.lines.iter().copied()).collect();
        for (line, written) in &mut self.written {
            if written.serial == serial && !committed.contains(line) {
                written.at_risk = true;
                if !read.contains(line) {
                    self.may_miss.insert(*line);
                }
            }
        }
        self.lost.insert(serial);
    }

    // Chance.

    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
