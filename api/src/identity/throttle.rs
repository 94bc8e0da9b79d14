//! Wrong passwords are counted, so that guessing takes longer than it is worth.
//!
//! Counted is per address and account, and per address alone, over a window that slides. An
//! account is never locked for others than those who guess: its owner at another address is not
//! concerned. Only refusals count, so that any number of viewers may sign in at once; how many
//! guesses can be under way before the first is refused is bounded by the sign-ins in flight.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many refusals of one account from one address …
const PAIR: Limit = Limit {
    refusals: 5,
    window: Duration::from_mins(1),
};
/// … and so many from one address, whatever the accounts.
const ADDRESS: Limit = Limit {
    refusals: 50,
    window: Duration::from_mins(5),
};
/// As many addresses, and as many pairs, are remembered.
const MAX_REMEMBERED: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Limit {
    refusals: usize,
    window: Duration,
}

/// An address as far as it stands for one household: of IPv6 the first 64 bits. Callers without an
/// address are one.
fn household(address: Option<IpAddr>) -> Option<IpAddr> {
    match address?.to_canonical() {
        IpAddr::V6(v6) => Some(IpAddr::V6((v6.to_bits() >> 64 << 64).into())),
        v4 @ IpAddr::V4(_) => Some(v4),
    }
}

#[derive(Debug)]
struct Refusals<K>(HashMap<K, VecDeque<Instant>>);

impl<K> Default for Refusals<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash> Refusals<K> {
    /// How long until another attempt may be made.
    fn wait(&self, key: &K, limit: Limit, now: Instant) -> Option<Duration> {
        let times = self.0.get(key)?;
        // The oldest of the last few: once it leaves the window, there is room for one more.
        let oldest = *times.get(times.len().checked_sub(limit.refusals)?)?;
        let free = oldest + limit.window;
        (free > now).then(|| free - now)
    }

    fn add(&mut self, key: &K, limit: Limit, now: Instant) {
        if !self.0.contains_key(key) && self.0.len() >= MAX_REMEMBERED {
            self.0
                .retain(|_, times| times.back().is_some_and(|&last| last + limit.window > now));
            if self.0.len() >= MAX_REMEMBERED {
                let stalest = self.0.iter().min_by_key(|(_, times)| times.back().copied());
                if let Some(stalest) = stalest.map(|(key, _)| key.clone()) {
                    self.0.remove(&stalest);
                }
            }
        }
        let times = self.0.entry(key.clone()).or_default();
        times.push_back(now);
        while times.len() > limit.refusals {
            times.pop_front();
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    pairs: Refusals<(Option<IpAddr>, String)>,
    addresses: Refusals<Option<IpAddr>>,
}

/// The refusals of late.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Counts>);

impl Throttle {
    /// Whether a sign-in may be tried.
    ///
    /// # Errors
    /// How long to wait before the next.
    pub(crate) fn check(
        &self,
        address: Option<IpAddr>,
        user: &str,
        now: Instant,
    ) -> Result<(), Duration> {
        let address = household(address);
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = counts.pairs.wait(&(address, user.to_owned()), PAIR, now);
        let wait = pair.max(counts.addresses.wait(&address, ADDRESS, now));
        wait.map_or(Ok(()), Err)
    }

    /// A sign-in was refused.
    pub(crate) fn refused(&self, address: Option<IpAddr>, user: &str, now: Instant) {
        let address = household(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.pairs.add(&(address, user.to_owned()), PAIR, now);
        counts.addresses.add(&address, ADDRESS, now);
    }

    /// A sign-in was accepted: whoever it is knows the password.
    pub(crate) fn accepted(&self, address: Option<IpAddr>, user: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .pairs
            .0
            .remove(&(household(address), user.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const THERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)));

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_sixth_guess_has_to_wait_until_the_first_is_a_minute_ago() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for n in 0..5 {
            let now = start + seconds(n);
            assert_eq!(throttle.check(HERE, "guest", now), Ok(()));
            throttle.refused(HERE, "guest", now);
        }
        assert_eq!(
            throttle.check(HERE, "guest", start + seconds(5)),
            Err(seconds(55))
        );
        assert_eq!(throttle.check(HERE, "guest", start + seconds(60)), Ok(()));
        throttle.refused(HERE, "guest", start + seconds(60));
        assert_eq!(
            throttle.check(HERE, "guest", start + seconds(60)),
            Err(seconds(1)),
            "the window slides"
        );
    }

    #[test]
    fn others_are_not_concerned() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            throttle.refused(HERE, "guest", now);
        }
        assert!(throttle.check(HERE, "guest", now).is_err());
        assert_eq!(throttle.check(THERE, "guest", now), Ok(()));
        assert_eq!(throttle.check(HERE, "anna", now), Ok(()));
    }

    #[test]
    fn one_address_cannot_try_account_after_account() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..50 {
            assert_eq!(throttle.check(HERE, &format!("user{n}"), now), Ok(()));
            throttle.refused(HERE, &format!("user{n}"), now);
        }
        assert_eq!(throttle.check(HERE, "another", now), Err(seconds(300)));
        assert_eq!(throttle.check(THERE, "another", now), Ok(()));
    }

    #[test]
    fn an_address_of_version_6_is_its_network() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let address = |n: u16| {
            Some(IpAddr::V6(std::net::Ipv6Addr::new(
                0x2001, 0xdb8, 0, 0, 0, 0, 0, n,
            )))
        };
        for n in 0..5 {
            throttle.refused(address(n), "guest", now);
        }
        assert!(throttle.check(address(99), "guest", now).is_err());
    }

    #[test]
    fn who_knows_the_password_starts_anew() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..4 {
            throttle.refused(HERE, "guest", now);
        }
        throttle.accepted(HERE, "guest");
        throttle.refused(HERE, "guest", now);
        assert_eq!(throttle.check(HERE, "guest", now), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..MAX_REMEMBERED as u32 + 100 {
            throttle.refused(Some(IpAddr::V4(n.into())), "guest", now);
            throttle.refused(Some(IpAddr::V4(n.into())), "guest", now);
        }
        let counts = throttle.0.lock().expect("no panic");
        assert!(
            counts.pairs.0.len() <= MAX_REMEMBERED && counts.addresses.0.len() <= MAX_REMEMBERED
        );
        assert!(
            counts
                .pairs
                .0
                .values()
                .all(|times| times.len() <= PAIR.refusals)
        );
    }
}
