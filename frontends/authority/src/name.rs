//! What a station or a client is called: a file's name and a certificate's CN at once.

use std::fmt;
use std::str::FromStr;

use carwatch_formats::visible::visible;

use crate::Error;

/// A name that is safe as a file's, before `.pem` and `.key`, as a word in a shell, and as
/// the CN of a certificate (RFC 5280, upper bound of 64 characters).
///
/// Letters and digits of any script, and after the first of them `.`, `_` and `-` too; and
/// not `ca`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for all names that some file system would not tell apart.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let why = match text.chars().next() {
            None => return Err(Error::Asked("an empty name".into())),
            Some('.' | '-' | '_') => "a name begins with a letter or a digit",
            Some(_) if text.chars().count() > LONGEST => "a name has at most 64 characters",
            Some(_) if text.len() > MOST_BYTES => "too long for a file's name",
            Some(_) if !text.chars().all(is_safe) => {
                "a name is a file's name too, of letters, digits, \".\", \"_\" and \"-\""
            }
            Some(_) if text.to_lowercase() == AUTHORITY => "that is the CA's own name",
            Some(_) => return Ok(Self(text.to_owned())),
        };
        Err(Error::Asked(format!("{}: {why}", quoted(text))))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody's text, safe on a terminal and not too long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        None => format!("\"{}\"", visible(text)),
        Some((cut, _)) => format!("\"{}…\"", visible(&text[..cut])),
    }
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() && !carwatch_formats::visible::is_dangerous(c) || "._-".contains(c)
}

/// What the CA's own files are called.
pub(crate) const AUTHORITY: &str = "ca";

/// Characters (RFC 5280, ub-common-name).
const LONGEST: usize = 64;

/// Bytes: 255 is the most that file systems take, and `.pem` comes after it.
const MOST_BYTES: usize = 250;
