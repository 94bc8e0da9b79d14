//! Wrong passwords and secrets are counted, and each further one has to wait longer.
//!
//! | counted | free | then | refused or held |
//! |---|---|---|---|
//! | an account from one network | 5 | 60 s, doubled up to 5 min | refused |
//! | an account from all networks | 20 | 1 s, doubled up to 1 min | refused |
//! | a network, whatever the accounts | 50 | 0.25 s, doubled up to 4 s | held |
//! | wrong portal keys, and wrong share secrets, from one network | 5 | 60 s, doubled up to 5 min | refused |
//!
//! A network is an IPv4 address or the first 48 bits of an IPv6 one: what one customer is given.
//!
//! - Only refusals count, so that any number of viewers may sign in at once.
//! - Many people stand behind one address. So a network's sign-ins are held a moment and then tried,
//!   one after the other, rather than refused: a right password gets in.
//! - Where an account has signed in from a network before, only its own wrong passwords from there
//!   count: guesses from elsewhere, and others' behind the same address, do not keep it out.
//! - Keys and share secrets are too long to be guessed, so a right one is never refused.
//!
//! (The crate `governor` limits how often something happens; here the delay grows with what went
//! wrong, and what went right is free.)

mod counter;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::counter::{Counter, Policy, make_room};
use super::tokens::{Fingerprint, fingerprint};

/// An account from one network; likewise a kind of secret.
const PAIR: Policy = Policy {
    free: 5,
    first: Duration::from_mins(1),
    longest: Duration::from_mins(5),
    memory: Duration::from_mins(15),
};
/// An account from all networks together.
const ACCOUNT: Policy = Policy {
    free: 20,
    first: Duration::from_secs(1),
    longest: Duration::from_mins(1),
    memory: Duration::from_mins(15),
};
/// A network, whatever the accounts.
const NETWORK: Policy = Policy {
    free: 50,
    first: Duration::from_millis(250),
    longest: Duration::from_secs(4),
    memory: Duration::from_mins(5),
};
/// For so long after a sign-in an account is known in its network.
const KNOWN: Duration = Duration::from_hours(30 * 24);
/// An IPv6 network's bits.
const NETWORK_BITS: u32 = 48;

/// A subnet that counts as one caller. Callers without an address are one network.
type Network = Option<IpAddr>;

fn network(address: Option<IpAddr>) -> Network {
    match address?.to_canonical() {
        IpAddr::V6(v6) => {
            let rest = 128 - NETWORK_BITS;
            Some(IpAddr::V6((v6.to_bits() >> rest << rest).into()))
        }
        v4 @ IpAddr::V4(_) => Some(v4),
    }
}

/// A secret that is no password, and too long to be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Secret {
    /// A portal's key.
    PortalKey,
    /// A share link's secret.
    ShareLink,
}

#[derive(Debug)]
struct Counts {
    pairs: Counter<(Network, Fingerprint)>,
    accounts: Counter<Fingerprint>,
    networks: Counter<Network>,
    secrets: Counter<(Network, Secret)>,
    /// When an account last signed in from a network.
    known: HashMap<(Network, Fingerprint), Instant>,
}

impl Counts {
    fn is_known(&self, pair: &(Network, Fingerprint), now: Instant) -> bool {
        let last = self.known.get(pair);
        last.is_some_and(|&last| now < last + KNOWN)
    }

    /// How long an account's password may not be tried from a network.
    fn wait(&mut self, pair: &(Network, Fingerprint), now: Instant) -> Duration {
        let wait = self.pairs.wait(pair, now);
        if self.is_known(pair, now) {
            wait
        } else {
            wait.max(self.accounts.wait(&pair.1, now))
        }
    }
}

/// The refusals of late.
#[derive(Debug)]
pub(crate) struct Throttle(Mutex<Counts>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Mutex::new(Counts {
            pairs: Counter::new(PAIR),
            accounts: Counter::new(ACCOUNT),
            networks: Counter::new(NETWORK),
            secrets: Counter::new(PAIR),
            known: HashMap::new(),
        }))
    }
}

/// An account is remembered by a digest: names of any length cost the same.
fn pair(address: Option<IpAddr>, user: &str) -> (Network, Fingerprint) {
    (network(address), fingerprint(user))
}

