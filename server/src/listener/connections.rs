//! The open connections of a listener: how many there are, what each one does, and which one is
//! closed when a new one finds no room.
//!
//! At a cap the new connection is not refused; an old one that has no whole request under way is
//! closed for it. In this order: connections whose request is not complete, or whose answer nobody
//! reads; then those that wait for their next request; of equals the one that waits longest. At the cap in
//! all, the subnet with most connections loses one first. Only where every connection is busy with
//! an answer is the new one refused.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::connection_state::{ConnectionState, Phase};
use super::limits::ConnectionLimits;

/// Which cap was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The one for each address.
    Address,
    /// The one in all.
    All,
}

/// A host as far as caps go: an IPv4 address, or the /64 network of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Subnet(IpAddr);

impl Subnet {
    fn from_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

/// The open connections of a listener.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: ConnectionLimits,
    epoch: Instant,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last_id: u64,
    count: usize,
    by_subnet: HashMap<Subnet, Peers>,
}

#[derive(Debug, Default)]
struct Peers {
    /// A trusted proxy: no cap of its own, and closed last.
    exempt: bool,
    connections: HashMap<u64, Arc<ConnectionState>>,
}

/// A connection's place among the open ones, given up when this is dropped.
#[derive(Debug)]
pub(super) struct Registered {
    connections: Connections,
    subnet: Subnet,
    state: Arc<ConnectionState>,
}

impl Registered {
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connections.lock().remove(self.subnet, self.state.id);
    }
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        Self(Arc::new(Inner {
            limits,
            epoch: Instant::now(),
            open: Mutex::default(),
        }))
    }

    pub(super) fn limits(&self) -> &ConnectionLimits {
        &self.0.limits
    }

    /// How many there are.
    pub(super) fn open(&self) -> usize {
        self.lock().count
    }

    /// Takes in a new connection. Where a cap is reached, another one is closed for it, and the
    /// cap is named.
    ///
    /// # Errors
    /// The cap, where every connection is busy with an answer.
    pub(super) fn register(&self, address: IpAddr) -> Result<(Registered, Option<Full>), Full> {
        let limits = self.limits();
        let canonical = address.to_canonical();
        let exempt = limits
            .trusted_proxies
            .iter()
            .any(|network| network.contains(canonical));
        let subnet = Subnet::from_address(canonical);
        let mut open = self.lock();
        let of_subnet = open.by_subnet.get(&subnet);
        let of_subnet = of_subnet.map_or(0, |peers| peers.connections.len());
        let mut closed = None;
        if !exempt && of_subnet >= limits.max_per_address {
            open.close_one_of(subnet)
                .then_some(())
                .ok_or(Full::Address)?;
            closed = Some(Full::Address);
        }
        if open.count >= limits.max {
            open.close_one().then_some(()).ok_or(Full::All)?;
            closed = Some(Full::All);
        }
        open.last_id += 1;
        let state = Arc::new(ConnectionState::new(open.last_id, self.0.epoch));
        open.count += 1;
        let peers = open.by_subnet.entry(subnet).or_default();
        peers.exempt = exempt;
        peers.connections.insert(state.id, Arc::clone(&state));
        let registered = Registered {
            connections: self.clone(),
            subnet,
            state,
        };
        Ok((registered, closed))
    }

    /// Closes the connection that matters least; returns false if none may be closed.
    pub(super) fn close_one(&self) -> bool {
        self.lock().close_one()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // Nothing under the lock panics halfway.
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn remove(&mut self, subnet: Subnet, id: u64) -> Option<Arc<ConnectionState>> {
        let peers = self.by_subnet.get_mut(&subnet)?;
        // Absent where it was closed for another one.
        let state = peers.connections.remove(&id)?;
        if peers.connections.is_empty() {
            self.by_subnet.remove(&subnet);
        }
        self.count -= 1;
        Some(state)
    }

    fn close(&mut self, subnet: Subnet, id: u64) -> bool {
        let state = self.remove(subnet, id);
        if let Some(state) = &state {
            state.close();
        }
        state.is_some()
    }

    fn close_one_of(&mut self, subnet: Subnet) -> bool {
        let first = self.by_subnet.get(&subnet).and_then(Peers::first);
        first.is_some_and(|(_, id)| self.close(subnet, id))
    }

    fn close_one(&mut self) -> bool {
        // Those with most connections first; those without a cap of their own last.
        let mut subnets: Vec<_> = self.by_subnet.iter().collect();
        subnets.sort_unstable_by_key(|(_, peers)| {
            (peers.exempt, std::cmp::Reverse(peers.connections.len()))
        });
        let first = subnets
            .into_iter()
            .find_map(|(subnet, peers)| Some((*subnet, peers.first()?.1)));
        first.is_some_and(|(subnet, id)| self.close(subnet, id))
    }
}

