//! The options of a pcapng block (draft-ietf-opsawg-pcapng, section 3.5), one after the other as
//! they are asked for: a block may have millions of them.

/// The comments of a packet or of a section, in their order. One that is not UTF-8 is passed
/// over: it is none of carwatch's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comments<'a>(Options<'a>);

impl<'a> Comments<'a> {
    pub(super) const fn new(bytes: &'a [u8], big_endian: bool) -> Self {
        Self(Options::new(bytes, big_endian))
    }
}

impl<'a> Iterator for Comments<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0.find_map(
            |(code, value)| {
                if code == COMMENT { std::str::from_utf8(value).ok() } else { None }
            },
        )
    }
}

/// Options, each its code and its value, up to the one that ends them or to damage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Options<'a> {
    pub(super) const fn new(bytes: &'a [u8], big_endian: bool) -> Self {
        Self { bytes, big_endian }
    }

    /// A value of eight bytes, in the byte order of the section.
    pub(super) fn signed(&self, value: &[u8]) -> Option<i64> {
        let value = value.try_into().ok()?;
        Some(if self.big_endian { i64::from_be_bytes(value) } else { i64::from_le_bytes(value) })
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.bytes.split_at_checked(4)?;
        let code = half(&head[..2], self.big_endian);
        let length = usize::from(half(&head[2..], self.big_endian));
        let padded = rest.split_at_checked(length.next_multiple_of(4));
        let Some((value, rest)) = padded.filter(|_| code != END) else {
            self.bytes = &[];
            return None;
        };
        self.bytes = rest;
        Some((code, &value[..length]))
    }
}

/// A number of two bytes.
pub(super) const fn half(bytes: &[u8], big_endian: bool) -> u16 {
    let bytes = [bytes[0], bytes[1]];
    if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
}

const END: u16 = 0;
const COMMENT: u16 = 1;

/// Units of an interface's times in a second.
pub(super) const TSRESOL: u16 = 9;

/// Seconds to add to an interface's times.
pub(super) const TSOFFSET: u16 = 14;
