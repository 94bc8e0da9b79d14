//! Answers with a validator: a caller that has the current one need not fetch it again.

use std::fmt::{Display, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, WARNING};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::json::json_response;

/// A validator of an answer (`ETag`): parts, with dots between.
#[derive(Clone, Debug, Default, Hash)]
pub struct EntityTag(String);

impl EntityTag {
    /// Adds what the answer depends on. It must not hold a quote.
    pub(crate) fn push(&mut self, part: impl Display) {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        // Writing to a text does not fail.
        let _ = write!(self.0, "{part}");
    }

    /// This one with a part more.
    pub(crate) fn part(mut self, part: impl Display) -> Self {
        self.push(part);
        self
    }

    /// This one with the hash of a value, such as the body.
    #[must_use]
    pub fn hash_of(self, value: &(impl Hash + ?Sized)) -> Self {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        self.part(format_args!("{:016x}", hasher.finish()))
    }

    /// Without quotes.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of the header `ETag`.
    pub fn to_header(&self) -> HeaderValue {
        let quoted = HeaderValue::try_from(format!("\"{}\"", self.0));
        quoted.unwrap_or(HeaderValue::from_static("\"\""))
    }

    /// Whether the caller has this version: `If-None-Match` (weak comparison, RFC 9110, 13.1.2).
    pub fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get_all(IF_NONE_MATCH).iter();
        let tag = self.to_header();
        known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    }
}

/// A body, and what a caller may do with it.
pub(crate) struct ConditionalResponse {
    /// JSON.
    pub(crate) body: Bytes,
    /// Its validator. Differs between callers who may see different things.
    pub(crate) etag: EntityTag,
    /// Whether it is older than the last poll.
    pub(crate) stale: bool,
}

impl ConditionalResponse {
    /// The answer, or `304` for a caller that has it.
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        let mut response = if self.etag.is_known(request) {
            let mut response = json_response(StatusCode::NOT_MODIFIED, Bytes::new());
            response.headers_mut().remove(CONTENT_TYPE);
            response
        } else {
            json_response(StatusCode::OK, self.body)
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.to_header());
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
            etag: EntityTag::default().part(7).part("all"),
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
