use crate::{Reading, View};

#[test]
fn what_would_hide_or_reorder_is_shown_as_an_escape() {
    let view = view("ga\u{202e}te", "1:<b>\u{1b}[2J</b>:\u{200b}red".as_bytes());
    assert_eq!(view.name, r"ga\u{202e}te");
    assert_eq!(view.rows[0].brand, r"<b>\u{1b}[2J</b>");
    assert_eq!(view.rows[0].color, r"\u{200b}red");
}

#[test]
fn a_rejection_shows_its_place_reason_and_bytes() {
    let view = view("gate", b"1:a:b.x\xff\xc3y.1:2:3:4");
    let rows: Vec<_> = view
        .rejections
        .iter()
        .map(|r| (r.index, r.start, r.end, r.reason, r.detail.as_str(), r.text.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            (1, 6, 10, "invalid_utf8", "at 7", r"x\xff\xc3y"),
            (2, 11, 18, "too_many_fields", "found 4", "1:2:3:4"),
        ]
    );
}

#[test]
fn a_cell_says_that_it_is_cut_and_cuts_no_character_in_two() {
    let brand = "é".repeat(200);
    let view = view("gate", format!("1:a{brand}:").as_bytes());
    let shown = &view.rows[0].brand;
    assert!(shown.ends_with("é… (401 bytes)"), "{shown}");
}

#[test]
fn a_file_of_another_kind_is_named() {
    let view = view("cat.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF");
    let notice = view.notice.expect("a JPEG image is no answer");
    assert!(notice.contains("ff d8 ff") && notice.contains("JPEG"), "{notice}");
    assert_eq!(view.rejected, 1);
}

fn view(name: &str, bytes: &[u8]) -> View {
    let mut reading = Reading::new(name, 0);
    reading.feed(bytes);
    View::new(&reading.close())
}