impl Peers {
    /// The first one to close.
    fn first(&self) -> Option<((Phase, u64), u64)> {
        let ranked = self.connections.values();
        ranked
            .filter_map(|state| Some((state.rank()?, state.id)))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(max: usize, max_per_address: usize) -> Connections {
        Connections::new(ConnectionLimits {
            max,
            max_per_address,
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
            ..ConnectionLimits::default()
        })
    }

    fn from(connections: &Connections, address: &str) -> Result<(Registered, Option<Full>), Full> {
        connections.register(address.parse().expect("an address"))
    }

    fn open(connections: &Connections, address: &str) -> Registered {
        let (registered, closed) = from(connections, address).expect("room");
        assert_eq!(closed, None);
        registered
    }

    fn is_closed(registered: &Registered) -> bool {
        let open = registered.connections.lock();
        let peers = open.by_subnet.get(&registered.subnet);
        peers.is_none_or(|peers| !peers.connections.contains_key(&registered.state.id))
    }

    #[test]
    fn oldest_incomplete_connection_of_an_address_makes_room() {
        let connections = connections(10, 3);
        let busy = open(&connections, "192.0.2.1");
        busy.state().answering();
        let first = open(&connections, "192.0.2.1");
        let second = open(&connections, "192.0.2.1");
        let other = open(&connections, "192.0.2.2");
        let (_new, closed) = from(&connections, "192.0.2.1").expect("room");
        assert_eq!(closed, Some(Full::Address));
        assert!(is_closed(&first));
        assert!(![&busy, &second, &other].into_iter().any(is_closed));
        assert_eq!(connections.open(), 4);
    }

    #[test]
    fn incomplete_connections_are_closed_before_idle_ones() {
        let connections = connections(10, 2);
        let idle = open(&connections, "192.0.2.1");
        idle.state().answered();
        let incomplete = open(&connections, "192.0.2.1");
        let _new = from(&connections, "192.0.2.1").expect("room");
        assert!(is_closed(&incomplete) && !is_closed(&idle));
    }

    #[test]
    fn a_new_connection_is_refused_only_where_all_are_busy() {
        let connections = connections(10, 2);
        let both = [
            open(&connections, "192.0.2.1"),
            open(&connections, "192.0.2.1"),
        ];
        for registered in &both {
            registered.state().answering();
        }
        assert_eq!(from(&connections, "192.0.2.1").err(), Some(Full::Address));
        both[1].state().answered();
        assert!(from(&connections, "192.0.2.1").is_ok());
        assert!(is_closed(&both[1]));
    }

    #[test]
    fn the_subnet_with_most_connections_loses_one_at_the_cap_in_all() {
        let connections = connections(4, 3);
        let alone = open(&connections, "192.0.2.1");
        let many: Vec<_> = (0..3).map(|_| open(&connections, "192.0.2.2")).collect();
        let (_new, closed) = from(&connections, "192.0.2.3").expect("room");
        assert_eq!(closed, Some(Full::All));
        assert!(is_closed(&many[0]) && !is_closed(&alone));
    }

    #[test]
    fn trusted_proxies_have_no_cap_of_their_own_and_lose_last() {
        let connections = connections(5, 1);
        let proxy: Vec<_> = (0..4).map(|_| open(&connections, "10.1.1.1")).collect();
        let viewer = open(&connections, "192.0.2.2");
        let _new = from(&connections, "10.1.1.1").expect("room");
        assert!(is_closed(&viewer));
        assert!(!proxy.iter().any(is_closed));
    }

    #[test]
    fn ipv6_addresses_of_one_network_share_a_cap() {
        let connections = connections(10, 1);
        let first = open(&connections, "2001:db8:0:1::1");
        let other = open(&connections, "2001:db8:0:2::1");
        let _new = from(&connections, "2001:db8:0:1:ffff::2").expect("room");
        assert!(is_closed(&first) && !is_closed(&other));
        // An IPv4 address that a socket for both shows as IPv6 is an IPv4 address.
        let one = open(&connections, "::ffff:192.0.2.1");
        let two = open(&connections, "::ffff:192.0.2.2");
        assert!(!is_closed(&one) && !is_closed(&two));
    }

    #[test]
    fn a_dropped_connection_gives_its_place_back() {
        let connections = connections(1, 1);
        drop(open(&connections, "192.0.2.1"));
        assert_eq!(connections.open(), 0);
        let _next = open(&connections, "192.0.2.1");
    }
}
