//! A capture to look at before one has any: two polls of twelve stations, made up, and the same
//! each time.

use std::net::SocketAddr;

use carwatch::{Car, Reason, wire};
use carwatch_capture::comment::{
    Comment, GatherComment, OutcomeComment, OutcomeName, StationComment,
};
use carwatch_capture::write::{Connection, End, NoConnection, Writer};

/// What the sample is called.
pub const NAME: &str = "sample.pcapng";

/// The sample: a pcapng.
///
/// ```
/// let mut session = carwatch_viewer::Session::new(Default::default());
/// let sample = carwatch_viewer::sample::bytes();
/// session.open(carwatch_viewer::sample::NAME, sample.len() as u64);
/// session.feed(&sample);
/// session.close();
/// assert_eq!(session.overview().stations.len(), 24);
/// ```
#[must_use]
pub fn bytes() -> Vec<u8> {
    let mut out = Vec::new();
    let mut dice = Dice(97_264_836);
    let mut writer = Writer::new(concat!("carwatch ", env!("CARGO_PKG_VERSION")), &mut out);
    let lists: Vec<Vec<u8>> = STATIONS.iter().map(|station| list(station, &mut dice)).collect();
    for round in 1..=2 {
        let began_ns = BEGAN_NS + (round - 1) * 600_000_000_000;
        for (index, (station, list)) in STATIONS.iter().zip(&lists).enumerate() {
            let answer = answer(station, list, round);
            poll(
                &mut writer,
                (index as u64, station),
                round,
                &answer,
                began_ns,
                &mut dice,
                &mut out,
            );
        }
        let ended_ns = began_ns + 1_300_000_000;
        let stations = STATIONS.len() as u64;
        writer.section(
            &[Comment::Gather(GatherComment { round, began_ns, ended_ns, stations })],
            &mut out,
        );
    }
    out
}

struct Station {
    name: &'static str,
    address: &'static str,
    cars: usize,
    end: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Verified,
    Unverified,
    Reset,
    Truncated,
    Idle,
    Refused,
    Unreachable,
}

const STATIONS: [Station; 12] = [
    Station { name: "gate", address: "10.0.0.5:8000", cars: 820, end: How::Verified },
    Station { name: "bridge", address: "10.0.0.6:8000", cars: 540, end: How::Unverified },
    Station { name: "tunnel-north", address: "10.0.0.7:8000", cars: 390, end: How::Unverified },
    Station { name: "tunnel-south", address: "10.0.0.8:8000", cars: 410, end: How::Verified },
    Station { name: "ring-east", address: "10.0.1.2:8000", cars: 260, end: How::Reset },
    Station { name: "ring-west", address: "10.0.1.3:8000", cars: 180, end: How::Truncated },
    Station { name: "harbour", address: "10.0.1.9:8000", cars: 70, end: How::Idle },
    Station { name: "airport", address: "10.0.2.9:8000", cars: 330, end: How::Verified },
    Station { name: "old-mill", address: "192.168.4.20:8000", cars: 30, end: How::Unverified },
    Station { name: "night-lot", address: "10.0.3.1:8000", cars: 0, end: How::Verified },
    Station { name: "toll-plaza", address: "10.0.3.2:8000", cars: 0, end: How::Refused },
    Station { name: "depot", address: "10.0.3.3:8000", cars: 0, end: How::Unreachable },
];

/// What a station has seen at its second poll.
fn list(station: &Station, dice: &mut Dice) -> Vec<u8> {
    let mut out = Vec::new();
    let mut time = SEEN_FROM;
    for nth in 0..station.cars {
        if nth > 0 {
            out.push(b'.');
        }
        // A rush in the middle of the hour.
        let phase = nth as u64 * 100 / station.cars as u64;
        let pace = if (30..60).contains(&phase) { 1 } else { 3 };
        time += dice.below(3000 * pace / station.cars as u64 + 1);
        match (station.name, nth) {
            ("bridge", 111) => out.extend_from_slice(b"red."),
            ("bridge", 204) => {
                out.extend_from_slice(format!("{time}:citro").as_bytes());
                out.extend_from_slice(b"\xebn:grey.");
            }
            ("harbour", 20 | 51) => out.extend_from_slice(b"2026-11-22T06:31:05Z:opel:white."),
            ("tunnel-north", 300) => out.push(b'.'),
            _ => {}
        }
        let brand = match dice.below(40) {
            0 if station.name == "airport" => "B.M.W",
            1 if station.name == "airport" => "Lynk:Co",
            _ => dice.pick(&BRANDS),
        };
        let written =
            if station.name == "old-mill" { "today".to_owned() } else { time.to_string() };
        let car = Car::new(written, brand, dice.pick(&COLORS));
        wire::join_into([car].iter(), &mut out);
    }
    out
}

