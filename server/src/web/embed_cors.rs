//! CORS for panels in pages of portals.
//!
//! One path is open to pages of registered portals, with a guest token for the page's origin and
//! without cookies: a browser's session opens nothing here. The metering API verifies the token; it
//! refuses one with a forged origin.

use api::{Portals, claimed_origin};
use app::error::AppError;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, COOKIE,
    ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use metering::identity::AUTH_TOKEN;

/// Where the panels of a page ask, below the base path.
const PANELS: &str = "/fn/panels";
/// What a browser may ask without asking first, in seconds: a new portal's pages wait no longer.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// CORS for pages of portals.
pub(super) struct EmbedCors {
    portals: Portals,
    /// Base path and all.
    path: String,
}

/// What becomes of a request.
pub(super) enum Decision {
    /// It is not for panels: the rules of all requests apply.
    NotAPanel,
    /// It is for panels and comes from the dashboard's own pages: the rules of all requests apply.
    OwnPage,
    /// It comes from a page of this origin and is allowed.
    Allow(HeaderValue),
    /// It comes from a page of this origin, and this is its answer.
    Answer(HeaderValue, Response),
}

impl EmbedCors {
    pub(super) fn new(portals: Portals, base_path: &str) -> Self {
        Self {
            portals,
            path: format!("{base_path}{PANELS}"),
        }
    }

    /// Decides about a request. Removes its cookies if it has a token: panels must not send both. `is_ours` says whether an origin is the dashboard's own.
    pub(super) fn decide(&self, request: &mut Parts, is_ours: impl Fn(&str) -> bool) -> Decision {
        if request.uri.path() != self.path {
            return Decision::NotAPanel;
        }
        let token = request.headers.get(AUTH_TOKEN).cloned();
        if token.is_some() {
            request.headers.remove(COOKIE);
        }
        let Some(origin) = request.headers.get(ORIGIN).cloned() else {
            return Decision::OwnPage;
        };
        let text = origin.to_str().unwrap_or_default();
        if is_ours(text) || !self.portals.admits(text) {
            return Decision::OwnPage;
        }
        if request.method == Method::OPTIONS
            && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Decision::Answer(origin, preflight());
        }
        request.headers.remove(COOKIE);
        if request.method != Method::POST {
            return Decision::Answer(origin, StatusCode::METHOD_NOT_ALLOWED.into_response());
        }
        let token = token.as_ref().and_then(|token| token.to_str().ok());
        let refused = match token.and_then(claimed_origin) {
            None => AppError::SignedOut,
            Some(claimed) if claimed != text => AppError::Forbidden,
            Some(_) => return Decision::Allow(origin),
        };
        Decision::Answer(origin, refuse(&refused))
    }
}

/// The answer to a browser that asks whether a page may ask.
fn preflight() -> Response {
    let headers = [
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        ),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Accept, Content-Type, X-Auth-Token"),
        ),
        (ACCESS_CONTROL_MAX_AGE, REMEMBERED),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// An answer that panels understand.
fn refuse(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
    (status, axum::Json(error)).into_response()
}

/// Lets the script of a page read the answer.
pub(super) fn mark(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After"),
    );
}

/// Marks for caches that the answer depends on whose page asks.
pub(super) fn vary(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("Origin"));
}
