//! A folder for certificates, and whether what is in it belongs together.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use carwatch_authority::{Error, Made, Order, make};
use tempfile::TempDir;

use crate::judge::{as_client, as_station, files, fits, text};

pub(crate) struct Place {
    _there: TempDir,
    pub(crate) dir: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let there = tempfile::tempdir().expect("a folder");
        Self { dir: there.path().join("carwatch-ca"), _there: there }
    }

    pub(crate) fn order(&self, stations: &[&str], clients: &[&str]) -> Order {
        Order {
            dir: self.dir.clone(),
            stations: stations.iter().map(|text| text.parse().expect("a station")).collect(),
            clients: clients.iter().map(|text| text.parse().expect("a name")).collect(),
            days: None,
        }
    }

    pub(crate) fn make(&self, stations: &[&str], clients: &[&str]) -> Result<Made, Error> {
        make(&self.order(stations, clients), SystemTime::now())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// It is refused, in words that have these parts, and the folder is as it was.
    pub(crate) fn refuses(&self, stations: &[&str], clients: &[&str], parts: &[&str]) -> Error {
        self.refuses_at(SystemTime::now(), stations, clients, parts)
    }

    pub(crate) fn refuses_at(
        &self,
        now: SystemTime,
        stations: &[&str],
        clients: &[&str],
        parts: &[&str],
    ) -> Error {
        let before = files(&self.dir);
        let refused = make(&self.order(stations, clients), now).expect_err("it is refused");
        assert_eq!(files(&self.dir), before, "{refused}");
        for part in parts {
            assert!(refused.to_string().contains(part), "{part}: {refused}");
        }
        refused
    }
}

/// Everything that is there belongs together.
pub(crate) fn is_whole(dir: &Path, stations: &[(&str, &str)], clients: &[&str]) {
    let (ca, now) = (text(&dir.join("ca.pem")), SystemTime::now());
    assert!(fits(&ca, &text(&dir.join("ca.key"))));
    for (name, host) in stations {
        let pem = text(&dir.join(format!("{name}.pem")));
        assert_eq!(as_station(&ca, &pem, host, now), Ok(()), "{name}");
        assert!(fits(&pem, &text(&dir.join(format!("{name}.key")))));
    }
    for name in clients {
        let pem = text(&dir.join(format!("{name}.pem")));
        assert_eq!(as_client(&ca, &pem, now), Ok(()), "{name}");
        assert!(fits(&pem, &text(&dir.join(format!("{name}.key")))));
    }
}
