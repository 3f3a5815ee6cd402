//! Cars for people: aligned columns. The cars are gone through twice, first for the
//! widths, so that a million of them need no memory.

use std::fmt::Write as _;
use std::io::{self, Write};

use carwatch::Report;

use crate::cars::{BUFFER, Merged, Options, for_each};
use crate::grid::{Grid, Side};
use crate::visible::visible;

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mark = if options.keep_partial { "partial" } else { "" };
    let titles = ["station", "time", "brand", "color", mark];
    let mut grid = Grid::new([Side::Left; 5], &titles);
    let mut cells = [const { String::new() }; 5];
    let mut any = false;
    for_each(report, options, &mut |merged| {
        any = true;
        fill(&mut cells, merged);
        grid.measure(&cells);
        Ok(())
    })?;
    if !any {
        out.write_all(b"no cars\n")?;
        return out.flush();
    }
    grid.fit(options.width);
    let mut text = String::new();
    grid.row(&titles, &mut text);
    grid.rule(&mut text);
    for_each(report, options, &mut |merged| {
        fill(&mut cells, merged);
        grid.row(&cells, &mut text);
        if text.len() >= BUFFER {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        Ok(())
    })?;
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn fill(cells: &mut [String; 5], Merged { station, car, partial }: Merged<'_>) {
    let mark = if partial { "partial" } else { "" };
    for (cell, value) in cells.iter_mut().zip([station, &car.time, &car.brand, &car.color, mark]) {
        cell.clear();
        write!(cell, "{}", visible(value)).expect("a String takes everything");
    }
}
