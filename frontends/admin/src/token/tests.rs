use std::fs;

use tempfile::TempDir;

use super::{LONGEST, Token};

/// A token file with this content, in a folder that goes with the value.
struct TokenFile(TempDir);

impl TokenFile {
    fn of(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("the-token"), content).expect("a file");
        Self(folder)
    }

    fn read(&self) -> Result<Token, String> {
        Token::from_file(&self.0.path().join("the-token"))
    }
}

#[test]
fn one_line_end_is_no_part_of_it() {
    for (name, content) in [("none", &b"s3cret"[..]), ("lf", b"s3cret\n"), ("crlf", b"s3cret\r\n")]
    {
        let token = TokenFile::of(content).read().expect("a token");
        assert!(token.matches(b"s3cret"), "{name}");
        for wrong in [&b""[..], b"s3cre", b"s3creT", b"s3cret\n", b"s3crets", b"x3cret"] {
            assert!(!token.matches(wrong), "{name}: {wrong:?}");
        }
        assert_eq!(format!("{token:?}"), "Token(..)", "it is never shown");
    }
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_files_name() {
    let long = vec![b'x'; LONGEST as usize + 1];
    let cases: [(&str, &[u8], &str); 9] = [
        ("empty", b"", "is empty"),
        ("only-lf", b"\n", "is empty"),
        ("only-crlf", b"\r\n", "is empty"),
        ("two-lines", b"a\nb\n", "control"),
        ("two-ends", b"a\n\n", "control"),
        ("nul", b"a\0b", "control"),
        ("blank-first", b" a", "blank"),
        ("blank-last", b"a \n", "blank"),
        ("long", &long, "4096"),
    ];
    for (name, content, word) in cases {
        let error = TokenFile::of(content).read().expect_err(name);
        assert!(error.contains(word) && error.contains("the-token"), "{name}: {error}");
    }
    let longest = vec![b'x'; LONGEST as usize];
    assert!(TokenFile::of(&longest).read().is_ok());
    let missing = std::path::Path::new("/nonexistent/\u{1b}token");
    let error = Token::from_file(missing).expect_err("no such file");
    assert!(error.starts_with(r"cannot read the token: /nonexistent/\u{1b}token: "), "{error}");
}
