//! `@FILE`: stations in a file, one a line, with comments.

use std::fs::File;
use std::io::Read;
use std::rc::Rc;

use carwatch_formats::visible::visible;

use crate::stations::{List, Place};

/// The largest such file: 100,000 stations of names that nobody would type.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Adds the stations of the file to `list`.
///
/// `#` begins a comment at the start of a line and after white space; blank lines mean
/// nothing.
///
/// # Errors
///
/// A usage error: the file cannot be read, or a line is no station. It names the file,
/// and the line where there is one.
pub(crate) fn read(path: &str, list: &mut List) -> Result<(), String> {
    if path.is_empty() {
        return Err("no file name after \"@\"".into());
    }
    let text = load(path).map_err(|why| format!("cannot read {}: {why}", visible(path)))?;
    let mut text = text.as_slice();
    // Editors on Windows begin a file with a byte order mark.
    text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let file: Rc<str> = path.into();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let place = Place::Line(Rc::clone(&file), number);
        let line = str::from_utf8(line).map_err(|_| format!("{place}not UTF-8"))?;
        match without_comment(line).trim() {
            "" => {}
            nested if nested.starts_with('@') => {
                return Err(format!("{place}an @FILE names stations, not further files"));
            }
            station => list.add(station, place)?,
        }
    }
    Ok(())
}

fn load(path: &str) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let file = File::open(path).map_err(|e| e.to_string())?;
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|e| e.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err("it is larger than 64 MiB".into());
    }
    Ok(text)
}

fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return &line[..at];
        }
        before = c;
    }
    line
}
