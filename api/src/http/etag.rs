//! Answers with a validator: a caller that has the current one need not fetch it again.

use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, WARNING};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::json::json_response;

/// A body, and what a caller may do with it.
pub(crate) struct ConditionalResponse {
    /// JSON.
    pub(crate) body: Bytes,
    /// Its validator, with the quotes. Differs between callers who may see different things.
    pub(crate) etag: String,
    /// Whether it is older than the last poll.
    pub(crate) stale: bool,
}

impl ConditionalResponse {
    /// The answer, or `304` for a caller that has it.
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        let mut response = if matches(request, &self.etag) {
            let mut response = json_response(StatusCode::NOT_MODIFIED, Bytes::new());
            response.headers_mut().remove(CONTENT_TYPE);
            response
        } else {
            json_response(StatusCode::OK, self.body)
        };
        let headers = response.headers_mut();
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.append(VARY, HeaderValue::from_static("X-Auth-Token"));
        if self.stale {
            headers.insert(
                WARNING,
                HeaderValue::from_static("110 - \"Response is Stale\""),
            );
        }
        response
    }
}

/// Whether one of the validators that the caller has is this one (weak comparison, as RFC 9110 wants it here).
fn matches(request: &HeaderMap, etag: &str) -> bool {
    let headers = request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    headers
        .flat_map(|header| header.split(','))
        .map(str::trim)
        .any(|theirs| theirs == "*" || theirs.strip_prefix("W/").unwrap_or(theirs) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(if_none_match: &[&str]) -> StatusCode {
        let mut headers = HeaderMap::new();
        for value in if_none_match {
            headers.append(IF_NONE_MATCH, value.parse().expect("header"));
        }
        ConditionalResponse {
            body: Bytes::from_static(b"{}"),
            etag: "\"7.all\"".into(),
            stale: false,
        }
        .respond(&headers)
        .status()
    }

    #[test]
    fn current_validator_gets_304() {
        for values in [
            &["\"7.all\""][..],
            &["W/\"7.all\""],
            &["\"6.all\", \"7.all\""],
            &["\"6\"", "\"7.all\""],
            &["*"],
        ] {
            assert_eq!(status(values), StatusCode::NOT_MODIFIED, "{values:?}");
        }
    }

    #[test]
    fn other_validator_gets_the_body() {
        for values in [
            &[][..],
            &["\"6.all\""],
            &["7.all"],
            &["\"7.all"],
            &["\"7\""],
        ] {
            assert_eq!(status(values), StatusCode::OK, "{values:?}");
        }
    }
}
