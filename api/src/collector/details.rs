//! One queue, exchange, connection, channel or node in full: asked for when somebody looks, at most
//! once a tick, whoever looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::broker_error::BrokerError;
use crate::watched::Watched;

/// As many objects are kept a broker; those looked at longest ago go first.
const KEPT: usize = 128;

/// The answers to some requests, and what is made of them.
pub(crate) struct Wanted {
    /// The broker's paths.
    pub(crate) paths: Vec<String>,
    /// Puts them together.
    pub(crate) make: fn(&[Vec<u8>]) -> Result<Bytes, serde_json::Error>,
}

/// An object, or why there is none.
type Found = Result<Bytes, Arc<BrokerError>>;
type Entry = Arc<tokio::sync::Mutex<Option<(Instant, Found)>>>;

/// The objects that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Details(Mutex<HashMap<String, (Instant, Entry)>>);

impl Details {
    fn entry(&self, key: &str) -> Entry {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(key) {
            let oldest = known.iter().min_by_key(|(_, (used, _))| *used);
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

impl Watched {
    /// An object, not older than `age`.
    ///
    /// # Errors
    /// Where the broker does not tell of it: why.
    pub(crate) async fn details(&self, wanted: Wanted, age: Duration, patience: Duration) -> Found {
        let Some(key) = wanted.paths.first() else {
            return Ok(Bytes::new());
        };
        let entry = self.details.entry(key);
        // Held while asking, so that a hundred viewers ask once.
        let mut known = entry.lock().await;
        if let Some((at, found)) = known.as_ref()
            && at.elapsed() < age
        {
            return found.clone();
        }
        let found = self.ask_details(&wanted, patience).await.map_err(Arc::new);
        *known = Some((Instant::now(), found.clone()));
        found
    }

    async fn ask_details(&self, wanted: &Wanted, patience: Duration) -> Result<Bytes, BrokerError> {
        let mut bodies = Vec::new();
        for path in &wanted.paths {
            let _turn = self.turn.lock().await;
            let limit = self.client.limit();
            let body = self
                .client
                .get_bytes(self.credentials(), path, patience, limit)
                .await?;
            bodies.push(body);
        }
        let made = (wanted.make)(&bodies);
        made.map_err(|error| self.client.malformed(&wanted.paths[0], error.to_string()))
    }
}
