//! The bounds of a listener.

use std::time::Duration;

use api::Network;

/// The bounds of a listener.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Connections in all, of each listener.
    pub max: usize,
    /// Connections from one address. IPv6 addresses count by their /64 network, since one host
    /// has a whole one.
    pub max_per_address: usize,
    /// Addresses without a cap of their own: every viewer behind a proxy comes from its address.
    pub trusted_proxies: Vec<Network>,
    /// Time for the head of a request, and time between two requests of one connection. Longer
    /// than the 60 s after which common load balancers close an idle connection: the side that
    /// closes later never loses a request to a closed connection.
    pub head_timeout: Duration,
    /// Time for the body of a request. Each 64 KiB that arrive add one second.
    pub body_timeout: Duration,
    /// Time in which the peer must read something of an answer.
    pub write_timeout: Duration,
}

impl ConnectionLimits {
    /// The default of [`max`](Self::max).
    pub const MAX: usize = 4096;
    /// The default of [`max_per_address`](Self::max_per_address).
    pub const MAX_PER_ADDRESS: usize = 256;

    /// These limits with so few connections that their descriptors fit.
    #[must_use]
    pub fn at_most(mut self, max: usize) -> Self {
        self.max = self.max.min(max);
        self
    }
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max: Self::MAX,
            max_per_address: Self::MAX_PER_ADDRESS,
            trusted_proxies: Vec::new(),
            head_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
        }
    }
}
