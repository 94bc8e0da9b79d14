//! Requests that change something must come from our own pages.
//!
//! One path takes others, those of registered portals: see `guest`.
//!
//! A browser says where a request starts: in `Sec-Fetch-Site`, which no script
//! can forge, and for everything but a plain read in `Origin`. The session
//! cookie is `SameSite=Lax`; this stands beside it, for browsers and subdomains
//! that it does not cover.
//!
//! Source: Fetch Metadata Request Headers (W3C), RFC 6454.

use http::request::Parts;
use http::{HeaderMap, Method, header};
use url::Url;

use super::forwarded::{Caller, Paths};

/// Why a request is refused.
pub(crate) const REFUSED: &str = "This request did not come from a page of this dashboard, and was refused. Behind a reverse \
     proxy the dashboard has to know its own address: start Warren with --public-url and the \
     address that viewers use, or let the proxy pass Host on, or name the proxy with \
     --trusted-proxy and let it send X-Forwarded-Host.\n";

impl Paths {
    /// Whether a request may go on.
    pub(crate) fn allows(&self, request: &Parts, caller: &Caller, reads: &str) -> bool {
        let site = text(&request.headers, "sec-fetch-site");
        if matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            // Pages may be linked to from anywhere; what only our scripts read may not.
            return !request.uri.path().starts_with(reads)
                || !matches!(site, Some("cross-site" | "same-site"));
        }
        match site {
            Some("same-origin") => true,
            Some("cross-site" | "same-site") => false,
            _ => text(&request.headers, header::ORIGIN.as_str())
                .is_some_and(|origin| self.is_ours(origin, caller)),
        }
    }

    /// Whether an origin is the one that the viewer asked, or the one that we are known by.
    pub(super) fn is_ours(&self, origin: &str, caller: &Caller) -> bool {
        let Ok(origin) = origin.parse::<Url>() else {
            return false;
        };
        if let Some(public) = &self.public_url
            && public.origin() == origin.origin()
        {
            return true;
        }
        // Only host and port: a proxy that ends TLS need not say so.
        let (Some(host), Some(port)) = (origin.host_str(), origin.port_or_known_default()) else {
            return false;
        };
        let with_port = format!("{host}:{port}");
        let plain = origin.port().is_none();
        caller
            .host
            .as_deref()
            .is_some_and(|asked| asked == with_port || (plain && asked == host))
    }
}

/// Whether a page of somebody else may hold the window that a request fills: not where the viewer
/// came by the address bar or a bookmark, or from one of our own pages. Browsers that do not say come
/// from anywhere.
pub(super) fn may_have_opener(headers: &HeaderMap) -> bool {
    !matches!(
        text(headers, "sec-fetch-site"),
        Some("none" | "same-origin")
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn allowed(method: Method, path: &str, headers: &[(&str, &str)]) -> bool {
        let paths = Paths {
            proxies: [].into(),
            public_url: Some(
                Url::parse("https://portal.example/warren")
                    .expect("a URL")
                    .into(),
            ),
            warning: std::sync::Arc::default(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "inner:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (request, ()) = request.body(()).expect("a request").into_parts();
        let caller = paths.caller(&request);
        paths.allows(&request, &caller, "/fn/")
    }

    fn post(headers: &[(&str, &str)]) -> bool {
        allowed(Method::POST, "/fn/sign_in", headers)
    }

    #[test]
    fn our_own_pages_may_post() {
        assert!(post(&[("sec-fetch-site", "same-origin")]));
        assert!(post(&[("origin", "http://inner:8080")]));
        assert!(post(&[("origin", "https://portal.example")]));
    }

    #[test]
    fn nobody_else_may() {
        assert!(!post(&[]));
        for origin in [
            "null",
            "http://inner",
            "http://inner:8081",
            "https://evil.example",
            "https://portal.example.evil.example",
            "http://portal.example",
        ] {
            assert!(!post(&[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(
                !post(&[("sec-fetch-site", site), ("origin", "http://inner:8080")]),
                "{site}"
            );
        }
        assert!(!post(&[("sec-fetch-site", "none")]));
    }

    #[test]
    fn every_method_that_changes_is_checked() {
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(!allowed(method.clone(), "/", &[]), "{method}");
        }
    }

    #[test]
    fn pages_may_be_linked_to_and_reads_may_not() {
        let from_elsewhere = [("sec-fetch-site", "cross-site")];
        assert!(allowed(Method::GET, "/brokers/prod", &from_elsewhere));
        assert!(!allowed(Method::GET, "/fn/overview", &from_elsewhere));
        assert!(allowed(
            Method::GET,
            "/fn/overview",
            &[("sec-fetch-site", "same-origin")]
        ));
        assert!(allowed(Method::GET, "/fn/overview", &[]));
    }
}
