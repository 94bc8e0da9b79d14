//! A listener with bounds: connections at once, time for a request's head, time to finish.
//!
//! `axum::serve` has none of them: a peer that sends one byte a minute would
//! hold a connection for ever.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Service;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 4096;
/// How long a connection may take to send the head of its next request. Longer than the slowest
/// refresh of a page, so that a viewer's connection is not made anew at each.
const HEAD_TIMEOUT: Duration = Duration::from_secs(45);
/// How long requests may take to finish once the program is told to stop.
pub const GRACE: Duration = Duration::from_secs(10);
/// How long to wait where the system has no descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until told to stop, then lets the requests under way finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let accept = async {
        loop {
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection =
                        connection(stream, peer, router.clone(), graceful.watcher(), permit);
                    tokio::spawn(connection);
                }
                Err(error) => {
                    // Of the peer, or out of descriptors: either passes.
                    tracing::debug!(%error, "a connection was not accepted");
                    tokio::time::sleep(PAUSE).await;
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
    permit: OwnedSemaphorePermit,
) {
    // Answers are written whole; waiting for more would only delay them. Not essential.
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(permit);
}
