use carwatch_admin::Limits;

use crate::client::{ask, post, post_head};
use crate::station::Serving;

pub(crate) const FORM: &str =
    "Content-Type: Multipart/Form-Data; charset=utf-8; boundary=\"x-Y\"\r\n";
pub(crate) const PICTURE: &str = "--x-Y\r\nContent-Disposition: form-data; name=\"upload\"; \
     filename=\"car.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\r\n--x-\r\n\r--x-Y --x-Y\r\n";
pub(crate) const JSON: &str =
    "--x-Y\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":\r\n--x-\r\n1}\r\n";

#[test]
fn of_a_form_the_field_json_is_taken() {
    let serving = Serving::start();
    for body in [
        format!("{JSON}--x-Y--"),
        format!("{JSON}{PICTURE}--x-Y--\r\n"),
        format!("{PICTURE}{JSON}--x-Y--\r\n"),
        format!("preamble\r\n{PICTURE}{JSON}{PICTURE}--x-Y--\r\nepilogue"),
    ] {
        let reply = ask(serving.address, post(FORM, &body));
        assert_eq!(reply.status, 204, "{body} {}", reply.text());
    }
    let taken = serving.station.posts();
    assert_eq!(taken, vec![b"{\"a\":\r\n--x-\r\n1}".to_vec(); 4]);
}

#[test]
fn what_is_no_whole_form_with_one_field_json_is_refused() {
    let serving = Serving::start();
    let whole = format!("{PICTURE}{JSON}--x-Y--");
    for (fields, body) in [
        (FORM, String::new()),
        (FORM, format!("{PICTURE}--x-Y--")),
        (FORM, format!("{JSON}{JSON}--x-Y--")),
        (FORM, format!("{JSON}{PICTURE}")),
        (FORM, JSON.into()),
        (FORM, "--x-Y\r\nno field\r\n\r\n\r\n--x-Y--".into()),
        (FORM, "{}".into()),
        ("Content-Type: multipart/form-data\r\n", whole.clone()),
        ("Content-Type: multipart/form-data; boundary=other\r\n", whole.clone()),
        ("Content-Type: multipart/form-data; boundary=\"\r\n", whole.clone()),
    ] {
        let reply = ask(serving.address, post(fields, &body));
        assert_eq!(reply.status, 400, "{fields} {body}");
        assert!(reply.text().starts_with("not a whole form: "), "{}", reply.text());
    }
    // Wherever it is cut.
    for end in 0..whole.len() - 1 {
        let reply = ask(serving.address, post(FORM, &whole[..end]));
        assert_eq!(reply.status, 400, "{end}");
    }
    assert_eq!(serving.station.posts().len(), 0);
}

#[test]
fn a_form_counts_with_all_its_pictures() {
    let limits = Limits { body: 4096, ..Limits::default() };
    let serving = Serving::limited(limits);
    let padded = |len: usize| {
        let form = format!("{JSON}{PICTURE}--x-Y--\r\n");
        let padding = " ".repeat(len - form.len());
        format!("{form}{padding}")
    };
    assert_eq!(ask(serving.address, post(FORM, padded(4096))).status, 204);
    assert_eq!(ask(serving.address, post(FORM, padded(4097))).status, 413);
    let chunked = |body: &str| {
        let head = post_head(&format!("{FORM}Transfer-Encoding: chunked\r\n"));
        format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
    };
    assert_eq!(ask(serving.address, chunked(&padded(4096))).status, 204);
    assert_eq!(ask(serving.address, chunked(&padded(4097))).status, 413);
    let picture = format!("{PICTURE}{}", "y".repeat(5000));
    assert_eq!(ask(serving.address, chunked(&picture)).status, 413, "not a broken form");
    assert_eq!(serving.station.posts().len(), 2);
}
