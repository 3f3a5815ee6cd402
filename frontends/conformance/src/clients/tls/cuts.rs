//! Who stands in between and cuts, or turns a bit: never is a shorter list complete.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;

use super::client;
use crate::client::Finished;
use crate::fixtures::Cars;
use crate::rng::Rng;
use crate::table::Row;
use crate::tls::{
    BOTH, Certificates, Cut, End, Middle, ONLY_12, Passed, Script, Station, Who, server_config,
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("tls::cut by FIN at 200 random offsets, never complete", |exe| {
            let with = Cutting::new(BOTH);
            let mut rng = Rng::new(8);
            let cuts = (0..200).map(|_| Cut::FinAfter(rng.below(with.length)));
            with.check(exe, cuts.collect(), &[]);
        }),
        Row::heavy("tls::cut by FIN at the end of every record, never complete", |exe| {
            let with = Cutting::new(BOTH);
            let cuts = (0..with.records).map(Cut::FinAfterRecords);
            with.check(exe, cuts.collect(), &[]);
        }),
        Row::heavy("tls::cut by RST at 100 random offsets, never complete", |exe| {
            let with = Cutting::new(BOTH);
            let mut rng = Rng::new(9);
            let cuts = (0..100).map(|_| Cut::ResetAfter(rng.below(with.length)));
            with.check(exe, cuts.collect(), &[]);
        }),
        Row::heavy("tls::cut at every place of a short answer, never complete", |exe| {
            let with = Cutting::of("1:a:b.2:c:d", BOTH);
            // From shortly before the end of the handshake on.
            let begin = with.length - 120;
            let cuts = (begin..with.length).map(Cut::FinAfter);
            with.check(exe, cuts.collect(), &[]);
        }),
        Row::heavy("tls::cut in TLS 1.2, never complete", |exe| {
            let with = Cutting::new(ONLY_12);
            let mut rng = Rng::new(10);
            let cuts = (0..50).map(|_| Cut::FinAfter(rng.below(with.length)));
            let all = cuts.chain((0..with.records).map(Cut::FinAfterRecords));
            with.check(exe, all.collect(), &["--tls-min", "1.2"]);
        }),
        Row::heavy("tls::a bit that is turned anywhere never changes a list", |exe| {
            let with = Cutting::of(&Cars::new(300).snapshot(), BOTH);
            let mut rng = Rng::new(11);
            let cuts: Vec<Cut> = (0..100).map(|_| Cut::Flip(rng.below(with.length))).collect();
            for cuts in cuts.chunks(AT_ONCE) {
                let (finished, passed) = with.gather(exe, cuts, &["--connect-timeout", "1s"]);
                for (nth, passed) in passed.iter().enumerate() {
                    let line = finished.station(nth);
                    let [.., last] = passed.as_slice() else { panic!("a connection\n{finished}") };
                    assert!(last.cut, "{last:?}");
                    // The version of a record counts for nothing (RFC 8446 5.1), and who turned
                    // that alone took nothing away.
                    if line["outcome"] == "complete" {
                        assert_eq!(line["bytes"], with.bytes.len(), "{:?} {line}", cuts[nth]);
                        assert_eq!(line["verified"], true, "{line}");
                        assert_eq!(line["cars"], 300, "{line}");
                    } else {
                        assert!(
                            line["reason"] == "tls"
                                || line["reason"] == "connect_timeout"
                                || line["reason"] == "truncated",
                            "{:?} {line}",
                            cuts[nth]
                        );
                    }
                }
            }
        }),
        Row::new("tls::nobody cut anything: complete", |exe| {
            let with = Cutting::new(BOTH);
            let (finished, passed) = with.gather(exe, &[Cut::Never], &[]);
            finished.assert_code(0);
            let line = finished.station(0);
            assert_eq!(
                (&line["verified"], &line["bytes"]),
                (&true.into(), &with.bytes.len().into())
            );
            assert!(passed[0][0].records >= with.records, "{passed:?}");
        }),
    ]
}

/// How many are cut at once.
const AT_ONCE: usize = 25;

