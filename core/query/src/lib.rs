//! The filter language of the viewer.
mod edit;
mod fold;
mod glob;
mod key;
mod matcher;
mod moment;
mod near;
mod pattern;
mod query;
mod read;
mod scan;
mod term;
mod token;
mod values;
mod wrong;

pub use edit::Value;
pub use key::{Field, Is, Key, Op};
pub use matcher::{Filter, Matcher, Record, Row};
pub use moment::{Day, Moment};
pub use pattern::{Pattern, Piece};
pub use query::{Placed, Query};
pub use term::{Term, Test};
pub use token::{Token, TokenKind};
pub use values::{Interval, Item, Point, Values};
pub use wrong::{Why, Wrong};
