//! What a gzip holds (RFC 1952), one member after the other, as far as it goes.
//!
//! The library's own reader of members gives up what it unpacked just before damage, and how
//! much that is depends on how the bytes came; this one hands out every byte before it.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Damage, Layer};

#[derive(Debug)]
pub(super) struct Gzip {
    part: Part,
    /// Of a header or trailer, as far as it came.
    carry: Vec<u8>,
    inflate: Decompress,
    crc: Crc,
    /// Bytes of the file that were taken.
    offset: u64,
    /// What earlier members unpacked to.
    unpacked: u64,
    /// Members that ended well.
    members: u64,
    damage: Option<Damage>,
}

/// What of a member comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Header,
    Data,
    Trailer,
    /// Something that is no member: it is left alone, as gzip does.
    Over,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            part: Part::Header,
            carry: Vec::new(),
            inflate: Decompress::new(false),
            crc: Crc::new(),
            offset: 0,
            unpacked: 0,
            members: 0,
            damage: None,
        }
    }
}

impl Gzip {
    /// Takes the next bytes of the file and hands what they unpack to, to `sink`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
        while !bytes.is_empty() && self.damage.is_none() {
            let taken = match self.part {
                Part::Data => self.data(bytes, sink),
                Part::Header | Part::Trailer => self.frame(bytes[0]),
                Part::Over => bytes.len(),
            };
            self.offset += taken as u64;
            bytes = &bytes[taken..];
        }
    }

    pub(super) const fn is_damaged(&self) -> bool {
        self.damage.is_some()
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Option<Damage> {
        let between = self.part == Part::Header && self.carry.is_empty() && self.members > 0;
        if self.damage.is_none() && self.part != Part::Over && !between {
            self.fail("the gzip is cut off here");
        }
        self.damage
    }

    fn data(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        // As much as the unpacker may hold (RFC 1951, section 2, its window): with less room it
        // would keep back what comes before damage, and then be asked for nothing more.
        let mut room = [0; 32 * 1024];
        let mut taken = 0;
        loop {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(&bytes[taken..], &mut room, FlushDecompress::None);
            let newly = (self.inflate.total_in() - read) as usize;
            taken += newly;
            let out = &room[..(self.inflate.total_out() - written) as usize];
            self.crc.update(out);
            if !out.is_empty() {
                sink(out);
            }
            match status {
                Ok(Status::StreamEnd) => self.part = Part::Trailer,
                // More may wait inside, in what came already; only when it gives nothing it has
                // nothing.
                Ok(_) if !out.is_empty() => continue,
                Ok(_) if newly > 0 || taken == bytes.len() => {}
                _ => {
                    // Which of the packed bytes is wrong depends on how they came, this does not.
                    let words = "the gzip is damaged, and unpacks no further".to_owned();
                    let offset = self.unpacked + self.inflate.total_out();
                    self.damage = Some(Damage { offset, of: Layer::Unpacked, words });
                }
            }
            return taken;
        }
    }

    /// Takes a byte of a header or a trailer.
    fn frame(&mut self, byte: u8) -> usize {
        self.carry.push(byte);
        if self.part == Part::Trailer {
            if self.carry.len() == TRAILER {
                let expected = [self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes()];
                if self.carry != expected.concat() {
                    self.fail("the check sum of the unpacked data is wrong");
                }
                self.carry.clear();
                self.part = Part::Header;
                self.members += 1;
            }
            return 1;
        }
        match header_length(&self.carry) {
            Header::More if self.carry.len() <= LONGEST_HEADER => {}
            Header::Whole => {
                self.carry.clear();
                self.unpacked += self.inflate.total_out();
                self.inflate.reset(false);
                self.crc.reset();
                self.part = Part::Data;
            }
            Header::None if self.members > 0 => self.part = Part::Over,
            Header::None | Header::More => self.fail("not the header of a gzip"),
        }
        1
    }

    fn fail(&mut self, words: &str) {
        let (offset, words) = (self.offset, words.to_owned());
        self.damage = Some(Damage { offset, of: Layer::Packed, words });
    }
}

enum Header {
    More,
    Whole,
    None,
}

/// Whether these bytes are a whole header (RFC 1952, section 2.3).
fn header_length(bytes: &[u8]) -> Header {
    let magic = [0x1f, 0x8b, 8];
    if !bytes.iter().zip(magic).all(|(byte, magic)| *byte == magic) {
        return Header::None;
    }
    let Some(flags) = bytes.get(3).filter(|_| bytes.len() >= 10) else { return Header::More };
    let mut at = 10;
    if flags & 4 != 0 {
        let Some([low, high]) = bytes.get(at..at + 2) else { return Header::More };
        at += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = bytes.get(at..).unwrap_or_default();
            let Some(end) = text.iter().position(|byte| *byte == 0) else { return Header::More };
            at += end + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    if bytes.len() >= at { Header::Whole } else { Header::More }
}

/// Bytes of a check sum and a length.
const TRAILER: usize = 8;

/// The longest header: one with a field of 64 KiB, a name and a comment.
const LONGEST_HEADER: usize = 256 * 1024;
