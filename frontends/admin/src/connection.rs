//! One connection: hyper between a socket and the routes, watched.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use carwatch_driver::alarm::Alarm;
use carwatch_driver::server::Connection;
use carwatch_driver::{Socket, clock};
use futures_util::future::{Abortable, FutureExt, poll_fn};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use smol_hyper::rt::FuturesIo;

use crate::body::Content;
use crate::limits::Limits;
use crate::linger::{finish, finish_and_drain};
use crate::open::Handle;
use crate::routes;
use crate::station::Station;
use crate::upload::Slots;
use crate::watch::{Expired, Watch};
use crate::watched::Watched;

/// Serves one connection, whatever happens in it.
pub(crate) fn serve<S: Socket + Send>(
    stream: S,
    peer: SocketAddr,
    station: Arc<dyn Station>,
    limits: Arc<Limits>,
    slots: Arc<Slots>,
    mut handle: Handle,
) -> Connection {
    Box::pin(async move {
        let pump = pump(stream, peer, station, &limits, slots, Arc::clone(&handle.watch));
        // A panic stays in its connection: unwinding drops the socket, which resets it.
        let pump = AssertUnwindSafe(pump).catch_unwind();
        let ended = match handle.abort.take() {
            Some(registration) => Abortable::new(pump, registration).await,
            None => Ok(pump.await),
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!(%peer, "an HTTP request ended in a panic"),
            Err(_) => tracing::debug!(%peer, "HTTP connection dropped"),
        }
    })
}

/// Why hyper was left.
enum End {
    /// All requests were answered, or one could not be, which hyper has said where it could.
    Done(hyper::Result<()>),
    /// It was told to go, and has no request.
    Left,
    Expired(Expired),
}

async fn pump<S: Socket + Send>(
    stream: S,
    peer: SocketAddr,
    station: Arc<dyn Station>,
    limits: &Arc<Limits>,
    slots: Arc<Slots>,
    watch: Arc<Watch>,
) {
    let answers = {
        let (watch, limits) = (Arc::clone(&watch), Arc::clone(limits));
        service_fn(move |request: Request<Incoming>| -> Answer {
            let answering = watch.requested();
            let (station, limits) = (Arc::clone(&station), Arc::clone(&limits));
            let slots = Arc::clone(&slots);
            Box::pin(async move {
                let answer = routes::answer(request, peer, &*station, &limits, &slots).await;
                Ok(answer.map(|content| content.keeping(answering)))
            })
        })
    };
    let io = FuturesIo::new(Watched::new(stream, Arc::clone(&watch)));
    let mut http = http1::Builder::new()
        // A client may end its side once it has asked.
        .half_close(true)
        .max_header_size(limits.head_bytes)
        .max_headers(limits.head_fields)
        // Else hyper copies all of a snapshot into its buffer.
        .writev(true)
        .serve_connection(io, answers);
    let mut alarm = Alarm::new();
    let mut leaving = false;
    let end = poll_fn(|cx| {
        loop {
            // First, so that an answer which is ready only now says that it is the last.
            let must_leave = watch.must_leave(cx);
            if must_leave && !leaving && watch.is_busy() {
                leaving = true;
                Pin::new(&mut http).graceful_shutdown();
            }
            if let Poll::Ready(result) = Pin::new(&mut http).poll(cx) {
                return Poll::Ready(End::Done(result));
            }
            if must_leave && !watch.is_busy() {
                return Poll::Ready(End::Left);
            }
            if alarm.poll(watch.deadline(), cx).is_pending() {
                return Poll::Pending;
            }
            if let Some(expired) = watch.expired(clock::now()) {
                return Poll::Ready(End::Expired(expired));
            }
        }
    })
    .await;
    let mut stream = http.into_parts().io.into_inner().into_inner();
    match end {
        End::Done(result) => {
            if let Err(error) = result {
                tracing::debug!(%peer, %error, "HTTP connection ended early");
            }
            finish_and_drain(stream, limits, &watch).await;
        }
        End::Left | End::Expired(Expired::Idle) => drop(finish(&stream)),
        End::Expired(Expired::Head) => {
            tracing::debug!(%peer, "the head of an HTTP request took too long");
            // Nothing is queued before it, so the kernel takes it at once.
            let written = poll_fn(|cx| Poll::Ready(Pin::new(&mut stream).poll_write(cx, TOO_LATE)));
            if written.await.is_ready() {
                finish_and_drain(stream, limits, &watch).await;
            }
        }
        // Dropped unfinished, it is reset.
        End::Expired(Expired::Stalled) => tracing::debug!(%peer, "an HTTP client stalled"),
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Content>, Infallible>> + Send>>;

/// What hyper has no answer for: a request whose head does not come.
const TOO_LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
