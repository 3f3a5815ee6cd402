//! What a gather costs a client, in processor time and memory, beside a client that makes nothing
//! of what comes.
//!
//!     cargo bench -p benches --bench gather               the tables of performance.md
//!     cargo bench -p benches --bench gather -- --test     every client once, no figures
//!
//! The clients take turns at the same stations, which are sockets of one process in C, each with an
//! address of its own. Time is the processor's, as the kernel counts it for the client's process
//! alone; a ratio is the median over the rounds of what both took in the same one.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use benches::beside::bare;
use benches::beside::figures::{self, Figure, median, ratio, short};
use benches::beside::process::Process;
use benches::beside::servers::List;
use benches::beside::tools::{RUNTIMES, Tools};

/// How much is done.
struct Effort {
    rounds: usize,
    /// Few stations, and many of the same.
    stations: [usize; 2],
    simulated: [usize; 2],
}

const FULL: Effort =
    Effort { rounds: 9, stations: [1000, 10_000], simulated: [100_000, 1_000_000] };
const QUICK: Effort = Effort { rounds: 1, stations: [20, 100], simulated: [100, 1000] };

/// As many connections at once as our clients have unless told otherwise.
const AT_ONCE: usize = 64;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => figures::leave("gather", &measure(&FULL)),
        ["--test"] => drop(measure(&QUICK)),
        [bare::FLAG, name, file] => bare::run(name, file),
        // What `cargo bench -- FLAG` gives to all benches is for another one.
        _ => {}
    }
}

fn measure(effort: &Effort) -> Vec<Figure> {
    // The stations inherit it: as many sockets listen, and 64 are connected at once.
    let descriptors = carwatch_cli::raise_descriptor_limit().unwrap_or(u64::MAX);
    let most = usize::try_from(descriptors).unwrap_or(usize::MAX).saturating_sub(1000);
    let tools = Tools::build(effort.rounds == 1);
    if let Err(why) = tools.c("station") {
        println!("raw epoll and the stations are missing, and so is everything of gather: {why}");
        return Vec::new();
    }
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let list = List::new(64 << 10, folder.path());
    let [few, many] = effort.stations;
    let many = many.min(most);
    let few = Gathers::of(effort.rounds, few, &CLIENTS, &list, &tools, folder.path());
    few.print();
    let many = Gathers::of(effort.rounds, many, &CLIENTS[..3], &list, &tools, folder.path());
    many.print();
    let mut all = figures(&few, &many);
    all.extend(simulated(effort, &tools, folder.path()));
    println!("\n{}", figures::HEAD);
    all.iter().for_each(|figure| println!("{figure}"));
    all
}

/// It holds what it read, as whoever gathers must; what it costs to read and forget is beside it.
const RAW: &str = "raw epoll";
const CLIENTS: [&str; 7] = [
    "client-smol",
    "client-async-std",
    RAW,
    "raw epoll, forgetting",
    "bare smol, split",
    "client-smol, ndjson",
    "client-async-std, ndjson",
];

