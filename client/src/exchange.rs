//! One request: conditions, answer, errors.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
};
use metering::identity;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::ClientError;
use crate::token::Token;

/// The header that carries a token.
pub(crate) const AUTH_TOKEN: HeaderName = HeaderName::from_static(identity::AUTH_TOKEN);
/// The header that names the token which a request is about.
pub(crate) const SUBJECT_TOKEN: HeaderName = HeaderName::from_static(identity::SUBJECT_TOKEN);

const JSON: HeaderValue = HeaderValue::from_static("application/json");

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
                .exchange(Method::GET, known.uri.clone(), headers, Bytes::new())
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
                status => return Err(ClientError::of(status, answer.headers(), answer.body())),
            }
        }
    }

    /// Sends a request as it is, and hands back whatever was answered.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        uri: Uri,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>, ClientError> {
        headers.insert(header::ACCEPT, JSON);
        if !body.is_empty() {
            headers.insert(header::CONTENT_TYPE, JSON);
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(self.transport().send(request).await?)
    }
}
