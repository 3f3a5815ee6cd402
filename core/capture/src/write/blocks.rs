//! The blocks of pcapng (draft-ietf-opsawg-pcapng), little-endian, each appended as a whole.

use std::env::consts::{ARCH, OS};

/// Appends a section header and its one interface: raw IP, in nanoseconds.
pub(super) fn section(program: &str, comments: &[String], out: &mut Vec<u8>) {
    block(SECTION_HEADER, out, |out| {
        out.extend_from_slice(&BYTE_ORDER.to_le_bytes());
        out.extend_from_slice(&1_u16.to_le_bytes());
        out.extend_from_slice(&0_u16.to_le_bytes());
        // The length of the section: not known.
        out.extend_from_slice(&u64::MAX.to_le_bytes());
        for comment in comments {
            option(COMMENT, comment.as_bytes(), out);
        }
        option(2, ARCH.as_bytes(), out);
        option(3, OS.as_bytes(), out);
        option(4, program.as_bytes(), out);
        end_of_options(out);
    });
    block(INTERFACE, out, |out| {
        out.extend_from_slice(&LINKTYPE_RAW.to_le_bytes());
        out.extend_from_slice(&0_u16.to_le_bytes());
        out.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
        option(2, b"carwatch", out);
        option(3, b"what a program read, in synthesised frames", out);
        option(IF_TSRESOL, &[NANOSECONDS], out);
        end_of_options(out);
    });
}

/// Appends a packet at a Unix time in nanoseconds; `frame` appends its bytes.
pub(super) fn packet(
    nanos: u64,
    comments: &[String],
    out: &mut Vec<u8>,
    frame: impl FnOnce(&mut Vec<u8>),
) {
    block(ENHANCED_PACKET, out, |out| {
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&((nanos >> 32) as u32).to_le_bytes());
        out.extend_from_slice(&(nanos as u32).to_le_bytes());
        let lengths = out.len();
        out.extend_from_slice(&[0; 8]);
        let start = out.len();
        frame(out);
        // A frame is at most what an IP packet can be.
        let length = ((out.len() - start) as u32).to_le_bytes();
        out[lengths..lengths + 4].copy_from_slice(&length);
        out[lengths + 4..lengths + 8].copy_from_slice(&length);
        pad(start, out);
        if !comments.is_empty() {
            for comment in comments {
                option(COMMENT, comment.as_bytes(), out);
            }
            end_of_options(out);
        }
    });
}

fn block(kind: u32, out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    body(out);
    let length = ((out.len() - start + 4) as u32).to_le_bytes();
    out[start + 4..start + 8].copy_from_slice(&length);
    out.extend_from_slice(&length);
}

/// A value that is longer than an option can be is cut.
fn option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    out.extend_from_slice(&code.to_le_bytes());
    out.extend_from_slice(&(value.len() as u16).to_le_bytes());
    let start = out.len();
    out.extend_from_slice(value);
    pad(start, out);
}

fn end_of_options(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; 4]);
}

/// To a multiple of four bytes since `start`.
fn pad(start: usize, out: &mut Vec<u8>) {
    let length = (out.len() - start).next_multiple_of(4);
    out.resize(start + length, 0);
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const COMMENT: u16 = 1;
const IF_TSRESOL: u16 = 9;

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Packets begin with their IP header.
const LINKTYPE_RAW: u16 = 101;
/// Longer than any IP packet; what libpcap takes as the most there is.
const SNAP_LENGTH: u32 = 262_144;
/// 10^-9 s.
const NANOSECONDS: u8 = 9;
