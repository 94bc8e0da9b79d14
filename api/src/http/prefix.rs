//! The path prefix in front of every path.

use axum::Router;
use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use tower::ServiceExt;

/// No route has this path, so that the router's own refusal answers.
const NOWHERE: &str = "/.nowhere";

/// The routes behind a prefix. What is not under it is not found.
pub(crate) fn behind(prefix: &str, routes: Router) -> Router {
    if prefix.is_empty() {
        return routes;
    }
    let prefix = prefix.to_owned();
    Router::new().fallback(move |mut request: Request| {
        let stripped = strip(request.uri(), &prefix);
        *request.uri_mut() = stripped.unwrap_or_else(|| Uri::from_static(NOWHERE));
        // The router's error type says that it has none.
        routes.clone().oneshot(request)
    })
}

fn strip(uri: &Uri, prefix: &str) -> Option<Uri> {
    let rest = uri.path().strip_prefix(prefix)?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_are_a_prefix() {
        let strip =
            |uri: &str| strip(&uri.parse().expect("URI"), "/telemetry").map(|uri| uri.to_string());
        assert_eq!(strip("/telemetry").as_deref(), Some("/"));
        assert_eq!(strip("/telemetry/?a=b").as_deref(), Some("/?a=b"));
        assert_eq!(
            strip("/telemetry/v2/x?a=b%20c").as_deref(),
            Some("/v2/x?a=b%20c")
        );
        assert_eq!(
            strip("http://host/telemetry/v2").as_deref(),
            Some("http://host/v2")
        );
        assert_eq!(strip("/telemetrys"), None);
        assert_eq!(strip("/v2/telemetry"), None);
    }
}
