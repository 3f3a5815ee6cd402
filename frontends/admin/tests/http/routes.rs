use carwatch_admin::Limits;

use crate::client::{Client, ask, request};
use crate::station::{Fake, Serving, snapshot};

const PATHS: [&str; 5] = ["/", "/metrics", "/healthz", "/readyz", "/snapshot"];

#[test]
fn each_path_answers_what_it_is_for() {
    let serving = Serving::start();
    let get = |path: &str| {
        let reply = ask(serving.address, request("GET", path));
        assert_eq!(reply.status, 200, "{path}");
        let media_type = reply.field("content-type").unwrap().to_owned();
        (media_type, reply)
    };
    let (media_type, reply) = get("/healthz");
    assert_eq!((&media_type[..], reply.text()), ("text/plain; charset=utf-8", "ok\n"));
    let (media_type, reply) = get("/readyz");
    assert_eq!((&media_type[..], reply.text()), ("text/plain; charset=utf-8", "ready\n"));
    let (media_type, reply) = get("/metrics");
    assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(reply.text().contains("\ncarwatch_cars 4711\n"), "{}", reply.text());
    assert!(reply.text().contains("\ncarwatch_ready 1\n"));
    let (media_type, reply) = get("/snapshot");
    assert_eq!(media_type, "application/octet-stream");
    assert_eq!(reply.body, snapshot(2).to_vec());
    let (media_type, reply) = get("/?from=a%20bookmark");
    if cfg!(feature = "viewer") {
        assert_eq!(media_type, "text/html; charset=utf-8");
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/carwatch.html");
        assert_eq!(reply.body, std::fs::read(page).unwrap());
        assert!(reply.text().contains("Content-Security-Policy"));
    } else {
        assert_eq!(media_type, "text/plain; charset=utf-8");
        let command = "cargo viewer\n    cargo run -p server-smol --features viewer\n";
        assert!(reply.text().contains(command), "{}", reply.text());
    }
}

#[test]
fn head_is_get_without_the_body() {
    let serving = Serving::start();
    for path in PATHS.into_iter().chain(["/nowhere"]) {
        let mut get = ask(serving.address, request("GET", path));
        let mut client = Client::connect(serving.address);
        let head = client.send(request("HEAD", path)).head();
        get.fields.retain(|(name, _)| name != "date");
        let without_date = head.fields.iter().filter(|(name, _)| name != "date");
        assert_eq!(get.status, head.status);
        assert!(without_date.eq(get.fields.iter()), "{path}: {head:?} {get:?}");
        // And the next answer begins where a body would.
        assert_eq!(client.send(request("GET", "/healthz")).reply().text(), "ok\n");
    }
}

