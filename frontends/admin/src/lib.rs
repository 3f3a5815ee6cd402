//! HTTP for the people and machines that run a station (cli.md, `--admin`).
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /metrics` | the [`Metrics`] in the text format of Prometheus |
//! | `GET /healthz` | 200: the process answers |
//! | `GET /readyz` | 200, or 503 with the reason |
//! | `GET /snapshot` | the bytes that a client of the station would get now, or 503 while they are loaded |
//! | `GET /` | the viewer with the feature `viewer`, else how to build it in |
//! | `POST /cars` | 204 once the cars are committed |
//!
//! `HEAD` is answered wherever `GET` is. What the station knows comes through [`Station`];
//! nothing here waits for a store, reads a flag or knows a runtime.
//!
//! HTTP itself is [hyper](https://hyper.rs)'s. What hyper leaves open is decided here: how
//! many connections there are, how slow a client may be ([`Limits`]), and how a connection
//! ends, so that an answer that precedes the end of a request still reaches its client.
//!
//! | file | what it decides |
//! | --- | --- |
//! | `server.rs`, `open.rs` | when to accept, and who makes room |
//! | `connection.rs`, `watch.rs`, `watched.rs`, `linger.rs` | how long a connection may take, and how it ends |
//! | `routes.rs`, `answer.rs`, `body.rs` | what is answered |
//! | `post.rs`, `upload.rs` | posted cars |
//! | `metrics.rs`, `exposition.rs` | the metrics and their text |
//! | `token.rs` | who may post |

mod answer;
mod body;
mod connection;
mod exposition;
mod limits;
mod linger;
mod listener;
mod metrics;
mod open;
mod post;
mod routes;
mod server;
mod station;
mod token;
mod upload;
mod watch;
mod watched;

pub use limits::Limits;
pub use metrics::{BuildInfo, Metrics, StoreMetrics};
pub use server::{serve, serve_with};
pub use station::{Authorization, PostError, Posted, Station};
pub use token::Token;