impl Throttle {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of a sign-in, where others from the same network went wrong.
    ///
    /// # Errors
    /// How long to wait before the next attempt, where this one may not be made.
    pub(crate) async fn admit(&self, address: Option<IpAddr>, user: &str) -> Result<(), Duration> {
        let hold = self.turn(address, user, Instant::now())?;
        if hold.is_zero() {
            return Ok(());
        }
        tokio::time::sleep(hold).await;
        self.check(address, user, Instant::now())
    }

    /// How long a sign-in is held.
    fn turn(
        &self,
        address: Option<IpAddr>,
        user: &str,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let pair = pair(address, user);
        let mut counts = self.counts();
        let wait = counts.wait(&pair, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        if counts.is_known(&pair, now) {
            return Ok(Duration::ZERO);
        }
        counts.networks.reserve(&pair.0, now)
    }

    /// Whether an account's password may be tried now.
    ///
    /// # Errors
    /// How long to wait before the next attempt.
    pub(crate) fn check(
        &self,
        address: Option<IpAddr>,
        user: &str,
        now: Instant,
    ) -> Result<(), Duration> {
        let wait = self.counts().wait(&pair(address, user), now);
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }

    /// A sign-in was refused.
    pub(crate) fn refused(&self, address: Option<IpAddr>, user: &str, now: Instant) {
        let pair = pair(address, user);
        let mut counts = self.counts();
        counts.networks.add(&pair.0, now);
        counts.accounts.add(&pair.1, now);
        counts.pairs.add(&pair, now);
    }

    /// A sign-in was accepted: whoever it is knows the password.
    pub(crate) fn accepted(&self, address: Option<IpAddr>, user: &str, now: Instant) {
        let pair = pair(address, user);
        let mut counts = self.counts();
        counts.pairs.failures.remove(&pair);
        make_room(&mut counts.known, &pair, |&last| last, now, KNOWN);
        counts.known.insert(pair, now);
    }

    /// A secret was wrong.
    ///
    /// # Errors
    /// How long to wait before the next, where there were too many before it.
    pub(crate) fn wrong_secret(
        &self,
        address: Option<IpAddr>,
        secret: Secret,
        now: Instant,
    ) -> Result<(), Duration> {
        let key = (network(address), secret);
        let mut counts = self.counts();
        let wait = counts.secrets.wait(&key, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        counts.secrets.add(&key, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::counter::{LONGEST_HOLD, MAX_REMEMBERED};
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    const THERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// Tries a wrong password where it may be tried.
    fn guess(
        throttle: &Throttle,
        address: Option<IpAddr>,
        user: &str,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let turn = throttle.turn(address, user, now);
        if turn.is_ok() {
            throttle.refused(address, user, now);
        }
        turn
    }

    #[test]
    fn from_the_sixth_guess_at_an_account_on_each_waits_longer() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(guess(&throttle, HERE, "guest", now), Ok(Duration::ZERO));
        }
        for wait in [60, 120, 240, 300, 300] {
            assert_eq!(guess(&throttle, HERE, "guest", now), Err(seconds(wait)));
            now += seconds(wait);
            assert_eq!(guess(&throttle, HERE, "guest", now), Ok(Duration::ZERO));
        }
        now += PAIR.memory;
        for _ in 0..5 {
            assert_eq!(guess(&throttle, HERE, "guest", now), Ok(Duration::ZERO));
        }
    }

    #[test]
    fn other_accounts_and_other_networks_do_not_wait_for_five_guesses() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            throttle.refused(HERE, "guest", now);
        }
        assert!(throttle.check(HERE, "guest", now).is_err());
        assert_eq!(throttle.check(THERE, "guest", now), Ok(()));
        assert_eq!(throttle.check(HERE, "anna", now), Ok(()));
    }

