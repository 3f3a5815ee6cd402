//! `--store --follow`: killed at any instant, a station has every line exactly once.

mod writer;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, hint, thread};

use crate::caller::call;
use crate::fixtures::Folder;
use crate::rng::Rng;
use crate::station::Station;
use crate::store;
use crate::table::Row;

use super::store::stored;
use writer::{Form, Turn, Writer};

/// Together two hundred kills.
pub(super) fn rows() -> Vec<Row> {
    let plans = [
        Plan { name: "records", kills: 80, form: Form::Record, turn: None },
        Plan { name: "csv, newlines in its cells", kills: 40, form: Form::Csv, turn: None },
        Plan { name: "rename and create", kills: 30, form: Form::Record, turn: Some(Turn::Rename) },
        Plan {
            name: "csv, rename and create",
            kills: 20,
            form: Form::Csv,
            turn: Some(Turn::Rename),
        },
        Plan {
            name: "copy and truncate",
            kills: 30,
            form: Form::Ndjson,
            turn: Some(Turn::Truncate),
        },
    ];
    let row = |plan: Plan| {
        Row::heavy(format!("killed, following::{} times, {}", plan.kills, plan.name), {
            move |exe| plan.run(exe)
        })
    };
    plans.map(row).into()
}

/// What is done between kills.
struct Plan {
    name: &'static str,
    kills: usize,
    form: Form,
    turn: Option<Turn>,
}

impl Plan {
    fn run(self, exe: &Path) {
        let folder = Folder::new();
        let db = folder.path("cars.db");
        let mut rng = Rng::new(self.kills as u64);
        let writer = Writer::start(&folder.path("cars"), self.form);
        let follow = || {
            let mut command = stored(exe, &folder);
            command.arg("--follow");
            command
        };
        let mut served = Vec::new();
        let mut progress = 0;
        for nth in 0..self.kills {
            let before = served.len();
            let life = killed(follow(), &db, &mut rng);
            if let Some(bytes) = life {
                // What a client once got was committed: no kill takes it back.
                assert!(
                    bytes.starts_with(&served),
                    "kill {nth}: {} then {}",
                    served.len(),
                    bytes.len()
                );
                served = bytes;
            }
            progress += usize::from(served.len() > before);
            if let Some(turn) = self.turn.filter(|_| nth % 5 == 4) {
                turned(follow(), &writer, turn, &mut rng);
            }
        }
        assert!(progress > self.kills / 10, "it came on between {progress} of its kills");
        let expected = writer.finish();
        assert!(expected.as_bytes().starts_with(&served), "what was served is in the file");
        let station = Station::launch(follow(), 1);
        station.wait_until_it_serves(&expected);
        station.kill();
        assert!(store::snapshot(&db) == expected.as_bytes(), "and so is the store");
        store::assert_sound(&db);
    }
}

/// A life of random length: a third of them end before the station listens, or about then; a
/// third at any time; and a third close to a commit, of which the store's log tells.
/// Answers what it served, if it came to that.
fn killed(command: Command, db: &Path, rng: &mut Rng) -> Option<Vec<u8>> {
    let mut station = Station::start(command);
    let mut served = None;
    let moment = match rng.below(3) {
        0 => rng.below(30_000),
        1 => {
            station.wait_until_it_listens(1);
            served = Some(call(station.address()).complete());
            rng.below(150_000)
        }
        _ => {
            station.wait_until_it_listens(1);
            let log = db.with_extension("db-wal");
            let written = || fs::metadata(&log).and_then(|log| log.modified()).ok();
            let before = written();
            // Where it has nothing to commit any more, any moment will do.
            let begin = Instant::now();
            while written() == before && begin.elapsed() < Duration::from_millis(500) {
                hint::spin_loop();
            }
            rng.below(1_500)
        }
    };
    // Any moment will do; this chooses which.
    let (begin, moment) = (Instant::now(), Duration::from_micros(moment as u64));
    thread::sleep(moment.saturating_sub(Duration::from_millis(2)));
    while begin.elapsed() < moment {
        hint::spin_loop();
    }
    station.kill();
    served
}

/// The file is taken away when a station has all of it, alive or dead; or, where its rest
/// stays readable, while one that lives has not.
fn turned(follow: Command, writer: &Writer, turn: Turn, rng: &mut Rng) {
    let station = Station::launch(follow, 1);
    station.wait_until_it_serves(writer.pause());
    match rng.below(3) {
        // What it has open it reads to the end.
        0 if turn == Turn::Rename => {
            writer.go_on();
            thread::sleep(Duration::from_micros(rng.below(20_000) as u64));
            writer.turn(turn);
            station.wait_until_it_serves(writer.pause());
            station.kill();
        }
        1 => {
            station.kill();
            writer.turn(turn);
        }
        _ => {
            writer.turn(turn);
            writer.go_on();
            thread::sleep(Duration::from_micros(rng.below(400_000) as u64));
            station.kill();
        }
    }
    writer.go_on();
}
