//! Which paths are open to guests, and which to whoever has no token at all.

use axum::extract::MatchedPath;
use http::header::ORIGIN;
use http::{HeaderMap, Method};
use metering::guest::SERVICE_KEY;

use super::claims::Claims;
use crate::error::Error;

/// Where guest tokens are given, and told about.
pub(crate) const TOKENS: &str = "/v2/rabbit/guest-tokens";
/// Where a share link's secret becomes a guest token.
pub(crate) const OPEN: &str = "/v2/rabbit/share-links/open";

/// What a panel can be made of. A list of what is open, so that a path that comes later is closed
/// until somebody has thought about it. What of it a guest sees its grants decide, as any account's.
const READS: &[&str] = &[
    TOKENS,
    "/v2/rabbit/brokers",
    "/v2/rabbit/dashboard",
    "/v2/rabbit/overview",
    "/v2/rabbit/nodes",
    "/v2/rabbit/nodes/{name}",
    "/v2/rabbit/series",
    "/v2/rabbit/queues",
    "/v2/rabbit/queues/{vhost}/{name}",
    "/v2/logs",
];

/// The pages that can be shared, and of what each is made.
const SHARED: &[(&str, &[&str])] = &[
    (
        "overview",
        &[
            TOKENS,
            "/v2/rabbit/brokers",
            "/v2/rabbit/dashboard",
            "/v2/rabbit/overview",
            "/v2/rabbit/nodes",
            "/v2/rabbit/series",
            "/v2/logs",
        ],
    ),
    (
        "queues",
        &[TOKENS, "/v2/rabbit/brokers", "/v2/rabbit/queues"],
    ),
];

/// Whether a request shows in another way than by a token that it may be made.
pub(crate) fn needs_no_token(
    method: &Method,
    matched: Option<&MatchedPath>,
    headers: &HeaderMap,
) -> bool {
    let path = matched.map(MatchedPath::as_str);
    *method == Method::POST
        && (path == Some(OPEN) || (path == Some(TOKENS) && headers.contains_key(SERVICE_KEY)))
}

/// The pages that can be shared.
pub(super) fn shareable() -> impl Iterator<Item = &'static str> {
    SHARED.iter().map(|(page, _)| *page)
}

/// Refuses a guest what is not open to it: all but some reads, and to pages of other origins all.
pub(super) fn must_be_open(
    claims: &Claims,
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
    let open = match &claims.share {
        None => READS,
        Some(_) => SHARED
            .iter()
            .find(|(page, _)| claims.panels.iter().any(|panel| panel == page))
            .map_or(&[][..], |(_, reads)| reads),
    };
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let is_open = matched.is_some_and(|path| open.contains(&path.as_str()));
    if is_read && is_open {
        Ok(())
    } else {
        Err(Error::NotPermitted(
            "A guest token opens nothing but what panels are made of.".into(),
        ))
    }
}
