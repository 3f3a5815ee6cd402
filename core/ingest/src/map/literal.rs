//! Lists and dictionaries as Python writes them (`[{'make': 'Opel', 'score': 0.5}]`), as JSON.
//!
//! That is what a Python program puts in a CSV cell when nobody tells it otherwise. What
//! already is JSON stays as it is. Whether it came out valid is for the JSON parser to say.

/// `text` as JSON; none if it has a string that never ends or an unknown escape.
pub(super) fn json(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '\'' | '"' => string(first, after, &mut out)?,
            'A'..='Z' | 'a'..='z' => {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                match &rest[..end] {
                    "None" => out.push_str("null"),
                    "True" => out.push_str("true"),
                    "False" => out.push_str("false"),
                    word => out.push_str(word),
                }
                &rest[end..]
            }
            // A tuple is a list to us.
            '(' => push(&mut out, '[', after),
            ')' => push(&mut out, ']', after),
            _ => push(&mut out, first, after),
        };
    }
    Some(out)
}

fn push<'a>(out: &mut String, char: char, rest: &'a str) -> &'a str {
    out.push(char);
    rest
}

/// Takes a string whose opening `quote` is passed, and gives what follows it.
fn string<'a>(quote: char, text: &'a str, out: &mut String) -> Option<&'a str> {
    out.push('"');
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            end if end == quote => break,
            '\\' => match chars.next()? {
                '\'' => out.push('\''),
                'x' => escape(&mut chars, 2, out)?,
                'U' => escape(&mut chars, 8, out)?,
                // The same in both.
                same @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {
                    out.push('\\');
                    out.push(same);
                }
                _ => return None,
            },
            '"' => out.push_str("\\\""),
            plain => out.push(plain),
        }
    }
    out.push('"');
    Some(chars.as_str())
}

/// An escape of so many hexadecimal digits.
fn escape(chars: &mut std::str::Chars<'_>, digits: u32, out: &mut String) -> Option<()> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.to_digit(16)?;
    }
    let char = char::from_u32(code)?;
    if char.is_control() || matches!(char, '"' | '\\') {
        out.push_str(&format!("\\u{code:04x}"));
    } else {
        out.push(char);
    }
    Some(())
}
