//! What a station owes its clients and the people who run it.

mod admin;
mod allow;
mod bulk;
mod config;
mod echoes;
mod follow;
mod following;
mod handed;
mod keep;
mod killed;
mod locked;
mod maps;
mod overload;
mod posts;
mod readers;
mod reload;
mod replay;
mod sources;
mod startup;
mod starved;
mod stopping;
mod store;
mod talking;
mod tls;
mod webhooks;

use crate::table::Row;

/// Every case, in the order of protocol.md and cli.md.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = sources::rows();
    rows.extend(follow::rows());
    rows.extend(maps::rows());
    rows.extend(bulk::rows());
    rows.extend(store::rows());
    rows.extend(locked::rows());
    rows.extend(following::rows());
    rows.extend(keep::rows());
    rows.extend(killed::rows());
    rows.extend(talking::rows());
    rows.extend(allow::rows());
    rows.extend(overload::rows());
    rows.extend(readers::rows());
    rows.extend(stopping::rows());
    rows.extend(starved::rows());
    rows.extend(startup::rows());
    rows.extend(config::rows());
    rows.extend(reload::rows());
    rows.extend(handed::rows());
    rows.extend(admin::rows());
    rows.extend(posts::rows());
    rows.extend(webhooks::rows());
    rows.extend(replay::rows());
    rows.extend(echoes::rows());
    rows.extend(tls::rows());
    rows
}
