//! `cargo run -p carwatch-capture --example generate -- FOLDER COUNT`: files to be inspected, of
//! every kind and in every state, the same each time: raw responses and captures, whole, cut,
//! damaged, one behind the other, and packed.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::{env, fs};

use carwatch::Reason;
use carwatch_capture::comment::{
    Comment, GatherComment, OutcomeComment, OutcomeName, StationComment,
};
use carwatch_capture::write::{Connection, End, NoConnection, Writer};
use flate2::Compression;
use flate2::write::GzEncoder;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, count] = &arguments[..] else { panic!("usage: generate FOLDER COUNT") };
    let (folder, count) = (PathBuf::from(folder), count.parse::<u64>().expect("a number"));
    fs::create_dir_all(&folder).expect("the folder can be made");
    for nth in 0..count {
        let mut dice = Dice(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 97_264_836);
        let (kind, bytes) = file(&mut dice);
        let path = folder.join(format!("{nth:04}.{kind}"));
        fs::write(path, bytes).expect("the file can be written");
    }
}

fn file(dice: &mut Dice) -> (&'static str, Vec<u8>) {
    let is_raw = dice.one_in(4);
    let mut bytes = if is_raw { list(dice) } else { capture(dice) };
    if !is_raw && dice.one_in(8) {
        bytes.extend(capture(dice));
    }
    match dice.below(6) {
        0 => bytes.truncate(dice.below(bytes.len() as u64 + 1) as usize),
        1 => {
            for _ in 0..=dice.below(8) {
                let at = dice.below(bytes.len() as u64 + 1) as usize;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.below(256) as u8;
                }
            }
        }
        _ => {}
    }
    if dice.one_in(5) {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).expect("memory takes everything");
        bytes = packed.finish().expect("memory takes everything");
        if dice.one_in(4) {
            bytes.truncate(dice.below(bytes.len() as u64 + 1) as usize);
        }
    }
    (if is_raw { "raw" } else { "pcapng" }, bytes)
}

fn capture(dice: &mut Dice) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new("generate", &mut out);
    let rounds = 1 + dice.below(2);
    let stations = 1 + dice.below(4);
    for round in 1..=rounds {
        let began_ns = 1_795_330_800_000_000_000 + round * 60_000_000_000;
        let mut now = began_ns;
        for index in 0..stations {
            now = poll(dice, &mut writer, index, round, now, &mut out);
        }
        if !dice.one_in(3) {
            let gather = GatherComment { round, began_ns, ended_ns: now, stations };
            writer.section(&[Comment::Gather(gather)], &mut out);
        }
    }
    out
}

fn poll(
    dice: &mut Dice,
    writer: &mut Writer,
    index: u64,
    round: u64,
    began: u64,
    out: &mut Vec<u8>,
) -> u64 {
    let peer = SocketAddr::from(([10, 0, 0, 5 + index as u8], 8000));
    let name = dice.pick(&["gate", "bridge", "тоннель", "gate\u{202e}", "", "a,b\"c"]).to_owned();
    let station = StationComment {
        index,
        name,
        address: peer.to_string(),
        attempt: 1,
        round,
        began_ns: None,
    };
    let (dialled_ns, connected_ns) =
        (began + dice.below(1000), began + 1000 + dice.below(5_000_000));
    let answer = list(dice);
    let reason = match dice.below(8) {
        0 => Some(Reason::Reset),
        1 => Some(Reason::Truncated),
        2 => Some(Reason::IdleTimeout),
        3 => Some(Reason::Refused),
        _ => None,
    };
    let outcome = OutcomeComment {
        outcome: match reason {
            None => OutcomeName::Complete,
            Some(Reason::Refused) => OutcomeName::Failed,
            Some(_) if answer.is_empty() => OutcomeName::Failed,
            Some(_) => OutcomeName::Partial,
        },
        reason,
        verified: reason.is_none() && dice.one_in(2),
        bytes: answer.len() as u64 + if dice.one_in(12) { 7 } else { 0 },
        first_byte_ns: (!answer.is_empty()).then(|| dice.below(1_000_000)),
        detail: reason.map(|reason| format!("{} <b>&\u{7}", reason.as_str())),
        ended_ns: None,
    };
    if reason == Some(Reason::Refused) {
        let connection = NoConnection { peer, dialled_ns, ended_ns: connected_ns };
        writer.not_connected(&station, &connection, outcome, out);
        return connected_ns;
    }
    let connection = Connection { peer, local: None, dialled_ns, connected_ns };
    let mut stream = writer.connected(&station, &connection, out);
    let mut now = connected_ns;
    for chunk in answer.chunks(1 + dice.below(900) as usize) {
        now += dice.below(2_000_000);
        stream.received(chunk, now, out);
    }
    // The end of one in ten was not captured.
    if !dice.one_in(10) {
        let end = match reason {
            Some(Reason::Reset) => End::Reset,
            Some(Reason::IdleTimeout) => End::GivenUp,
            _ => End::Fin,
        };
        stream.ended(end, outcome, now, out);
    }
    now
}

/// Records of a station that is mostly sound.
fn list(dice: &mut Dice) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for nth in 0..dice.below(60) {
        if nth > 0 {
            out.push(b'.');
        }
        let time = 97_264_836 + nth;
        match dice.below(24) {
            0 => {}
            1 => out.extend(b"1:\xff:red"),
            2 => out.extend(b"lone"),
            3 => out.extend(b"1:2:3:4"),
            4 => out.extend("today:citroën:grün".as_bytes()),
            5 => out.extend(b"1:B%2EM%2eW:100%25 %zz"),
            6 => out.extend("=1+1:\u{202e}x:<script>".as_bytes()),
            _ => {
                let brand = dice.pick(&["peugeot", "fiat", "bmw", ""]);
                let color = dice.pick(&["red", "blue", ""]);
                out.extend(format!("{time}:{brand}:{color}").as_bytes());
            }
        }
    }
    out
}

/// Numbers that look like chance (a linear congruential generator; Knuth's factor).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}
