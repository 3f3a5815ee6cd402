use proptest::prelude::{Strategy, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::{Format, LINE};

fn input() -> impl Strategy<Value = Vec<u8>> {
    let token = proptest::sample::select(vec!["\n", "\"", ",\"", "1,a,b\n", "1,\"a\nb\",c\n", "é"]);
    let long = proptest::sample::select(vec![LINE - 70, LINE - 1, LINE + 1, 2 * LINE]);
    let token = prop_oneof![
        20 => token.prop_map(|text| text.as_bytes().to_vec()),
        1 => long.prop_map(|len| (0..len).map(|n| b'a' + (n % 23) as u8).collect()),
    ];
    proptest::collection::vec(token, 0..60)
        .prop_map(|tokens| [b"time,brand,color\n".to_vec(), tokens.concat()].concat())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(500))]

    /// Whatever the lines are, and whatever segments they come in.
    #[test]
    fn it_knows_the_bytes_at_both_of_its_ends(
        input in input(),
        step in proptest::sample::select(vec![1, 2, 63, 64, 65, 1000, 40_000]),
        at in 0_usize..4,
    ) {
        let reading = || Reading { format: Format::Csv, ..Reading::default() };
        let id = FileId { device: 1, inode: 2 };
        let mut content = Content::new(reading());
        let mut read = 0;
        let mut resume = input.len() * at / 4;
        let step = step.max(input.len() / 300);
        while read < input.len() {
            let to = (read + step).min(input.len());
            content.feed(&input[read..to], &mut |_| ());
            read = to;
            prop_assert_eq!(content.end(), read as u64);
            prop_assert_eq!(content.head(), &input[..read.min(1024)]);
            prop_assert_eq!(content.last(), &input[read.saturating_sub(64)..read]);
            let Some(position) = content.position(id) else { continue };
            let offset = position.offset as usize;
            let before = &input[offset.saturating_sub(64)..offset];
            prop_assert_eq!(position.tail, <[u8; 32]>::from(Sha256::digest(before)));
            let head = &input[..offset.min(1024)];
            prop_assert_eq!(position.head, <[u8; 32]>::from(Sha256::digest(head)));
            if read >= resume {
                resume = usize::MAX;
                read = offset;
                content = Content::resume(reading(), &position, head.to_vec(), before.to_vec());
            }
        }
        content.finish(&mut |_| ());
        let offset = content.position(id).map(|position| position.offset);
        prop_assert_eq!(offset, Some(input.len() as u64));
    }
}

/// A line that never ends takes no memory.
#[test]
fn a_line_that_is_skipped_is_not_kept() {
    let mut content = Content::new(Reading { format: Format::Record, ..Reading::default() });
    content.feed(b"1:a:b\n", &mut |_| ());
    for _ in 0..100 {
        content.feed(&[b'x'; 50_000], &mut |_| ());
    }
    assert!(content.ahead.len() <= 2 * LINE, "{} bytes are held", content.ahead.len());
    let position = content.position(FileId { device: 1, inode: 2 }).expect("a line was read");
    assert_eq!((position.offset, position.line), (6, 2));
}
