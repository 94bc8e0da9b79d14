//! Straight to a router in the same process: no socket, no copy of a body.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;

use super::http::{DEFAULT_ANSWER_LIMIT, DEFAULT_TIMEOUT};
use super::{BoxFuture, Cause, Transport, TransportError};

/// Calls the metering API's router as a function.
///
/// Requests carry no peer address, by which the API knows them for its own
/// process's.
#[derive(Clone, Debug)]
pub struct InProcess {
    router: Router,
    timeout: Duration,
    limit: usize,
}

impl InProcess {
    /// Calls this router, with the same bounds as over HTTP.
    pub fn new(router: Router) -> Self {
        Self {
            router,
            timeout: DEFAULT_TIMEOUT,
            limit: DEFAULT_ANSWER_LIMIT,
        }
    }

    /// Another time for an answer, 30 s unless told.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Another bound on an answer's size in bytes, 16 MiB unless told.
    #[must_use]
    pub fn answer_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (mut parts, body) = request.into_parts();
        parts.uri = path_only(parts.uri);
        let answer = self
            .router
            .clone()
            .oneshot(Request::from_parts(parts, Body::from(body)));
        // The router's error type has no values.
        let (parts, body) = answer
            .await
            .unwrap_or_else(|never| match never {})
            .into_parts();
        let body = Limited::new(body, self.limit)
            .collect()
            .await
            .map_err(|error| {
                if error.is::<http_body_util::LengthLimitError>() {
                    TransportError::TooLarge { limit: self.limit }
                } else {
                    TransportError::Exchange(Cause::new(error))
                }
            })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

impl Transport for InProcess {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            tokio::time::timeout(self.timeout, self.exchange(request))
                .await
                .unwrap_or(Err(TransportError::TimedOut))
        })
    }
}

/// The address as a server gets it: path and query, without the host. Copies no text.
fn path_only(uri: Uri) -> Uri {
    let mut parts = uri.into_parts();
    parts.scheme = None;
    parts.authority = None;
    // Path and query alone are always a valid address.
    Uri::from_parts(parts).unwrap_or_default()
}
