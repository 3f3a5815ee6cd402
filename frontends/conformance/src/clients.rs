//! What a client owes the people who run it.

mod ca;
mod captures;
mod comfort;
mod config;
mod controls;
mod crowd;
mod echoes;
mod endings;
mod exits;
mod formats;
mod into;
mod limits;
mod output_file;
mod parquet;
mod records;
mod report;
mod retries;
mod signals;
pub(crate) mod thousand;
mod tls;
mod usage;
mod watch;

use crate::table::Row;

/// Every case, in the order of protocol.md and cli.md.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = records::rows();
    rows.extend(endings::rows());
    rows.extend(limits::rows());
    rows.extend(retries::rows());
    rows.extend(signals::rows());
    rows.extend(formats::rows());
    rows.extend(controls::rows());
    rows.extend(echoes::rows());
    rows.extend(report::rows());
    rows.extend(exits::rows());
    rows.extend(output_file::rows());
    rows.extend(usage::rows());
    rows.extend(crowd::rows());
    rows.extend(thousand::rows());
    rows.extend(watch::rows());
    rows.extend(into::rows());
    rows.extend(parquet::rows());
    rows.extend(captures::rows());
    rows.extend(comfort::rows());
    rows.extend(config::rows());
    rows.extend(tls::rows());
    rows.extend(ca::rows());
    rows
}
