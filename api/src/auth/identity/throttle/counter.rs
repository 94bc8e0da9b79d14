//! Counts wrong attempts of one kind, and says how long the next has to wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// A sign-in is held for its turn no longer than this, and refused instead.
pub(super) const LONGEST_HOLD: Duration = Duration::from_secs(5);
/// How many of each are remembered.
pub(super) const MAX_REMEMBERED: usize = 10_000;

/// How wrong attempts are slowed down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// How many wrong attempts cost nothing.
    pub(super) free: u32,
    /// The delay after the last of these; each further wrong attempt doubles it …
    pub(super) first: Duration,
    /// … up to this.
    pub(super) longest: Duration,
    /// After so long without a wrong attempt it is as if there had been none.
    pub(super) memory: Duration,
}

impl Policy {
    pub(super) fn delay(self, failures: u32) -> Duration {
        let Some(beyond) = failures.checked_sub(self.free) else {
            return Duration::ZERO;
        };
        let delay = self.first.saturating_mul(1 << beyond.min(16));
        delay.min(self.longest)
    }
}

/// Wrong attempts of one kind from one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failures {
    count: u32,
    last: Instant,
    /// When the next attempt may be made.
    next: Instant,
}

#[derive(Debug)]
pub(super) struct Counter<K> {
    policy: Policy,
    pub(super) failures: HashMap<K, Failures>,
}

impl<K: Clone + Eq + Hash> Counter<K> {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            failures: HashMap::new(),
        }
    }

    fn known(&mut self, key: &K, now: Instant) -> Option<&mut Failures> {
        let memory = self.policy.memory;
        self.failures
            .get_mut(key)
            .filter(|failures| now < failures.last + memory)
    }

    /// How long until another attempt may be made.
    pub(super) fn wait(&mut self, key: &K, now: Instant) -> Duration {
        self.known(key, now).map_or(Duration::ZERO, |known| {
            known.next.saturating_duration_since(now)
        })
    }

    /// As above, and counts this attempt: the next one waits a delay longer.
    pub(super) fn reserve(&mut self, key: &K, now: Instant) -> Result<Duration, Duration> {
        let policy = self.policy;
        let Some(known) = self.known(key, now) else {
            return Ok(Duration::ZERO);
        };
        let turn = known.next.max(now);
        let wait = turn - now;
        if wait > LONGEST_HOLD {
            return Err(wait);
        }
        known.next = turn + policy.delay(known.count);
        Ok(wait)
    }

    pub(super) fn add(&mut self, key: &K, now: Instant) {
        let policy = self.policy;
        if let Some(known) = self.known(key, now) {
            known.count = known.count.saturating_add(1);
            known.last = now;
            known.next = known.next.max(now + policy.delay(known.count));
            return;
        }
        make_room(
            &mut self.failures,
            key,
            |failures| failures.last,
            now,
            policy.memory,
        );
        let first = Failures {
            count: 1,
            last: now,
            next: now + policy.delay(1),
        };
        self.failures.insert(key.clone(), first);
    }
}

/// Drops what is too old, and then what is oldest, where a map is full.
pub(super) fn make_room<K: Clone + Eq + Hash, V>(
    map: &mut HashMap<K, V>,
    key: &K,
    last: impl Fn(&V) -> Instant,
    now: Instant,
    memory: Duration,
) {
    if map.len() < MAX_REMEMBERED || map.contains_key(key) {
        return;
    }
    map.retain(|_, value| now < last(value) + memory);
    if map.len() >= MAX_REMEMBERED {
        let oldest = map.iter().min_by_key(|(_, value)| last(value));
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            map.remove(&oldest);
        }
    }
}
