//! Scripts of other people's pages: which of them may ask for panels, and how.
//!
//! One path is open to them, to the pages of registered portals alone, with a guest token that says
//! the page's own origin, and without cookies: a browser's session opens nothing here. The token is
//! not verified here but by the metering API, which is asked with it; a token that lies about its
//! origin is none there.

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

/// The door for other people's pages.
pub(super) struct Door {
    portals: Portals,
    /// Base path and all.
    path: String,
}

/// What the door says about a request.
pub(super) enum Said {
    /// It is none of the door's: whatever holds for all requests holds for it.
    NotMine,
    /// It is for panels; whether it may go on is for others to say, as of any request of our own
    /// pages.
    Ours,
    /// It comes from a page of this origin, and may go on.
    Enter(HeaderValue),
    /// It comes from a page of this origin, and this is its answer.
    Answer(HeaderValue, Response),
}

impl Door {
    pub(super) fn new(portals: Portals, base_path: &str) -> Self {
        Self {
            portals,
            path: format!("{base_path}{PANELS}"),
        }
    }

    /// Looks at a request, and takes from it what no panel may bring: where there is a token,
    /// cookies. `is_ours` says whether an origin is the dashboard's own.
    pub(super) fn look(&self, request: &mut Parts, is_ours: impl Fn(&str) -> bool) -> Said {
        if request.uri.path() != self.path {
            return Said::NotMine;
        }
        let token = request.headers.get(AUTH_TOKEN).cloned();
        if token.is_some() {
            request.headers.remove(COOKIE);
        }
        let Some(origin) = request.headers.get(ORIGIN).cloned() else {
            return Said::Ours;
        };
        let text = origin.to_str().unwrap_or_default();
        if is_ours(text) || !self.portals.admits(text) {
            return Said::Ours;
        }
        if request.method == Method::OPTIONS
            && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Said::Answer(origin, preflight());
        }
        request.headers.remove(COOKIE);
        if request.method != Method::POST {
            return Said::Answer(origin, StatusCode::METHOD_NOT_ALLOWED.into_response());
        }
        let token = token.as_ref().and_then(|token| token.to_str().ok());
        let refused = match token.and_then(claimed_origin) {
            None => AppError::SignedOut,
            Some(claimed) if claimed != text => AppError::Forbidden,
            Some(_) => return Said::Enter(origin),
        };
        Said::Answer(origin, refuse(&refused))
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
