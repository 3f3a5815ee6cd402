//! A station that follows a file, keeps a store and takes posts; and how it must look while
//! its disk fails.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use conformance::caller::call;
use conformance::fixtures::{Folder, lines, snapshot};
use conformance::http::{get, metric, post};
use conformance::kernel::until;
use conformance::station::{Station, command};
use conformance::store;

/// The file it follows, and what has been written to it.
pub(crate) struct Road {
    pub(crate) folder: Folder,
    pub(crate) written: usize,
}

impl Road {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        folder.write("cars", "");
        folder.write("token", TOKEN);
        Self { folder, written: 0 }
    }

    pub(crate) fn write(&mut self, count: usize) {
        self.folder.append("cars", lines(self.written..self.written + count));
        self.written += count;
    }

    /// The snapshot of all of it.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        snapshot(0..self.written)
    }

    pub(crate) fn station(&self, exe: &Path, db: &Path) -> Station {
        let mut command = command(exe);
        command.args(["--follow", "--admin", "127.0.0.1:0", "--source"]);
        command.arg(self.folder.path("cars")).arg("--store").arg(db);
        command.arg("--admin-token-file").arg(self.folder.path("token"));
        Station::launch(command, 1)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.folder.path("cars.db")
    }
}

const TOKEN: &str = "a-secret-of-32-characters-or-more";

/// The answer to a post of one car with that time.
pub(crate) fn post_one(admin: SocketAddr, time: &str) -> u16 {
    let object = format!("{{\"time\":\"{time}\",\"brand\":\"posted\",\"color\":\"red\"}}");
    let reply = post(admin, TOKEN, "application/json", object.as_bytes());
    if reply.status == 503 {
        assert!(reply.field("retry-after").is_some(), "it says when to try again");
    }
    reply.status
}

/// Waits until the station says that it is not ready, and looks at what it serves then:
/// nothing but what is committed. Answers that.
pub(crate) fn stuck(station: &Station, db: &Path) -> Vec<u8> {
    let admin = station.admin();
    until("it says that it is not ready", || (get(admin, "/readyz").status == 503).then_some(()));
    assert_eq!(get(admin, "/healthz").status, 200, "it lives");
    let served = call(station.address()).complete();
    let known = metric(admin, "carwatch_cars");
    for _ in 0..20 {
        assert!(call(station.address()).complete() == served, "it serves what is committed");
        assert!(store::snapshot(db) == served, "and nothing else");
        assert!(get(admin, "/snapshot").body == served);
    }
    assert_eq!(metric(admin, "carwatch_cars").to_bits(), known.to_bits());
    assert_eq!(post_one(admin, "never"), 503, "and takes nothing");
    let told = station.said().iter().any(|line| line.contains("ERROR"));
    assert!(told, "it says so loudly: {:#?}", station.said());
    served
}

/// Waits until it is ready again, and serves and keeps exactly that.
#[track_caller]
pub(crate) fn recovered(station: &Station, db: &Path, expected: &[u8]) {
    let admin = station.admin();
    until("it is ready again", || (get(admin, "/readyz").status == 200).then_some(()));
    station.wait_until_it_serves(expected);
    assert!(store::snapshot(db) == expected, "in the store, too");
    store::assert_sound(db);
}
