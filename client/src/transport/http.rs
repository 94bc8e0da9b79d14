//! Over the network.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{Request, Response};
use reqwest::redirect::Policy;
use tls::TlsFiles;
use url::Url;

use super::{BodyStream, BoxFuture, Cause, Transport, TransportError, in_time};

/// How long an answer may take. Longer than any query of a healthy service.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// How large an answer may be: some 50 times the largest one known.
pub(crate) const DEFAULT_ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// The bounds of [`HttpTransport`].
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// How long a connection may take to stand. Default: 5 s.
    pub connect_timeout: Duration,
    /// How long the whole exchange may take; of an answer that is read piece by piece, each of
    /// them. Default: 30 s.
    pub timeout: Duration,
    /// How many bytes an answer may have, unpacked; one that is read piece by piece may have any
    /// number. Default: 16 MiB.
    pub answer_limit: usize,
    /// Which certificates are trusted of the service, and which one is shown to it. Default: the
    /// system's authorities, and none.
    pub tls: TlsFiles,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: DEFAULT_TIMEOUT,
            answer_limit: DEFAULT_ANSWER_LIMIT,
            tls: TlsFiles::default(),
        }
    }
}

/// Requests over HTTP and HTTPS.
///
/// Follows no redirect, because it would carry the token along, and uses no
/// proxy of the environment: it talks to the operator's own services.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    timeout: Duration,
    limit: usize,
    tls: Arc<TlsFiles>,
}

impl HttpTransport {
    /// With the default bounds.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self, TransportError> {
        Self::with(HttpOptions::default())
    }

    /// With other bounds and certificates.
    ///
    /// # Errors
    /// When a file with certificates cannot be used, or the system's cannot be read.
    pub fn with(options: HttpOptions) -> Result<Self, TransportError> {
        // Only the first call of a process installs it; every later one finds it there.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let client = reqwest::Client::builder()
            .user_agent(concat!("warren/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .redirect(Policy::none())
            .no_proxy();
        let tls = options.tls;
        let client = tls
            .apply(client)
            .map_err(|error| TransportError::SetUp(Cause::new(error)))?;
        let client = client
            .build()
            .map_err(|error| TransportError::SetUp(Cause::new(error)))?;
        Ok(Self {
            client,
            timeout: options.timeout,
            limit: options.answer_limit,
            tls: Arc::new(tls),
        })
    }

    async fn send_request(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut answer = self.execute(request).await?;
        // A stated length over the bound is refused before a byte of it is read.
        let stated = answer.content_length().unwrap_or(0);
        if stated > self.limit as u64 {
            return Err(TransportError::TooLarge { limit: self.limit });
        }
        let mut body = BytesMut::with_capacity(stated as usize);
        while let Some(chunk) = answer.chunk().await.map_err(translate)? {
            if body.len() + chunk.len() > self.limit {
                return Err(TransportError::TooLarge { limit: self.limit });
            }
            body.extend_from_slice(&chunk);
        }
        let head = head(&mut answer);
        Ok(head.map(|()| body.freeze()))
    }

    async fn begin(&self, request: Request<Bytes>) -> Result<Response<BodyStream>, TransportError> {
        let limit = self.timeout;
        let mut answer = in_time(limit, self.execute(request)).await?;
        let head = head(&mut answer);
        let pieces = stream::try_unfold(answer, move |mut answer| async move {
            let piece = in_time(limit, async { answer.chunk().await.map_err(translate) }).await?;
            Ok(piece.map(|piece| (piece, answer)))
        });
        Ok(head.map(|()| -> BodyStream { Box::pin(pieces) }))
    }

    async fn execute(&self, request: Request<Bytes>) -> Result<reqwest::Response, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(translate)?;
        let answer = self.client.execute(request).await;
        answer.map_err(|error| match tls::cause_of(&error) {
            Some(cause) => TransportError::Tls {
                authority: error.url().map(authority).unwrap_or_default(),
                reason: self.tls.explain(&cause),
            },
            None => translate(error),
        })
    }
}

/// Takes status and headers out of an answer.
fn head(answer: &mut reqwest::Response) -> Response<()> {
    let mut head = Response::new(());
    *head.status_mut() = answer.status();
    *head.headers_mut() = std::mem::take(answer.headers_mut());
    head
}

impl Transport for HttpTransport {
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

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("timeout", &self.timeout)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// The host and port of an address.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn translate(error: reqwest::Error) -> TransportError {
    // The address may hold a query; our own errors name what they need.
    let error = error.without_url();
    if error.is_timeout() {
        TransportError::TimedOut
    } else if error.is_connect() {
        TransportError::Connect(Cause::new(error))
    } else {
        TransportError::Exchange(Cause::new(error))
    }
}
