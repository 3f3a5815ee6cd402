//! Record lines, and how `auto` decides.

use crate::common::{read, read_with_limit, told};
use carwatch_ingest::Format::{Auto, Csv, Ndjson, Record};
use carwatch_ingest::{LINE, Lines, NDJSON_LINE, Refusal};

#[test]
fn fields_are_decoded_as_on_the_wire_and_a_raw_dot_belongs_to_its_field() {
    assert_eq!(
        told(Record, "97264836:peugeot:red\n12.5:B%2EM%2eW:100% red\n::\n1:a%3ab:%25"),
        ["1 97264836:peugeot:red", "2 12%2E5:B%2EM%2EW:100%25 red", "3 ::", "4 1:a%3Ab:%25",]
    );
}

#[test]
fn blank_lines_line_ends_and_the_byte_order_mark_are_no_cars() {
    let text = "\u{feff}\n\r\n \t\n1:a:b\r\n\n2:c:d \n\u{feff}:e:\r\r\n3:f:g\r";
    let expected = ["4 1:a:b", "6 2:c:d ", "7 \u{feff}:e:\r", "8 3:f:g"];
    assert_eq!(told(Record, text), expected);
    assert_eq!(told(Auto, text), expected);
    for nothing in ["", "\n", "\r\n  \n", "\u{feff}", "\u{feff}\n"] {
        for format in [Auto, Record, Csv, Ndjson] {
            assert_eq!(told(format, nothing), [""; 0], "{format} {nothing:?}");
        }
    }
}

#[test]
fn half_a_byte_order_mark_is_bad_input_like_any_other() {
    for format in [Auto, Record] {
        assert_eq!(told(format, b"\xef\xbb"), ["1! not UTF-8 at byte offset 0"]);
        assert_eq!(told(format, b"\xef1:a:b\n"), ["1! not UTF-8 at byte offset 0"]);
    }
}

#[test]
fn bad_records_are_refused_with_words() {
    assert_eq!(
        told(Record, b"today\na:b\n1:2:3:4\n1:a:\xffb\n1:a:b.2:c:d\nok:a:b"),
        [
            "1! 1 field where time:brand:color has 3",
            "2! 2 fields where time:brand:color has 3",
            "3! 4 fields where time:brand:color has 3",
            "4! not UTF-8 at byte offset 4",
            "5! 5 fields where time:brand:color has 3",
            "6 ok:a:b",
        ]
    );
}

#[test]
fn a_line_reaches_its_limit_and_no_further() {
    for (format, limit, head, tail) in
        [(Record, LINE, "1:a:", ""), (Ndjson, NDJSON_LINE, "{\"time\":1,\"x\":\"", "\"}")]
    {
        for end in ["\n", "\r\n", ""] {
            let line = |len: usize| {
                let filling = "x".repeat(len - head.len() - tail.len());
                format!("{head}{filling}{tail}{end}")
            };
            let whole = read(format, [line(limit).as_bytes()]);
            assert!(matches!(whole[..], [(1, Ok(_))]), "{format} {end:?}");
            let next = if format == Record { "2:b:c" } else { "{\"time\":2}" };
            let next = if end.is_empty() { "" } else { next };
            for (excess, segment) in
                [(1, 1 << 30), (1, 1), (1, 7), (1, limit), (1, limit + 1), (100, 7), (limit, 1000)]
            {
                let text = line(limit + excess) + next;
                let seen = read(format, text.as_bytes().chunks(segment));
                assert_eq!(seen[0], (1, Err(Refusal::LineTooLong { limit })));
                let after = usize::from(!end.is_empty());
                assert_eq!(seen.len(), 1 + after, "{format} {end:?} {segment}");
                assert!(seen[1..].iter().all(|(number, read)| *number == 2 && read.is_ok()));
            }
        }
    }
}

#[test]
fn a_line_that_never_ends_is_refused_at_once_and_once() {
    let mut refused = 0;
    let mut lines = Lines::new(Auto, 1000);
    for _ in 0..100 {
        lines.feed(&[b'x'; 10_000], &mut |_| refused += 1);
    }
    assert_eq!(refused, 1);
}

#[test]
fn a_car_that_receivers_would_not_take_is_refused_with_both_numbers() {
    let seen = read_with_limit(Record, 9, [&b"1:abc:def\n1:a.c:def\n2:a:b"[..]]);
    assert!(seen[0].1.is_ok());
    assert_eq!(seen[1], (2, Err(Refusal::RecordTooLong { len: 11, limit: 9 })));
    assert!(seen[2].1.is_ok());
    let words = Refusal::RecordTooLong { len: 11, limit: 9 };
    assert_eq!(words.reason(), "too_long");
    assert_eq!(
        words.to_string(),
        "its record would be 11 bytes long on the wire, and receivers take 9"
    );
}

#[test]
fn auto_looks_at_the_first_line_that_is_not_blank() {
    for (text, format) in [
        ("", Auto),
        (" \n\n", Auto),
        ("1:a:b", Auto),
        ("1:a:b\n", Record),
        ("\n\n{", Ndjson),
        ("\u{feff}  {\"time\":1}", Ndjson),
        ("time,brand,color\n", Csv),
        ("\n\"Color\", BRAND ,id,\"time\"\r\n", Csv),
        ("colour,brand,time\n", Csv),
        ("time,brand,color,\"a\n", Csv),
        ("time,brand,\"color\n", Record),
        ("time,brand,color,\"a\"b\n", Record),
        ("time,brand\n", Record),
        ("time:brand:color\n", Record),
        ("[{\"time\":1}]\n", Record),
    ] {
        for segment in [1, 1000] {
            let mut lines = Lines::new(Auto, 1000);
            for part in text.as_bytes().chunks(segment) {
                lines.feed(part, &mut |_| {});
            }
            assert_eq!(lines.format(), format, "{text:?}");
        }
    }
}

#[test]
fn auto_decides_once_and_counts_the_lines_before() {
    assert_eq!(
        told(Auto, "\n\n{\"time\":1}\n1:a:b\n"),
        ["3 1::", "4! not JSON at column 2: trailing characters"]
    );
    assert_eq!(told(Auto, "\ntime,brand,color\n1,a,b\n"), ["3 1:a:b"]);
    assert_eq!(
        told(Auto, "1:a:b\n{\"time\":1}\n"),
        ["1 1:a:b", "2! 2 fields where time:brand:color has 3"]
    );
    assert_eq!(told(Auto, "time,brand,color"), [""; 0], "a header alone");
}
