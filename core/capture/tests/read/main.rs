//! Captures in, reports out.

mod build;
mod comments;
mod files;
mod links;
mod recordings;
mod streams;
mod whole;
