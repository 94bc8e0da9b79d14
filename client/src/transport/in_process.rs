//! Straight to a router in the same process: no socket, no copy of a body.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;

use super::http::{DEFAULT_ANSWER_LIMIT, DEFAULT_TIMEOUT};
use super::{BodyStream, BoxFuture, Cause, Transport, TransportError, in_time};

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

    /// Another time for an answer, or for each piece of one that is read piece by piece; 30 s
    /// by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Another bound on an answer's size in bytes, 16 MiB by default. None on one that is read
    /// piece by piece.
    #[must_use]
    pub fn answer_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    async fn call(&self, request: Request<Bytes>) -> Response<Body> {
        let (mut parts, body) = request.into_parts();
        parts.uri = path_only(parts.uri);
        let answer = self
            .router
            .clone()
            .oneshot(Request::from_parts(parts, Body::from(body)));
        // The router's error type has no values.
        answer.await.unwrap_or_else(|never| match never {})
    }

    async fn send_request(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let (parts, body) = self.call(request).await.into_parts();
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

    async fn begin(&self, request: Request<Bytes>) -> Result<Response<BodyStream>, TransportError> {
        let limit = self.timeout;
        let answer = in_time(limit, async { Ok(self.call(request).await) }).await?;
        Ok(answer.map(|body| -> BodyStream {
            let body = body.into_data_stream();
            Box::pin(stream::try_unfold(body, move |mut body| async move {
                let piece = async {
                    let broken = |error| TransportError::Exchange(Cause::new(error));
                    body.try_next().await.map_err(broken)
                };
                Ok(in_time(limit, piece).await?.map(|piece| (piece, body)))
            }))
        }))
    }
}

impl Transport for InProcess {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(in_time(self.timeout, self.send_request(request)))
    }

    fn open(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<BodyStream>, TransportError>> {
        Box::pin(self.begin(request))
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
