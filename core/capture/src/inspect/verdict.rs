//! What a stream came to: as its comment has it, else as its packets have it.

use carwatch::wire::{self, Piece, RejectReason, Tail};
use carwatch::{Fault, Outcome, Reason, Verdict};

use super::collect::count;
use super::{Limits, nanos};
use crate::streams::{Assembled, Chunk, Close, Stream};

/// The outcome of a stream of a file that was read to its end, or to its `cut`; and what no
/// outcome says. In between, in which chunks it came.
pub(super) fn outcome(
    stream: Stream,
    limits: &Limits,
    cut: Option<&Fault>,
) -> (Outcome, Vec<Chunk>, Vec<String>) {
    let close = stream.close();
    let said = stream.outcome.clone();
    let first_byte = match &said {
        Some(said) => said.first_byte_ns,
        None => stream
            .first_byte_at()
            .zip(stream.connected_at().or(stream.first_at()))
            .map(|(at, from)| at.saturating_sub(from)),
    };
    let mut all = stream.assemble();
    let chunks = std::mem::take(&mut all.chunks);
    let mut notes = Vec::new();
    if all.conflicts > 0 {
        notes.push(format!(
            "{} came twice, and differently; what came first counts",
            count(all.conflicts, "byte")
        ));
    }
    let (verdict, bytes) = match said {
        Some(said) if matches!(said.verdict(), Verdict::Failed(_)) => {
            (said.verdict(), said.bytes.max(all.length))
        }
        _ if all.is_too_large => (Verdict::Failed(too_large(limits)), all.length),
        Some(said) => {
            let verdict = said.verdict();
            if all.length < said.bytes {
                let words = match all.gap {
                    Some(_) => missing(&all),
                    None => format!(
                        "only {} of {} were captured",
                        all.length,
                        count(said.bytes, "byte")
                    ),
                };
                (incomplete(&all, Fault::new(Reason::Capture, words)), all.length)
            } else {
                (verdict, all.length)
            }
        }
        None => (wire_verdict(&all, close, cut), all.length),
    };
    (tally(verdict, all.bytes, bytes, first_byte.map(nanos), limits), chunks, notes)
}

/// As the packets have it.
fn wire_verdict(all: &Assembled, close: Close, cut: Option<&Fault>) -> Verdict {
    let capture = |words: String| incomplete(all, Fault::new(Reason::Capture, words));
    if all.gap.is_some() {
        return capture(missing(all));
    }
    match close {
        Close::Refused => {
            Verdict::Failed(Fault::new(Reason::Refused, "the station answered the SYN with a RST"))
        }
        Close::Reset => incomplete(all, Fault::new(Reason::Reset, "the station sent a RST")),
        Close::ClientGone => capture("the client broke the connection off before its end".into()),
        Close::Silence | Close::Open => capture(match cut.and_then(|cut| cut.detail.as_deref()) {
            Some(words) => format!("the end of the stream was not read: {words}"),
            None if close == Close::Silence => "the station did not answer".into(),
            None => "the end of the stream was not captured".into(),
        }),
        // All the same it need not be missing: only nothing tells where the answer begins.
        Close::Fin if !all.has_begin => capture(
            "the begin of the stream was not captured: its first record may lack its begin".into(),
        ),
        Close::Fin => Verdict::Complete { verified: false },
    }
}

fn missing(all: &Assembled) -> String {
    let Some(gap) = all.gap else { return String::new() };
    let behind = match gap.beyond {
        0 => String::new(),
        bytes => format!("; {} behind them left out", count(bytes, "byte")),
    };
    format!("bytes {}..{} of the stream were not captured{behind}", gap.from, gap.to)
}

fn incomplete(all: &Assembled, fault: Fault) -> Verdict {
    if all.length == 0 { Verdict::Failed(fault) } else { Verdict::Partial(fault) }
}

fn too_large(limits: &Limits) -> Fault {
    let limit = limits.response;
    // In the words of a gather.
    let words = format!(
        "more than {limit} bytes; raise --max-response here, or keep less at the station with its \
         --keep"
    );
    Fault::new(Reason::TooLarge, words)
}

fn tally(
    verdict: Verdict,
    response: Vec<u8>,
    bytes: u64,
    first_byte: Option<std::time::Duration>,
    limits: &Limits,
) -> Outcome {
    let mut outcome =
        Outcome { bytes, first_byte, ..Outcome::failed(Fault::from(Reason::Capture)) };
    let tail = match &verdict {
        Verdict::Complete { .. } => Some(Tail::Whole),
        Verdict::Partial(_) => Some(Tail::Cut),
        Verdict::Failed(_) => None,
    };
    outcome.verdict = verdict;
    let Some(tail) = tail else { return outcome };
    wire::split(&response, limits.record, tail, &mut |piece| match piece {
        Piece::Car { .. } => outcome.cars += 1,
        Piece::Rejected(rejection) => {
            outcome.rejected += 1;
            outcome.bad += u64::from(rejection.reason != RejectReason::Cut);
            if outcome.rejections.len() < limits.rejections {
                outcome.rejections.push(rejection);
            }
        }
    });
    outcome.response = response;
    outcome
}
