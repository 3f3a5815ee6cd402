//! What a file holds, collected as it is read: an answer, or streams and what is said of them.

use std::collections::BTreeMap;

use carwatch::fetch::{End, Fetch, Want};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Reason};

use super::Limits;
use crate::comment::{AbsentComment, Comment, GatherComment, NotOurs, OutcomeName};
use crate::read::fragments::Fragments;
use crate::read::frame::{self, Content};
use crate::read::{ALWAYS, Comments, Found, Kind, Layer, Packet, Reader};
use crate::streams::{Settings, Stream, Streams};

/// Collects what is in one file.
#[derive(Debug)]
pub(crate) struct Collector {
    reader: Reader,
    state: State,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Collected {
    /// The answer, if the file is no capture.
    pub(crate) raw: Option<Outcome>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) absent: Vec<AbsentComment>,
    pub(crate) gathers: Vec<GatherComment>,
    /// From the first packet to the last.
    pub(crate) span: Option<(u64, u64)>,
    /// Why not all of it was read.
    pub(crate) cut: Option<Fault>,
    pub(crate) notes: Vec<String>,
}

#[derive(Debug)]
struct State {
    limits: Limits,
    raw: Option<Fetch>,
    streams: Streams,
    /// Whether also the bytes of a failed attempt are wanted.
    keeps_failed: bool,
    fragments: Fragments,
    absent: Vec<AbsentComment>,
    gathers: Vec<GatherComment>,
    /// What the comments take, in bytes.
    said: u64,
    /// The longest packet, if it is not small.
    longest: u64,
    /// Where the last packet stands.
    offset: u64,
    span: Option<(u64, u64)>,
    unknown_links: BTreeMap<u32, u64>,
    cut_packets: u64,
    damaged_comments: Vec<String>,
    /// Why nothing more is read.
    full: Option<String>,
    /// Nothing more is kept: the one answer of the file is too large.
    is_enough: bool,
}

impl Collector {
    /// Collects within `limits`; `chunks` for when which byte came, and `keeps_failed` for the
    /// bytes of failed attempts.
    pub(crate) fn new(limits: Limits, chunks: bool, keeps_failed: bool) -> Self {
        let settings = Settings { response: limits.response, chunks };
        Self {
            reader: Reader::within(limits.memory),
            state: State {
                limits,
                raw: None,
                streams: Streams::new(settings),
                keeps_failed,
                fragments: Fragments::default(),
                absent: Vec::new(),
                gathers: Vec::new(),
                said: 0,
                longest: 0,
                offset: 0,
                span: None,
                unknown_links: BTreeMap::new(),
                cut_packets: 0,
                damaged_comments: Vec::new(),
                full: None,
                is_enough: false,
            },
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.state.full.is_none() {
            self.reader.feed(bytes, &mut |found| self.state.take(found));
        }
    }

    pub(crate) fn wants_more(&self) -> bool {
        self.state.full.is_none() && !self.state.is_enough && !self.reader.is_damaged()
    }

    pub(crate) const fn kind(&self) -> Option<Kind> {
        self.reader.kind()
    }

    pub(crate) const fn is_packed(&self) -> bool {
        self.reader.is_packed()
    }

    /// Whether the memory is used up.
    pub(crate) const fn is_full(&self) -> bool {
        self.state.full.is_some()
    }

    /// What has come so far, as if the file ended here.
    pub(crate) fn so_far(&self) -> Collected {
        let state = &self.state;
        let cut = Fault::new(Reason::Capture, "it is still being read");
        Collected {
            raw: raw(self.kind(), || state.raw.clone(), &state.limits, Some(&cut)),
            notes: Vec::new(),
            streams: state.streams.clone().finish(),
            absent: state.absent.clone(),
            gathers: state.gathers.clone(),
            span: state.span,
            cut: Some(cut),
        }
    }

    /// Ends the file; `failure` where it could not be read on.
    pub(crate) fn finish(mut self, failure: Option<Fault>) -> Collected {
        let damage = self.reader.end(&mut |found| self.state.take(found));
        let kind = self.reader.kind();
        let mut state = self.state;
        let cut = if let Some(words) = state.full.take() {
            Some(Fault::new(Reason::Capture, words))
        } else if failure.is_some() {
            failure
        } else {
            damage.map(|damage| {
                let of = match damage.of {
                    Layer::File => "",
                    Layer::Packed => " of the gzip",
                    Layer::Unpacked => " of what it unpacks to",
                };
                let words = format!("{} (byte {}{of})", damage.words, damage.offset);
                Fault::new(Reason::Capture, words)
            })
        };
        Collected {
            raw: raw(kind, || state.raw.take(), &state.limits, cut.as_ref()),
            // Where there is no stream, the one line of the file says it.
            notes: state.notes(cut.as_ref().filter(|_| !state.streams.is_empty())),
            streams: state.streams.finish(),
            absent: state.absent,
            gathers: state.gathers,
            span: state.span,
            cut,
        }
    }
}

impl State {
    fn take(&mut self, found: Found<'_>) {
        if self.full.is_some() {
            return;
        }
        match found {
            Found::Raw(bytes) => self.raw(bytes),
            Found::Section(comments) => self.section(comments),
            Found::Packet(packet) => self.packet(&packet),
        }
    }

