//! Whose request it is, by address: for the log, and to count wrong passwords.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};

use crate::config::Network;

/// The caller's address, where one is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

/// The caller's address.
///
/// `X-Forwarded-For` is believed from trusted proxies, and from callers in the same process, who
/// have no address of their own. Of its entries the last one counts that is not itself a trusted
/// proxy: what stands before it anybody can have written.
pub(crate) fn client(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    if let Some(peer) = untrusted_peer(request, trusted) {
        return Some(peer);
    }
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let headers = request.headers().get_all("x-forwarded-for").iter();
    let entries: Vec<_> = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut nearest = peer(request);
    for entry in entries.into_iter().rev() {
        let Some(address) = read(entry.trim()) else {
            break;
        };
        nearest = Some(address);
        if !is_trusted(address) {
            break;
        }
    }
    nearest
}

fn peer(request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip().to_canonical())
}

/// The peer of the connection, if it is not a trusted proxy.
pub(crate) fn untrusted_peer(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    peer(request).filter(|&peer| !trusted.iter().any(|network| network.contains(peer)))
}

/// An address, with or without a port.
fn read(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .ok()
        .or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn found(peer: Option<&str>, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
        let mut request = Request::new(Body::empty());
        if let Some(peer) = peer {
            let peer: IpAddr = peer.parse().expect("address");
            request
                .extensions_mut()
                .insert(ConnectInfo(SocketAddr::new(peer, 1234)));
        }
        for value in forwarded {
            request
                .headers_mut()
                .append("x-forwarded-for", value.parse().expect("header"));
        }
        let trusted: Vec<Network> = trusted
            .iter()
            .map(|network| network.parse().expect("network"))
            .collect();
        client(&request, &trusted).map(|address| address.to_string())
    }

    #[test]
    fn strangers_are_not_believed() {
        assert_eq!(
            found(Some("203.0.113.9"), &["10.0.0.1"], &["127.0.0.1"]).as_deref(),
            Some("203.0.113.9")
        );
    }

    #[test]
    fn trusted_proxies_and_callers_in_process_are() {
        assert_eq!(
            found(Some("127.0.0.1"), &["203.0.113.9"], &["127.0.0.1"]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            found(None, &["203.0.113.9"], &[]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            found(None, &["[2001:db8::1]:443"], &[]).as_deref(),
            Some("2001:db8::1")
        );
    }

    #[test]
    fn the_last_entry_that_is_no_proxy_counts() {
        let forged = ["1.1.1.1, 203.0.113.9", "10.0.0.2"];
        assert_eq!(
            found(Some("10.0.0.1"), &forged, &["10.0.0.0/8"]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            found(None, &["1.1.1.1, 203.0.113.9"], &[]).as_deref(),
            Some("203.0.113.9")
        );
    }

    #[test]
    fn without_an_entry_it_is_the_peer_or_nobody() {
        assert_eq!(
            found(Some("127.0.0.1"), &[], &["127.0.0.1"]).as_deref(),
            Some("127.0.0.1")
        );
        assert_eq!(
            found(Some("127.0.0.1"), &["unknown"], &["127.0.0.1"]).as_deref(),
            Some("127.0.0.1")
        );
        assert_eq!(found(None, &[], &[]), None);
    }
}
