//! Cars for people: aligned columns. The cars are gone through twice, first for the
//! widths, so that a million of them need no memory.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::cars::{BUFFER, Cars, Merged, Options};
use crate::grid::{Grid, Side};
use crate::visible::visible;

/// Writes `before` and a table, or nothing if there is no car; and whether there is one.
pub(crate) fn write<C: Cars + ?Sized>(
    cars: &C,
    options: &Options,
    before: &str,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mark = if options.keep_partial { "partial" } else { "" };
    let titles = ["station", "time", "brand", "color", mark];
    let mut grid = Grid::new([Side::Left; 5], &titles);
    let mut cells = [const { String::new() }; 5];
    let mut any = false;
    cars.for_each(&mut |merged| {
        any = true;
        fill(&mut cells, merged);
        grid.measure(&cells);
        Ok(())
    })?;
    if !any {
        return Ok(false);
    }
    grid.fit(options.width);
    let mut text = before.to_owned();
    grid.row(&titles, &mut text);
    grid.rule(&mut text);
    cars.for_each(&mut |merged| {
        fill(&mut cells, merged);
        grid.row(&cells, &mut text);
        if text.len() >= BUFFER {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        Ok(())
    })?;
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(true)
}

fn fill(cells: &mut [String; 5], Merged { station, car, partial }: Merged<'_>) {
    let mark = if partial { "partial" } else { "" };
    for (cell, value) in cells.iter_mut().zip([station, &car.time, &car.brand, &car.color, mark]) {
        cell.clear();
        write!(cell, "{}", visible(value)).expect("a String takes everything");
    }
}
