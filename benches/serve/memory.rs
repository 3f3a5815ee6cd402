//! What a reader costs that takes nothing: memory of the server's own, and of the kernel.

use benches::beside::callers::{kernel_memory, stall};
use benches::beside::figures::{Figure, median, short};
use benches::beside::servers::{self, List};
use benches::beside::tools::{RUNTIMES, Tools};

use super::Effort;

/// Bytes of one stalled reader; or why nobody can say.
type Bytes = Result<f64, String>;

pub(super) fn figures(effort: &Effort, list: &List, tools: &Tools) -> Vec<Figure> {
    let names: Vec<String> = ["server-", "bare "]
        .iter()
        .flat_map(|kind| RUNTIMES.map(|runtime| format!("{kind}{runtime}")))
        .collect();
    let own: Vec<Bytes> = names.iter().map(|name| own(effort, name, list, tools)).collect();
    let kernel: Vec<Bytes> = names.iter().map(|name| kernel(effort, name, list, tools)).collect();
    println!("\n| of a stalled reader | its own memory, bytes | kernel, both ends, KiB |");
    println!("| --- | ---: | ---: |");
    for ((name, own), kernel) in names.iter().zip(&own).zip(&kernel) {
        let cell = |bytes: &Bytes, unit: f64| match bytes {
            Ok(bytes) => short(bytes / unit),
            Err(why) => format!("missing: {why}"),
        };
        println!("| {name} | {} | {} |", cell(own, 1.0), cell(kernel, 1024.0));
    }
    let mut figures = Vec::new();
    for (ours, bare) in [(0, 2), (1, 3)] {
        let bar = own[bare].clone().ok().map(|bytes| bytes + 256.0);
        figures.push(Figure {
            what: format!("own memory of a stalled reader, {}, bytes", names[ours]),
            ours: own[ours].clone().ok(),
            bar,
            moonshot: Some(512.0),
            peers: said(&names[bare], &own[bare], 1.0, ""),
        });
    }
    for (ours, bare) in [(0, 2), (1, 3)] {
        let of_both = kernel[ours].clone().ok().zip(kernel[bare].clone().ok());
        figures.push(Figure {
            what: format!(
                "kernel memory of a stalled reader, {} over {}",
                names[ours], names[bare]
            ),
            ours: of_both.map(|(ours, bare)| ours / bare),
            bar: Some(1.0 / 12.0),
            moonshot: Some(1.0 / 40.0),
            peers: said(&names[bare], &kernel[bare], 1024.0, " KiB"),
        });
    }
    figures
}

/// What so many more readers add to the server's own memory, each. The first quarter of them is
/// there before: what a server sets up once is no matter of readers.
fn own(effort: &Effort, name: &str, list: &List, tools: &Tools) -> Bytes {
    let rounds = (0..effort.rounds.min(3)).map(|_| {
        let server = servers::start(tools, name, list)?;
        let address = server.process.addresses()[0];
        let stall = |count| stall(address, count, Some(4096)).map_err(|error| error.to_string());
        let first = stall(effort.stalled / 4)?;
        let before = server.process.memory();
        let more = stall(effort.stalled)?;
        let grown = server.process.memory().saturating_sub(before);
        drop((first, more));
        Ok(grown as f64 / effort.stalled as f64)
    });
    rounds.collect::<Result<Vec<_>, String>>().map(median)
}

fn kernel(effort: &Effort, name: &str, list: &List, tools: &Tools) -> Bytes {
    let server = servers::start(tools, name, list)?;
    let address = server.process.addresses()[0];
    let count = effort.stalled_in_kernel;
    let stalled = stall(address, count, None).map_err(|error| error.to_string())?;
    let bytes = kernel_memory(address.port())?;
    drop(stalled);
    Ok(bytes as f64 / count as f64)
}

fn said(name: &str, bytes: &Bytes, unit: f64, of: &str) -> String {
    match bytes {
        Ok(bytes) => format!("{name} {}{of}", short(bytes / unit)),
        Err(why) => format!("{name} missing ({why})"),
    }
}
