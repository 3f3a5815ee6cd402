use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{collection::vec, prop_oneof, strategy::Just, strategy::Strategy};

use crate::client::{Client, ask, post, post_head, request};
use crate::forms::{FORM, JSON, PICTURE};
use crate::station::Serving;

/// Requests of all kinds on one connection, and the status of each answer.
fn script() -> (Vec<u8>, Vec<u16>) {
    let form = format!("{PICTURE}{JSON}{PICTURE}--x-Y--\r\n");
    let chunked = format!(
        "{}2;x=y\r\n{{\"\r\n3\r\na\":\r\n2\r\n1}}\r\n0\r\nTrailer: t\r\n\r\n",
        post_head("Transfer-Encoding: chunked\r\n")
    );
    let requests = [
        (request("GET", "/healthz").into_bytes(), 200),
        (post(FORM, form), 204),
        (request("GET", "/snapshot").into_bytes(), 200),
        (chunked.into_bytes(), 204),
        (request("GET", "/nowhere").into_bytes(), 404),
        (post("", "bad"), 400),
        (request("DELETE", "/").into_bytes(), 405),
    ];
    let statuses = requests.iter().map(|(_, status)| *status).collect();
    (requests.into_iter().flat_map(|(request, _)| request).collect(), statuses)
}

fn statuses(client: &mut Client, count: usize) -> Vec<u16> {
    (0..count).map(|_| client.reply().status).collect()
}

#[test]
fn requests_may_come_all_at_once() {
    let serving = Serving::start();
    let (script, expected) = script();
    let mut client = Client::connect(serving.address);
    client.send(script.repeat(20));
    assert_eq!(statuses(&mut client, expected.len() * 20), expected.repeat(20));
    assert_eq!(serving.station.posts().len(), 60);
}

#[test]
fn or_byte_by_byte() {
    let serving = Serving::start();
    let (script, expected) = script();
    let mut client = Client::connect(serving.address);
    for byte in script {
        client.send([byte]);
    }
    assert_eq!(statuses(&mut client, expected.len()), expected);
    let json = b"{\"a\":\r\n--x-\r\n1}".to_vec();
    assert_eq!(serving.station.posts(), [json, b"{\"a\":1}".to_vec(), b"bad".to_vec()]);
}

#[test]
fn or_split_at_every_place() {
    let serving = Serving::start();
    let (script, expected) = script();
    for at in 0..=script.len() {
        let mut client = Client::connect(serving.address);
        client.send(&script[..at]).send(&script[at..]);
        assert_eq!(statuses(&mut client, expected.len()), expected, "split at {at}");
    }
    let posts = serving.station.posts();
    for posts in posts.chunks(3) {
        assert_eq!(posts, &serving.station.posts()[..3]);
    }
}

#[test]
fn a_client_may_end_its_side_once_it_has_asked() {
    let serving = Serving::start();
    let (script, expected) = script();
    let mut client = Client::connect(serving.address);
    client.send(script).end();
    assert_eq!(statuses(&mut client, expected.len()), expected);
    client.ended();
}

#[test]
fn a_client_that_closes_gets_the_end_and_no_reset() {
    let serving = Serving::start();
    let mut client = Client::connect(serving.address);
    let asked = request("GET", "/healthz").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let reply = client.send(asked).reply();
    assert!(reply.closes());
    client.ended();
    Client::connect(serving.address).end().ended();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes: the connection ends, no panic, and nothing reaches the station that
    /// was not posted by somebody who may.
    #[test]
    fn whatever_comes_ends(
        pieces in vec(
            prop_oneof![
                vec(any::<u8>(), 0..40),
                Just(b"\r\n".to_vec()),
                Just(b"POST /cars HTTP/1.1\r\nHost: a\r\n".to_vec()),
                Just(b"GET /healthz HTTP/1.1\r\n".to_vec()),
                Just(b"Host: a\r\n\r\n".to_vec()),
                Just(b"Content-Length: 3\r\n".to_vec()),
                Just(b"Transfer-Encoding: chunked\r\n\r\n".to_vec()),
                Just(b"Authorization: Bearer wrong\r\n".to_vec()),
                Just(b"Expect: 100-continue\r\n".to_vec()),
            ],
            0..12,
        ).prop_map(|pieces| pieces.concat())
    ) {
        use std::io::Write;
        let serving = Serving::start();
        let mut client = Client::connect(serving.address);
        // Refused early, it may be reset while it still sends.
        let _ = client.stream.write_all(&pieces);
        let _ = client.stream.shutdown(std::net::Shutdown::Write);
        while matches!(client.more(), Ok(1..)) {}
        assert_eq!(serving.station.posts().len(), 0);
        assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
    }
}
