//! What was pushed is what is there.

use proptest::prelude::*;

use super::{BLOCK, Column};

proptest! {
    /// What was pushed is what is there, one by one and in blocks, whatever the width.
    #[test]
    fn keeps(start in any::<u64>(), width in 0_u32..64, length in 0_usize..3 * BLOCK) {
        let value = |n: usize| {
            let spread = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            start.saturating_add(if width == 0 { 0 } else { spread >> (64 - width) })
        };
        let mut column = Column::default();
        (0..length).for_each(|n| column.push(value(n)));
        prop_assert_eq!(column.len(), length);
        let (mut block, mut all) = (Vec::new(), Vec::new());
        for nth in 0..length.div_ceil(BLOCK) + 1 {
            column.block(nth, &mut block);
            all.extend_from_slice(&block);
        }
        prop_assert_eq!(all.len(), length);
        for (n, in_block) in all.into_iter().enumerate() {
            prop_assert_eq!((in_block, column.get(n)), (value(n), value(n)));
        }
    }
}

proptest! {
    /// What was cut off was never there.
    #[test]
    fn cuts(length in 0_usize..3 * BLOCK, kept in 0_usize..3 * BLOCK, more in 0_usize..BLOCK) {
        let value = |n: usize| (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 64);
        let pushed = |count: usize| {
            let mut column = Column::default();
            (0..count).for_each(|n| column.push(value(n)));
            column
        };
        let mut column = pushed(length);
        column.truncate(kept);
        let kept = kept.min(length);
        (kept..kept + more).for_each(|n| column.push(value(n)));
        prop_assert_eq!(column.len(), kept + more);
        prop_assert!((0..kept + more).all(|n| column.get(n) == value(n)));
    }
}

proptest! {
    /// One that is far from the others, wherever it comes in a block, costs none of them.
    #[test]
    fn keeps_what_is_far(
        start in any::<u64>(),
        far in any::<u64>(),
        every in 1_usize..2 * BLOCK,
        length in 0_usize..3 * BLOCK,
        kept in 0_usize..3 * BLOCK,
    ) {
        // Round the end of the numbers, too.
        let value =
            |n: usize| if n % every == every / 2 { far } else { start.wrapping_add(n as u64 % 300) };
        let mut column = Column::default();
        (0..length).for_each(|n| column.push(value(n)));
        let kept = kept.min(length);
        column.truncate(kept);
        (kept..length).for_each(|n| column.push(value(n)));
        prop_assert_eq!(column.len(), length);
        let (mut block, mut all) = (Vec::new(), Vec::new());
        for nth in 0..length.div_ceil(BLOCK) {
            column.block(nth, &mut block);
            all.extend_from_slice(&block);
        }
        prop_assert_eq!(all.len(), length);
        for (n, in_block) in all.into_iter().enumerate() {
            prop_assert_eq!((in_block, column.get(n)), (value(n), value(n)));
        }
    }
}

/// A block of what is far takes no more than it has to once all of it is near.
#[test]
fn what_is_far_is_packed_all_the_same() {
    let mut column = Column::default();
    (0..=BLOCK as u64)
        .for_each(|n| column.push(if n == 0 { 1 << 40 } else { (1 << 40) + (1 << 31) + n % 9 }));
    assert_eq!(column.full[0].bytes() / BLOCK, 4);
}

#[test]
fn takes_what_the_values_need() {
    let held = |spread: u64| {
        let mut column = Column::default();
        (0..=BLOCK as u64).for_each(|n| column.push(1 << 40 | (n & spread)));
        column.full[0].bytes() / BLOCK
    };
    assert_eq!([0, 1, 0xff, 0x100].map(held), [0, 1, 1, 2]);
}
