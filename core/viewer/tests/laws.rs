//! What the viewer says is what the command line says, whatever was opened and however it came.

use carwatch_capture::inspect::{Inspected, Inspector, Limits};
use carwatch_formats::{Format, Options, write_cars};
use carwatch_viewer::say::{Line, Lines};
use carwatch_viewer::{Answered, Ask, Form, Session};
use proptest::prelude::*;

/// A session that has read these files, in segments of so many bytes, and `looks` after each.
fn session(files: &[(String, Vec<u8>)], segment: usize, looks: bool) -> Session {
    let mut session = Session::new(carwatch_viewer::Limits::default());
    for (name, bytes) in files {
        session.open(name, bytes.len() as u64);
        for segment in bytes.chunks(segment) {
            session.feed(segment);
            if looks {
                session.look();
            }
        }
        session.close();
        if session.overview().files.last().is_some_and(|file| file.foreign.is_some()) {
            session.read_anyway(session.overview().files.len() - 1);
            bytes.chunks(segment).for_each(|segment| session.feed(segment));
            session.close();
        }
    }
    session.refresh();
    while session.work() {}
    session
}

fn inspected(files: &[(String, Vec<u8>)]) -> Inspected {
    let mut inspector = Inspector::new(Limits::default());
    for (name, bytes) in files {
        inspector.open(name);
        inspector.feed(bytes);
    }
    inspector.finish()
}

fn ask(session: &Session, files: &[(String, Vec<u8>)], ask: &Ask) -> Answered {
    let needs = session.needs(ask);
    let given: Vec<Vec<u8>> = needs
        .iter()
        .map(|need| {
            let bytes = need.bytes.start as usize..need.bytes.end as usize;
            files[need.file].1[bytes].to_vec()
        })
        .collect();
    session.ask(ask, &given)
}

fn check(files: &[(String, Vec<u8>)], segment: usize, looks: bool) {
    let session = session(files, segment, looks);
    let wanted = inspected(files).report;
    let overview = session.overview();
    assert_eq!(overview.stations.len(), wanted.stations.len());
    for (nth, (line, station)) in overview.stations.iter().zip(&wanted.stations).enumerate() {
        let outcome = &station.outcome;
        assert_eq!(line.value, station.name);
        assert_eq!(
            (line.cars, line.rejected, line.bytes),
            (outcome.cars, outcome.rejected, outcome.bytes),
            "{}",
            line.value
        );
        assert!(line.mark.starts_with(match outcome.verdict.as_str() {
            "complete" if line.mark == "verified" => "verified",
            "complete" => "unverified",
            other => other,
        }));
        check_lines(&session, files, nth, &outcome.response);
        // The first rejections, by their bytes.
        let Answered::Rejections(found) = ask(&session, files, &Ask::Rejections { answer: nth })
        else {
            panic!("no rejections")
        };
        for (line, rejection) in found.iter().zip(&outcome.rejections) {
            assert_eq!((line.start, line.end), (rejection.at.start, rejection.at.end));
            assert_eq!(line.reason, rejection.reason.as_str());
            let Answered::Explained(explained) =
                ask(&session, files, &Ask::Explain { row: line.row })
            else {
                panic!("no explanation")
            };
            assert!(!explained.carets.is_empty(), "{line:?}");
        }
    }
    for (form, format) in [(Form::Csv, Format::Csv), (Form::Ndjson, Format::Ndjson)] {
        let mut mine = Vec::new();
        let mut export = session.export(form);
        while session.export_more(&mut export, &mut mine) {}
        let has_partial = wanted.stations.iter().any(|station| {
            station.outcome.verdict.as_str() == "partial" && station.outcome.cars > 0
        });
        let mut theirs = Vec::new();
        let options = Options { keep_partial: has_partial, ..Options::new(format) };
        write_cars(&wanted, &options, &mut theirs).expect("memory takes everything");
        assert_eq!(String::from_utf8(mine).unwrap(), String::from_utf8(theirs).unwrap());
    }
}

/// All lines are all bytes, and windows of them are parts of all.
fn check_lines(session: &Session, files: &[(String, Vec<u8>)], answer: usize, response: &[u8]) {
    for width in [8, 16] {
        let lines = |from, to| {
            let ask_ = Ask::Lines { answer, width, from, to };
            match ask(session, files, &ask_) {
                Answered::Lines(lines) => lines,
                other => panic!("{other:?}"),
            }
        };
        let all = lines(0, usize::MAX);
        let mut bytes = Vec::new();
        for line in &all.lines {
            if let Line::Bytes { start, bytes: these, runs, .. } = line {
                assert_eq!(*start, bytes.len() as u64);
                bytes.extend_from_slice(these);
                assert_eq!(runs.iter().map(|run| run.0).sum::<usize>(), these.len());
            }
        }
        let told = all.lines.len();
        if told == all.of {
            assert_eq!(bytes, response, "width {width}");
        }
        for from in [0, told / 3, told.saturating_sub(2)] {
            let Lines { lines: window, of, .. } = lines(from, from + 5);
            assert_eq!(window, all.lines[from..(from + 5).min(told)]);
            assert_eq!(of, all.of);
        }
        for offset in (0..bytes.len()).step_by(bytes.len() / 50 + 1) {
            let line_of = Ask::LineOf { answer, width, offset: offset as u64 };
            let Answered::Line(line) = ask(session, files, &line_of) else { panic!("no line") };
            let Line::Bytes { start, bytes, .. } = &all.lines[line] else { panic!("a note") };
            assert!((*start..*start + bytes.len() as u64).contains(&(offset as u64)));
            let at = Ask::ExplainAt { answer, offset: offset as u64 };
            let Answered::Explained(explained) = ask(session, files, &at) else {
                panic!("no record at {offset}")
            };
            let row = explained.row;
            assert!((row.start..=row.end).contains(&(offset as u64)));
        }
    }
}

fn raw() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "(1|today|9726):(fiat|b%2Em%2ew|é):(red|)".prop_map(String::into_bytes),
        1 => "[a:é%]{0,5}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..9),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(&b'.'))
}

proptest! {
    #[test]
    fn says_what_inspect_says(
        files in prop::collection::vec(raw(), 1..3),
        segment in 1_usize..64,
        looks in any::<bool>(),
    ) {
        let files: Vec<_> = files.into_iter().map(|bytes| ("gate.raw".to_owned(), bytes)).collect();
        check(&files, segment, looks);
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), segment in 1_usize..64) {
        check(&[("x".to_owned(), bytes)], segment, true);
    }
}

#[test]
fn every_seed_of_a_capture() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/capture");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the seeds are there") {
        let path = entry.expect("a folder can be read").path();
        let bytes = std::fs::read(&path).expect("a seed can be read");
        let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
        for (segment, looks) in [(7, false), (100, true)] {
            let gate = ("gate".to_owned(), b"1:a:b.x".to_vec());
            check(&[gate, (name.clone(), bytes.clone())], segment, looks);
        }
        seen += 1;
    }
    assert!(seen > 5, "{seen} seeds");
}
