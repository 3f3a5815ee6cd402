//! From the bytes of a file to what it holds: packets, the comments of a capture, or a raw
//! response. Detection is by the first bytes, never by the name.
//!
//! Bytes are pushed in, in whatever pieces they come; the pieces make no difference. What is
//! inside the packets is for [`frame`].

mod buffer;
pub mod fragments;
pub mod frame;
mod gzip;
mod ip;
mod options;
mod pcap;
mod pcapng;

use buffer::{Buffer, Step};
use gzip::Gzip;
pub use options::Comments;
use pcap::Pcap;
use pcapng::PcapNg;

/// What a file holds, in its order.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A packet of a capture.
    Packet(Packet<'a>),
    /// A section of a pcapng begins; these are the comments of its header.
    Section(Comments<'a>),
    /// The next bytes of a file that is no capture.
    Raw(&'a [u8]),
}

/// A packet as it was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The link type of its interface (a LINKTYPE number).
    pub link: u32,
    /// What was captured of it.
    pub data: &'a [u8],
    /// How long it was on the wire, in bytes.
    pub wire_len: usize,
    /// When, in nanoseconds since the Unix epoch; a Simple Packet Block does not say.
    pub at: Option<u64>,
    /// Its comments; only pcapng has them.
    pub comments: Comments<'a>,
    /// Where in the file (in what it unpacks to) it stands.
    pub offset: u64,
}

/// Why a file could not be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The byte from which on nothing was read.
    pub offset: u64,
    /// Of what that is a byte.
    pub of: Layer,
    /// What is wrong there, for people.
    pub words: String,
}

/// What bytes are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// In the file, which is what it says.
    File,
    /// In the gzip.
    Packed,
    /// In what the gzip unpacks to.
    Unpacked,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A response as it stood on the wire.
    Raw,
    /// The older capture format.
    Pcap,
    /// The newer one.
    PcapNg,
}

/// Reads one file.
///
/// ```
/// use carwatch_capture::read::{Found, Reader};
///
/// let mut reader = Reader::new();
/// let mut raw = Vec::new();
/// let mut sink = |found: Found<'_>| {
///     if let Found::Raw(bytes) = found {
///         raw.extend_from_slice(bytes);
///     }
/// };
/// reader.feed(b"today:peu", &mut sink);
/// reader.feed(b"geot:red", &mut sink);
/// assert_eq!(reader.finish(&mut sink), None);
/// assert_eq!(raw, b"today:peugeot:red");
/// ```
#[derive(Debug)]
pub struct Reader {
    outer: Outer,
    content: Content,
    longest: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Default)]
enum Outer {
    /// The first bytes, as long as they are too few to tell.
    #[default]
    Unknown,
    /// A few that may become the magic of a gzip.
    Begun(Vec<u8>),
    Plain,
    Gzip(Box<Gzip>),
}

impl Reader {
    /// A reader at the begin of a file.
    #[must_use]
    pub fn new() -> Self {
        Self::within(u64::MAX)
    }

    /// As [`new`](Self::new), with so many bytes of memory: a packet or block that is longer is
    /// damage. The longest is 16 MiB, as for Wireshark; 256 KiB, the longest that tools write,
    /// are always read.
    #[must_use]
    pub fn within(memory: u64) -> Self {
        let longest = usize::try_from(memory).unwrap_or(usize::MAX).clamp(ALWAYS, LONGEST);
        Self { outer: Outer::default(), content: Content::default(), longest }
    }

