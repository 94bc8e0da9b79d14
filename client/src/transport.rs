//! How a request gets to the API: one trait, two ways.

mod http;
mod in_process;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use futures_util::Stream;

pub(crate) use self::http::DEFAULT_ANSWER_LIMIT;
pub use self::http::{HttpOptions, HttpTransport};
pub use self::in_process::InProcess;

/// A future that owns what it needs but for the borrow of its transport.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The body of an answer, piece by piece as it comes. After an error there is no more.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Carries a request to the API and its answer back.
///
/// Requests have absolute addresses. An answer of any status is a success
/// here; what it means is decided by the caller.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request and reads its answer to the end.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>>;

    /// Sends one request and leaves the body of its answer to be read. That may be of any length
    /// and take any time, but neither its head nor a piece of it longer than an answer may.
    fn open(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<BodyStream>, TransportError>>;
}

/// What comes of a future, unless it takes too long.
async fn in_time<T>(
    limit: Duration,
    future: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    tokio::time::timeout(limit, future)
        .await
        .unwrap_or(Err(TransportError::TimedOut))
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The service did not answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is larger than allowed; the rest of it was not read.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// No connection could be made.
    #[error("no connection: {0}")]
    Connect(#[source] Cause),
    /// There is no TLS connection that both sides trust.
    #[error("no trusted TLS connection to {authority}: {reason}")]
    Tls {
        /// The service's host and port.
        authority: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// The connection broke, or what came is no HTTP.
    #[error("the exchange broke off: {0}")]
    Exchange(#[source] Cause),
    /// The transport cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    SetUp(#[source] Cause),
}

/// What lies beneath an error, shared so that the error can be.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl Cause {
    /// Wraps an error.
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The innermost one says the most: "connection refused" under three layers of "error".
        let mut cause: &dyn StdError = &*self.0;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        write!(f, "{cause}")
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
