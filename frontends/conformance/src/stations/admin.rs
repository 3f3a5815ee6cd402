//! `--admin`: what HTTP tells of a station, and that it stays out of the way.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use crate::caller::call;
use crate::fixtures::{Cars, Large, file, lines, snapshot};
use crate::http::{Http, get, metric};
use crate::kernel::until;
use crate::station::{Station, command, run_to_its_end};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("admin::its address is the line after the listeners', whatever the logs", |exe| {
            for args in [&["-q"][..], &["-v"], &["--log-format", "json"], &["-q", "-q"]] {
                let station = Station::spawn(exe, [&["--admin", "127.0.0.1:0"], args].concat());
                assert_eq!(get(station.admin(), "/healthz").status, 200);
            }
        }),
        Row::new("admin::off by default", |exe| {
            let station = Station::spawn(exe, ["-v"]);
            call(station.address()).ended.expect("it serves");
            let said = station.stop();
            assert!(!said.iter().any(|line| line.contains("admin on")), "{said:#?}");
        }),
        Row::new("admin::healthz and readyz", |exe| {
            let (_station, admin) = with(exe, "1:a:b\n");
            for path in ["/healthz", "/readyz"] {
                let reply = get(admin, path);
                assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            }
        }),
        Row::new("admin::metrics count", metrics),
        Row::heavy("admin::the snapshot is the wire's bytes", |exe| {
            for cars in [0, 1, 20_000] {
                let cars = Cars::new(cars);
                let (station, admin) = with(exe, cars.ndjson());
                station.wait_until_it_serves(cars.snapshot());
                let reply = get(admin, "/snapshot");
                assert_eq!(reply.status, 200);
                assert!(reply.body == cars.snapshot().as_bytes());
            }
        }),
        Row::new("admin::the page, or how to build it in", |exe| {
            let (_station, admin) = with(exe, "");
            let reply = get(admin, "/");
            let text = reply.text();
            let how = text.contains("--features") && text.contains("viewer");
            assert!(how || text.contains("<html"), "{} {text}", reply.status);
        }),
        Row::new("admin::what is not there is 404, what cannot be done 405", |exe| {
            let (_station, admin) = with(exe, "");
            let mut http = Http::connect(admin);
            let mut status = |method, path| {
                let reply = http.request(method, path, &[], b"").expect("an answer");
                reply.status
            };
            assert_eq!(status("GET", "/nothing"), 404);
            assert_eq!(status("GET", "/cars"), 405);
            assert_eq!(status("DELETE", "/snapshot"), 405);
            assert_eq!(status("GET", "/healthz"), 200, "on the same connection");
        }),
        Row::new("admin::an address in use is exit 1", |exe| {
            let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = taken.local_addr().expect("bound").to_string();
            let args = ["--listen", "127.0.0.1:0", "--admin", &address];
            let (code, said, _) = run_to_its_end(exe, args);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains(&address), "it names the address: {said}");
            assert!(!said.contains("listening on"), "{said}");
        }),
        Row::new("admin::usage: an address that is none", |exe| {
            let (code, said, _) = run_to_its_end(exe, ["--admin", "127.0.0.1"]);
            assert_eq!(code, 2, "{said}");
        }),
        Row::heavy("admin::silent callers keep nobody out", silent),
        Row::new("admin::what is no HTTP harms nobody", nonsense),
        Row::heavy("admin::a stalled download of the snapshot harms nobody", stalled),
    ]
}

/// A station with that source, and its admin address.
fn with(exe: &Path, text: impl AsRef<[u8]>) -> (Station, SocketAddr) {
    let source = file(text);
    let mut command = command(exe);
    command.args(["--admin", "127.0.0.1:0", "--source"]).arg(source.path());
    let station = Station::launch(command, 1);
    let admin = station.admin();
    (station, admin)
}

fn metrics(exe: &Path) {
    let text = lines(0..7) + "bad\nbad\n1:2:3:4\n\n";
    let (station, admin) = with(exe, &text);
    station.wait_until_it_serves(snapshot(0..7));
    let reply = get(admin, "/metrics");
    let kind = reply.field("content-type").expect("a media type");
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert_eq!(metric(admin, "carwatch_cars"), 7.0);
    assert_eq!(metric(admin, "carwatch_cars_accepted_total"), 7.0);
    let refused = |reason: &str| format!("carwatch_lines_refused_total{{reason=\"{reason}\"}}");
    assert_eq!(metric(admin, &refused("too_few_fields")), 2.0);
    assert_eq!(metric(admin, &refused("too_many_fields")), 1.0);
    until("no connection is open", || (metric(admin, "carwatch_connections") == 0.0).then_some(()));
    let open = TcpStream::connect(station.address()).expect("it listens");
    // It has got everything, and is drained for a while.
    until("one is open", || (metric(admin, "carwatch_connections") == 1.0).then_some(()));
    drop(open);
    until("it is closed", || (metric(admin, "carwatch_connections") == 0.0).then_some(()));
    assert_text(&reply.text());
}

/// The text format of Prometheus: every sample has a type before it, and is a number.
#[track_caller]
fn assert_text(text: &str) {
    let mut family = "";
    let mut seen = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            family = name;
        } else if !line.starts_with('#') && !line.is_empty() {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            // Those of a process have names of their own everywhere.
            let is_ours = family.starts_with("carwatch_") || family.starts_with("process_");
            assert!(sample.starts_with(family) && is_ours, "{line}");
            assert!(!seen.contains(&sample), "{line} twice");
            seen.push(sample);
        }
    }
    assert!(!seen.is_empty() && text.ends_with('\n'), "{text}");
}

/// Three hundred that begin a request and never end it, or say nothing at all.
fn silent(exe: &Path) {
    let (station, admin) = with(exe, "1:a:b\n");
    let _silent: Vec<TcpStream> = (0..300)
        .map(|nth| {
            let mut stream = TcpStream::connect(admin).expect("it listens");
            if nth % 2 == 0 {
                // It may have been closed for another one already.
                let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: st");
            }
            stream
        })
        .collect();
    station.wait_until_it_serves("1:a:b");
    until("somebody is answered", || {
        let mut http = Http::connect(admin);
        let reply = http.request("GET", "/healthz", &[], b"").ok()?;
        (reply.status == 200).then_some(())
    });
}

fn nonsense(exe: &Path) {
    let (station, admin) = with(exe, "1:a:b\n");
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"[..],
        b"\r\n\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /cars HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /cars HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        &b"GET /metrics HTTP/1.1\r\nX: y\r\n".repeat(50_000),
    ] {
        if let Ok(reply) = Http::connect(admin).exchange(bytes) {
            assert!((400..600).contains(&reply.status), "{}", reply.status);
        }
        assert_eq!(get(admin, "/healthz").status, 200);
        station.wait_until_it_serves("1:a:b");
    }
}

fn stalled(exe: &Path) {
    let large = Large::new(8_000_000);
    let station = large.station(exe, &["--admin", "127.0.0.1:0"]);
    let admin = station.admin();
    let _stalled: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = crate::caller::connect_narrow(admin, 8 * 1024).expect("it listens");
            let request = b"GET /snapshot HTTP/1.1\r\nHost: station\r\n\r\n";
            stream.write_all(request).expect("it reads");
            let _ = crate::caller::read_some(&mut stream, 1000);
            stream
        })
        .collect();
    assert!(get(admin, "/snapshot").body == large.snapshot);
    large.wait_until_known(&station);
}
