//! `cargo run --release -p carwatch-index --example speed`: how long a list of two million cars
//! takes to split, to index, to filter and to sort, and how many bytes a row has.

use std::time::{Duration, Instant};

use carwatch::limits::RECORD;
use carwatch::wire::{self, Tail};
use carwatch_index::{By, Index, Order, Reading, Selection};
use carwatch_query::Query;

const CARS: usize = 2_000_000;

fn main() {
    let brands = ["vw", "peugeot", "fiat", "bmw", "kia", "opel", "seat", "ford"];
    let colors = ["red", "blue", "black", "white", "grey"];
    let records = (0..CARS)
        .map(|n| format!("{}:{}:{}", 97_264_836 + n / 8, brands[n % 8], colors[n * 7 % 5]));
    let list = records.collect::<Vec<_>>().join(".").into_bytes();
    println!("{CARS} cars, {} MB; the best of five", list.len() / 1_000_000);
    let mut pieces = 0;
    tell("split", || wire::split(&list, RECORD, Tail::Whole, &mut |_| pieces += 1));
    let mut index = Index::default();
    tell("split and index", || {
        index = Index::default();
        let mut reading = Reading::new(&mut index, "gate", RECORD);
        list.chunks(1 << 20).for_each(|segment| reading.feed(&mut index, segment));
        reading.finish(&mut index, &carwatch::Verdict::Complete { verified: false });
    });
    let mut selection = Selection::new(&index, &Query::default().filter(index.day()));
    for text in ["", "brand:fiat -color:blue", "time>97300000 fiat", "97264"] {
        let filter = Query::parse(text).filter(index.day());
        tell(&format!("filter {text:?}"), || {
            selection = Selection::new(&index, &filter);
            while selection.more(&index) {}
        });
    }
    let mut all = Selection::new(&index, &Query::default().filter(index.day()));
    while all.more(&index) {}
    tell("sort by brand", || drop(Order::new(&index, &all, By::Brand, false)));
    println!("{:<32} {:.1} bytes a row", "", index.held() as f64 / index.len() as f64);
}

fn tell(what: &str, mut act: impl FnMut()) {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        act();
        best = best.min(begun.elapsed());
    }
    println!(
        "{what:<32} {:>7.1} ms, {:.1} ns a row",
        best.as_secs_f64() * 1e3,
        best.as_secs_f64() * 1e9 / CARS as f64
    );
}
