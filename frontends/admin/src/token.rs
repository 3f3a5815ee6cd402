//! The secret that those who may post know.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use carwatch_formats::visible::visible;
use subtle::ConstantTimeEq;

/// A bearer token (RFC 6750). It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<[u8]>);

impl Token {
    /// Reads the token that is all of a file's content; a line end after it is no part of it.
    ///
    /// # Errors
    ///
    /// Words that name the file, if it cannot be read, is empty or longer than 4 KiB, or
    /// contains what no header field can: control characters, blanks at an end.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let name = path.to_string_lossy();
        let named =
            |what: &dyn fmt::Display| format!("cannot read the token: {}: {what}", visible(&name));
        let mut content = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LONGEST + 2).read_to_end(&mut content))
            .map_err(|error| named(&error))?;
        let token = content.strip_suffix(b"\n").unwrap_or(&content);
        let token = token.strip_suffix(b"\r").unwrap_or(token);
        let is_blank = |byte: Option<&u8>| byte == Some(&b' ');
        if token.is_empty() {
            Err(named(&"the token is empty"))
        } else if token.len() as u64 > LONGEST {
            Err(named(&format_args!("a token is at most {LONGEST} bytes long")))
        } else if token.iter().any(u8::is_ascii_control) {
            Err(named(&"the token is one line of text, without control characters"))
        } else if is_blank(token.first()) || is_blank(token.last()) {
            Err(named(&"the token begins or ends in a blank, which HTTP would strip"))
        } else {
            Ok(Self(token.into()))
        }
    }

    /// Whether `bearer` is this token. How long that takes tells of a token's length, and of
    /// nothing else in it.
    #[must_use]
    pub fn matches(&self, bearer: &[u8]) -> bool {
        self.0.ct_eq(bearer).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// In bytes; more than any generator makes, and well below the longest head of a request.
const LONGEST: u64 = 4096;

#[cfg(test)]
mod tests;