    /// Takes the next bytes of the file, and hands what they complete to `sink`. After
    /// [damage](Self::is_damaged) nothing is handed out any more.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Found<'_>)) {
        match &mut self.outer {
            Outer::Plain => self.content.feed(bytes, self.longest, sink),
            Outer::Gzip(gzip) => {
                gzip.feed(bytes, &mut |bytes| self.content.feed(bytes, self.longest, sink));
            }
            Outer::Unknown => {
                self.outer = Outer::Begun(Vec::new());
                self.feed(bytes, sink);
            }
            Outer::Begun(first) => {
                first.extend_from_slice(bytes);
                if first.len() < GZIP.len() && GZIP.starts_with(first) {
                    return;
                }
                let first = std::mem::take(first);
                self.outer = if first.starts_with(&GZIP) {
                    Outer::Gzip(Box::default())
                } else {
                    Outer::Plain
                };
                self.feed(&first, sink);
            }
        }
    }

    /// What kind of file it is, once enough of it is known.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self.content {
            Content::Begun(_) => None,
            Content::Raw => Some(Kind::Raw),
            Content::Pcap(_) => Some(Kind::Pcap),
            Content::PcapNg(_) => Some(Kind::PcapNg),
        }
    }

    /// Whether it is a gzip, whatever is in it; not before its first bytes came.
    #[must_use]
    pub const fn is_packed(&self) -> bool {
        matches!(self.outer, Outer::Gzip(_))
    }

    /// Whether it cannot be read on; [`finish`](Self::finish) says why.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let is_packed_damaged = matches!(&self.outer, Outer::Gzip(gzip) if gzip.is_damaged());
        is_packed_damaged || self.content.is_damaged()
    }

    /// Ends the file, and says what is wrong with it, if something is.
    pub fn finish(mut self, sink: &mut dyn FnMut(Found<'_>)) -> Option<Damage> {
        self.end(sink)
    }

    /// As [`finish`](Self::finish), for an owner that still wants the [kind](Self::kind).
    pub fn end(&mut self, sink: &mut dyn FnMut(Found<'_>)) -> Option<Damage> {
        match std::mem::replace(&mut self.outer, Outer::Plain) {
            Outer::Begun(first) => self.content.feed(&first, self.longest, sink),
            Outer::Gzip(gzip) => {
                // Behind damage to what was packed nobody need have fed the rest of the gzip.
                let is_inner_first = self.content.is_damaged();
                let inner = self.content.finish(sink);
                let inner = inner.map(|damage| Damage { of: Layer::Unpacked, ..damage });
                // A capture that is cut because its gzip is: the cause says more.
                return if is_inner_first { inner } else { gzip.finish().or(inner) };
            }
            Outer::Unknown | Outer::Plain => {}
        }
        self.content.finish(sink)
    }
}

/// What is in the file, unpacked.
#[derive(Debug)]
enum Content {
    /// Too few bytes to tell.
    Begun(Vec<u8>),
    Raw,
    Pcap(Box<Pcap>),
    PcapNg(Box<PcapNg>),
}

impl Default for Content {
    fn default() -> Self {
        Self::Begun(Vec::new())
    }
}

impl Content {
    fn feed(&mut self, bytes: &[u8], longest: usize, sink: &mut dyn FnMut(Found<'_>)) {
        match self {
            Self::Raw if bytes.is_empty() => {}
            Self::Raw => sink(Found::Raw(bytes)),
            Self::Pcap(pcap) => pcap.feed(bytes, sink),
            Self::PcapNg(pcapng) => pcapng.feed(bytes, sink),
            Self::Begun(first) => {
                first.extend_from_slice(bytes);
                let mut magics = pcap::MAGICS.iter().chain([&pcapng::MAGIC]);
                if first.len() < 4 && magics.any(|magic| magic.starts_with(first)) {
                    return;
                }
                let first = std::mem::take(first);
                *self = if first.starts_with(&pcapng::MAGIC) {
                    Self::PcapNg(Box::new(PcapNg::new(longest)))
                } else if pcap::MAGICS.iter().any(|magic| first.starts_with(magic)) {
                    Self::Pcap(Box::new(Pcap::new(longest)))
                } else {
                    Self::Raw
                };
                self.feed(&first, longest, sink);
            }
        }
    }

    fn is_damaged(&self) -> bool {
        match self {
            Self::Pcap(pcap) => pcap.is_damaged(),
            Self::PcapNg(pcapng) => pcapng.is_damaged(),
            Self::Begun(_) | Self::Raw => false,
        }
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Found<'_>)) -> Option<Damage> {
        match self {
            Self::Begun(first) => {
                let first = std::mem::take(first);
                *self = Self::Raw;
                if !first.is_empty() {
                    sink(Found::Raw(&first));
                }
                None
            }
            Self::Raw => None,
            Self::Pcap(pcap) => pcap.finish(),
            Self::PcapNg(pcapng) => pcapng.finish(),
        }
    }
}

fn no_room(what: &str, length: usize) -> String {
    format!("a {what} of {length} bytes takes more memory than there is for it; see --max-memory")
}

const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// The longest packet or block that is read.
const LONGEST: usize = 16 * 1024 * 1024;

/// One that is read however little memory there is.
pub(crate) const ALWAYS: usize = 256 * 1024;
