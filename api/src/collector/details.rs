//! One queue, exchange, connection, channel, node, vhost, account or policy in full: asked for when
//! somebody looks, at most once a tick, whoever looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use metering::Timestamp;
use tokio::time::Instant;

use super::broker_error::BrokerError;
use crate::config::ApiConfig;
use crate::request_gate::{Cost, GateBusy};
use crate::watched::Watched;

/// As many objects are kept a broker; those looked at longest ago go first.
const KEPT: usize = 128;
/// Who can be shown an older answer does not wait longer than this for a newer one.
const LOOK: Duration = Duration::from_millis(800);
/// A viewer waits this long while others ask for the same object.
const SAME_OBJECT_WAIT: Duration = Duration::from_secs(10);

/// The answers to some requests, and what is made of them.
pub(crate) struct Wanted {
    /// The broker's paths.
    pub(crate) paths: Vec<String>,
    /// As many of them are needed. The others may be refused, not be there or make no sense: their
    /// body is empty.
    pub(crate) needed: usize,
    /// Puts them together.
    pub(crate) make: fn(&[Vec<u8>]) -> Result<Bytes, serde_json::Error>,
}

/// An object, when it was told of.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    /// As JSON.
    pub(crate) body: Bytes,
    /// When the broker told of it.
    pub(crate) observed_at: Timestamp,
    /// Whether the broker did not answer when it was last asked.
    pub(crate) stale: bool,
}

/// What is known of an object.
#[derive(Debug, Default)]
struct Known {
    /// When the broker was last asked.
    asked: Option<Instant>,
    /// What it last told.
    detail: Option<Detail>,
    /// Why it did not, the last time.
    failure: Option<Arc<BrokerError>>,
}

type Entry = Arc<tokio::sync::Mutex<Known>>;

/// The objects that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Details(Mutex<HashMap<String, (Instant, Entry)>>);

impl Details {
    fn entry(&self, key: &str) -> Entry {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(key) {
            // Names that nothing is known of go first: they cost nobody an older answer.
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

impl Known {
    /// What there is, marked where it is older than the last question.
    ///
    /// # Errors
    /// Where there is nothing: why.
    fn told(&self) -> Result<Detail, Option<Arc<BrokerError>>> {
        let Some(detail) = &self.detail else {
            return Err(self.failure.clone());
        };
        Ok(Detail {
            stale: detail.stale || self.failure.is_some(),
            ..detail.clone()
        })
    }
}

impl Watched {
    /// An object, not older than `every` where the broker answers.
    ///
    /// # Errors
    /// Where the broker does not tell of it and never did: why. `None` of a broker that is known to
    /// be silent and was not asked.
    pub(crate) async fn details(
        &self,
        wanted: Wanted,
        every: Duration,
        config: &ApiConfig,
    ) -> Result<Detail, Option<Arc<BrokerError>>> {
        let entry = self.details.entry(&wanted.paths.join(" "));
        // Held while asking, so that a hundred viewers ask once.
        let known = tokio::time::timeout(SAME_OBJECT_WAIT, entry.lock()).await;
        let mut known = known.map_err(|_| Arc::new(self.client.busy()))?;
        if known.asked.is_some_and(|asked| asked.elapsed() < every) {
            return known.told();
        }
        if self.snapshot().is_stale() {
            // Asking a silent broker would only keep the collector from its turn.
            let told = known.told().map_err(|_| None)?;
            return Ok(Detail {
                stale: true,
                ..told
            });
        }
        let ask = self.ask_details(&wanted, config.answer_timeout);
        let answer = if known.detail.is_some() {
            let Ok(answer) = tokio::time::timeout(LOOK, ask).await else {
                // The others who wait need not wait as long, one after the other.
                known.asked = Some(Instant::now());
                if let Some(detail) = &mut known.detail {
                    detail.stale = true;
                }
                return known.told();
            };
            answer
        } else {
            ask.await
        };
        if let Err(error @ BrokerError::Busy { .. }) = answer {
            // The broker was not asked: the next request may be.
            let last = known.detail.clone().ok_or_else(|| Arc::new(error))?;
            return Ok(Detail {
                stale: true,
                ..last
            });
        }
        known.asked = Some(Instant::now());
        match answer {
            Ok(body) => {
                known.detail = Some(Detail {
                    body,
                    observed_at: config.clock.now(),
                    stale: false,
                });
                known.failure = None;
            }
            Err(error) => {
                // What is gone is gone; what could not be told of is shown as it last was.
                if error.is_absence() {
                    known.detail = None;
                }
                known.failure = Some(Arc::new(error));
            }
        }
        known.told()
    }

    async fn ask_details(&self, wanted: &Wanted, patience: Duration) -> Result<Bytes, BrokerError> {
        let busy = |GateBusy| self.client.busy();
        let slot = self.gate.detail_slot().map_err(busy)?;
        let mut bodies = Vec::new();
        for (n, path) in wanted.paths.iter().enumerate() {
            let _permit = slot.enter().await.map_err(busy)?;
            let patience = Cost::Cheap.timeout(patience);
            if self.gate.last_timed_out() {
                return Err(self.client.in_vain(patience));
            }
            let limit = self.client.limit();
            let body = self
                .client
                .get_bytes(self.credentials(), path, patience, limit)
                .await;
            bodies.push(match body {
                Err(error) if n >= wanted.needed && error.is_no() => Vec::new(),
                body => body?,
            });
        }
        let made = (wanted.make)(&bodies);
        made.map_err(|error| self.client.malformed(&wanted.paths[0], error.to_string()))
    }
}
