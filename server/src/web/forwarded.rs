//! Who asks, and how: the peer, or what a trusted proxy says about it.
//!
//! `X-Forwarded-*` is believed from configured addresses alone. Of a list of
//! hops the rightmost that is not itself a trusted proxy is the viewer: what
//! stands left of it the viewer may have written.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use api::{Network, UntrustedProxyWarning};
use axum::extract::ConnectInfo;
use http::request::Parts;
use http::{HeaderMap, header};
use url::Url;

/// Where requests come from and where viewers think they go.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) proxies: Arc<[Network]>,
    pub(crate) public_url: Option<Arc<Url>>,
    /// Warns of proxies that are not among these.
    pub(crate) warning: Arc<UntrustedProxyWarning>,
}

/// What is known of a request's sender: a request extension.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The viewer's address; absent where a request came by no connection.
    pub(crate) address: Option<IpAddr>,
    /// Whether the viewer speaks TLS, to us or to the proxy.
    pub(crate) secure: bool,
    /// The host and port that the viewer asked for.
    pub(crate) host: Option<String>,
    /// Whether a trusted proxy passed the request on.
    pub(crate) by_proxy: bool,
}

impl Paths {
    pub(crate) fn caller(&self, request: &Parts) -> Caller {
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let headers = &request.headers;
        let by_proxy = peer.is_some_and(|peer| self.is_proxy(peer));
        if let Some(peer) = peer.filter(|_| !by_proxy)
            && let Some(warning) = self.warning.about(headers, peer)
        {
            tracing::warn!(%peer, "{warning}");
        }
        let forwarded = |name| by_proxy.then(|| last(headers, name)).flatten();
        let public_tls = self
            .public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https");
        Caller {
            address: if by_proxy {
                self.viewer(headers).or(peer)
            } else {
                peer
            },
            secure: public_tls || forwarded("x-forwarded-proto") == Some("https"),
            by_proxy,
            host: by_proxy
                .then(|| host_of_proxy(headers))
                .flatten()
                .or_else(|| headers.get(header::HOST)?.to_str().ok())
                .or_else(|| request.uri.authority().map(http::uri::Authority::as_str))
                .map(str::to_ascii_lowercase),
        }
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }

    fn viewer(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let hops = headers.get_all("x-forwarded-for");
        let mut hops: Vec<_> = hops
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        // A hop that is no address ends the trust: what stands left of it could be anything.
        let mut addresses = hops.drain(..).rev().map_while(address).peekable();
        while let Some(hop) = addresses.next() {
            if !self.is_proxy(hop) || addresses.peek().is_none() {
                return Some(hop);
            }
        }
        None
    }
}

/// The host that a viewer asked a proxy for, as the proxy says.
pub(super) fn host_of_proxy(headers: &HeaderMap) -> Option<&str> {
    last(headers, "x-forwarded-host")
}

/// The last of a header's values: the one that the proxy next to us wrote.
fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value
        .rsplit(',')
        .next()
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// An address as proxies write it: with brackets, with a port, or bare.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.parse().ok();
    let with_port = || hop.parse().ok().map(|address: SocketAddr| address.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port)
        .or_else(in_brackets)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn paths() -> Paths {
        Paths {
            proxies: ["127.0.0.1", "10.0.0.0/8"]
                .map(|text| text.parse().expect("a network"))
                .into(),
            public_url: None,
            warning: Arc::default(),
        }
    }

    fn caller(peer: &str, headers: &[(&str, &str)]) -> Caller {
        caller_of(&paths(), peer, headers)
    }

    fn caller_of(paths: &Paths, peer: &str, headers: &[(&str, &str)]) -> Caller {
        let mut request = Request::builder().uri("/").header("host", "inner:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer: IpAddr = peer.parse().expect("an address");
        let request = request.extension(ConnectInfo(SocketAddr::from((peer, 1))));
        paths.caller(&request.body(()).expect("a request").into_parts().0)
    }

    fn viewer(peer: &str, forwarded: &str) -> String {
        let caller = caller(peer, &[("x-forwarded-for", forwarded)]);
        caller.address.expect("an address").to_string()
    }

    #[test]
    fn a_warning_is_given_for_a_proxy_that_is_not_trusted_and_for_no_other() {
        let forwarded = [("x-forwarded-for", "198.51.100.1")];
        let is_given = |peer: &str, headers: &[(&str, &str)]| {
            let paths = paths();
            caller_of(&paths, peer, headers);
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("x-forwarded-for"),
                http::HeaderValue::from_static("198.51.100.1"),
            )]);
            // It is not due again where it was just given.
            paths
                .warning
                .about(&headers, IpAddr::from([192, 0, 2, 1]))
                .is_none()
        };
        assert!(is_given("203.0.113.9", &forwarded));
        assert!(!is_given("203.0.113.9", &[]), "nothing was forwarded");
        assert!(!is_given("10.1.2.3", &forwarded), "a trusted proxy");
    }

    #[test]
    fn strangers_are_not_believed() {
        let caller = caller(
            "203.0.113.9",
            &[
                ("x-forwarded-for", "198.51.100.1"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "evil.example"),
            ],
        );
        assert_eq!(caller.address, "203.0.113.9".parse().ok());
        assert!(!caller.secure);
        assert_eq!(caller.host.as_deref(), Some("inner:8080"));
    }

    #[test]
    fn a_trusted_proxy_is() {
        let caller = caller(
            "127.0.0.1",
            &[
                ("x-forwarded-for", "198.51.100.1"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "MQ.example"),
            ],
        );
        assert_eq!(caller.address, "198.51.100.1".parse().ok());
        assert!(caller.secure);
        assert_eq!(caller.host.as_deref(), Some("mq.example"));
    }

    #[test]
    fn the_viewer_is_the_last_hop_that_is_no_proxy() {
        assert_eq!(
            viewer("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.1.1"),
            "198.51.100.1"
        );
        assert_eq!(viewer("127.0.0.1", "10.2.2.2, 10.1.1.1"), "10.2.2.2");
        assert_eq!(
            viewer("::ffff:127.0.0.1", "[2001:db8::1]:4711"),
            "2001:db8::1"
        );
    }

    #[test]
    fn entry_that_is_no_address_ends_the_trusted_chain() {
        assert_eq!(viewer("127.0.0.1", "6.6.6.6, unknown"), "127.0.0.1");
        assert_eq!(
            viewer("127.0.0.1", "6.6.6.6, unknown, 10.1.1.1"),
            "10.1.1.1"
        );
        assert_eq!(viewer("127.0.0.1", ""), "127.0.0.1");
    }

    #[test]
    fn of_two_protocols_the_nearest_proxys_counts() {
        let caller = caller("127.0.0.1", &[("x-forwarded-proto", "https, http")]);
        assert!(!caller.secure);
    }
}
