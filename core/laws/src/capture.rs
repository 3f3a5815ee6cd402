//! Any file as a capture: in which pieces it is read does not matter, and what comes out of it
//! counts as it should.

use carwatch::Verdict;
use carwatch_capture::inspect::{Inspected, Inspection, Limits};
use carwatch_capture::read::{Found, Reader};
use carwatch_capture::recording::{Recorder, Recording};

use crate::bytes::Bytes;

/// Panics if a law of reading captures does not hold for `input`: a byte for the limits, one for
/// the length of the pieces, and the file.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let options = bytes.byte();
    let by = usize::from(bytes.byte()).max(1);
    let file = bytes.take(usize::MAX);
    let limits = Limits {
        record: [65_536, 9][usize::from(options & 1)],
        response: [1 << 20, 20][usize::from(options >> 1 & 1)],
        memory: [1 << 24, 4000][usize::from(options >> 2 & 1)],
        rejections: [1000, 1][usize::from(options >> 3 & 1)],
    };
    let whole = inspected(&limits, &[file]);
    let in_pieces = inspected(&limits, &file.chunks(by).collect::<Vec<_>>());
    // Not `assert_eq`: they may be long.
    assert!(in_pieces == whole, "by {by} bytes it is something else");
    for line in &whole.report.stations {
        let outcome = &line.outcome;
        let mut pieces = (0, 0);
        outcome.for_each_piece(limits.record, &mut |piece| match piece {
            carwatch::wire::Piece::Car { .. } => pieces.0 += 1,
            carwatch::wire::Piece::Rejected(_) => pieces.1 += 1,
        });
        assert_eq!(pieces, (outcome.cars, outcome.rejected), "{outcome:?}");
        let kept = outcome.response.len() as u64;
        match outcome.verdict {
            Verdict::Failed(_) => assert_eq!(kept, 0, "{outcome:?}"),
            _ => assert!(kept <= limits.response && kept == outcome.bytes, "{outcome:?}"),
        }
    }
    let in_pieces = found(file.chunks(by));
    assert!(in_pieces == found([file].into_iter()), "by {by} bytes other packets are found");
    // It may be no recording; if it is one, its chunks are its bytes.
    let whole = recording(limits.memory, [file].into_iter());
    let in_pieces = recording(limits.memory, file.chunks(by));
    assert!(in_pieces == whole, "by {by} bytes another recording");
    for attempt in whole.iter().flat_map(|all| &all.stations) {
        for attempt in &attempt.attempts {
            let length: usize = attempt.chunks.iter().map(|(_, length)| length).sum();
            assert_eq!(length, attempt.bytes.len());
        }
    }
}

fn recording<'a>(memory: u64, pieces: impl Iterator<Item = &'a [u8]>) -> Result<Recording, String> {
    let mut recorder = Recorder::new("file", memory);
    pieces.for_each(|piece| recorder.feed(piece));
    recorder.finish()
}

fn inspected(limits: &Limits, pieces: &[&[u8]]) -> Inspected {
    let mut inspection = Inspection::new("file", *limits);
    for piece in pieces {
        inspection.feed(piece);
    }
    inspection.finish()
}

/// Everything that the reader finds, and how it ends, as text. Bytes that are no capture are
/// handed on as they come: those are put together.
fn found<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<String>, Vec<u8>) {
    let (mut all, mut raw) = (Vec::new(), Vec::new());
    let mut reader = Reader::new();
    let mut sink = |found: Found<'_>| match found {
        Found::Raw(bytes) => raw.extend_from_slice(bytes),
        found => all.push(format!("{found:?}")),
    };
    for piece in pieces {
        reader.feed(piece, &mut sink);
    }
    let damage = reader.finish(&mut sink);
    all.push(format!("{damage:?}"));
    (all, raw)
}
