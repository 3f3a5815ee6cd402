//! What is told again of TLS: captures, rounds, and lists of all sizes.

use serde_json::json;

use super::{BYTES, client, gather, station};
use crate::client::Client;
use crate::fixtures::Folder;
use crate::hostile::Pieces;
use crate::inspect::{SAID_OF_A_STATION, inspect, same};
use crate::table::Row;
use crate::tls::{BOTH, Certificates, End, Opening, Script, Station, Who, server_config};
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("tls::lists from 64 KiB to 8 MiB come whole", |exe| {
            let of = Certificates::new();
            let sizes = [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1024 * 1024, 8 * 1024 * 1024];
            for (size, pieces) in sizes
                .map(|size| (size, Pieces::Whole))
                .into_iter()
                .chain([(1024 * 1024, Pieces::Random(5))])
            {
                let list = list(size);
                let script = Script::new(&list, End::CloseNotify).in_pieces(pieces);
                let station = station(&of, script);
                let finished = gather(exe, &of, &station, &["-f", "wire"]);
                finished.assert_code(0);
                let expected = json!({"outcome": "complete", "verified": true, "bytes": size});
                finished.assert_station(0, &expected);
                assert!(finished.stdout == list, "{size} bytes come as they are");
            }
        }),
        Row::new("tls::every size around a record comes whole", |exe| {
            let of = Certificates::new();
            for size in [1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 32 * 1024 - 1, 32 * 1024 + 1] {
                let script = Script::new(vec![b'x'; size], End::CloseNotify);
                let finished = gather(exe, &of, &station(&of, script), &[]);
                let expected = json!({"outcome": "complete", "verified": true, "bytes": size});
                finished.assert_station(0, &expected);
            }
        }),
        Row::new("tls::--max-response holds for what was decrypted", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::new(list(1024 * 1024), End::CloseNotify));
            let finished = gather(exe, &of, &station, &["--max-response", "100KiB"]);
            finished.assert_station(0, &json!({"outcome": "failed", "reason": "too_large"}));
            let line = finished.station(0);
            let bytes = line["bytes"].as_u64().expect("a number");
            assert!((100 * 1024..=164 * 1024 + 16 * 1024).contains(&bytes), "{line}");
        }),
        Row::heavy("tls::a hundred stations at once", |exe| {
            let of = Certificates::new();
            let stations: Vec<Station> = (0..100)
                .map(|nth| station(&of, Script::new(format!("{nth}:a:b"), End::CloseNotify)))
                .collect();
            let run = client(exe, &of).args(["--tls", "-f", "wire"]);
            let finished = run.args(stations.iter().map(Station::address)).run();
            finished.assert_code(0);
            let cars: Vec<String> = (0..100).map(|nth| format!("{nth}:a:b")).collect();
            finished.assert_stdout(&cars.join("."));
        }),
        Row::new("tls::a capture tells each ending again", captured),
        Row::new("tls::a capture holds the plain text, and says so", |exe| {
            let (of, folder) = (Certificates::new(), Folder::new());
            let path = folder.path("road.pcapng");
            let station = station(&of, Script::new(BYTES, End::CloseNotify));
            let run = client(exe, &of).arg("--capture").arg(&path).arg(station.named("gate"));
            run.run().assert_code(0);
            let bytes = std::fs::read(&path).expect("a capture");
            let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(holds(BYTES), "it holds what was decrypted");
            assert!(holds("TLS"), "and says that it came by TLS");
        }),
        Row::new("tls::SSLKEYLOGFILE is written for who captures the wire", |exe| {
            let (of, folder) = (Certificates::new(), Folder::new());
            let path = folder.path("keys");
            let station = station(&of, Script::new(BYTES, End::CloseNotify));
            let run = client(exe, &of).env("SSLKEYLOGFILE", path.to_str().expect("text"));
            run.arg(station.named("gate")).run().assert_code(0);
            let keys = std::fs::read_to_string(&path).expect("it is written");
            assert!(keys.contains("SERVER_TRAFFIC_SECRET_0 "), "{keys}");
        }),
        Row::new("tls::--watch: a verified tail is printed at once", |exe| {
            // Nothing follows its last car, and yet it is printed: it is whole.
            let of = Certificates::new();
            let config = server_config(&of, Who::Good, false, BOTH);
            let script = Script::new("1:a:b.2:c:d", End::CloseNotify);
            let station = Station::each(config, vec![script, stall()]);
            let run = client(exe, &of).args(["--watch", "10ms", "-f", "ndjson"]);
            let watching = Watching::start(run.arg(station.named("gate")));
            let printed = watching.wait_for_lines(2);
            station.wait(|seen| seen.accepted > 1);
            assert_eq!(printed.lines().count(), 2, "{printed}");
            watching.stop().assert_code(130);
        }),
        Row::new(
            "tls::--watch: rounds that are truncated or refused lose and double nothing",
            |exe| {
                let of = Certificates::new();
                let config = server_config(&of, Who::Good, false, BOTH);
                let rounds = vec![
                    Script::new("1:a:b.2:c:d", End::Fin),
                    Script::new("1:a:b.2:c:d", End::CloseNotify),
                    Script::new("", End::Fin),
                    Script::opening(Opening::Plain(b"9:forged:car")),
                    Script::new("1:a:b.2:c:d.3:e", End::Fin),
                    Script::new("1:a:b.2:c:d.3:e:f", End::Alert),
                    Script::new("1:a:b.2:c:d.3:e:f", End::CloseNotify),
                    stall(),
                ];
                let count = rounds.len();
                let station = Station::each(config, rounds);
                let run = client(exe, &of).args(["--watch", "10ms", "-f", "ndjson"]);
                let watching = Watching::start(run.arg(station.named("gate")));
                station.wait(|seen| seen.accepted >= count);
                let finished = watching.stop();
                let times: Vec<_> =
                    finished.lines().iter().map(|car| car["time"].clone()).collect();
                assert_eq!(times, ["1", "2", "3"], "{finished}");
            },
        ),
    ]
}

