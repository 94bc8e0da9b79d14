//! A warning for a proxy that nobody declared as one.
//!
//! Behind it all viewers have one address, the proxy's. Their wrong passwords and their requests are
//! then counted together, which nobody would guess from what a viewer sees.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

/// The warning is given once, and then this often.
const EVERY: Duration = Duration::from_mins(10);

/// When the warning was last given.
#[derive(Debug, Default)]
pub struct UntrustedProxyWarning(Mutex<Option<Instant>>);

impl UntrustedProxyWarning {
    /// The warning about a request that came from an address which is no trusted proxy; none where
    /// the request was not forwarded, and where the warning was given a short while ago.
    pub fn about(&self, headers: &HeaderMap, peer: IpAddr) -> Option<String> {
        headers.get("x-forwarded-for")?;
        let now = Instant::now();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| now < last + EVERY) {
            return None;
        }
        *last = Some(now);
        Some(format!(
            "X-Forwarded-For from {peer} is ignored: that address is no trusted proxy, and all who \
             come through it count as one. If it is a proxy of yours, name it: --trusted-proxy {peer}."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_warning_comes_once_and_then_every_ten_minutes() {
        let warning = UntrustedProxyWarning::default();
        let peer = IpAddr::from([192, 0, 2, 7]);
        let mut headers = HeaderMap::new();
        assert_eq!(warning.about(&headers, peer), None, "nothing was forwarded");
        headers.insert("x-forwarded-for", "203.0.113.9".parse().expect("a header"));
        let first = warning.about(&headers, peer).expect("a warning");
        assert!(first.contains("--trusted-proxy 192.0.2.7"), "{first}");
        for _ in 0..100 {
            assert_eq!(warning.about(&headers, peer), None);
        }
        tokio::time::advance(EVERY).await;
        assert!(warning.about(&headers, peer).is_some());
        assert_eq!(warning.about(&headers, peer), None);
    }
}
