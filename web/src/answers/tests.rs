use super::*;

#[test]
fn an_answer_comes_out_as_json() {
    let mut answers = Answers::new();
    answers.open("gate", 0);
    answers.feed(b"1:a:\xc3");
    answers.feed(b"\xa9");
    let view = answers.close().expect("one was open");
    assert!(view.contains(r#""name":"gate""#) && view.contains(r#""color":"é""#), "{view}");
    assert_eq!(answers.close(), None, "none is open now");
}

#[test]
fn the_report_is_of_all_that_were_read() {
    let mut answers = Answers::new();
    for name in ["gate", "bridge"] {
        answers.open(name, 0);
        answers.feed(b"1:a:b.");
        let _ = answers.close();
    }
    let report = answers.report();
    for part in
        [r#""station":"gate""#, r#""station":"bridge""#, r#""complete":2"#, r#""rejected":2"#]
    {
        assert!(report.contains(part), "{part} is not in {report}");
    }
    answers.clear();
    assert!(answers.report().contains(r#""stations":[]"#));
}

#[test]
fn the_exit_code_is_that_of_a_gather() {
    let code = |ends: &[fn(Reading) -> Answer]| {
        let stations = ends.iter().map(|end| end(Reading::new("x", 0)).station).collect();
        exit(&Report { stations, elapsed: None })
    };
    let fail: fn(Reading) -> Answer = |reading| reading.fail("gone");
    assert_eq!(code(&[Reading::close]), 0);
    assert_eq!(code(&[Reading::close, fail]), 1);
    assert_eq!(code(&[fail]), 3);
}
