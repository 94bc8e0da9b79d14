//! The middleware of every request: caller, access check, headers, one line in the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use api::Portals;
use app::server::ViewerAddress;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::embed_cors::{self, Decision, EmbedCors};
use super::forwarded::Paths;
use super::hosts::{self, AllowedHosts};
use super::{headers, origin};

/// Behind this a path holds the secret of a share link.
const SHARED: &str = "/shared/";

/// The state of [`check`].
pub(crate) struct RequestPolicy {
    paths: Paths,
    hosts: AllowedHosts,
    /// Where server functions are, base path and all.
    reads: String,
    /// For pages of portals.
    embed_cors: EmbedCors,
}

impl RequestPolicy {
    pub(crate) fn new(
        paths: Paths,
        hosts: AllowedHosts,
        portals: Portals,
        base_path: &str,
    ) -> Self {
        Self {
            paths,
            hosts,
            embed_cors: EmbedCors::new(portals, base_path),
            reads: format!("{base_path}/fn/"),
        }
    }
}

/// The outermost middleware of the dashboard.
pub(crate) async fn check(
    State(policy): State<Arc<RequestPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let caller = policy.paths.caller(&parts);
    let line = Line::new(&parts, caller.address.map(ViewerAddress), started);
    let secure = caller.secure;
    let may_have_opener = origin::may_have_opener(&parts.headers);
    // Programs of old times send no host; browsers always do.
    let unknown = caller
        .host
        .as_deref()
        .filter(|host| !policy.hosts.allows(host) && !hosts::is_probe(parts.uri.path()));
    if let Some(host) = unknown {
        let mut answer = hosts::refuse(host, &parts.headers, caller.by_proxy);
        headers::put(&mut answer, secure, may_have_opener);
        line.write(answer.status());
        return answer;
    }
    let decision = policy
        .embed_cors
        .decide(&mut parts, |origin| policy.paths.is_ours(origin, &caller));
    let varies = !matches!(decision, Decision::NotAPanel);
    let (guest, answer) = match decision {
        Decision::NotAPanel | Decision::OwnPage
            if policy.paths.allows(&parts, &caller, &policy.reads) =>
        {
            (None, None)
        }
        Decision::NotAPanel | Decision::OwnPage => {
            let refused = (StatusCode::FORBIDDEN, origin::REFUSED).into_response();
            (None, Some(refused))
        }
        Decision::Allow(origin) => (Some(origin), None),
        Decision::Answer(origin, answer) => (Some(origin), Some(answer)),
    };
    if let Some(address) = caller.address {
        parts.extensions.insert(ViewerAddress(address));
    }
    parts.extensions.insert(caller);
    let mut answer = match answer {
        Some(answer) => answer,
        None => next.run(Request::from_parts(parts, body)).await,
    };
    if varies {
        embed_cors::vary(answer.headers_mut());
    }
    if let Some(origin) = guest {
        embed_cors::mark(answer.headers_mut(), origin);
    }
    headers::put(&mut answer, secure, may_have_opener);
    line.write(answer.status());
    answer
}

/// The outermost middleware of the metering API: writes the line in the log. The API itself decides
/// which forwarded headers it trusts.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let peer = parts
        .extensions
        .get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
    let peer = peer.map(|peer| ViewerAddress(peer.0.ip()));
    let line = Line::new(&parts, peer, started);
    let answer = next.run(Request::from_parts(parts, body)).await;
    line.write(answer.status());
    answer
}

/// A path as it may be shown: what opens a share link stands in its own.
fn without_secret(path: &str) -> Cow<'_, str> {
    let Some((before, rest)) = path.split_once(SHARED) else {
        return path.into();
    };
    let behind = rest.find('/').map_or("", |end| &rest[end..]);
    format!("{before}{SHARED}…{behind}").into()
}

/// A request's line in the log. The path without its query, and no header: a query may hold what a
/// form should have posted, headers hold tokens.
struct Line {
    method: http::Method,
    uri: http::Uri,
    from: Option<ViewerAddress>,
    started: Instant,
}

impl Line {
    fn new(parts: &http::request::Parts, from: Option<ViewerAddress>, started: Instant) -> Self {
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            from,
            started,
        }
    }

    fn write(&self, status: StatusCode) {
        let Self {
            method,
            uri,
            from,
            started,
        } = self;
        let path = &*without_secret(uri.path());
        let from = from.map(|ViewerAddress(address)| tracing::field::display(address));
        let status = status.as_u16();
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        let ms = (ms * 1000.0).round() / 1000.0;
        if path.ends_with("/healthz") || path.ends_with("/readyz") {
            tracing::debug!(%method, path, status, ms, from, "request");
        } else if status >= 500 {
            tracing::warn!(%method, path, status, ms, from, "request");
        } else {
            tracing::info!(%method, path, status, ms, from, "request");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_of_a_share_link_is_not_logged() {
        for (path, shown) in [
            ("/shared/5f2b/brokers/prod", "/shared/…/brokers/prod"),
            ("/warren/shared/5f2b", "/warren/shared/…"),
            ("/brokers/prod", "/brokers/prod"),
            ("/shared", "/shared"),
        ] {
            assert_eq!(without_secret(path), shown);
        }
    }
}
