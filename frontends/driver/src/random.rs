//! Seeds for the jitter of machines: different each time, and nothing secret.

use std::hash::{BuildHasher, RandomState};

/// A number that differs from run to run, and between calls.
pub(crate) fn seed() -> u64 {
    RandomState::new().hash_one(0)
}
