use carwatch_admin::Limits;

use crate::client::{Client, ask, post, post_head, request};
use crate::station::{Fake, Serving};

#[test]
fn a_body_reaches_the_station_as_it_is() {
    let serving = Serving::start();
    let bodies = [&b"{\"time\":1}"[..], b"{}\n{}\r\n\xff", b"", b"\r\n\r\n"];
    for (body, fields) in bodies.into_iter().zip([
        "Content-Type: application/json\r\n",
        "Content-Type: application/x-ndjson\r\n",
        "",
        "Content-Type: application/x-www-form-urlencoded\r\n",
    ]) {
        let reply = ask(serving.address, post(fields, body));
        assert_eq!((reply.status, &reply.body[..]), (204, &b""[..]));
        assert_eq!(reply.field("content-length"), None);
    }
    assert_eq!(serving.station.posts(), bodies);
}

#[test]
fn the_scheme_is_read_as_rfc_9110_has_it() {
    let serving = Serving::start();
    for field in ["Bearer s3cret", "bearer s3cret", "BEARER   s3cret"] {
        let head = format!(
            "POST /cars HTTP/1.1\r\nHost: a\r\nAuthorization: {field}\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        assert_eq!(ask(serving.address, head).status, 204, "{field}");
    }
}

#[test]
fn nobody_else_reaches_the_station() {
    let serving = Serving::start();
    for fields in [
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Bearer s3cret2\r\n",
        "Authorization: Basic s3cret\r\n",
        "Authorization: s3cret\r\n",
        "Authorization: Bearers3cret\r\n",
        "Authorization: Bearer s3cret\r\nAuthorization: Bearer s3cret\r\n",
        "Authorization: Bearer wrong\r\nExpect: 100-continue\r\n",
    ] {
        // Also before its size is looked at, and before its form is.
        for body in [
            "Content-Length: 2\r\n\r\n{}",
            "Content-Length: 99999999999\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        ] {
            let mut client = Client::connect(serving.address);
            client.send(format!("POST /cars HTTP/1.1\r\nHost: a\r\n{fields}{body}"));
            let reply = client.reply();
            assert_eq!(reply.status, 401, "{fields}{body}");
            assert_eq!(reply.field("www-authenticate"), Some("Bearer"));
            if !body.contains("Length: 0") {
                assert!(reply.closes(), "{reply:?}");
                client.ended();
            }
        }
    }
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn without_a_token_nobody_may_whatever_they_know() {
    let serving = Serving::with(Fake { configured: false, ..Fake::new() }, Limits::default());
    let reply = ask(serving.address, post("", "{}"));
    assert_eq!((reply.status, reply.field("www-authenticate")), (403, None));
    assert!(reply.text().contains("--admin-token-file"), "{}", reply.text());
    let mut client = Client::connect(serving.address);
    client.send(post_head("Content-Length: 9\r\nExpect: 100-continue\r\n"));
    assert_eq!(client.reply().status, 403);
    client.ended();
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn what_the_station_says_becomes_the_answer() {
    let serving = Serving::start();
    let reply = ask(serving.address, post("", "bad"));
    assert_eq!((reply.status, reply.text()), (400, "line 3: no \\u{1b}[2J car\n"));
    let reply = ask(serving.address, post("", "busy"));
    assert_eq!((reply.status, reply.text()), (503, "the disk is full\n"));
    assert_eq!(reply.field("retry-after"), Some("1"));
    let mut client = Client::connect(serving.address);
    let error = client.send(post("", "panic")).more().expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(ask(serving.address, post("", "{}")).status, 204);
}

#[test]
fn the_answer_comes_after_the_commit() {
    let serving = Serving::start();
    let mut client = Client::connect(serving.address);
    client.send(post("", "wait"));
    serving.station.waiting.recv_blocking().unwrap();
    client.silent();
    serving.station.release.send_blocking(()).unwrap();
    assert_eq!(client.reply().status, 204);
}

#[test]
fn who_waits_to_be_asked_is_asked() {
    let serving = Serving::start();
    let mut client = Client::connect(serving.address);
    for _ in 0..2 {
        client.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\n"));
        assert_eq!(client.head().status, 100);
        assert_eq!(client.send("{}").reply().status, 204);
    }
    // One that does not wait after all.
    client.send(post("Expect: 100-continue\r\n", "{}"));
    let first = client.reply().status;
    assert!(first == 204 || (first == 100 && client.reply().status == 204));
    assert_eq!(serving.station.posts().len(), 3);
}

#[test]
fn a_body_that_is_announced_too_large_is_not_asked_for() {
    let serving = Serving::start();
    for fields in ["", "Expect: 100-continue\r\n"] {
        let mut client = Client::connect(serving.address);
        client.send(post_head(&format!("{fields}Content-Length: {}\r\n", (8 << 20) + 1)));
        let reply = client.reply();
        assert_eq!(reply.status, 413);
        assert_eq!(reply.text(), "a body is at most 8388608 bytes long\n");
        assert!(reply.closes());
        client.ended();
    }
    let mut client = Client::connect(serving.address);
    client.send(post_head(&format!("Content-Length: {}0\r\n", u64::MAX)));
    assert_eq!(client.reply().status, 400, "no number at all");
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn the_limit_is_exact() {
    let serving = Serving::start();
    let whole = vec![b' '; 8 << 20];
    assert_eq!(ask(serving.address, post("", &whole)).status, 204);
    assert!(serving.station.posts() == [whole.clone()]);
    for (more, status) in [("", 204), ("1\r\n!\r\n", 413)] {
        let mut client = Client::connect(serving.address);
        client.send(post_head("Transfer-Encoding: chunked\r\n"));
        for part in whole.chunks(1 << 19) {
            client.send(format!("{:x}\r\n", part.len())).send(part).send("\r\n");
        }
        client.send(more).send("0\r\n\r\n");
        assert_eq!(client.reply().status, status);
    }
    assert_eq!(serving.station.posts().len(), 2);
}

#[test]
fn who_sends_everything_before_reading_still_reads_the_refusal() {
    let serving = Serving::start();
    let large = vec![b'x'; 9 << 20];
    let wrong = String::from_utf8(post("", &large)).unwrap().replace("s3cret", "wrong");
    for (request, status) in [(post("", &large), 413), (wrong.into_bytes(), 401)] {
        let mut client = Client::connect(serving.address);
        assert_eq!(client.send(request).reply().status, status);
        client.ended();
    }
    // Of a chunked body nobody knows how long it will be.
    let mut client = Client::connect(serving.address);
    client.send(post_head("Transfer-Encoding: chunked\r\n"));
    client.send(format!("{:x}\r\n", large.len())).send(&large).send("\r\n0\r\n\r\n");
    assert_eq!(client.reply().status, 413);
    client.ended();
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn a_broken_body_is_none() {
    let serving = Serving::start();
    for body in ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}xx0\r\n\r\n", "fffffffffffffffff\r\n"] {
        let request = format!("{}{body}", post_head("Transfer-Encoding: chunked\r\n"));
        assert_eq!(ask(serving.address, request).status, 400, "{body}");
    }
    for cut in ["2\r\n{", "2\r\n{}\r\n", "2\r\n{}\r\n0\r\n", ""] {
        let request = format!("{}{cut}", post_head("Transfer-Encoding: chunked\r\n"));
        let reply = Client::connect(serving.address).send(request).end().reply();
        assert_eq!(reply.status, 400, "{cut}");
    }
    let request = format!("{}{{}}", post_head("Content-Length: 3\r\n"));
    assert_eq!(Client::connect(serving.address).send(request).end().reply().status, 400);
    let reply = ask(serving.address, post("Content-Encoding: gzip\r\n", "\x1f"));
    assert_eq!(reply.status, 415);
    assert_eq!(serving.station.posts().len(), 0);
    assert_eq!(ask(serving.address, post("Content-Encoding: identity\r\n", "{}")).status, 204);
}

#[test]
fn a_body_of_another_request_is_not_taken_for_one() {
    let serving = Serving::start();
    let mut client = Client::connect(serving.address);
    client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n");
    let reply = client.reply();
    assert_eq!(reply.status, 200);
    assert!(reply.closes());
    client.ended();
    assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
}
