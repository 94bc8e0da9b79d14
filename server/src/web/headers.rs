//! Security headers on everything.

use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const FRAME_OPTIONS: HeaderName = HeaderName::from_static("x-frame-options");

/// Seconds until the next try, where a `503` names none: the time between two polls of a broker.
const RETRY_SECONDS: &str = "5";

/// The policy of everything that is no page: it loads nothing and is framed by nobody.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The headers that every answer has, unless it brings its own.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, NOTHING),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // The pages' addresses hold brokers' names.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        PERMISSIONS_POLICY,
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
        ),
    ),
    (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    // For browsers that do not know frame-ancestors.
    (FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// An answer's own policy says who may frame it: an extension of the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MayBeFramed;

/// Puts the headers of an answer right. What opened a window is cut off from it where it
/// [may be][super::origin::may_have_opener] a page of somebody else, and nowhere else: browsers
/// start a process for a page with that policy, which is a sixth of the time until it is seen.
pub(crate) fn put(answer: &mut Response, secure: bool, may_have_opener: bool) {
    let may_be_framed = answer.extensions().get::<MayBeFramed>().is_some();
    let is_unavailable = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = answer.headers_mut();
    for (name, value) in &ALWAYS {
        // It knows but nobody and everybody of our own.
        if name == FRAME_OPTIONS && may_be_framed {
            continue;
        }
        if !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    if may_have_opener {
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    // Pages and polls hold what one viewer may see; the bundle says for itself how long it lives.
    if !headers.contains_key(CACHE_CONTROL) && headers.contains_key(CONTENT_TYPE) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_unavailable && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    }
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        keep_as_it_is(headers);
    }
}

/// Forbids proxies to change a page, in addition to what its answer says of being kept: the browser
/// takes over what the server rendered, and finds nothing where that was minified or added to.
fn keep_as_it_is(headers: &mut HeaderMap) {
    let kept = headers.get(CACHE_CONTROL).map(HeaderValue::as_bytes);
    let mut value = kept.unwrap_or_default().to_vec();
    if !value.is_empty() {
        value.extend_from_slice(b", ");
    }
    value.extend_from_slice(b"no-transform");
    // Two values that are one cannot make a bad one.
    if let Ok(value) = HeaderValue::from_bytes(&value) {
        headers.insert(CACHE_CONTROL, value);
    }
}

/// The policy of a page: its own scripts, those with the nonce of this very answer, and
/// WebAssembly. No inline style, no frame, no other host.
///
/// To be called where the page is rendered, because the nonce is made there.
pub(crate) fn page_policy() {
    let (Some(options), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        options.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
