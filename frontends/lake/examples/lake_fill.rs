//! Puts cars into a lake that a test in another language made up, and knows.
//!
//! ```text
//! cargo run -p carwatch-lake --example lake_fill -- DIR GATHERED_AT < CARS
//! ```
//!
//! `GATHERED_AT` is in Unix milliseconds. A line of `CARS` is station, time, brand and colour
//! as hexadecimal bytes of UTF-8, each followed by a space.

use std::error::Error;
use std::io::BufRead;
use std::path::Path;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_lake::Lake;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, gathered_at] = &arguments[..] else { return Err("lake_fill DIR GATHERED_AT".into()) };
    let lake = Lake::open(Path::new(dir))?;
    let mut batch = lake.begin(Unix::from_millis(gathered_at.parse()?));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let fields: Vec<String> = line.split_terminator(' ').map(text).collect::<Result<_, _>>()?;
        let [station, time, brand, color] = &fields[..] else {
            return Err(format!("not four fields: {line}").into());
        };
        batch.add(station, &Car::new(time, brand, color))?;
    }
    let written = batch.commit()?;
    println!("{} cars in {} parts", written.cars, written.parts);
    Ok(())
}

fn text(hex: &str) -> Result<String, Box<dyn Error>> {
    let byte = |at| u8::from_str_radix(hex.get(at..at + 2).unwrap_or(""), 16);
    let bytes = (0..hex.len()).step_by(2).map(byte).collect::<Result<_, _>>()?;
    Ok(String::from_utf8(bytes)?)
}
