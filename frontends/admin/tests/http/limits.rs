use std::io::ErrorKind;
use std::time::Duration;

use carwatch_admin::Limits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::client::{Client, DEADLINE, ask, post, post_head, request};
use crate::station::{Serving, snapshot};

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_head_is_bounded_in_size_and_fields() {
    let serving = Serving::start();
    let with = |fields: String| format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
    let long = |len: usize| with(format!("X: {}\r\n", "x".repeat(len)));
    assert_eq!(ask(serving.address, long(30 << 10)).status, 200);
    let mut client = Client::connect(serving.address);
    assert_eq!(client.send(long(33 << 10)).reply().status, 431);
    client.ended();
    // One that never ends is refused when it has grown so long.
    let mut client = Client::connect(serving.address);
    client.send(format!("GET /{}", "x".repeat(40 << 10)));
    assert!(matches!(client.reply().status, 414 | 431));
    client.ended();
    // Somebody who goes on sending still reads it.
    let mut client = Client::connect(serving.address);
    client.send(long(4 << 20));
    assert_eq!(client.reply().status, 431);
    client.ended();
    let many = |count: usize| with("X: y\r\n".repeat(count - 1));
    assert_eq!(ask(serving.address, many(64)).status, 200);
    assert_eq!(ask(serving.address, many(65)).status, 431);
}

#[test]
fn a_head_that_does_not_end_is_ended() {
    let serving = Serving::limited(Limits { head_time: SHORT, ..Limits::default() });
    let mut client = Client::connect(serving.address);
    let reply = client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX:").reply();
    assert_eq!((reply.status, reply.closes()), (408, true));
    client.ended();
    // Bytes that keep coming win no time.
    let mut client = Client::connect(serving.address);
    client.send("GET /healthz HTTP/1.1\r\nX: ");
    client.stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    while client.more().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
        client.send("x");
    }
    client.stream.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(client.reply().status, 408);
    // And the same for the second request of a connection.
    let mut client = Client::connect(serving.address);
    assert_eq!(client.send(request("GET", "/healthz")).reply().status, 200);
    assert_eq!(client.send("GET").reply().status, 408);
}

#[test]
fn a_connection_without_a_request_is_ended_and_told_nothing() {
    let limits = Limits { head_time: SHORT, idle_time: SHORT, ..Limits::default() };
    let serving = Serving::limited(limits);
    Client::connect(serving.address).ended();
    let mut client = Client::connect(serving.address);
    assert_eq!(client.send(request("GET", "/healthz")).reply().status, 200);
    client.ended();
}

#[test]
fn a_body_that_stops_coming_is_refused() {
    let serving = Serving::limited(Limits { body_stall: SHORT, ..Limits::default() });
    for body in ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"] {
        for begun in ["", "5\r\n"] {
            let mut client = Client::connect(serving.address);
            client.send(post_head(body)).send(begun);
            let reply = client.reply();
            assert_eq!((reply.status, reply.closes()), (408, true));
            client.ended();
        }
    }
    let mut client = Client::connect(serving.address);
    client.send(post_head("Content-Length: 9\r\nExpect: 100-continue\r\n"));
    assert_eq!(client.head().status, 100);
    assert_eq!(client.reply().status, 408);
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn a_body_that_trickles_is_refused() {
    let serving = Serving::limited(Limits { body_time: SHORT, ..Limits::default() });
    let mut client = Client::connect(serving.address);
    client.send(post_head("Content-Length: 100000\r\n"));
    client.stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    while client.more().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
        client.send("x");
    }
    client.stream.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(client.reply().status, 408);
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn a_reader_that_stalls_is_reset() {
    let serving = Serving::limited(Limits { write_stall: SHORT, ..Limits::default() });
    *serving.station.snapshot.lock().unwrap() = Some(snapshot(1_000_000));
    let mut client = Client::connect(serving.address);
    client.send(request("GET", "/snapshot"));
    wait_for_reset(&client);
    // A good one is served meanwhile and after.
    let reply = ask(serving.address, request("GET", "/snapshot"));
    assert!(reply.body.len() as u64 == snapshot(1_000_000).len());
}

#[test]
fn a_reader_below_the_least_rate_is_reset() {
    let limits = Limits { min_rate: 1 << 30, rate_window: SHORT, ..Limits::default() };
    let serving = Serving::limited(limits);
    *serving.station.snapshot.lock().unwrap() = Some(snapshot(1_000_000));
    let mut client = Client::connect(serving.address);
    client.send(request("GET", "/snapshot"));
    wait_for_reset(&client);
}

fn wait_for_reset(client: &Client) {
    let mut events = [PollFd::new(&client.stream, PollFlags::empty())];
    let deadline = Timespec { tv_sec: DEADLINE.as_secs() as i64, tv_nsec: 0 };
    assert_eq!(poll(&mut events, Some(&deadline)), Ok(1), "no reset came");
    assert!(events[0].revents().contains(PollFlags::ERR), "it ended, but not by a reset");
}

