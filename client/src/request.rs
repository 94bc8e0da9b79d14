//! One request: conditions, answer, errors.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
};
use metering::identity;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::ClientError;
use crate::items::Items;
use crate::token::Token;
use crate::transport::BodyStream;

/// The header that carries a token.
pub(crate) const AUTH_TOKEN: HeaderName = HeaderName::from_static(identity::AUTH_TOKEN);
/// The header that names the token which a request is about.
pub(crate) const SUBJECT_TOKEN: HeaderName = HeaderName::from_static(identity::SUBJECT_TOKEN);

/// The header that says for whom somebody asks.
pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// How much of an error is read where the answer is not read to its end, in bytes.
const ERROR_LIMIT: usize = 64 * 1024;
/// How long that may take.
const ERROR_TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// What stands at an address, from the cache where the API says that it is still that.
    pub(crate) async fn get<T>(&self, address: &str, token: &Token) -> Result<Arc<T>, ClientError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let known = self.cache().look_up(address)?;
        let mut condition = known.condition.clone();
        loop {
            let mut headers = HeaderMap::with_capacity(4);
            headers.insert(AUTH_TOKEN, token.header());
            let conditional = condition.is_some();
            if let Some(condition) = condition.take() {
                headers.insert(header::IF_NONE_MATCH, condition);
            }
            let answer = self
                .send_request(Method::GET, known.uri.clone(), headers, Bytes::new())
                .await?;
            let tag = answer.headers().get(header::ETAG);
            match answer.status() {
                StatusCode::OK => return self.cache().parse(address, &known, tag, answer.body()),
                StatusCode::NOT_MODIFIED => {
                    if let Some(value) = known.get(tag) {
                        return Ok(value);
                    }
                    // It names none of ours, whatever stands between; ask for the thing itself.
                    if !conditional {
                        return Err(ClientError::malformed("304 to a request without condition"));
                    }
                }
                status => {
                    return Err(ClientError::from_response(
                        status,
                        answer.headers(),
                        answer.body(),
                    ));
                }
            }
        }
    }

    /// The resource at an address, without the cache.
    pub(crate) async fn read<T>(&self, address: &str, token: &Token) -> Result<T, ClientError>
    where
        T: DeserializeOwned,
    {
        let answer = self
            .send_request(Method::GET, uri(address)?, by(token), Bytes::new())
            .await?;
        parse(&answer, StatusCode::OK)
    }

    /// What a request is answered with, as it came. Without a body it is a `GET`.
    pub(crate) async fn read_text(
        &self,
        address: &str,
        token: &Token,
        body: Bytes,
    ) -> Result<Bytes, ClientError> {
        let answer = self
            .send_request(method_for(&body), uri(address)?, by(token), body)
            .await?;
        succeeded(&answer, StatusCode::OK)?;
        Ok(answer.into_body())
    }

    /// What is answered to a post with `201`.
    pub(crate) async fn post<T>(
        &self,
        address: &str,
        token: &Token,
        body: Bytes,
    ) -> Result<T, ClientError>
    where
        T: DeserializeOwned,
    {
        let answer = self
            .send_request(Method::POST, uri(address)?, by(token), body)
            .await?;
        parse(&answer, StatusCode::CREATED)
    }

    /// A change that is answered with any success.
    pub(crate) async fn change(
        &self,
        method: Method,
        address: &str,
        token: &Token,
        body: Bytes,
    ) -> Result<(), ClientError> {
        let answer = self
            .send_request(method, uri(address)?, by(token), body)
            .await?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(ClientError::from_response(
            answer.status(),
            answer.headers(),
            answer.body(),
        ))
    }

    /// The items of the array that a request is answered with, as they come. Without a body it is
    /// a `GET`.
    pub(crate) async fn items<T>(
        &self,
        address: &str,
        token: &Token,
        body: Bytes,
    ) -> Result<Items<T>, ClientError> {
        let request = request(method_for(&body), uri(address)?, by(token), body);
        let (head, pieces) = self.transport().open(request).await?.into_parts();
        if head.status == StatusCode::OK {
            return Ok(Items::new(pieces));
        }
        let said = tokio::time::timeout(ERROR_TIMEOUT, start(pieces));
        Err(ClientError::from_response(
            head.status,
            &head.headers,
            &said.await.unwrap_or_default(),
        ))
    }

    /// Sends a request as it is, and hands back whatever was answered.
    pub(crate) async fn send_request(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>, ClientError> {
        let request = request(method, uri, headers, body);
        Ok(self.transport().send(request).await?)
    }

    /// The same to the identity service.
    pub(crate) async fn send_identity_request(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>, ClientError> {
        let request = request(method, uri, headers, body);
        Ok(self.to_identity().send(request).await?)
    }
}

/// The method of a read.
fn method_for(body: &Bytes) -> Method {
    if body.is_empty() {
        Method::GET
    } else {
        Method::POST
    }
}

/// A body in JSON.
pub(crate) fn json<T: Serialize + ?Sized>(of: &T) -> Result<Bytes, ClientError> {
    let text = serde_json::to_vec(of);
    text.map(Bytes::from)
        .map_err(|error| ClientError::malformed(error.to_string()))
}

fn request(method: Method, uri: Uri, mut headers: HeaderMap, body: Bytes) -> Request<Bytes> {
    headers.insert(header::ACCEPT, JSON);
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

pub(crate) fn parse<T>(answer: &Response<Bytes>, expected: StatusCode) -> Result<T, ClientError>
where
    T: DeserializeOwned,
{
    succeeded(answer, expected)?;
    serde_json::from_slice(answer.body()).map_err(|error| ClientError::malformed(error.to_string()))
}

fn succeeded(answer: &Response<Bytes>, expected: StatusCode) -> Result<(), ClientError> {
    if answer.status() == expected {
        return Ok(());
    }
    Err(ClientError::from_response(
        answer.status(),
        answer.headers(),
        answer.body(),
    ))
}

pub(crate) fn by(token: &Token) -> HeaderMap {
    HeaderMap::from_iter([(AUTH_TOKEN, token.header())])
}

pub(crate) fn uri(address: &str) -> Result<Uri, ClientError> {
    address
        .parse()
        .map_err(|error| ClientError::malformed(format!("no address: {error}")))
}

/// The start of a body, as far as it can be had.
async fn start(mut pieces: BodyStream) -> Bytes {
    let mut start = BytesMut::new();
    while let Some(Ok(piece)) = pieces.next().await {
        let room = ERROR_LIMIT - start.len();
        start.extend_from_slice(&piece[..piece.len().min(room)]);
        if start.len() == ERROR_LIMIT {
            break;
        }
    }
    start.freeze()
}
