//! Every string of few letters, in every chunking, against the reference.
//!
//! There are 2^(n-1) ways to cut n bytes into chunks. Each of them is one chunking of a
//! shorter prefix and one last chunk, so the ways are walked as the strings are: a prefix
//! is parsed in every way once, for all strings that begin with it. Two ways that left the
//! splitter the same, field by field, and it handed out the same, go on the same; they are
//! walked on as one, and counted as two. Were the splitter to remember how it was fed, they
//! would stay apart: the walk would take longer, and would still be complete.

use carwatch::wire::{self, Piece, Splitter, Tail};

use crate::reference::{Got, reference};

/// What the grammar is made of, what escapes are made of, a letter, the first half of a
/// character whose second half never comes, and a byte that means something to people only.
pub(crate) const LETTERS: [u8; 8] = *b".:%2Ea\xC3\n";

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// Strings, the empty one among them.
    pub(crate) strings: u64,
    /// Chunkings of these, without the empty chunks, which are tried at every place.
    pub(crate) chunkings: u64,
}

impl Checked {
    /// What a walk over all strings of at most `longest` letters has to come to.
    pub(crate) fn all(longest: u32) -> Self {
        let strings = (0..=longest).map(|len| 8_u64.pow(len)).sum();
        let chunkings = (0..=longest).map(|len| 8_u64.pow(len) << len.saturating_sub(1)).sum();
        Self { strings, chunkings }
    }
}

/// The walk over all strings that begin as it was told.
pub(crate) struct Walk {
    limit: usize,
    longest: usize,
    string: Vec<u8>,
    /// For every prefix of `string`, the shortest first: what the ways to feed it come to.
    ways: Vec<Vec<Way>>,
    checked: Checked,
}

/// Ways to feed a prefix that left the same.
struct Way {
    splitter: Splitter,
    /// How many pieces the sink was handed, all of them as the reference has them.
    handed: usize,
    count: u64,
}

impl Walk {
    /// A walk with this record limit, which stands at the empty string and has checked it.
    pub(crate) fn new(limit: usize, longest: usize) -> Self {
        let way = Way { splitter: Splitter::new(limit), handed: 0, count: 1 };
        let mut walk = Self {
            limit,
            longest,
            string: Vec::new(),
            ways: vec![vec![way]],
            checked: Checked::default(),
        };
        walk.compare();
        walk
    }

    /// Walks every string that begins with the present one and `letter`.
    ///
    /// # Panics
    ///
    /// If the splitter and the reference disagree about one of them.
    pub(crate) fn on(&mut self, letter: u8) {
        self.string.push(letter);
        self.feed();
        self.compare();
        if self.string.len() < self.longest {
            for next in LETTERS {
                self.on(next);
            }
        }
        self.ways.pop();
        self.string.pop();
    }

    /// What was compared so far.
    pub(crate) fn checked(&self) -> Checked {
        self.checked
    }

    /// Finds the ways to feed the present string: a way to feed a proper prefix, and then the
    /// rest as one chunk.
    fn feed(&mut self) {
        let expected = reference(&self.string, self.limit, Tail::Cut);
        let ended = self.string.iter().filter(|&&byte| byte == b'.').count();
        let mut found: Vec<Way> = Vec::new();
        for (len, ways) in self.ways.iter().enumerate() {
            for way in ways {
                let mut splitter = way.splitter.clone();
                let mut handed = way.handed;
                let sink =
                    &mut |piece: Piece<'_>| self.compare_next(&expected, &mut handed, &piece);
                splitter.feed(&self.string[len..], sink);
                assert_eq!(handed, ended, "{} by {len}", self.string.escape_ascii());
                match found.iter_mut().find(|other| other.splitter == splitter) {
                    Some(other) => other.count += way.count,
                    None => found.push(Way { splitter, handed, count: way.count }),
                }
            }
        }
        self.ways.push(found);
    }

    /// Ends the present string after every way to feed it, and at once.
    fn compare(&mut self) {
        let ways = self.ways.last().expect("the empty prefix has a way");
        for tail in [Tail::Whole, Tail::Cut] {
            let expected = reference(&self.string, self.limit, tail);
            for way in ways {
                let mut handed = way.handed;
                let mut sink = |piece: Piece<'_>| self.compare_next(&expected, &mut handed, &piece);
                let mut splitter = way.splitter.clone();
                splitter.feed(&[], &mut sink);
                assert_eq!(splitter, way.splitter, "an empty chunk is nothing");
                splitter.finish(tail, &mut sink);
                assert_eq!(handed, expected.len(), "{} {tail:?}", self.string.escape_ascii());
            }
            let mut handed = 0;
            wire::split(&self.string, self.limit, tail, &mut |piece| {
                self.compare_next(&expected, &mut handed, &piece);
            });
            assert_eq!(handed, expected.len(), "{} {tail:?}", self.string.escape_ascii());
        }
        self.checked.strings += 1;
        self.checked.chunkings += ways.iter().map(|way| way.count).sum::<u64>();
    }

    fn compare_next(&self, expected: &[Got], handed: &mut usize, piece: &Piece<'_>) {
        let expected = expected.get(*handed);
        let string = self.string.escape_ascii();
        assert!(
            expected.is_some_and(|expected| expected == piece),
            "{string}: {piece:?} where the reference has {expected:?}"
        );
        *handed += 1;
    }
}