fn stall() -> Script {
    Script::opening(Opening::Silence)
}

/// A list of exactly so many bytes, of records that are long.
fn list(size: usize) -> Vec<u8> {
    let mut list = Vec::with_capacity(size);
    let record = |nth: usize, length: usize| {
        let begin = format!("{nth}:{}:", "b".repeat(1000.min(length / 2)));
        let color = "r".repeat(length - begin.len());
        begin + &color
    };
    let mut nth = 0;
    while size - list.len() > 6000 {
        list.extend_from_slice(record(nth, 3000).as_bytes());
        list.push(b'.');
        nth += 1;
    }
    list.extend_from_slice(record(nth, size - list.len()).as_bytes());
    list
}

fn captured(exe: &std::path::Path) {
    let (of, folder) = (Certificates::new(), Folder::new());
    let shown = |who, script| Station::new(server_config(&of, who, false, BOTH), script);
    let stations = [
        ("whole", shown(Who::Good, Script::new(BYTES, End::CloseNotify))),
        ("held", shown(Who::Good, Script::new(BYTES, End::Held))),
        ("empty", shown(Who::Good, Script::new("", End::CloseNotify))),
        ("cut", shown(Who::Good, Script::new(BYTES, End::Fin))),
        ("nothing", shown(Who::Good, Script::new("", End::Fin))),
        ("reset", shown(Who::Good, Script::new(BYTES, End::Reset))),
        ("alert", shown(Who::Good, Script::new(BYTES, End::Alert))),
        ("forged", shown(Who::Good, Script::new(BYTES, End::ForgedNotify))),
        ("expired", shown(Who::Expired, Script::new(BYTES, End::CloseNotify))),
        ("stranger", shown(Who::Stranger, Script::new(BYTES, End::CloseNotify))),
        ("plain", shown(Who::Good, Script::opening(Opening::Plain(b"1:a:b.2:c:d")))),
        ("silent", shown(Who::Good, Script::opening(Opening::Silence))),
        ("torn", shown(Who::Good, Script::opening(Opening::Reset))),
    ];
    let path = folder.path("road.pcapng");
    let run: Client = client(exe, &of).args(["-f", "wire", "--connect-timeout", "500ms"]);
    let run = run.args(stations.iter().map(|(name, station)| station.named(name)));
    let live = run.arg("--capture").arg(&path).run();
    live.assert_code(1);
    let path = path.to_str().expect("text");
    let inspected = inspect(exe, ["-f", "json", path]);
    assert_eq!(inspected.code, live.code, "live: {live}\n{inspected}");
    for nth in 0..stations.len() {
        same(&live.station(nth), &inspected.station(nth), SAID_OF_A_STATION);
    }
    assert_eq!(inspect(exe, ["-f", "wire", path]).stdout, live.stdout, "{live}");
}
