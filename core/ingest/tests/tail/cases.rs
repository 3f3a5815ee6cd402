//! Case by case.

use carwatch_ingest::{Do, FileId, Format, Line, News, Position, Reading, Stat, Tail};

use crate::disk::{Disk, PATH, Station};

pub(crate) struct Case {
    pub(crate) disk: Disk,
    pub(crate) station: Station,
    /// `line time` of every car, `line!` of every refusal.
    pub(crate) seen: Vec<String>,
    pub(crate) positions: Vec<Position>,
}

impl Case {
    pub(crate) fn new(data: &str) -> Self {
        let mut disk = Disk::default();
        let inode = disk.create(PATH, 1);
        disk.files.get_mut(&inode).expect("it is there").data.extend(data.bytes());
        Self { disk, station: start(Vec::new()), seen: Vec::new(), positions: Vec::new() }
    }

    pub(crate) fn write(&mut self, name: &str, data: &str) {
        let inode = self.disk.names[name];
        self.disk.files.get_mut(&inode).expect("it is there").data.extend(data.bytes());
    }

    /// Lets the station read all there is; what it saw and told.
    pub(crate) fn rest(&mut self) -> (Vec<String>, Vec<News>) {
        loop {
            let did = self.station.step(&mut self.disk);
            self.seen.extend(did.lines.into_iter().map(|(number, car)| match car {
                Some(car) => format!("{number} {}", car.time),
                None => format!("{number}!"),
            }));
            if let Some(position) = did.position {
                self.positions.retain(|known| known.id != position.id);
                self.positions.insert(0, position);
            }
            if did.what == Do::Wait {
                return (std::mem::take(&mut self.seen), std::mem::take(&mut self.station.news));
            }
        }
    }

    pub(crate) fn restart(&mut self) {
        let station = start(self.positions.clone());
        std::mem::replace(&mut self.station, station).stop(&mut self.disk);
    }
}

fn start(positions: Vec<Position>) -> Station {
    let reading = Reading { format: Format::Record, ..Reading::default() };
    Station::start(reading, positions)
}

pub(crate) fn said(lines: &[&str], news: &[News]) -> (Vec<String>, Vec<News>) {
    (lines.iter().map(|line| (*line).to_owned()).collect(), news.to_vec())
}

#[test]
fn a_last_line_waits_for_its_newline_until_its_file_is_over() {
    let mut case = Case::new("1:a:b\n2:a");
    assert_eq!(case.rest(), said(&["1 1"], &[]));
    case.write(PATH, ":b\n3:a:b");
    assert_eq!(case.rest(), said(&["2 2"], &[]));
    case.disk.rename(PATH, "old");
    assert_eq!(case.rest(), said(&[], &[News::Gone]));
    case.disk.create(PATH, 2);
    assert_eq!(case.rest(), said(&[], &[]), "an empty file says nothing");
    case.write("old", "b");
    assert_eq!(case.rest(), said(&[], &[]));
    case.write(PATH, "4:a:b\n");
    assert_eq!(case.rest(), said(&["3 3", "1 4"], &[News::Replaced]));
}

#[test]
fn a_file_that_is_shorter_or_other_than_it_was_is_read_from_its_start() {
    let mut case = Case::new("1:a:b\n2:a:b\n3:a:b");
    assert_eq!(case.rest(), said(&["1 1", "2 2"], &[]));
    let inode = case.disk.names[PATH];
    // However much the last line looks like a car, its end never came.
    case.disk.truncate(inode);
    case.write(PATH, "4:a:b\n");
    assert_eq!(case.rest(), said(&["3!", "1 4"], &[News::Truncated]));
    case.disk.truncate(inode);
    case.write(PATH, "5:a:b\n6:a:b\n");
    assert_eq!(case.rest(), said(&["1 5", "2 6"], &[News::Truncated]));
    // No longer and no shorter.
    case.disk.truncate(inode);
    case.write(PATH, "7:a:b\n8:a:b\n");
    assert_eq!(case.rest(), said(&["1 7", "2 8"], &[News::Truncated]));
    // What stands before the place where it is read on is the same, but not the begin.
    let long = "x".repeat(100);
    case.disk.truncate(inode);
    case.write(PATH, &format!("8:a:b\n9:{long}:b\n"));
    assert_eq!(case.rest(), said(&["1 8", "2 9"], &[News::Truncated]));
    case.disk.truncate(inode);
    case.write(PATH, &format!("9:a:b\n9:{long}:b\n"));
    assert_eq!(case.rest(), said(&["1 9", "2 9"], &[News::Truncated]));
    // The begin is the same, but not what stands before the place where it is read on.
    case.disk.truncate(inode);
    let long = "x".repeat(2000);
    case.write(PATH, &format!("9:{long}:b\n10:a:b\n"));
    assert_eq!(case.rest(), said(&["1 9", "2 10"], &[News::Truncated]));
    case.disk.truncate(inode);
    case.write(PATH, &format!("9:{long}:b\n11:a:b\n12:a:b\n"));
    assert_eq!(case.rest(), said(&["1 9", "2 11", "3 12"], &[News::Truncated]));
}

