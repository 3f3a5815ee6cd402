//! Answers: a status, a short text, and the header fields that all of them have.

use std::fmt::Display;

use carwatch_formats::visible::visible;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::body::Content;

pub(crate) type Answer = Response<Content>;

/// `content` of a media type, never cached: all of it is of this moment.
pub(crate) fn content(status: StatusCode, media_type: &'static str, content: Content) -> Answer {
    let mut answer = Response::new(content);
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, media_type);
    common(&mut answer);
    answer
}

/// A text for people, which may contain what a stranger sent: nothing in it that a terminal
/// would obey goes out raw.
pub(crate) fn text(status: StatusCode, words: impl Display) -> Answer {
    let words = words.to_string();
    content(status, TEXT, Content::bytes(format!("{}\n", visible(&words))))
}

pub(crate) fn no_content() -> Answer {
    let mut answer = Response::new(Content::bytes(""));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    common(&mut answer);
    answer
}

pub(crate) fn not_allowed(methods: &'static str, words: &str) -> Answer {
    with(text(StatusCode::METHOD_NOT_ALLOWED, words), ALLOW, methods)
}

pub(crate) fn unauthorized() -> Answer {
    let words = "the bearer token is missing or wrong";
    with(text(StatusCode::UNAUTHORIZED, words), WWW_AUTHENTICATE, "Bearer")
}

/// 503; what it is for may be over in a second.
pub(crate) fn unavailable(words: impl Display) -> Answer {
    with(text(StatusCode::SERVICE_UNAVAILABLE, words), RETRY_AFTER, "1")
}

/// The same as the last answer of its connection.
pub(crate) fn last(answer: Answer) -> Answer {
    with(answer, CONNECTION, "close")
}

/// Plain text in UTF-8.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

fn common(answer: &mut Answer) {
    set(answer, CACHE_CONTROL, "no-store");
    // What a car is called is a stranger's text: no browser is to see a page in it.
    set(answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
}

fn with(mut answer: Answer, name: HeaderName, value: &'static str) -> Answer {
    set(&mut answer, name, value);
    answer
}

fn set(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}
