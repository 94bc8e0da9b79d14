//! Under which names a listener may be asked.
//!
//! A page of somebody else can make a browser take its own host name for ours: the name first
//! resolves to that page's server and then to this machine (DNS rebinding). To the browser both
//! are one origin, so no check of origins refuses such a request. But its `Host` is the foreign
//! name. So a host has to be known: the public address's, a name that the operator allows, an IP
//! address or a loopback name, which nobody else's page can have.
//!
//! Source: RFC 9110, 7.4 and 15.5.20 (`421 Misdirected Request`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use url::{Host, Url};

use super::forwarded::host_of_proxy;

/// The names that are allowed besides IP addresses and loopback names.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(Arc<[String]>);

impl AllowedHosts {
    /// The host of the public address and these names.
    pub(crate) fn new(public_url: Option<&Url>, names: &[String]) -> Self {
        let public = public_url.and_then(Url::host_str).map(str::to_owned);
        Self(public.into_iter().chain(names.iter().cloned()).collect())
    }

    /// Whether a listener may be asked as `host`, with or without a port.
    pub(crate) fn allows(&self, host: &str) -> bool {
        let Ok(url) = Url::parse(&format!("http://{host}")) else {
            return false;
        };
        // Anything else than a host and a port is no host.
        if !url.username().is_empty() || url.password().is_some() || host.contains(['/', '?', '#'])
        {
            return false;
        }
        match url.host() {
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                is_loopback(name) || self.0.iter().any(|allowed| allowed == name)
            }
            None => false,
        }
    }
}

/// Browsers resolve these names themselves (RFC 6761, 6.3).
fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a path answers any host: probes come by whatever name the machine has there.
pub(crate) fn is_probe(path: &str) -> bool {
    path.ends_with("/healthz") || path.ends_with("/readyz")
}

/// The answer to a request for an unknown host of the dashboard.
pub(crate) fn refuse(host: &str, headers: &HeaderMap, by_proxy: bool) -> Response {
    let header = if by_proxy && host_of_proxy(headers).is_some() {
        "X-Forwarded-Host"
    } else {
        "Host"
    };
    let host = shown(host);
    tracing::debug!(host, header, "unknown host");
    let text = format!(
        "This dashboard is not known as {host:?}, the {header} of this request. Accepted are IP \
         addresses, localhost, and the names that the operator allows: start Warren with \
         --public-url and the address that viewers use. A further name, such as the one that a \
         reverse proxy puts in the place of Host, is added with --allowed-host.\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// What may be asked of the metering API, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct ApiHosts {
    allowed: AllowedHosts,
    /// Origins whose scripts may call the API, by whatever name.
    origins: Arc<[String]>,
}

impl ApiHosts {
    /// For an API at this public address, with these names and CORS origins besides.
    pub(crate) fn new(public_url: Option<&Url>, names: &[String], cors_origins: &[String]) -> Self {
        let public = public_url.map(|url| url.origin().ascii_serialization());
        Self {
            allowed: AllowedHosts::new(public_url, names),
            // Behind a proxy that rewrites Host, pages of the public address ask by another name.
            origins: cors_origins.iter().cloned().chain(public).collect(),
        }
    }
}

/// A middleware of the metering API. Its tokens come in a header that no foreign page can send
/// unless it signed in itself, and programs reach it by many names. So only requests that scripts
/// of a page make are checked: browsers send `Origin` with every one that could sign in.
pub(crate) async fn check_api(
    State(hosts): State<ApiHosts>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name)?.to_str().ok();
    let refused = match (headers.get(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => {
            let is_listed = || {
                let mut listed = hosts.origins.iter();
                listed.any(|listed| listed.as_bytes() == origin.as_bytes())
            };
            (!hosts.allowed.allows(host) && !is_listed() && !is_probe(request.uri().path()))
                .then(|| host.to_owned())
        }
        _ => None,
    };
    match refused {
        None => next.run(request).await,
        Some(host) => {
            let text = format!(
                "Pages may not ask this metering API as {:?}. Accepted are IP addresses, \
                 localhost, and the names that the operator allows: start Warren with \
                 --api-public-url and the address that callers use, or add the name with \
                 --allowed-host.\n",
                shown(&host)
            );
            (StatusCode::MISDIRECTED_REQUEST, text).into_response()
        }
    }
}

/// A host as far as it is shown: the sender chose it.
fn shown(host: &str) -> String {
    host.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_hosts_addresses_and_loopback_names_are_allowed() {
        let public = Url::parse("https://Portal.example/warren").expect("a URL");
        let hosts = AllowedHosts::new(Some(&public), &["warren.internal".to_owned()]);
        for host in [
            "portal.example",
            "PORTAL.example:8443",
            "warren.internal:8080",
            "warren.internal.",
            "127.0.0.1:8080",
            "10.0.0.5",
            "[::1]:8080",
            "[2001:db8::1]",
            "localhost",
            "localhost:8080",
            "warren.localhost:8080",
        ] {
            assert!(hosts.allows(host), "{host}");
        }
        for host in [
            "evil.example",
            "portal.example.evil.example",
            "xportal.example",
            "sub.portal.example",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "evil.example/127.0.0.1",
            "localhost@evil.example",
            "",
            ":8080",
            "[::1",
            "a b",
        ] {
            assert!(!hosts.allows(host), "{host:?}");
        }
    }
}
