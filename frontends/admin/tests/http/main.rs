//! HTTP as it is on the wire: requests written raw, answers read raw, over real sockets.

mod client;
mod forms;
mod framing;
mod limits;
mod posts;
mod routes;
mod station;
