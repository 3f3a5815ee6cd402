//! The filter language of the viewer: text into terms, terms into matchers, and edits of the
//! text. Nothing here knows a page, an index, or a clock.
//!
//! ```text
//! query = *( term )                         ; all must hold
//! term  = ["-"] ( key op value | word )     ; "-" leaves out; a word is found anywhere
//! key   = brand | color | station | time | bytes | chunk | is    ; colour means color
//! op    = ":" | ">" | ">=" | "<" | "<="     ; the last four for time, bytes, chunk
//! value = item *( "," item )                ; comma: any of
//! item  = text | point | [ point ] ".." [ point ]     ; range: from, up to
//! ```
//!
//! White space parts terms, and stands nowhere else but in quotes.
//!
//! - **Texts** are compared whole and without regard to case (`ß` and `SS` are one, accents
//!   differ). `*` stands for anything. In quotes every character is itself, white space,
//!   commas and `*` too; a quote is written twice there. Quotes may stand around a part:
//!   `brand:"land "*`. `""` is an empty field. A range of texts is an error, as it would be
//!   mistaken for something; quoted dots are text.
//! - **Words** are the same, but found anywhere in any field, in a station's name, and in
//!   what was rejected. In a word a comma is a comma. A word with `:`, `<` or `>` behind its
//!   letters would be a key, so it is quoted, as is one that begins with `-`.
//! - **Points** of `time` are Unix seconds, `06:40` (that minute) or `06:40:30` (that
//!   second), UTC, on a [`Day`] that is given when the query is applied; `24:00` is where the
//!   day ends. Points of `bytes` and `chunk` are numbers, decimal or after `0x` hexadecimal.
//! - **Ranges** include their first point and not their second, and may lack one. Several
//!   can stand between commas.
//! - **`>` is past the end of its point**, `<` before its beginning: `time>06:40` begins at
//!   06:41:00, and is just what `time<=06:40` is not.
//! - **`bytes:`** finds a record that has one of the bytes (an empty record stands for its
//!   place); with `>`, `>=`, `<`, `<=` where the record begins is compared.
//! - **`is:`** takes `rejected` (or `error`), `provisional`, `partial`, `escaped`, `no-clock`.
//! - **`-`** turns a term around: it holds where the rest of it does not. So `-color:blue`
//!   also finds what has no colour at all, such as a rejected record.
//!
//! # Reading
//!
//! Every text is a query. A wrong term is told ([`Wrong`]: a place and a sentence) and left
//! out; the others still work. Only a quote that nobody closes reaches past its term, to the
//! end of the text. [`Query::tokens`] says what to colour.
//!
//! # Applying
//!
//! ```
//! use carwatch_query::{Day, Key, Query, Record, Row};
//!
//! let query = Query::parse("brand:peu* -color:blue time:06:40..06:50");
//! let filter = query.filter(Day::of(97_264_836));
//! let row = Row {
//!     station: "gate",
//!     record: Record::Car { time: "97224100", brand: "Peugeot", color: "red" },
//!     unix_seconds: Some(97_224_100), // 06:41:40
//!     bytes: 112..132,
//!     chunk: 3,
//!     provisional: false,
//!     partial: false,
//!     escaped: false,
//! };
//! assert!(filter.passes(&row));
//! // What a chart of times counts, which shows the brush and what is around it.
//! let later = Row { unix_seconds: Some(97_226_000), ..row.clone() };
//! assert!(!filter.passes(&later) && filter.passes_but(Key::Time, &later));
//! // Each term alone; and texts, each of which an index asks about once.
//! let [brand, color, _] = filter.matchers() else { panic!("three terms") };
//! assert!(brand.matches(&later) && brand.finds_text("PEUGEOT"));
//! assert!(color.finds_text("blue") && color.leaves_out());
//! ```
//!
//! # Editing
//!
//! The text is the state; what the page changes, it changes there. Each edit is a method of
//! [`Query`] that returns the new text, with whatever it is not about as the reader wrote it.
//! To clear a query is to take the empty text.
//!
//! ```
//! use carwatch_query::{Field, Query, Value};
//!
//! let text = Query::parse("brand:bmw  06:4").toggle_kept(Value::Text(Field::Brand, "Audi"));
//! assert_eq!(text, "brand:bmw,Audi  06:4");
//! let text = Query::parse(&text).toggle_left_out(Value::Text(Field::Brand, "bmw"));
//! assert_eq!(text, "brand:Audi  06:4 -brand:bmw");
//! ```

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