#[test]
fn every_answer_forbids_guessing_and_keeping() {
    let serving = Serving::start();
    let paths = PATHS.into_iter().chain(["/nowhere", "/cars"]);
    for reply in paths.map(|path| ask(serving.address, request("GET", path))) {
        assert_eq!(reply.field("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.field("cache-control"), Some("no-store"));
        assert!(reply.field("date").is_some());
    }
}

#[test]
fn unknown_paths_and_methods_are_named() {
    let serving = Serving::start();
    for path in ["/Metrics", "/metrics/", "//", "/cars/", "/..", "/%2e", "*"] {
        let reply = ask(serving.address, request("OPTIONS", path));
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.text().starts_with("there are /, /metrics"), "{}", reply.text());
    }
    for path in PATHS {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"] {
            let reply = ask(serving.address, request(method, path));
            assert_eq!((reply.status, reply.field("allow")), (405, Some("GET, HEAD")), "{method}");
            assert_eq!(reply.text(), "only GET and HEAD are allowed here\n");
        }
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let reply = Client::connect(serving.address).send(request(method, "/cars")).head();
        assert_eq!((reply.status, reply.field("allow")), (405, Some("POST")), "{method}");
    }
    let reply = ask(serving.address, request("GET", "/cars"));
    assert_eq!(reply.text(), "only POST is allowed here\n");
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn why_a_station_is_not_ready_is_shown_without_what_a_terminal_obeys() {
    let serving = Serving::start();
    *serving.station.ready.lock().unwrap() = Err("the disk \u{1b}[2Jis full".into());
    let reply = ask(serving.address, request("GET", "/readyz"));
    assert_eq!((reply.status, reply.text()), (503, "the disk \\u{1b}[2Jis full\n"));
    let reply = ask(serving.address, request("GET", "/metrics"));
    assert!(reply.text().contains("\ncarwatch_ready 0\n"));
    assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
}

#[test]
fn what_is_still_being_loaded_is_not_served_in_part() {
    let serving = Serving::start();
    *serving.station.snapshot.lock().unwrap() = None;
    let mut client = Client::connect(serving.address);
    for _ in 0..2 {
        let reply = client.send(request("GET", "/snapshot")).reply();
        assert_eq!((reply.status, reply.field("retry-after")), (503, Some("1")));
        assert_eq!(reply.text(), "the cars are still being loaded\n");
    }
    let head = client.send(request("HEAD", "/snapshot")).head();
    assert_eq!((head.status, head.field("retry-after")), (503, Some("1")));
    *serving.station.snapshot.lock().unwrap() = Some(snapshot(2));
    let reply = client.send(request("GET", "/snapshot")).reply();
    assert_eq!((reply.status, reply.body), (200, snapshot(2).to_vec()));
}

#[test]
fn a_large_snapshot_comes_whole_and_as_it_was_when_asked_for() {
    let serving = Serving::start();
    let large = snapshot(300_000);
    assert!(large.len() > 8 << 20);
    *serving.station.snapshot.lock().unwrap() = Some(large.clone());
    let mut client = Client::connect(serving.address);
    let head = client.send(request("GET", "/snapshot")).head();
    // The list goes on while the client has read little.
    *serving.station.snapshot.lock().unwrap() = Some(snapshot(0));
    assert_eq!(head.field("content-length"), Some(&large.len().to_string()[..]));
    let body = client.body(large.to_vec().len());
    assert!(body == large.to_vec(), "the bytes that were there");
    // The connection goes on, and an empty list is an answer without a byte.
    let reply = client.send(request("GET", "/snapshot")).reply();
    assert_eq!((reply.status, reply.field("content-length")), (200, Some("0")));
}

#[test]
fn what_is_no_request_is_refused() {
    let serving = Serving::start();
    for bad in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n",
        "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0",
        "hello station\r\n\r\n",
        "POST /cars HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /cars HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /cars HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    ] {
        assert_eq!(ask(serving.address, bad).status, 400, "{bad:?}");
    }
    // Older ones need no host.
    let mut client = Client::connect(serving.address);
    assert_eq!(client.send("GET /healthz HTTP/1.0\r\n\r\n").reply().text(), "ok\n");
    client.ended();
    assert_eq!(ask(serving.address, request("GET", "http://station/healthz")).status, 200);
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn a_panic_ends_its_own_connection_by_a_reset() {
    let serving = Serving::with(Fake::new(), Limits::default());
    let mut other = Client::connect(serving.address);
    assert_eq!(other.send(request("GET", "/healthz")).reply().status, 200);
    *serving.station.ready.lock().unwrap() = Err("panic".into());
    let mut client = Client::connect(serving.address);
    let error = client.send(request("GET", "/metrics")).more().expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(other.send(request("GET", "/healthz")).reply().status, 200);
    assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
}

#[test]
fn the_other_runtime_serves_the_same() {
    let serving = Serving::on_async_std();
    *serving.station.snapshot.lock().unwrap() = Some(snapshot(100_000));
    let reply = ask(serving.address, request("GET", "/snapshot"));
    assert!(reply.body == snapshot(100_000).to_vec());
    let posted = ask(serving.address, crate::client::post("", "{}"));
    assert_eq!((posted.status, serving.station.posts()), (204, vec![b"{}".to_vec()]));
    serving.stop();
}