#[test]
fn one_more_than_there_is_room_for_waits_its_turn() {
    let limits = Limits { connections: 64, ..Limits::default() };
    let serving = Serving::limited(limits);
    let mut busy: Vec<_> = (0..64).map(|_| Client::connect(serving.address)).collect();
    for client in &mut busy {
        client.send(post("", "wait"));
        serving.station.waiting.recv_blocking().unwrap();
    }
    let mut next = Client::connect(serving.address);
    next.send(request("GET", "/healthz"));
    next.silent();
    serving.station.release.send_blocking(()).unwrap();
    assert_eq!(next.reply().status, 200);
    for _ in 1..64 {
        serving.station.release.send_blocking(()).unwrap();
    }
    // The one whose connection made the room was answered before it went.
    for client in &mut busy {
        assert_eq!(client.reply().status, 204);
    }
}

#[test]
fn slow_bodies_leave_room_for_those_who_ask() {
    let serving = Serving::start();
    let half = |client: &mut Client| {
        client.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\n"));
        let status = client.head().status;
        if status == 100 {
            client.send("{");
        }
        status
    };
    let mut slow: Vec<_> = (0..48).map(|_| Client::connect(serving.address)).collect();
    for client in &mut slow {
        assert_eq!(half(client), 100);
    }
    for _ in 0..64 {
        let mut more = Client::connect(serving.address);
        more.send(post_head("Content-Length: 2\r\n")).send("{");
        let reply = more.reply();
        assert_eq!((reply.status, reply.field("retry-after")), (503, Some("1")));
        assert!(reply.closes());
        drop(more);
        assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
    }
    // Who may not post learns that, and not how busy it is.
    let stranger = "POST /cars HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(ask(serving.address, stranger).status, 401);
    // One that ends, in whichever way, makes room for one.
    drop(slow.pop());
    let mut last = slow.pop().unwrap();
    assert_eq!(last.send("}").reply().status, 204);
    for _ in 0..2 {
        let mut next = Client::connect(serving.address);
        while half(&mut next) == 503 {
            next = Client::connect(serving.address);
        }
        slow.push(next);
    }
    assert_eq!(slow.len(), 48);
    for client in &mut slow {
        assert_eq!(client.send("}").reply().status, 204);
    }
}

#[test]
fn a_place_is_given_back_before_the_commit() {
    let limits = Limits { uploads: 1, ..Limits::default() };
    let serving = Serving::limited(limits);
    let mut first = Client::connect(serving.address);
    first.send(post("", "wait"));
    serving.station.waiting.recv_blocking().unwrap();
    assert_eq!(ask(serving.address, post("", "{}")).status, 204);
    serving.station.release.send_blocking(()).unwrap();
    assert_eq!(first.reply().status, 204);
}

#[test]
fn who_has_no_request_makes_room() {
    let limits = Limits { connections: 3, ..Limits::default() };
    let serving = Serving::limited(limits);
    let mut kept = Client::connect(serving.address);
    assert_eq!(kept.send(request("GET", "/healthz")).reply().status, 200);
    let mut slow = Client::connect(serving.address);
    slow.send("GET /healthz HT");
    let mut busy = Client::connect(serving.address);
    busy.send(post("", "wait"));
    serving.station.waiting.recv_blocking().unwrap();
    let mut newcomers: Vec<_> = (0..2).map(|_| Client::connect(serving.address)).collect();
    for newcomer in &mut newcomers {
        assert_eq!(newcomer.send(request("GET", "/healthz")).reply().status, 200);
    }
    kept.ended();
    slow.ended();
    serving.station.release.send_blocking(()).unwrap();
    assert_eq!(busy.reply().status, 204);
}

#[test]
fn who_was_refused_and_goes_on_sending_makes_room() {
    let limits = Limits { connections: 2, drain_time: 2 * DEADLINE, ..Limits::default() };
    let serving = Serving::limited(limits);
    let mut refused: Vec<_> = (0..2).map(|_| Client::connect(serving.address)).collect();
    for client in &mut refused {
        client.send("POST /cars HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{");
        assert_eq!(client.reply().status, 401);
    }
    assert_eq!(ask(serving.address, request("GET", "/healthz")).status, 200);
}

#[test]
fn stopping_finishes_what_is_being_answered_and_nothing_else() {
    let limits = Limits { stop_time: DEADLINE, ..Limits::default() };
    let mut serving = Serving::limited(limits);
    let mut idle = Client::connect(serving.address);
    assert_eq!(idle.send(request("GET", "/healthz")).reply().status, 200);
    let mut busy = Client::connect(serving.address);
    busy.send(post("", "wait"));
    serving.station.waiting.recv_blocking().unwrap();
    serving.tell_to_stop();
    idle.ended();
    serving.station.release.send_blocking(()).unwrap();
    let reply = busy.reply();
    assert_eq!((reply.status, reply.closes()), (204, true));
    busy.ended();
    serving.join();
    assert!(std::net::TcpStream::connect(serving.address).is_err());
}

#[test]
fn stopping_resets_what_does_not_finish() {
    let mut serving = Serving::limited(Limits { stop_time: SHORT, ..Limits::default() });
    let mut busy = Client::connect(serving.address);
    busy.send(post("", "wait"));
    serving.station.waiting.recv_blocking().unwrap();
    serving.tell_to_stop();
    serving.join();
    assert_eq!(busy.more().expect_err("a reset").kind(), ErrorKind::ConnectionReset);
}
