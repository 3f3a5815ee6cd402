//! What stations send that mean no good, and how it may be cut into reads.

use conformance::rng::Rng;

/// A response of any pieces, good and bad.
pub(crate) fn hostile(rng: &mut Rng) -> Vec<u8> {
    let pieces: Vec<Vec<u8>> = (0..rng.below(30)).map(|_| piece(rng)).collect();
    pieces.join(&b'.')
}

fn piece(rng: &mut Rng) -> Vec<u8> {
    const LIMIT: usize = carwatch::limits::RECORD;
    let long = LIMIT - 4 + rng.below(8);
    match rng.below(24) {
        0 => vec![b'x'; long],
        1 => [&vec![b'x'; long][..], b":y:z"].concat(),
        2 => [&b":y:"[..], &vec![b'z'; long - 3]].concat(),
        3 => (0..rng.below(40)).map(|_| (rng.below(256) as u8).max(b'/')).collect(),
        4 => (0..rng.below(40)).map(|_| b":%2Ee\xc3\xa9\xff\0"[rng.below(9)]).collect(),
        nth => PIECES[(nth + rng.below(PIECES.len())) % PIECES.len()].to_vec(),
    }
}

/// Cuts a response into reads: whole, byte by byte, or anywhere.
pub(crate) fn split<'a>(response: &'a [u8], rng: &mut Rng) -> Vec<&'a [u8]> {
    match rng.below(4) {
        0 => vec![response],
        1 if response.len() < 400 => response.chunks(1).collect(),
        _ => {
            let mut reads = Vec::new();
            let mut rest = response;
            while !rest.is_empty() {
                let most = [1, 10, 1_000, 70_000, 200_000][rng.below(5)];
                let (read, after) = rest.split_at((1 + rng.below(most)).min(rest.len()));
                reads.push(read);
                rest = after;
            }
            reads
        }
    }
}

const PIECES: [&[u8]; 34] = [
    b"1:peugeot:red",
    b"today::",
    b"::",
    b"97264836:B%2EM%2eW:Lynk%3ACo",
    b"a:100% red:%25",
    b"",
    b"",
    b":",
    b":::",
    b"no fields",
    b"a:b:c:d",
    b"a:b:\xff",
    b"a:b:\xc3\xa9",
    "a:😀:ы".as_bytes(),
    b"a:b:\xc3",
    b"a:b:\xe2\x82",
    b"a:b:\xf0\x9f\x98",
    b"\xc0\x80:b:c",
    b"\xc1\xbf:b:c",
    b"\xe0\x9f\xbf:b:c",
    b"\xe0\xa0\x80:b:c",
    b"\xed\x9f\xbf:b:c",
    b"\xed\xa0\x80:b:c",
    b"\xf0\x8f\xbf\xbf:b:c",
    b"\xf0\x90\x80\x80:b:c",
    b"\xf4\x8f\xbf\xbf:b:c",
    b"\xf4\x90\x80\x80:b:c",
    b"\xf5\x80\x80\x80:b:c",
    b"a:b:\x80",
    b"\0:\0:\0",
    b"\x1b[2J:\n:\r",
    b"=1+1:<field name=\"carwatch.record\">:&amp;",
    b",:\":'",
    b"\xe2\x80\xae:\xef\xbb\xbf:\xf3\xa0\x80\x81",
];
