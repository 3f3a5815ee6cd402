//! Seeds for machines and simulators: different each time, and nothing secret.

use std::hash::{BuildHasher, RandomState};

/// A number that differs from run to run, and between calls: the standard library keys its
/// hashers by the system's randomness.
#[must_use]
pub fn seed() -> u64 {
    RandomState::new().hash_one(0)
}
