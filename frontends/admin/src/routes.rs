//! Which request gets which answer.

use std::net::SocketAddr;

use carwatch_formats::visible::visible;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::{Method, Request, StatusCode, Version};

use crate::answer::{self, Answer, TEXT, content, text};
use crate::body::Content;
use crate::exposition;
use crate::limits::Limits;
use crate::post;
use crate::station::Station;
use crate::upload::{Slots, Upload};

/// Answers one request.
pub(crate) async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    station: &dyn Station,
    limits: &Limits,
    slots: &Slots,
) -> Answer {
    let (head, body) = request.into_parts();
    let mut upload = Upload::new(body, limits);
    let path = head.uri.path();
    let answer = match Route::of(path) {
        // RFC 9112, section 3.2.
        _ if head.version == Version::HTTP_11 && head.headers.get_all(HOST).iter().count() != 1 => {
            text(StatusCode::BAD_REQUEST, "a request has one Host field")
        }
        None => text(StatusCode::NOT_FOUND, NOT_FOUND),
        Some(Route::Cars) if head.method == Method::POST => {
            post::cars(&head.headers, &mut upload, slots, station).await
        }
        Some(Route::Cars) => answer::not_allowed("POST", "only POST is allowed here"),
        Some(route) if head.method == Method::GET || head.method == Method::HEAD => {
            route.get(station)
        }
        Some(_) => answer::not_allowed("GET, HEAD", "only GET and HEAD are allowed here"),
    };
    let status = answer.status().as_u16();
    tracing::debug!(%peer, method = %visible(head.method.as_str()), path = %visible(path), status, "HTTP request");
    // What is left of a body that nobody wants would have to be read before the next request.
    if upload.is_whole() { answer } else { answer::last(answer) }
}

#[derive(Clone, Copy)]
enum Route {
    Root,
    Metrics,
    Health,
    Ready,
    Snapshot,
    Cars,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Root,
            "/metrics" => Self::Metrics,
            "/healthz" => Self::Health,
            "/readyz" => Self::Ready,
            "/snapshot" => Self::Snapshot,
            "/cars" => Self::Cars,
            _ => return None,
        })
    }

    fn get(self, station: &dyn Station) -> Answer {
        match self {
            Self::Metrics => {
                let text = exposition::text(&station.metrics(), station.ready().is_ok());
                content(StatusCode::OK, exposition::MEDIA_TYPE, Content::bytes(text))
            }
            Self::Ready => match station.ready() {
                Ok(()) => text(StatusCode::OK, "ready"),
                Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, why),
            },
            // Bytes for programs; a browser offers to save them, as a file for the viewer.
            Self::Snapshot => match station.snapshot() {
                Ok(snapshot) => {
                    content(StatusCode::OK, "application/octet-stream", Content::snapshot(snapshot))
                }
                Err(why) => answer::unavailable(why),
            },
            Self::Root => root(),
            Self::Health | Self::Cars => content(StatusCode::OK, TEXT, Content::bytes("ok\n")),
        }
    }
}

#[cfg(feature = "viewer")]
fn root() -> Answer {
    // It brings its own content security policy, which a header field could only weaken.
    let page = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/carwatch.html"));
    content(StatusCode::OK, "text/html; charset=utf-8", Content::bytes(&page[..]))
}

#[cfg(not(feature = "viewer"))]
fn root() -> Answer {
    content(StatusCode::OK, TEXT, Content::bytes(ROOT))
}

#[cfg(not(feature = "viewer"))]
const ROOT: &str = "\
A carwatch station. The viewer is not built in; to build it in:

    cargo viewer
    cargo run -p server-smol --features viewer

There are /metrics, /healthz, /readyz and /snapshot, and POST /cars.
";

const NOT_FOUND: &str =
    "there are /, /metrics, /healthz, /readyz and /snapshot, and POST /cars, and nothing else";
