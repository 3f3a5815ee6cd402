//! What runs beside a bench, each in a process of its own, and what the kernel says of it.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`tools`] | our programs, built by Cargo, and the peers in C, built by `cc` |
//! | [`process`] | one process: it ends with its value, and tells its processor time and memory |
//! | [`servers`] | how each server is started that is to send a list |
//! | [`bare`] | the bare accept-spawn-write-close loops, and a bare client |
//! | [`callers`] | those who connect to a server, to take all of its list or nothing |
//! | [`figures`] | medians, and what a bench leaves for the table at the end |
//! | [`chart`] | that table as a picture |

pub mod bare;
pub mod callers;
pub mod chart;
pub mod figures;
pub mod process;
pub mod servers;
pub mod tools;