    fn section(&mut self, comments: Comments<'_>) {
        for text in comments {
            match self.parse(text) {
                Some(Comment::Absent(absent)) => self.absent.push(absent),
                Some(Comment::Gather(gather)) => self.gathers.push(gather),
                Some(Comment::Station(_) | Comment::Outcome(_)) | None => {}
            }
        }
        self.count();
    }

    fn raw(&mut self, bytes: &[u8]) {
        let limits = &self.limits;
        let fetch = self.raw.get_or_insert_with(|| fetch(limits));
        let room = limits.memory.saturating_sub(fetch.bytes());
        // One byte past its limit it is too large, however the bytes come.
        let enough = limits.response.saturating_add(1).saturating_sub(fetch.bytes());
        let most = usize::try_from(room.min(enough)).unwrap_or(usize::MAX);
        let taken = &bytes[..bytes.len().min(most)];
        self.is_enough = fetch.bytes() > limits.response
            || fetch.receive(taken, Instant::default()) == Want::Enough;
        if !self.is_enough && taken.len() < bytes.len() {
            self.full = Some(self.out_of_memory(self.limits.memory));
        }
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        if let Some(at) = packet.at {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
        let mut label = None;
        let mut outcome = None;
        for text in packet.comments {
            match self.parse(text) {
                Some(Comment::Station(station)) => label = Some(station),
                Some(Comment::Outcome(comment)) => outcome = Some(comment),
                Some(Comment::Absent(_) | Comment::Gather(_)) | None => {}
            }
        }
        let whole;
        let content = match frame::content(packet) {
            Content::Fragment(fragment) => match self.fragments.take(&fragment) {
                Some(data) => {
                    whole = data;
                    frame::segment(fragment.of.from, fragment.of.to, &whole, whole.len())
                }
                None => Content::Other,
            },
            content => content,
        };
        match content {
            Content::Tcp(segment) => {
                let id = self.streams.take(&segment, packet.at, label.is_some());
                let stream = self.streams.get_mut(id);
                if label.is_some() {
                    stream.label = label;
                }
                if let Some(outcome) = outcome {
                    if outcome.outcome == OutcomeName::Failed && !self.keeps_failed {
                        // As live: nothing of it is kept.
                        self.streams.discard(id);
                    }
                    self.streams.get_mut(id).outcome = Some(outcome);
                }
            }
            Content::Cut => self.cut_packets += 1,
            Content::UnknownLink(link) => *self.unknown_links.entry(link).or_default() += 1,
            Content::Other | Content::Fragment(_) => {}
        }
        // Small packets are a fixed cost, as everything is that the reader has beside them.
        if packet.data.len() > ALWAYS {
            self.longest = self.longest.max(packet.data.len() as u64);
        }
        self.offset = packet.offset;
        self.count();
    }

    /// Stops where the memory is used up.
    fn count(&mut self) {
        let held = self.streams.held() + self.fragments.held() + self.said + self.longest;
        if held > self.limits.memory {
            self.full = Some(self.out_of_memory(self.offset));
        }
    }

    fn parse(&mut self, text: &str) -> Option<Comment> {
        match Comment::parse(text) {
            Ok(comment) => {
                self.said += (text.len() + size_of::<Comment>()) as u64;
                Some(comment)
            }
            Err(NotOurs::Foreign) => None,
            Err(NotOurs::Damaged(why)) => {
                if self.damaged_comments.len() < FEW {
                    self.damaged_comments.push(why);
                }
                None
            }
        }
    }

    fn out_of_memory(&self, offset: u64) -> String {
        let memory = self.limits.memory;
        format!(
            "read only to byte {offset}: there are {memory} bytes of memory for it; see --max-memory"
        )
    }

    fn notes(&self, cut: Option<&Fault>) -> Vec<String> {
        let mut notes: Vec<String> =
            cut.and_then(|fault| fault.detail.clone()).into_iter().collect();
        for (link, packets) in &self.unknown_links {
            notes.push(format!(
                "{} of link type {link}, which is not known here",
                count(*packets, "packet")
            ));
        }
        if self.cut_packets > 0 {
            notes.push(format!(
                "{} cut off by the capture before the end of the TCP header",
                count(self.cut_packets, "packet")
            ));
        }
        match self.fragments.lost() {
            0 => {}
            lost => notes.push(format!(
                "{} of an IP packet whose rest was not captured",
                count(lost, "fragment")
            )),
        }
        notes.extend(
            self.damaged_comments
                .iter()
                .map(|why| format!("a comment of carwatch's cannot be read: {why}")),
        );
        notes
    }
}

/// The answer that the file is, if it is no capture.
fn raw(
    kind: Option<Kind>,
    begun: impl FnOnce() -> Option<Fetch>,
    limits: &Limits,
    cut: Option<&Fault>,
) -> Option<Outcome> {
    if !matches!(kind, None | Some(Kind::Raw)) {
        return None;
    }
    let fetch = begun().unwrap_or_else(|| fetch(limits));
    let end = cut.cloned().map_or(End::Fin, End::Fault);
    // No clock was beside it.
    Some(Outcome { first_byte: None, ..fetch.finish(end) })
}

fn fetch(limits: &Limits) -> Fetch {
    let limits = ClientLimits {
        record: limits.record,
        response: limits.response,
        rejections: limits.rejections,
        ..ClientLimits::default()
    };
    Fetch::new(&limits, Instant::NEVER, Instant::default())
}

pub(super) fn count(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// How many damaged comments are told of.
const FEW: usize = 10;
