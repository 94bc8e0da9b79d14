//! Which paths are open to guests, and which to requests without a token.

use axum::extract::MatchedPath;
use http::header::ORIGIN;
use http::{HeaderMap, Method};
use metering::guest::SERVICE_KEY;

use super::claims::Claims;
use super::paths::{GUEST_TOKENS_PATH, OPEN_LINK_PATH, PANELS_PATH};
use super::shown::ShownParts;
use crate::http::error::Error;

/// Whether a request shows in another way than by a token that it may be made.
pub(crate) fn needs_no_token(
    method: &Method,
    matched: Option<&MatchedPath>,
    headers: &HeaderMap,
) -> bool {
    let path = matched.map(MatchedPath::as_str);
    *method == Method::POST
        && (path == Some(OPEN_LINK_PATH)
            || (path == Some(GUEST_TOKENS_PATH) && headers.contains_key(SERVICE_KEY)))
}

/// Refuses a guest what is not open to it: all but the reads that its panels or its view are made
/// of, and to pages of other origins all. What of an answer is shown, `shown` decides further on.
pub(super) fn must_be_open(
    claims: &Claims,
    parts: &ShownParts,
    method: &Method,
    matched: Option<&MatchedPath>,
    headers: &HeaderMap,
) -> Result<(), Error> {
    // Only a browser says it, and no script can make it say another.
    if let Some(origin) = headers.get(ORIGIN)
        && origin.as_bytes() != claims.origin.as_bytes()
    {
        return Err(Error::NotPermitted(
            "This guest token is for pages of another origin.".into(),
        ));
    }
    let path = matched.map(MatchedPath::as_str);
    let is_read = match path {
        // A read whose arguments are a body.
        Some(PANELS_PATH) => *method == Method::POST,
        _ => matches!(*method, Method::GET | Method::HEAD),
    };
    let is_open = path.is_some_and(|path| parts.opens(path));
    if is_read && is_open {
        Ok(())
    } else {
        Err(Error::NotPermitted(
            "This guest token opens what its panels are made of, and this is not part of it."
                .into(),
        ))
    }
}
