//! What was revoked: portals, and single tokens.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use metering::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use super::claims::Claims;

/// Where revoked portals are kept.
const PORTALS: &str = "portal";
/// Where revoked tokens are kept, until they would have ended.
const TOKENS: &str = "guest token";

/// Whether a portal is revoked, and how often it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PortalState {
    /// Whether it is revoked.
    pub(super) revoked: bool,
    /// How often it was. Its tokens say it: those of another number are closed for good.
    pub(super) generation: u64,
}

#[derive(Debug, Default)]
struct Revocations {
    portals: HashMap<String, PortalState>,
    /// Ids, and when the tokens end: seconds since the epoch.
    tokens: HashMap<String, i64>,
}

/// What was revoked.
#[derive(Debug)]
pub(super) struct Revoked(Mutex<Revocations>);

impl Revoked {
    /// What is kept; tokens that have ended meanwhile are forgotten.
    pub(super) async fn load(store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let mut known = Revocations::default();
        for (name, text) in store.list_kv(PORTALS).await? {
            let portal_state = serde_json::from_str(&text).unwrap_or_else(|error| {
                tracing::error!(name, %error, "how a portal stands cannot be read: it is revoked");
                PortalState {
                    revoked: true,
                    generation: u64::MAX,
                }
            });
            known.portals.insert(name, portal_state);
        }
        for (id, text) in store.list_kv(TOKENS).await? {
            // One that cannot be read stays closed.
            known.tokens.insert(id, text.parse().unwrap_or(i64::MAX));
        }
        let revoked = Self(Mutex::new(known));
        revoked.sweep(store, now).await?;
        Ok(revoked)
    }

    fn known(&self) -> MutexGuard<'_, Revocations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a portal is revoked, and how often it was.
    pub(super) fn portal_state(&self, portal: &str) -> PortalState {
        let known = self.known();
        known.portals.get(portal).copied().unwrap_or_default()
    }

    /// Whether a token is closed, by itself or with its portal.
    pub(super) fn closes(&self, claims: &Claims) -> bool {
        let known = self.known();
        let portal_state = known.portals.get(&claims.portal).copied();
        let portal_state = portal_state.unwrap_or_default();
        portal_state.revoked
            || portal_state.generation != claims.generation
            || known.tokens.contains_key(&claims.jti)
    }

    /// Revokes a portal, or takes that back. Whether it stood otherwise before.
    pub(super) async fn set(
        &self,
        store: &dyn Store,
        portal: &str,
        revoked: bool,
    ) -> Result<bool, StoreError> {
        let before = self.portal_state(portal);
        if before.revoked == revoked {
            return Ok(false);
        }
        let portal_state = PortalState {
            revoked,
            generation: before.generation.wrapping_add(u64::from(revoked)),
        };
        // Closed before it is kept, open only after.
        if revoked {
            self.known().portals.insert(portal.to_owned(), portal_state);
        }
        let text = serde_json::to_string(&portal_state).unwrap_or_default();
        store.put_kv(PORTALS, portal.to_owned(), Some(text)).await?;
        self.known().portals.insert(portal.to_owned(), portal_state);
        Ok(true)
    }

    /// Closes one token, which ends by itself at the latest then.
    pub(super) async fn close(
        &self,
        store: &dyn Store,
        id: &str,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sweep(store, now).await?;
        let ends = ends.as_millis().div_euclid(1000);
        self.known().tokens.insert(id.to_owned(), ends);
        let text = Some(ends.to_string());
        store.put_kv(TOKENS, id.to_owned(), text).await
    }

    /// Forgets tokens that have ended.
    async fn sweep(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let now = now.as_millis().div_euclid(1000);
        let ended: Vec<_> = {
            let mut known = self.known();
            let ended = known.tokens.extract_if(|_, ends| *ends < now);
            ended.map(|(id, _)| id).collect()
        };
        for id in ended {
            store.put_kv(TOKENS, id, None).await?;
        }
        Ok(())
    }
}
