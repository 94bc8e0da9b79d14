//! The keys that sign guest tokens.
//!
//! They are kept in the store, so that a restart ends no embed. A new one comes at the configured
//! interval, or when an administrator asks for it; the one before is still believed until the next
//! comes. Two in a row therefore end every token that is out.

use std::time::Duration;

use metering::Timestamp;
use metering::guest::GuestKey;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use crate::clock::after;
use crate::ids::hex;

/// Where they are kept.
const AREA: &str = "guest key";
/// How many keys are accepted.
const BELIEVED: usize = 2;

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) kid: String,
    /// Hexadecimal digits; it is these that sign.
    secret: SecretString,
    pub(super) made_at: Timestamp,
}

/// A key in the store.
#[derive(Serialize, Deserialize)]
struct StoredKey {
    secret: String,
    /// Microseconds since the epoch.
    made_at: i64,
}

/// The keys that are believed, the youngest first. There is one at least.
#[derive(Debug)]
pub(super) struct Keys(Vec<Key>);

impl Key {
    fn new(now: Timestamp) -> Self {
        Self {
            kid: hex(&rand::random::<[u8; 8]>()),
            secret: hex(&rand::random::<[u8; 32]>()).into(),
            made_at: now,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.secret.expose_secret().as_bytes()
    }

    async fn keep(&self, store: &dyn Store) -> Result<(), StoreError> {
        let kept = StoredKey {
            secret: self.secret.expose_secret().to_owned(),
            made_at: self.made_at.as_micros(),
        };
        // A text and a number always serialize.
        let text = serde_json::to_string(&kept).unwrap_or_default();
        store.put_kv(AREA, self.kid.clone(), Some(text)).await
    }

    /// What others may know of it.
    pub(super) fn describe(&self) -> GuestKey {
        GuestKey {
            kid: self.kid.clone(),
            made_at: self.made_at,
        }
    }
}

impl Keys {
    /// Those that are kept; where there is none, a first one.
    pub(super) async fn load(store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let mut keys = Vec::new();
        for (kid, text) in store.list_kv(AREA).await? {
            let Ok(kept) = serde_json::from_str::<StoredKey>(&text) else {
                // The parser's words would quote the key.
                tracing::error!(kid, "a key for guest tokens cannot be read");
                continue;
            };
            keys.push(Key {
                kid,
                secret: kept.secret.into(),
                made_at: Timestamp::from_micros(kept.made_at),
            });
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.made_at));
        keys.truncate(BELIEVED);
        if keys.is_empty() {
            let first = Key::new(now);
            first.keep(store).await?;
            keys.push(first);
        }
        Ok(Self(keys))
    }

    /// The one that signs.
    pub(super) fn youngest(&self) -> &Key {
        // Never empty: `load` and `next` see to it.
        &self.0[0]
    }

    /// The believed one of that id.
    pub(super) fn find(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// Whether the next is due.
    pub(super) fn are_old(&self, now: Timestamp, rotation: Duration) -> bool {
        after(self.youngest().made_at, rotation) <= now
    }

    /// These with a new one in front, kept; the oldest is forgotten.
    pub(super) async fn next(&self, store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let key = Key::new(now);
        key.keep(store).await?;
        let mut keys = vec![key];
        for (place, old) in self.0.iter().enumerate() {
            if place + 1 < BELIEVED {
                keys.push(Key {
                    kid: old.kid.clone(),
                    secret: old.secret.clone(),
                    made_at: old.made_at,
                });
            } else {
                store.put_kv(AREA, old.kid.clone(), None).await?;
            }
        }
        Ok(Self(keys))
    }
}

#[cfg(test)]
mod tests {
    use store::testing::NaiveStore;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn kids(keys: &Keys) -> Vec<&str> {
        keys.0.iter().map(|key| key.kid.as_str()).collect()
    }

    #[tokio::test]
    async fn keys_outlive_a_restart() {
        let store = NaiveStore::new();
        let first = Keys::load(&store, at(1)).await.expect("made");
        let again = Keys::load(&store, at(2)).await.expect("found");
        assert_eq!(kids(&first), kids(&again));
        assert_eq!(first.youngest().bytes(), again.youngest().bytes());
        assert_eq!(first.youngest().bytes().len(), 64);
    }

    #[tokio::test]
    async fn two_are_believed_and_the_third_ends_the_first() {
        let store = NaiveStore::new();
        let one = Keys::load(&store, at(1)).await.expect("made");
        let two = one.next(&store, at(2)).await.expect("made");
        let three = two.next(&store, at(3)).await.expect("made");
        let (first, second) = (&one.youngest().kid, &two.youngest().kid);
        assert!(two.find(first).is_some() && two.find(second).is_some());
        assert!(three.find(first).is_none() && three.find(second).is_some());
        let again = Keys::load(&store, at(4)).await.expect("found");
        assert_eq!(kids(&again), kids(&three), "the same after a restart");
    }

    #[tokio::test]
    async fn the_next_is_due_when_the_interval_is_over() {
        let keys = Keys::load(&NaiveStore::new(), at(0)).await.expect("made");
        let hour = Duration::from_hours(1);
        assert!(!keys.are_old(at(3599), hour) && keys.are_old(at(3600), hour));
    }

    #[tokio::test]
    async fn a_key_is_not_shown() {
        let keys = Keys::load(&NaiveStore::new(), at(0)).await.expect("made");
        let secret = String::from_utf8(keys.youngest().bytes().to_vec()).expect("digits");
        assert!(!format!("{keys:?}").contains(&secret));
    }
}
