//! What a connection costs a station in processor time, and one that stalls in memory, beside
//! what it costs others.
//!
//!     cargo bench -p benches --bench serve               the tables of performance.md
//!     cargo bench -p benches --bench serve -- --test     every server once, no figures
//!
//! Time is the processor's and not the clock's, as the kernel counts it for the server's process
//! alone. The servers take turns, and a ratio is the median over the rounds of what both took in
//! the same one.

mod memory;

use benches::beside::figures::{self, Figure, median, ratio, short};
use benches::beside::servers::{self, List, Server};
use benches::beside::tools::{RUNTIMES, Tools};
use benches::beside::{bare, callers};

/// How much is done.
struct Effort {
    rounds: usize,
    lines: [Line; 2],
    stalled: usize,
    stalled_in_kernel: usize,
}

/// Clients of one length of list.
struct Line {
    name: &'static str,
    len: usize,
    clients: usize,
    at_once: usize,
}

const FULL: Effort = Effort {
    rounds: 11,
    lines: [
        Line { name: "2 KiB", len: 2 << 10, clients: 2000, at_once: 8 },
        Line { name: "64 MiB", len: 64 << 20, clients: 6, at_once: 2 },
    ],
    stalled: 4000,
    stalled_in_kernel: 64,
};

const QUICK: Effort = Effort {
    rounds: 1,
    lines: [
        Line { name: "2 KiB", len: 2 << 10, clients: 32, at_once: 8 },
        Line { name: "1 MiB", len: 1 << 20, clients: 4, at_once: 2 },
    ],
    stalled: 50,
    stalled_in_kernel: 4,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => figures::leave("serve", &measure(&FULL)),
        ["--test"] => drop(measure(&QUICK)),
        [bare::FLAG, name, file] => bare::run(name, file),
        // What `cargo bench -- FLAG` gives to all benches is for another one.
        _ => {}
    }
}

fn measure(effort: &Effort) -> Vec<Figure> {
    // Servers inherit it.
    let descriptors = carwatch_cli::raise_descriptor_limit().unwrap_or(u64::MAX);
    let needed = effort.stalled as u64 + 1000;
    assert!(descriptors >= needed, "{needed} descriptors are needed, see `ulimit -n`");
    let tools = Tools::build(effort.rounds == 1);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let lists = effort.lines.each_ref().map(|line| List::new(line.len, folder.path()));
    let mut all = Vec::new();
    for (line, list) in effort.lines.iter().zip(&lists) {
        let costs = Costs::of(effort.rounds, line, list, &tools);
        costs.print(line);
        all.extend(costs.figures(line));
    }
    all.extend(memory::figures(effort, &lists[1], &tools));
    println!("\n{}", figures::HEAD);
    all.iter().for_each(|figure| println!("{figure}"));
    all
}

/// Microseconds of processor a connection, round by round, for each of [`servers::ALL`]; or why
/// there are none.
struct Costs(Vec<Result<Vec<f64>, String>>);

impl Costs {
    fn of(rounds: usize, line: &Line, list: &List, tools: &Tools) -> Self {
        let mut servers: Vec<Result<(Server, Vec<f64>), String>> = servers::ALL
            .iter()
            .map(|name| Ok((servers::start(tools, name, list)?, Vec::new())))
            .collect();
        for _ in 0..rounds {
            for (server, costs) in servers.iter_mut().flatten() {
                let before = server.process.processor();
                let taken = callers::take_all(server, list.len(), line.clients, line.at_once);
                taken.unwrap_or_else(|why| panic!("{server:?}: {why}"));
                let took = server.process.processor() - before;
                costs.push(took.as_secs_f64() * 1e6 / line.clients as f64);
            }
        }
        Self(servers.into_iter().map(|server| server.map(|(_, costs)| costs)).collect())
    }

    fn get(&self, name: &str) -> Result<&Vec<f64>, &String> {
        let nth = servers::ALL.iter().position(|other| *other == name);
        self.0[nth.expect("a server of the table")].as_ref()
    }

    fn over(&self, a: &str, b: &str) -> Option<f64> {
        Some(ratio(self.get(a).ok()?, self.get(b).ok()?))
    }

    fn print(&self, line: &Line) {
        let name = line.name;
        println!("\n| {name}, of a connection | microseconds | over bare smol | over raw epoll |");
        println!("| --- | ---: | ---: | ---: |");
        for server in servers::ALL {
            match self.get(server) {
                Ok(costs) => {
                    let over = |peer| self.over(server, peer).map_or("–".to_owned(), short);
                    let (bare, raw) = (over("bare smol"), over("raw epoll"));
                    println!("| {server} | {} | {bare} | {raw} |", short(median(costs.clone())));
                }
                Err(why) => println!("| {server} | missing: {why} | – | – |"),
            }
        }
    }

    fn figures(&self, line: &Line) -> Vec<Figure> {
        let name = line.name;
        let is_short = name == "2 KiB";
        let peers = |over: &str| {
            let peer = |name: &&str| match self.get(name) {
                Ok(_) => Some(format!("{name} {}", short(self.over(name, over)?))),
                Err(why) => Some(format!("{name} missing ({why})")),
            };
            ["bare smol", "bare async-std", "raw epoll", "nginx", "Twisted"]
                .iter()
                .filter(|name| **name != over)
                .filter_map(peer)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (bar, moonshot) = if is_short { (1.25, None) } else { (1.0, Some(0.6)) };
        let of_bare = RUNTIMES.map(|runtime| {
            let (ours, bare) = (format!("server-{runtime}"), format!("bare {runtime}"));
            Figure {
                what: format!("{name}: processor of {ours} over {bare}"),
                ours: self.over(&ours, &bare),
                bar: Some(bar),
                moonshot,
                peers: peers(&bare),
            }
        });
        let of_raw = RUNTIMES.into_iter().filter(|_| is_short).map(|runtime| {
            let ours = format!("server-{runtime}");
            Figure {
                what: format!("{name}: processor of {ours} over raw epoll"),
                ours: self.over(&ours, "raw epoll"),
                bar: None,
                moonshot: Some(1.25),
                peers: peers("raw epoll"),
            }
        });
        of_bare.into_iter().chain(of_raw).collect()
    }
}
