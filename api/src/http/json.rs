//! JSON answers.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// As JSON, for the types of `metering`.
pub(crate) fn json<T: Serialize>(value: &T) -> Bytes {
    // Structs with string keys and finite numbers always serialize.
    serde_json::to_vec(value).map_or_else(|_| Bytes::from_static(b"null"), Bytes::from)
}

/// A JSON answer: the content type exactly, without a charset.
pub(crate) fn json_response(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer that is computed for each request and that no cache keeps: it is only for its caller.
pub(crate) fn uncached<T: Serialize>(value: &T) -> Response {
    uncached_json(json(value))
}

/// The same for an answer that is JSON already.
pub(crate) fn uncached_json(body: Bytes) -> Response {
    let mut response = json_response(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(VARY, HeaderValue::from_static("X-Auth-Token"));
    response
}
