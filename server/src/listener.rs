//! A listener with bounds: connections in all and for each address, time for heads, bodies and
//! answers, bytes of a head.
//!
//! | module | what |
//! |---|---|
//! | [`connections`] | the open connections: caps, and which one is closed to make room |
//! | `stream` | a connection's bytes: an answer that the peer does not read ends it |
//! | `bodies` | bodies of requests in time, and when an answer is complete |
//! | `warnings` | warnings that repeat at most every ten minutes |
//!
//! `axum::serve` has none of these bounds: a peer that sends one byte a minute would hold a
//! connection for ever.
//!
//! A new connection is always accepted while another one can be closed for it: at a cap, the
//! oldest connection without a whole request goes. So `/healthz` is answered while somebody opens
//! connections and does not use them, even from the prober's own address.

mod bodies;
pub mod connection_state;
mod connections;
mod limits;
mod stream;
mod warnings;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, TRANSFER_ENCODING,
};
use http::{HeaderValue, StatusCode};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::Service;

use self::bodies::{AnswerBody, TimedBody};
use self::connections::{Connections, Registered};
pub use self::limits::ConnectionLimits;
use self::stream::TimedStream;
use self::warnings::Warnings;

/// How long requests may take to finish once the program stops.
pub const GRACE: Duration = Duration::from_secs(10);
/// The largest head of a request, and the largest buffer of a connection, in bytes.
const HEAD_LIMIT: usize = 32 << 10;
/// How long to wait after a failed accept: the system may be out of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// The same where a connection was closed for the new one: hundreds may wait before a probe.
const SHORT_PAUSE: Duration = Duration::from_millis(1);

/// Serves until the signal to stop, then lets the requests under way finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let connections = Connections::new(limits);
    let warnings = Warnings::default();
    let accept = async {
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    let open = connections.open();
                    warnings.accept_failed(&error, open);
                    // Where descriptors are used up, one is free again shortly after this.
                    let pause = if connections.close_one() {
                        SHORT_PAUSE
                    } else {
                        PAUSE
                    };
                    tokio::time::sleep(pause).await;
                    continue;
                }
            };
            match connections.register(peer.ip()) {
                Ok((registered, closed)) => {
                    if let Some(full) = closed {
                        warnings.full(full, peer.ip(), connections.limits(), false);
                    }
                    let connection = connection(
                        stream,
                        peer,
                        router.clone(),
                        graceful.watcher(),
                        registered,
                        connections.limits().clone(),
                    );
                    tokio::spawn(connection);
                }
                Err(full) => {
                    warnings.full(full, peer.ip(), connections.limits(), true);
                    drop(stream);
                }
            }
        }
    };
    tokio::select! {
        () = accept => (),
        () = stop.cancelled() => (),
    }
    drop(listener);
    let open = graceful.count();
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(open, "requests were cut off: they did not finish in time");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    registered: Registered,
    limits: ConnectionLimits,
) {
    // Answers are written whole; waiting for more would only delay them. Not essential.
    stream.set_nodelay(true).ok();
    let state = registered.state();
    let stream = TimedStream::new(stream, Arc::clone(state), limits.write_timeout);
    let body_timeout = limits.body_timeout;
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let state = Arc::clone(state);
        let late = CancellationToken::new();
        let mut request = if request.body().is_end_stream() {
            state.answering();
            request.map(Body::new)
        } else {
            state.receiving();
            request.map(|body| {
                let timed = TimedBody::new(body, body_timeout, Arc::clone(&state), late.clone());
                Body::new(timed)
            })
        };
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().call(request);
        async move {
            let answer = answer.await?;
            let answer = if late.is_cancelled() {
                timed_out(answer)
            } else {
                answer
            };
            Ok::<_, std::convert::Infallible>(answer.map(|body| AnswerBody::new(body, state)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        },
        () = state.closed() => {
            tracing::debug!(%peer, "a connection was closed to make room for another one");
        }
    }
    drop(registered);
}

/// The answer to a request whose body did not arrive in time, whatever the handler made of that.
/// An answer that says so itself is kept.
fn timed_out(mut answer: Response) -> Response {
    if answer.status() != StatusCode::REQUEST_TIMEOUT {
        *answer.status_mut() = StatusCode::REQUEST_TIMEOUT;
        let headers = answer.headers_mut();
        for name in [CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING, ETAG] {
            headers.remove(name);
        }
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, text);
        *answer.body_mut() = Body::from("The body of the request did not arrive in time.\n");
    }
    // The rest of the body may still come: it must not be read as the next request.
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(CONNECTION, close);
    answer
}