/// What of its list a station answers in a round: the first time less of it, and some end early.
fn answer(station: &Station, list: &[u8], round: u64) -> Vec<u8> {
    let cut = match (station.end, station.name, round) {
        (How::Reset | How::Truncated | How::Idle, _, 1) => list.len() / 2,
        (How::Reset | How::Truncated | How::Idle, _, _) => list.len() * 3 / 4,
        // In the middle of a record: the next poll amends it.
        (_, "bridge", 1) => dot_before(list, list.len() * 9 / 10) + 15,
        (_, "gate" | "airport", 1) => dot_before(list, list.len() * 4 / 5),
        _ => list.len(),
    };
    let from = match (station.name, round) {
        // It keeps only so many.
        ("tunnel-south", 2) => dot_before(list, list.len() / 4) + 1,
        ("tunnel-north", 1) => dot_before(list, list.len() / 2) + 1,
        _ => 0,
    };
    match (station.name, round) {
        // It was started anew in between.
        ("tunnel-north", 2) => list[..dot_before(list, list.len() / 3)].to_vec(),
        _ => list[from.min(cut)..cut].to_vec(),
    }
}

fn poll(
    writer: &mut Writer,
    (index, station): (u64, &Station),
    round: u64,
    answer: &[u8],
    began_ns: u64,
    dice: &mut Dice,
    out: &mut Vec<u8>,
) {
    let Ok(peer) = station.address.parse::<SocketAddr>() else { return };
    let comment = StationComment {
        index,
        name: station.name.to_owned(),
        address: station.address.to_owned(),
        attempt: 1,
        round,
        began_ns: None,
    };
    let dialled_ns = began_ns + dice.below(2_000_000);
    let connected_ns = dialled_ns + 400_000 + dice.below(3_000_000);
    let (outcome, reason, end, detail) = match station.end {
        How::Verified | How::Unverified => (OutcomeName::Complete, None, End::Fin, None),
        How::Reset => (
            OutcomeName::Partial,
            Some(Reason::Reset),
            End::Reset,
            Some("Connection reset by peer (os error 104)"),
        ),
        How::Truncated => (
            OutcomeName::Partial,
            Some(Reason::Truncated),
            End::Fin,
            Some("peer closed connection without sending TLS close_notify"),
        ),
        How::Idle => (
            OutcomeName::Partial,
            Some(Reason::IdleTimeout),
            End::GivenUp,
            Some("nothing came for 1s"),
        ),
        How::Refused => (
            OutcomeName::Failed,
            Some(Reason::Refused),
            End::Reset,
            Some("Connection refused (os error 111)"),
        ),
        How::Unreachable => (
            OutcomeName::Failed,
            Some(Reason::Unreachable),
            End::Reset,
            Some("No route to host (os error 113)"),
        ),
    };
    let mut outcome = OutcomeComment {
        outcome,
        reason,
        verified: station.end == How::Verified,
        bytes: answer.len() as u64,
        first_byte_ns: None,
        detail: detail.map(ToOwned::to_owned),
        ended_ns: None,
    };
    if matches!(station.end, How::Refused | How::Unreachable) {
        let ended_ns = connected_ns;
        let connection = NoConnection { peer, dialled_ns, ended_ns };
        return writer.not_connected(&comment, &connection, outcome, out);
    }
    let local = Some(SocketAddr::from(([10, 0, 0, 2], 40_000 + (index + round * 100) as u16)));
    let connection = Connection { peer, local, dialled_ns, connected_ns };
    let mut stream = writer.connected(&comment, &connection, out);
    let mut now = connected_ns;
    for chunk in answer.chunks(1448) {
        now += 300_000 + dice.below(1_500_000);
        outcome.first_byte_ns.get_or_insert(now - connected_ns);
        stream.received(chunk, now, out);
    }
    now += if station.end == How::Idle { 1_000_000_000 } else { 200_000 };
    stream.ended(end, outcome, now, out);
}

/// The last separator before `at`.
fn dot_before(list: &[u8], at: usize) -> usize {
    list[..at.min(list.len())].iter().rposition(|byte| *byte == b'.').unwrap_or(0)
}

/// Numbers that look like chance (a linear congruential generator; Knuth's factor).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    fn pick<'a>(&mut self, from: &[(&'a str, u64)]) -> &'a str {
        let all = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(all);
        let found = from.iter().find(|(_, weight)| {
            let is_it = left < *weight;
            left = left.saturating_sub(*weight);
            is_it
        });
        found.map_or("", |(text, _)| text)
    }
}

const BRANDS: [(&str, u64); 16] = [
    ("volkswagen", 14),
    ("peugeot", 10),
    ("renault", 9),
    ("toyota", 9),
    ("ford", 7),
    ("skoda", 6),
    ("bmw", 5),
    ("audi", 5),
    ("opel", 4),
    ("hyundai", 4),
    ("fiat", 4),
    ("kia", 4),
    ("citroën", 4),
    ("volvo", 3),
    ("seat", 3),
    ("tesla", 2),
];

const COLORS: [(&str, u64); 12] = [
    ("white", 25),
    ("black", 22),
    ("grey", 18),
    ("silver", 12),
    ("blue", 10),
    ("red", 8),
    ("green", 3),
    ("brown", 2),
    ("yellow", 2),
    ("orange", 2),
    ("", 2),
    ("turquoise", 1),
];

/// 2026-11-22, 07:00 UTC: when the first poll began.
const BEGAN_NS: u64 = 1_795_330_800_000_000_000;

/// When the first car was seen, in Unix seconds: an hour earlier.
const SEEN_FROM: u64 = 1_795_327_200;