#[test]
fn what_is_open_is_read_while_the_path_cannot_be_opened() {
    let mut case = Case::new("1:a:b\n");
    case.rest();
    case.disk.rename(PATH, "old");
    case.disk.create(PATH, 2);
    while case.station.tail.instruction() != Do::Open {
        case.station.step(&mut case.disk);
    }
    case.write("old", "2:a:b\n");
    case.station.tail.not_opened();
    while case.seen.is_empty() {
        let did = case.station.step(&mut case.disk);
        assert_ne!(did.what, Do::Look);
        case.seen.extend(did.lines.iter().map(|(number, _)| number.to_string()));
    }
}

/// An inode that is used again does not make another file the same.
#[test]
fn a_file_of_the_same_content_is_another_one_when_the_first_is_gone() {
    let mut case = Case::new("1:a:b\n");
    case.rest();
    for inode in [11, 10, 11, 10] {
        case.disk.remove(PATH);
        assert_eq!(case.disk.create(PATH, 2), inode);
        case.write(PATH, "1:a:b\n");
        assert_eq!(case.rest(), said(&["1 1"], &[News::Replaced]));
    }
}

/// Files that come and go at the path while a long one is read.
#[test]
fn what_comes_to_the_path_meanwhile_is_read_in_its_turn() {
    let lines =
        |range: std::ops::Range<u32>| range.map(|n| format!("{n}:a:b\n")).collect::<String>();
    let mut case = Case::new(&lines(0..500_000));
    while case.station.step(&mut case.disk).lines.is_empty() {}
    let mut seen = 0;
    for (from, to) in [(PATH, "a"), (PATH, "b"), (PATH, "c")] {
        case.disk.rename(from, to);
        case.disk.create(PATH, 2);
        case.write(PATH, to);
        case.write(PATH, ":a:b\n");
        let open = case.station.open.len();
        while case.station.open.len() == open {
            seen += case.station.step(&mut case.disk).lines.len();
        }
    }
    assert!(seen < 400_000, "the first one is not at its end");
    let (told, news) = case.rest();
    assert_eq!(told[told.len() - 3..], ["1 a", "1 b", "1 c"]);
    assert_eq!(news, [News::Replaced; 3]);
}

/// Without `--follow`: to the end, and a last line needs no newline.
#[test]
fn a_file_is_read_once() {
    let stat = |len| Stat { id: FileId { device: 1, inode: 2 }, len, linked: true };
    let read = |data: &str, positions| {
        let mut tail = Tail::once(Reading::default(), positions);
        let mut seen = Vec::new();
        let mut open = Vec::new();
        loop {
            match tail.instruction() {
                Do::Look => tail.looked(Some(stat(data.len() as u64)), &open),
                Do::Open => {
                    assert!(tail.opened(stat(data.len() as u64)));
                    open.push(stat(data.len() as u64));
                }
                Do::Read { at, len } => {
                    let rest = &data[data.len().min(at as usize)..];
                    tail.read(&rest.as_bytes()[..rest.len().min(len)], &mut |line: Line<'_>| {
                        seen.push(format!("{line:?}"));
                    });
                }
                Do::Finish => tail.finish(&mut |line: Line<'_>| seen.push(format!("{line:?}"))),
                Do::Tell(_) => {}
                Do::Done => return (seen.len(), tail.position()),
                other => panic!("{other:?}"),
            }
        }
    };
    let (seen, position) = read("time,brand,color\n1,a,b\n2,a,b", Vec::new());
    let position = position.expect("it was read");
    assert_eq!((seen, position.offset, position.line, position.format), (2, 28, 3, Format::Csv));
    let (seen, again) = read("time,brand,color\n1,a,b\n2,a,b", vec![position.clone()]);
    assert_eq!((seen, again.as_ref()), (0, Some(&position)));
    let (seen, more) = read("time,brand,color\n1,a,b\n2,a,b\n3,a,b\n", vec![position]);
    assert_eq!((seen, more.map(|more| (more.offset, more.line))), (1, Some((35, 5))));
    assert_eq!(read("", Vec::new()), (0, None));
}

#[test]
fn nothing_is_open_before_the_path_is_there_and_the_format_is_found_out() {
    let mut case = Case::new("");
    case.disk.remove(PATH);
    case.station = Station::start(Reading::default(), Vec::new());
    let _ = case.rest();
    assert!(!case.station.tail.has_open());
    assert_eq!(case.station.tail.format(), Format::Auto);
    case.disk.create(PATH, 1);
    case.write(PATH, "{\"time\":1}\n");
    let _ = case.rest();
    assert!(case.station.tail.has_open());
    assert_eq!(case.station.tail.format(), Format::Ndjson);
}
