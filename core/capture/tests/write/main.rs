//! What the writer writes, read back by a reader that shares nothing with it.

mod history;
mod reader;
mod structure;
