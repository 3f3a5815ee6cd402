//! The viewer's engine: raw answers in, in pieces of any size; what the page shows of them out.
//!
//! It runs the same [`carwatch::wire`] as the clients do, in a worker of the page. It knows
//! nothing of files, workers or the page, whose sources stand in `page/`.
//! `cargo run -p carwatch-web` makes one file of all that, `dist/carwatch.html`.

mod answers;
mod reading;
mod view;

pub use answers::Answers;
pub use reading::{Answer, Reading};
pub use view::{CarRow, RejectedRow, SHOWN, View};