/// A station, and how much of it there is to cut.
struct Cutting {
    of: Certificates,
    station: Station,
    bytes: String,
    /// At least so many bytes and records come before the `close_notify` is whole.
    length: usize,
    records: usize,
}

impl Cutting {
    fn new(versions: &'static [&'static rustls::SupportedProtocolVersion]) -> Self {
        Self::of(&Cars::new(2000).snapshot(), versions)
    }

    fn of(bytes: &str, versions: &'static [&'static rustls::SupportedProtocolVersion]) -> Self {
        let of = Certificates::new();
        let script = Script::new(bytes, End::CloseNotify);
        let script = script.in_pieces(crate::hostile::Pieces::Random(3));
        let config = server_config(&of, Who::Good, false, versions);
        let station = Station::new(config, script);
        let address: SocketAddr = station.address().parse().expect("an address");
        // What a caller sees whom nobody cut off.
        let middle = Middle::new(address, Cut::Never);
        let config = crate::tls::client_config(&of, None, versions);
        let through: SocketAddr = middle.address().parse().expect("an address");
        let whole = crate::tls::call(through, &config).complete();
        assert_eq!(whole, bytes.as_bytes());
        let [Passed { bytes: length, records, .. }] = middle.passed()[..] else {
            panic!("one connection")
        };
        // A signature is a little longer or shorter each time; a close_notify is one record.
        Self { of, station, bytes: bytes.to_owned(), length: length - 24 - 8, records }
    }

    /// Gathers through as many that cut.
    fn gather(&self, exe: &Path, cuts: &[Cut], args: &[&str]) -> (Finished, Vec<Vec<Passed>>) {
        let address: SocketAddr = self.station.address().parse().expect("an address");
        let middles: Vec<Middle> = cuts.iter().map(|cut| Middle::new(address, *cut)).collect();
        let run = client(exe, &self.of).args(["--tls", "-f", "wire"]).args(args);
        let finished = run.args(middles.iter().map(Middle::address)).run();
        (finished, middles.into_iter().map(Middle::passed).collect())
    }

    /// None of them is complete, and each is what it must be.
    fn check(&self, exe: &Path, cuts: Vec<Cut>, args: &[&str]) {
        let mut reasons = std::collections::BTreeMap::<String, usize>::new();
        for cuts in cuts.chunks(AT_ONCE) {
            let (finished, passed) = self.gather(exe, cuts, args);
            finished.assert_code(3);
            finished.assert_stdout("");
            for (nth, (cut, passed)) in cuts.iter().zip(&passed).enumerate() {
                let line = finished.station(nth);
                let [passed] = passed[..] else { panic!("{passed:?} {line}") };
                judge(*cut, passed, &line, self.bytes.len(), args.is_empty());
                let key = format!("{} {}", line["outcome"], line["reason"]);
                *reasons.entry(key).or_default() += 1;
            }
        }
        println!("cuts: {reasons:?}");
    }
}

fn judge(cut: Cut, passed: Passed, line: &Value, whole: usize, only_13: bool) {
    assert!(passed.cut, "{cut:?} {passed:?} {line}");
    assert_eq!(line["verified"], false, "{cut:?} {line}");
    let came = line["bytes"].as_u64().expect("a number");
    assert!(came <= whole as u64, "{cut:?} {line}");
    let outcome = if came > 0 { "partial" } else { "failed" };
    assert_eq!(line["outcome"], outcome, "{cut:?} {line}");
    let reason = line["reason"].as_str().expect("a reason");
    let expected: &[&str] = match cut {
        Cut::ResetAfter(_) => &["reset"],
        _ if came > 0 => &["truncated"],
        // In TLS 1.3 it is the client that ends the handshake. Whether that was over may be
        // undecided while the last bytes cross; in TLS 1.2 it is the station.
        _ if passed.client_finished || !only_13 => &["truncated", "tls"],
        _ => &["tls"],
    };
    assert!(expected.contains(&reason), "{cut:?} {passed:?} {line}, not one of {expected:?}");
}
