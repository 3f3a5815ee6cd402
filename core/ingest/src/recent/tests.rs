//! The memory of identifiers against a plain list of them.

use proptest::prelude::*;

use super::Recent;

proptest! {
    /// It answers as a list would that is searched from end to end.
    #[test]
    fn is_the_last_so_many(most in 0_usize..6, ids in prop::collection::vec(0_u8..9, 0..60)) {
        let mut recent = Recent::new(most);
        let mut list: Vec<String> = Vec::new();
        for id in ids {
            let id = format!("id {id}");
            let new = !list.contains(&id);
            prop_assert_eq!(recent.contains(&id), !new);
            prop_assert_eq!(recent.insert(&id), new);
            if new {
                list.push(id);
                list.drain(..list.len().saturating_sub(most));
            }
            prop_assert_eq!(recent.len(), list.len());
            prop_assert_eq!(recent.is_empty(), list.is_empty());
        }
    }
}

#[test]
fn it_is_bounded() {
    let mut recent = Recent::new(65_536);
    let long = "x".repeat(100_000);
    assert!(recent.insert(&long));
    for nth in 0..200_000 {
        assert!(recent.insert(&nth.to_string()));
    }
    assert_eq!(recent.len(), 65_536);
    // Two words a mark, with room to grow twofold in each of the two.
    assert!(recent.order.capacity() <= 2 * 65_536);
    assert!(recent.known.capacity() <= 4 * 65_536);
    assert!(!recent.insert("199999") && !recent.insert("134464"));
    assert!(recent.insert("134463") && recent.insert(&long));
}
