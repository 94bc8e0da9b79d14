//! The objects that were read in full of late, and the last answer of each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use metering::Timestamp;
use tokio::time::Instant;

use crate::broker::error::BrokerError;

/// Most objects of a broker; the one that was requested longest ago goes first.
const MAX_OBJECTS: usize = 128;

/// An object in full.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    /// As JSON.
    pub(crate) body: Bytes,
    /// When the broker answered.
    pub(crate) observed_at: Timestamp,
    /// Whether the broker did not answer when it was last asked.
    pub(crate) stale: bool,
}

/// What is known of an object: its last answer, its last failure.
#[derive(Debug, Default)]
pub(crate) struct CachedDetail {
    /// When the broker was last asked.
    pub(crate) asked: Option<Instant>,
    /// Its last usable answer.
    pub(crate) detail: Option<Detail>,
    /// Why the last request failed.
    pub(crate) failure: Option<Arc<BrokerError>>,
}

pub(crate) type Entry = Arc<tokio::sync::Mutex<CachedDetail>>;

/// The objects that were looked at.
#[derive(Debug, Default)]
pub(crate) struct DetailCache(Mutex<HashMap<String, (Instant, Entry)>>);

impl DetailCache {
    pub(crate) fn entry(&self, key: &str) -> Entry {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_OBJECTS && !known.contains_key(key) {
            // Objects without an answer go first.
            let has_detail = |entry: &Entry| {
                let known = entry.try_lock();
                known.is_ok_and(|known| known.detail.is_some())
            };
            let oldest = known
                .iter()
                .min_by_key(|(_, (used, entry))| (has_detail(entry), *used));
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                known.remove(&oldest);
            }
        }
        let now = Instant::now();
        let (used, entry) = known
            .entry(key.to_owned())
            .or_insert((now, Entry::default()));
        *used = now;
        Arc::clone(entry)
    }
}

impl CachedDetail {
    /// The last answer, marked as stale if the last request failed.
    ///
    /// # Errors
    /// If there is none: why the last request failed.
    pub(crate) fn latest(&self) -> Result<Detail, Option<Arc<BrokerError>>> {
        let Some(detail) = &self.detail else {
            return Err(self.failure.clone());
        };
        Ok(Detail {
            stale: detail.stale || self.failure.is_some(),
            ..detail.clone()
        })
    }
}
