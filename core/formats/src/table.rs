//! Cars for people: aligned columns. The cars are gone through twice, first for the
//! widths, so that a million of them need no memory.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::cars::{BUFFER, Cars, Merged, Options};
use crate::grid::{Grid, Side};
use crate::visible::visible;

/// The columns of a table.
pub(crate) type Columns = Grid<5>;

/// Writes a table, or nothing if there is no car. `columns` are those of the table that it goes
/// on below, if it does: where the cars fit into them it has no head of its own.
pub(crate) fn write<C: Cars + ?Sized>(
    cars: &C,
    options: &Options,
    columns: &mut Option<Columns>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mark = if options.keep_partial { "partial" } else { "" };
    let titles = ["station", "time", "brand", "color", mark];
    let mut grid = columns.clone().unwrap_or_else(|| Grid::new([Side::Left; 5], &titles));
    let mut cells = [const { String::new() }; 5];
    let mut any = false;
    cars.for_each(&mut |merged| {
        any = true;
        fill(&mut cells, merged);
        grid.measure(&cells);
        Ok(())
    })?;
    if !any {
        return Ok(());
    }
    let above = columns.replace(grid.clone());
    let mut text = String::new();
    let goes_on = above.as_ref() == Some(&grid);
    grid.fit(options.width);
    if !goes_on {
        if above.is_some() {
            text.push('\n');
        }
        grid.row(&titles, &mut text);
        grid.rule(&mut text);
    }
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
    out.flush()
}

fn fill(cells: &mut [String; 5], Merged { station, car, partial }: Merged<'_>) {
    let mark = if partial { "partial" } else { "" };
    for (cell, value) in cells.iter_mut().zip([station, &car.time, &car.brand, &car.color, mark]) {
        cell.clear();
        write!(cell, "{}", visible(value)).expect("a String takes everything");
    }
}
