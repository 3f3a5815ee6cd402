//! CSV: headers, quotes, and quotes that went astray.

use crate::common::told;
use carwatch_ingest::Format::Csv;
use carwatch_ingest::LINE;

const HEADER: &str = "time,brand,color\n";

fn after_header(records: &str) -> Vec<String> {
    told(Csv, format!("{HEADER}{records}"))
}

#[test]
fn columns_are_found_by_name() {
    for header in [
        "time,brand,color",
        "TIME, Brand ,\tcolor",
        "\"time\",\"brand\",\"colour\"",
        "\u{feff}time,brand,Colour",
    ] {
        assert_eq!(told(Csv, format!("{header}\r\n1,a,b\r\n")), ["2 1:a:b"], "{header}");
    }
    assert_eq!(told(Csv, "id,color,note,time,brand\n7,b,x,1,a\n"), ["2 1:a:b"]);
    assert_eq!(told(Csv, "time,brand,color,time\n1,a,b,2\n"), ["2 1:a:b"]);
    assert_eq!(told(Csv, b"time,brand,color,\xff\n1,a,b,\n"), ["2 1:a:b"]);
    assert_eq!(told(Csv, "\n\ntime,brand,color\n\n1,a,b"), ["5 1:a:b"]);
}

#[test]
fn a_header_that_lacks_columns_costs_every_line_and_says_so() {
    assert_eq!(
        told(Csv, "when,brand,paint\n1,a,b\n\n2,c,d"),
        [
            "1! the CSV header has no column time, color; no line after it can be read",
            "2! the CSV header was refused",
            "4! the CSV header was refused",
        ]
    );
}

#[test]
fn cells_are_taken_as_they_are() {
    assert_eq!(
        after_header("1,B.M.W,\"a:b%2E\"\n 2 ,,\"\"\n\"3\",\"Lynk, \"\"&\"\" Co\",x\ry\n"),
        ["2 1:B%2EM%2EW:a%3Ab%252E", "3  2 ::", "4 3:Lynk, \"&\" Co:x\ry"]
    );
    assert_eq!(after_header("1,5\" wheel,a\"b\n"), ["2 1:5\" wheel:a\"b"]);
    assert_eq!(
        after_header("\u{feff}1,a,b\n\u{feff}2,a,b\n"),
        ["2 \u{feff}1:a:b", "3 \u{feff}2:a:b"]
    );
}

#[test]
fn a_quoted_cell_may_hold_line_ends_and_the_number_is_its_first_lines() {
    assert_eq!(
        after_header("1,\"a\nb\",c\n2,d,\"e\r\n\n,\"\"\nf\"\r\n3,g,h\n"),
        ["2 1:a\nb:c", "4 2:d:e\r\n\n,\"\nf", "8 3:g:h"]
    );
    assert_eq!(
        told(Csv, "time,\"a\nnote\",brand,color\n1,x,a,b\n"),
        ["3 1:a:b"],
        "in the header too"
    );
}

#[test]
fn bad_records_are_refused_with_words() {
    assert_eq!(
        after_header("1,a\n1,a,b,c\n\"x\"\n1,\"a\"b,c\n1,\"a\" ,c\n2,a,b"),
        [
            "2! 2 CSV cells where the header has 3",
            "3! 4 CSV cells where the header has 3",
            "4! 1 CSV cell where the header has 3",
            "5! text after a closing CSV quote at byte offset 5",
            "6! text after a closing CSV quote at byte offset 5",
            "7 2:a:b",
        ]
    );
    assert_eq!(
        told(Csv, b"time,brand,color\n1,\"a\n\xff\",b\n1,a,b\n"),
        ["2! not UTF-8 at byte offset 5", "4 1:a:b"]
    );
}

#[test]
fn a_stray_quote_costs_one_car() {
    // Up to the end of the input.
    assert_eq!(
        after_header("1,a,b\n2,\"c,d\n3,e,f\n\n4,g,h\n"),
        [
            "2 1:a:b",
            "3! the CSV quote at byte offset 2 is never properly closed",
            "4 3:e:f",
            "6 4:g:h"
        ]
    );
    assert_eq!(
        after_header("2,c,\""),
        ["2! the CSV quote at byte offset 4 is never properly closed"]
    );
    // Up to the next cell in quotes.
    assert_eq!(
        after_header("1,\"a,b\n2,c,d\n3,\"Lynk & Co\",f\n4,g,h\n"),
        [
            "2! the CSV quote at byte offset 2 is never properly closed",
            "3 2:c:d",
            "4 3:Lynk & Co:f",
            "5 4:g:h"
        ]
    );
    // Two of them, one on a line that is read again.
    assert_eq!(
        after_header("1,\"a,b\n2,c,d\n3,e,\"\"x\n4,g,h\n"),
        [
            "2! the CSV quote at byte offset 2 is never properly closed",
            "3 2:c:d",
            "4! text after a closing CSV quote at byte offset 6",
            "5 4:g:h",
        ]
    );
    assert_eq!(
        after_header("1,\"a,b\n2,c,\"\"\"d\n3,e,f\n"),
        [
            "2! the CSV quote at byte offset 2 is never properly closed",
            "3! the CSV quote at byte offset 4 is never properly closed",
            "4 3:e:f",
        ]
    );
}

#[test]
fn a_stray_quote_swallows_no_more_than_the_limit() {
    let lines: Vec<_> = (3..20_003).map(|n| format!("{n},car,red")).collect();
    let seen = after_header(&format!("2,\"stray,red\n{}\n", lines.join("\n")));
    assert_eq!(seen[0], "2! the CSV quote at byte offset 2 is never properly closed");
    let expected: Vec<_> = (3..20_003).map(|n| format!("{n} {n}:car:red")).collect();
    assert_eq!(seen[1..], expected);
}

#[test]
fn the_limit_is_that_of_the_whole_record() {
    let record = |len: usize| {
        let first = "1,a,\"";
        let filling = "xyz\n".repeat((len - first.len() - 1) / 4);
        let rest = len - first.len() - 1 - filling.len();
        format!("{first}{filling}{}\"\n2,b,c\n", "x".repeat(rest))
    };
    // Longer than the limit once it is quoted, but not on the wire: LINE bytes in all.
    let seen = after_header(&record(LINE));
    assert_eq!(seen.len(), 2);
    assert!(seen[0].starts_with("2 1:a:xyz\n"));
    let text = record(LINE + 1);
    let seen = after_header(&text);
    assert_eq!(seen[0], "2! the CSV quote at byte offset 4 is never properly closed");
    let last = format!("{} 2:b:c", 1 + text.lines().count());
    assert_eq!(seen.last(), Some(&last));
}

#[test]
fn a_line_that_is_too_long_ends_what_is_open() {
    let long = "x".repeat(LINE + 1);
    assert_eq!(
        after_header(&format!("1,\"a,b\n2,c,d\n{long}\n3,e,f\n")),
        [
            "2! the CSV quote at byte offset 2 is never properly closed",
            "3 2:c:d",
            "4! longer than 65536 bytes; skipped to the next line",
            "5 3:e:f",
        ]
    );
}
