use alloc::vec;
use alloc::vec::Vec;

use super::{BLOCK, Path, index, marks_of_a_short, text};

/// Marks that are none would do no harm but to take the slow way, so no other test sees them.
#[test]
fn a_mark_is_one_of_three_bytes_wherever_it_stands() {
    for byte in 0..=255_u8 {
        for len in [1, 7, 8, 9, 63, 64, 65, 127, 128, 200] {
            for at in (0..len).step_by(5) {
                let mut window = vec![b'a'; len];
                window[at] = byte;
                finds_what_is_there(&window);
            }
        }
    }
}

#[test]
fn as_many_marks_as_there_are() {
    for every in 1..20 {
        for len in 0..300 {
            let window: Vec<u8> =
                (0..len).map(|at| if at % every == 0 { b':' } else { b'\xAE' }).collect();
            finds_what_is_there(&window);
        }
    }
}

#[test]
fn text_is_utf_8_and_nothing_else() {
    for path in Path::here() {
        for len in [0, 1, 63, 64, 65, 500] {
            let mut window = vec![b'a'; len + 2];
            assert!(text(path, &window).is_some());
            window[len..].copy_from_slice("é".as_bytes());
            assert!(text(path, &window).is_some());
            assert!(text(path, &window[..=len]).is_none(), "{path:?} at {len}");
        }
    }
}

fn finds_what_is_there(window: &[u8]) {
    let is_mark = |&at: &usize| b".:%".contains(&window[at]);
    let expected: Vec<usize> = (0..window.len()).filter(is_mark).collect();
    for path in Path::here() {
        let mut places = vec![7; window.len() + BLOCK];
        let count = index(path, window, &mut places);
        let found = places[..count].iter().map(|&place| usize::from(place));
        assert!(found.eq(expected.iter().copied()), "{path:?}: {}", window.escape_ascii());
    }
    if window.len() <= BLOCK {
        let bits = expected.iter().fold(0, |bits, at| bits | 1 << at);
        assert_eq!(marks_of_a_short(window), bits, "{}", window.escape_ascii());
    }
}
