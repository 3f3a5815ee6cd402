//! A file that is followed: case by case, and by a law over thousands of histories.

mod cases;
mod disk;
mod history;
mod laws;
mod restarts;