/// What the clients took, round by round, each in microseconds of processor and bytes at the peak.
struct Gathers {
    stations: usize,
    bytes: f64,
    clients: Vec<(&'static str, Vec<f64>, Vec<f64>)>,
}

impl Gathers {
    fn of(
        rounds: usize,
        count: usize,
        clients: &[&'static str],
        list: &List,
        tools: &Tools,
        folder: &Path,
    ) -> Self {
        let mut station = tools.command(tools.c("station").expect("asked before"));
        let station = station.arg(count.to_string()).arg(list.wire());
        let station = Process::listening(station, count).unwrap_or_else(|why| panic!("{why}"));
        let file = folder.join("stations");
        let mut lines = String::new();
        for address in station.addresses() {
            writeln!(lines, "{address}").expect("a String");
        }
        fs::write(&file, lines).expect("a file");
        let mut taken: Vec<_> =
            clients.iter().map(|name| (*name, Vec::new(), Vec::new())).collect();
        for _ in 0..rounds {
            for (name, processor, peak) in &mut taken {
                let (micros, bytes) = account(tools, folder, &client(tools, name, &file));
                processor.push(micros);
                peak.push(bytes);
            }
        }
        Self { stations: count, bytes: (list.len() * count as u64) as f64, clients: taken }
    }

    fn get(&self, name: &str) -> (&[f64], f64) {
        let found = self.clients.iter().find(|(other, ..)| *other == name);
        let (_, processor, peak) = found.expect("a client of the table");
        (processor, median(peak.clone()))
    }

    fn print(&self) {
        println!(
            "\n| {} stations of 64 KiB | microseconds each | over raw epoll | peak over bytes |",
            self.stations
        );
        println!("| --- | ---: | ---: | ---: |");
        let (raw, _) = self.get(RAW);
        for (name, processor, peak) in &self.clients {
            let each = median(processor.clone()) / self.stations as f64;
            let peak = median(peak.clone()) / self.bytes;
            let over = ratio(processor, raw);
            println!("| {name} | {} | {} | {} |", short(each), short(over), short(peak));
        }
    }
}

/// The command line of a client that gathers from the stations in `file`.
fn client(tools: &Tools, name: &str, file: &Path) -> Vec<String> {
    let path = |path: &Path| path.to_str().expect("text").to_owned();
    match name {
        "bare smol, split" => {
            let command = bare::command(tools, "client");
            let words = command.get_args().chain([file.as_os_str()]);
            let program = [command.get_program()].into_iter();
            program.chain(words).map(|word| word.to_str().expect("text").to_owned()).collect()
        }
        _ if name.starts_with(RAW) => {
            let client = path(&tools.c("client").expect("asked before"));
            let mut words = vec![client, AT_ONCE.to_string(), path(file)];
            words.extend((name == RAW).then(|| "keep".to_owned()));
            words
        }
        _ => {
            let (program, format) = name.split_once(", ").unwrap_or((name, "wire"));
            let stations = format!("@{}", path(file));
            let flags = ["-q", "--summary", "none", "--format", format, &stations];
            let program = path(&tools.ours(program));
            [program].into_iter().chain(flags.map(str::to_owned)).collect()
        }
    }
}

/// Runs a command to its end: microseconds of processor, and bytes at its peak.
fn account(tools: &Tools, folder: &Path, words: &[String]) -> (f64, f64) {
    let file = folder.join("account");
    let mut account = tools.command(tools.c("account").expect("asked before"));
    let account = account.arg(&file).args(words).env_remove("RUST_LOG").stdout(Stdio::null());
    let status = account.status().expect("it was built");
    assert!(status.success(), "{words:?}: {status}");
    let text = fs::read_to_string(&file).expect("it wrote that");
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut number = || numbers.next().expect("two numbers").expect("numbers");
    (number(), number() * 1024.0)
}

fn figures(few: &Gathers, many: &Gathers) -> Vec<Figure> {
    let mut all = Vec::new();
    let (raw, _) = few.get(RAW);
    let over_raw = |name: &str| format!("{name} {}", short(ratio(few.get(name).0, raw)));
    for runtime in RUNTIMES {
        let ours = format!("client-{runtime}");
        all.push(Figure {
            what: format!("{} stations: processor of {ours} over raw epoll", few.stations),
            ours: Some(ratio(few.get(&ours).0, raw)),
            bar: Some(1.5),
            moonshot: Some(1.1),
            peers: CLIENTS[3..5].iter().map(|name| over_raw(name)).collect::<Vec<_>>().join(", "),
        });
    }
    for runtime in RUNTIMES {
        let ours = format!("client-{runtime}");
        let peak = |of: &Gathers| of.get(&ours).1 / of.bytes;
        all.push(Figure {
            what: format!("{} stations: peak memory of {ours} over bytes kept", few.stations),
            ours: Some(peak(few)),
            bar: Some(1.5),
            moonshot: None,
            peers: format!("{} stations {}", many.stations, short(peak(many))),
        });
    }
    for runtime in RUNTIMES {
        let ours = format!("client-{runtime}");
        let times = few.stations as f64 / many.stations as f64;
        let grown = |name: &str| ratio(many.get(name).0, few.get(name).0) * times;
        all.push(Figure {
            what: format!(
                "{} stations over {}: processor of {ours} each",
                many.stations, few.stations
            ),
            ours: Some(grown(&ours)),
            bar: Some(1.1),
            moonshot: None,
            peers: format!("raw epoll {}", short(grown(RAW))),
        });
    }
    all
}

/// The core's gather on virtual time, where nothing costs but the machine itself.
fn simulated(effort: &Effort, tools: &Tools, folder: &Path) -> Vec<Figure> {
    let million = tools.example("carwatch", "million");
    let of = |stations: usize| {
        let words = [million.display().to_string(), stations.to_string(), "1000".to_owned()];
        let (micros, bytes) = account(tools, folder, &words);
        (micros / stations as f64, bytes / stations as f64)
    };
    let [few, many] = effort.simulated;
    let ((few_micros, _), (many_micros, bytes)) = (of(few), of(many));
    println!(
        "\nA simulated gather of {many} stations, 1,000 connections at once: {} microseconds and {} bytes a station.",
        short(many_micros),
        short(bytes)
    );
    vec![Figure {
        what: format!("simulated gather, {many} stations over {few}: processor each"),
        ours: Some(many_micros / few_micros),
        // As the logarithms, and a quarter for the caches.
        bar: Some(1.25 * (many as f64).log2() / (few as f64).log2()),
        moonshot: None,
        peers: format!("{} us and {} bytes a station", short(many_micros), short(bytes)),
    }]
}