    #[test]
    fn guesses_at_one_account_from_many_networks_wait_longer_and_longer() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let at = |n: u32| Some(IpAddr::V4(Ipv4Addr::from(n)));
        let tried = (0..400).filter(|&n| guess(&throttle, at(n / 5), "guest", now).is_ok());
        assert_eq!(tried.count(), ACCOUNT.free as usize);
        let mut later = now;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(throttle.check(at(999), "guest", later), Err(seconds(wait)));
            later += seconds(wait);
            throttle.refused(at(999 + wait as u32), "guest", later);
        }
        assert_eq!(throttle.check(at(999), "anna", later), Ok(()));
    }

    #[test]
    fn an_account_gets_in_from_where_it_was_before_whatever_others_guess() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        throttle.accepted(HERE, "guest", now);
        for n in 0..400 {
            let elsewhere = Some(IpAddr::V4(Ipv4Addr::from(n / 5)));
            let _ = guess(&throttle, elsewhere, "guest", now);
            let _ = guess(&throttle, HERE, &format!("user{n}"), now);
        }
        assert_eq!(throttle.turn(HERE, "guest", now), Ok(Duration::ZERO));
        assert!(throttle.turn(THERE, "guest", now).is_err());
        // Its own wrong passwords from there count all the same.
        for _ in 0..5 {
            throttle.refused(HERE, "guest", now);
        }
        assert!(throttle.turn(HERE, "guest", now).is_err());
    }

    #[test]
    fn behind_an_address_of_many_wrong_names_a_sign_in_is_held_and_not_refused() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..50 {
            let wait = guess(&throttle, HERE, &format!("user{n}"), now);
            assert_eq!(wait, Ok(Duration::ZERO));
        }
        let hold = throttle.turn(HERE, "anna", now).expect("held");
        assert_eq!(hold, NETWORK.first);
        assert_eq!(throttle.turn(THERE, "anna", now), Ok(Duration::ZERO));
        // Those who come at once take turns, and no more wait than fit.
        let waits: Vec<_> = (0..1000)
            .map_while(|n| guess(&throttle, HERE, &format!("other{n}"), now).ok())
            .collect();
        assert!(waits.is_sorted() && waits.len() < 20, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= LONGEST_HOLD));
        let later = now + seconds(20);
        let hold = throttle.turn(HERE, "anna", later).expect("held");
        assert!(hold <= NETWORK.longest, "{hold:?}");
    }

    #[test]
    fn an_address_of_version_6_is_its_first_48_bits() {
        let address = |site: u16, net: u16, n: u16| {
            Some(IpAddr::V6(Ipv6Addr::new(
                0x2001, 0xdb8, site, net, 0, 0, 0, n,
            )))
        };
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..5 {
            throttle.refused(address(1, n, n), "guest", now);
        }
        assert!(throttle.check(address(1, 99, 0), "guest", now).is_err());
        assert_eq!(throttle.check(address(2, 0, 0), "guest", now), Ok(()));
    }

    #[test]
    fn a_right_password_clears_the_wrong_ones_before_it() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..4 {
            throttle.refused(HERE, "guest", now);
        }
        throttle.accepted(HERE, "guest", now);
        throttle.refused(HERE, "guest", now);
        assert_eq!(throttle.check(HERE, "guest", now), Ok(()));
    }

    #[test]
    fn wrong_secrets_of_one_kind_say_nothing_of_the_other_nor_of_passwords() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(throttle.wrong_secret(HERE, Secret::PortalKey, now), Ok(()));
        }
        let wait = throttle.wrong_secret(HERE, Secret::PortalKey, now);
        assert_eq!(wait, Err(seconds(60)));
        assert_eq!(throttle.wrong_secret(HERE, Secret::ShareLink, now), Ok(()));
        assert_eq!(throttle.wrong_secret(THERE, Secret::PortalKey, now), Ok(()));
        assert_eq!(throttle.turn(HERE, "guest", now), Ok(Duration::ZERO));
    }

    #[test]
    fn remembered_failures_are_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..MAX_REMEMBERED as u32 + 100 {
            let address = Some(IpAddr::V4(n.into()));
            throttle.refused(address, &n.to_string(), now);
            throttle.accepted(address, &n.to_string(), now);
            throttle.refused(address, &n.to_string(), now);
        }
        let counts = throttle.counts();
        for len in [
            counts.pairs.failures.len(),
            counts.accounts.failures.len(),
            counts.networks.failures.len(),
            counts.known.len(),
        ] {
            assert_eq!(len, MAX_REMEMBERED);
        }
    }
}
