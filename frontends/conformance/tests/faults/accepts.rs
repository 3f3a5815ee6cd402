//! How often a station that has no descriptor left tries to accept.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use conformance::caller::connect_narrow;
use conformance::fixtures::Large;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::Case;
use crate::tracer::Tracer;

pub(crate) const CASES: &[Case] =
    &[("accepts::out of descriptors it fails at most 20 times a second", starved)];

fn starved(exe: &Path) {
    let large = Large::new(3_000_000);
    let station = large.station(exe, &[]);
    let few = Rlimit { current: Some(64), maximum: Some(64) };
    prlimit(Pid::from_raw(station.pid().cast_signed()), Resource::Nofile, few).expect("ours");
    let tracer = Tracer::attach(&station, &["-e", "trace=accept,accept4"]);
    let _callers: Vec<TcpStream> = (0..200)
        .map(|_| connect_narrow(station.address(), 8 * 1024).expect("the backlog has room"))
        .collect();
    // Not a wait for something to happen: the window in which they are counted.
    thread::sleep(WINDOW);
    let errors = tracer.count("EMFILE");
    println!("accepts: {errors} errors in {WINDOW:?}");
    assert!(errors > 0, "it has descriptors left: nothing was shown");
    assert!(errors <= 20 * 5, "{errors} errors in {WINDOW:?}");
}

const WINDOW: Duration = Duration::from_secs(5);
