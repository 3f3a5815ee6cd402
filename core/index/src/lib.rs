//! Millions of records in a few bytes each, to be filtered, counted and sorted at once.
//!
//! An [`Index`] has a row for every piece of every answer: cars and what was rejected, in wire
//! order. A row is a place in six [columns](Column), which take as many bytes as their values
//! need: some eight for a car of a usual list. Texts are kept once each, in a [`Dictionary`].
//! The bytes of an answer are not kept, but for those that were rejected: whoever shows them
//! has the file.
//!
//! ```text
//!   segments --> Reading --> Index --> Selection (which rows pass, and counts) --> Order
//! ```
//!
//! ```
//! use carwatch_index::{By, Index, Order, Reading, Selection};
//! use carwatch_query::Query;
//!
//! let mut index = Index::default();
//! let mut reading = Reading::new(&mut index, "gate", carwatch::limits::RECORD);
//! reading.feed(&mut index, b"97264836:peugeot:red.tod");
//! reading.feed(&mut index, b"ay:fiat:blue.97264800:bmw:red");
//! reading.finish(&mut index, &carwatch::Verdict::Complete { verified: false });
//!
//! let query = Query::parse("color:red");
//! let mut selection = Selection::new(&index, &query.filter(index.day()));
//! while selection.more(&index) {}
//! assert_eq!(selection.counts().cars, 2);
//! let order = Order::new(&index, &selection, By::Time, false);
//! let brands: Vec<_> = order.rows(0..2).iter().map(|row| index.row(*row as usize).brand).collect();
//! assert_eq!(brands, [Some("bmw"), Some("peugeot")]);
//! ```

mod answer;
mod column;
mod dictionary;
mod index;
mod mark;
mod number;
mod order;
mod reading;
mod row;
mod selection;
mod terms;
mod timeline;

pub use answer::{Answer, Chunk};
pub use column::{BLOCK, Column};
pub use dictionary::Dictionary;
pub use index::Index;
pub use mark::Mark;
pub use order::{By, Order};
pub use reading::Reading;
pub use row::Row;
pub use selection::{Counts, Selection};
pub use timeline::{BARS, OTHER, PARTS, Timeline, WITHOUT, WORDS};
