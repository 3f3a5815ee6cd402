use super::*;

fn said(meant: u64, on_the_wire: u64) -> Said {
    Said { meant, on_the_wire, ..Said::default() }
}

#[test]
fn what_is_meant_counts_and_not_what_tls_makes_of_it() {
    // A byte a record, of the largest kind there is: TLS 1.2 with an explicit nonce.
    assert_eq!(said(1000, 30 * 1000).take(), 1000);
    assert_eq!(said(1 << 20, (1 << 20) + 64 * 22).take(), 1 << 20);
}

#[test]
fn what_means_nothing_counts_for_what_it_could_have_meant() {
    // Records of one byte and as much padding as fits.
    assert_eq!(said(1, 16 * 1024 + 22).take(), 512);
    assert_eq!(said(0, 1 << 20).take(), 32 * 1024);
}

#[test]
fn nothing_counts_twice() {
    let mut said = said(10, 33);
    assert_eq!((said.take(), said.take()), (10, 0));
    // What was counted as a part of a record is not counted again when the record is whole.
    said.on_the_wire += 16 * 1024;
    let part = said.take();
    said.meant += 16 * 1024;
    assert_eq!(part + said.take(), 16 * 1024);
}
