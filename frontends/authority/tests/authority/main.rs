//! Certificates in the eyes of those who verify them, and files that nobody overwrites.

mod chain;
mod folder;
mod found;
mod judge;
mod place;
mod together;
mod words;
