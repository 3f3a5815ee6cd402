//! What a station owes its clients and the people who run it.

mod bulk;
mod echoes;
mod killed;
mod overload;
mod readers;
mod sources;
mod startup;
mod starved;
mod stopping;
mod talking;

use crate::table::Row;

/// Every case, in the order of protocol.md and cli.md.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = sources::rows();
    rows.extend(bulk::rows());
    rows.extend(killed::rows());
    rows.extend(talking::rows());
    rows.extend(overload::rows());
    rows.extend(readers::rows());
    rows.extend(stopping::rows());
    rows.extend(starved::rows());
    rows.extend(startup::rows());
    rows.extend(echoes::rows());
    rows
}
