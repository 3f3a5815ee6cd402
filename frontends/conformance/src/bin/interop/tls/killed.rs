//! A station of Python's ssl that is killed in the middle of its list, again and again.
//!
//! The kernel closes the socket of a dead process with FIN, for there is no input that it had
//! not read; what was under way still arrives. So nothing but TLS tells that end from a good one.

use conformance::tls::Certificates;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{Files, gate, our_client, their_station};
use crate::cars;
use crate::case::{Case, Peers, case};

pub(super) fn cases() -> Vec<Case> {
    vec![case("python ssl station that is killed 100 times in the middle", killed)]
}

fn killed(peers: &Peers) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let mut args = files.for_their_station(false);
    args.extend(["--end", "die"]);
    let station = their_station(peers.python("station_ssl.py"), &args, &cars::many());
    for nth in 0..100 {
        let running = our_client(peers, &files, false).arg(gate(&station)).start();
        let says = format!("connection {nth} is in the middle in process ");
        station.wait_for_line(|line| line.starts_with(&says));
        let lines = station.said();
        let process = lines.iter().find_map(|line| line.strip_prefix(&says)).expect("it says so");
        let process = Pid::from_raw(process.parse().expect("a number")).expect("no zero");
        kill_process(process, Signal::KILL).expect("it runs until the client goes");
        let finished = running.finish();
        finished.assert_station(
            0,
            &json!({"outcome": "partial", "reason": "truncated", "verified": false}),
        );
        finished.assert_code(3);
        finished.assert_stdout("");
    }
}
