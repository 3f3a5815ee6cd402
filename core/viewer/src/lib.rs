//! What the viewer knows: files go in, in pieces of any size; what the page shows comes out.
//!
//! Nothing here knows a page, a worker or a file: a [`Session`] is told what was read, and asked
//! what to show. What it says are plain values ([`say`]) that can be sent from a worker to its
//! page, and texts that are safe to show: nothing in them hides, reorders or controls.
//!
//! ```
//! use carwatch_viewer::{Ask, Answered, Session};
//!
//! let mut session = Session::new(Default::default());
//! // 1. Tell what was read.
//! session.open("gate.raw", 37);
//! session.feed(b"97264836:peugeot:red.97264837:");
//! session.feed(b"bmw:blue");
//! session.close();
//! // 2. Ask for rows; filtering goes on a block at a time, so that a worker can be asked in between.
//! session.set_query("color:blue");
//! while session.work() {}
//! let Answered::Rows(rows) = session.ask(&Ask::Rows { from: 0, to: 10 }, &[]) else { panic!() };
//! assert_eq!((rows.rows.len(), rows.rows[0].brand.as_str()), (1, "bmw"));
//! // 3. Bytes are not kept: some questions need them from the file.
//! let ask = Ask::Explain { row: 1 };
//! let needs = session.needs(&ask);
//! assert_eq!((needs[0].file, needs[0].bytes.clone()), (0, 0..38));
//! ```

mod ask;
mod bytes;
mod changes;
mod charts;
mod explain;
mod export;
mod file;
mod moves;
mod rows;
pub mod sample;
pub mod say;
mod session;
mod stations;
mod text;
mod words;

pub use ask::{Answered, Ask, Need};
pub use export::{Export, Form};
pub use session::{Limits, Session};
