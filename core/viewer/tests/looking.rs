//! Looks at captures that are still being read.

use std::net::SocketAddr;

use carwatch::Reason;
use carwatch_capture::comment::{OutcomeComment, OutcomeName, StationComment};
use carwatch_capture::write::{Connection, End, Writer};
use carwatch_viewer::say::{Moves, RowLine, Rows};
use carwatch_viewer::{Answered, Ask, Limits, Session};

type Told = (String, String, u64, String, String, String);

/// What a row says that does not depend on its numbers.
fn told(session: &Session, row: &RowLine) -> Told {
    let station = &session.overview().stations[row.answer];
    let RowLine { start, time, brand, color, .. } = row.clone();
    (station.address.clone(), station.base.clone(), start, time, brand, color)
}

fn rows(session: &Session) -> Vec<RowLine> {
    let mut all: Vec<RowLine> = Vec::new();
    loop {
        let ask = Ask::Rows { from: all.len(), to: all.len() + 1000 };
        let Answered::Rows(Rows { rows, of, .. }) = session.ask(&ask, &[]) else {
            panic!("no rows")
        };
        all.extend(rows);
        if all.len() == of {
            return all;
        }
    }
}

/// Three stations that answer at once, the last one first; one of them has to be asked twice.
fn at_once() -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new("a test", &mut out);
    let mut now = 1_795_330_800_000_000_000;
    let mut begin = |writer: &mut Writer, index: u64, attempt: u32, out: &mut Vec<u8>| {
        now += 1_000_000;
        let address = SocketAddr::from(([10, 0, 1, index as u8], 8000));
        let comment = StationComment {
            index,
            name: format!("station{index}"),
            address: address.to_string(),
            attempt,
            round: 1,
            began_ns: None,
        };
        let local = Some(SocketAddr::from(([10, 0, 0, 2], 40_000 + attempt as u16 * 10)));
        let connection =
            Connection { peer: address, local, dialled_ns: now, connected_ns: now + 1000 };
        writer.connected(&comment, &connection, out)
    };
    let mut streams: Vec<_> =
        [2, 1, 0].map(|index| begin(&mut writer, index, 1, &mut out)).into_iter().collect();
    let outcome = |outcome, reason| OutcomeComment {
        outcome,
        reason,
        verified: false,
        bytes: 1,
        first_byte_ns: None,
        detail: None,
        ended_ns: None,
    };
    let later = 1_795_330_801_000_000_000;
    for n in 0..200_u64 {
        for (nth, stream) in streams.iter_mut().enumerate() {
            let car = format!("{n}:brand{nth}:color{}.", n % 7);
            stream.received(car.as_bytes(), later + n * 1_000_000, &mut out);
        }
        if n == 100 {
            let reset = outcome(OutcomeName::Partial, Some(Reason::Reset));
            streams.remove(1).ended(End::Reset, reset, later + n * 1_000_000, &mut out);
            streams.insert(1, begin(&mut writer, 1, 2, &mut out));
        }
    }
    for stream in streams {
        let complete = outcome(OutcomeName::Complete, None);
        stream.ended(End::Fin, complete, later + 500_000_000, &mut out);
    }
    out
}

/// A capture behind a raw file, with a look after every piece, and what `each` makes of it.
fn looked(mut each: impl FnMut(&Session, &[Moves])) -> Session {
    let mut session = Session::new(Limits::default());
    session.open("gate.raw", 13);
    session.feed(b"1:a:b.2:c:d.x");
    session.close();
    let bytes = at_once();
    session.open("three.pcapng", bytes.len() as u64);
    for piece in bytes.chunks(1000) {
        session.feed(piece);
        session.look();
        let moves = session.moves();
        each(&session, &moves);
    }
    session.close();
    let moves = session.moves();
    each(&session, &moves);
    session
}

#[test]
fn rows_appear_while_a_capture_is_read() {
    let mut counts = Vec::new();
    let mut marks = Vec::new();
    looked(|session, _| {
        counts.push(session.counts().rows);
        assert_eq!(session.counts().rows, session.rows(), "the filter is applied to them");
        let stations = session.overview().stations;
        marks.push(stations.iter().filter(|station| station.mark == "reading").count());
    });
    assert!(counts[1] > 3 && counts[1] < 100 && counts.last() > Some(&500), "{counts:?}");
    // Only once there are fewer: the second answer of a station is in place of its first.
    assert_eq!(counts.windows(2).filter(|two| two[1] < two[0]).count(), 1, "{counts:?}");
    // What lacks its end is still being read, and nothing is once it is over.
    assert!(marks.iter().any(|count| *count > 0), "{marks:?}");
    assert_eq!(marks.last(), Some(&0));
}

/// Whoever follows the moves has the same record as before.
#[test]
fn every_row_is_found_again() {
    let mut before: Vec<(usize, Told)> = Vec::new();
    let (mut moved, mut gone, mut kept) = (0, 0, 0);
    looked(|session, moves| {
        moved += moves.len();
        let all = rows(session);
        for (row, was) in before.drain(..) {
            let now = moves.iter().try_fold(row, |row, moves| moves.row(row));
            match now.map(|now| told(session, &all[now])) {
                None => gone += usize::from(was.0 == "10.0.1.1:8000"),
                Some(is) => assert_eq!(is, was, "row {row}"),
            }
            kept += usize::from(now.is_some());
        }
        before.extend(all.iter().map(|row| (row.row, told(session, row))));
    });
    // What is gone is the first answer of the station that was asked twice.
    assert_eq!(gone, 101);
    assert!(moved > 10 && kept > 10_000, "{moved} moves, {kept} rows");
}

#[test]
fn answers_are_found_again() {
    let mut before: Vec<(String, String)> = Vec::new();
    looked(|session, moves| {
        let stations = session.overview().stations;
        // Until the first of its streams, a capture is a line of its own.
        let known = before.iter().enumerate().filter(|(_, was)| was.0 != "three.pcapng");
        for (nth, was) in known {
            let now = moves.iter().try_fold(nth, |nth, moves| moves.answer(nth));
            let is = now.map(|now| (stations[now].address.clone(), stations[now].base.clone()));
            assert_eq!(is.as_ref(), Some(was), "answer {nth}");
        }
        before = stations.into_iter().map(|station| (station.address, station.base)).collect();
    });
}

/// Nothing is shown of it, and nothing is lost, where nobody looks.
#[test]
fn a_raw_answer_needs_no_look() {
    let mut session = Session::new(Limits::default());
    session.open("gate.raw", 100);
    session.feed(b"97264836:peugeot:red.97264837:");
    assert!(!session.can_look());
    session.look();
    assert_eq!((session.rows(), session.moves()), (1, Vec::new()));
}
