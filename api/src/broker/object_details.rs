//! One queue, exchange, connection, channel, node, vhost, account or policy in full. The broker is
//! asked on demand, at most once a tick, whatever the number of viewers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::broker_state::BrokerHandle;
use super::detail_cache::Detail;
use super::error::BrokerError;
use super::request_gate::{Cost, GateBusy};
use crate::config::ApiConfig;

/// A request that has an older answer to show waits no longer than this for a newer one.
const MAX_REFRESH_WAIT: Duration = Duration::from_millis(800);
/// A request waits this long while others ask for the same object.
const SAME_OBJECT_WAIT: Duration = Duration::from_secs(10);

/// After a failure the broker is asked again after this time at the latest, however long the tick is.
const MAX_FAILURE_AGE: Duration = Duration::from_secs(10);

/// The broker paths of an object, and how their answers become its JSON.
pub(crate) struct ObjectRequest {
    /// The broker's paths.
    pub(crate) paths: Vec<String>,
    /// How many of them are needed. The others may be refused, absent or unreadable: their body is
    /// empty.
    pub(crate) needed: usize,
    /// Builds the JSON from the answers.
    pub(crate) make: fn(&[Vec<u8>]) -> Result<Bytes, serde_json::Error>,
}

impl BrokerHandle {
    /// An object, not older than `every` where the broker answers.
    ///
    /// # Errors
    /// If the broker never answered it: why. `None` if the broker is known to be silent and was not
    /// asked.
    pub(crate) async fn details(
        &self,
        wanted: ObjectRequest,
        every: Duration,
        config: &ApiConfig,
    ) -> Result<Detail, Option<Arc<BrokerError>>> {
        let entry = self.details.entry(&wanted.paths.join(" "));
        // Held during the request, so that a hundred viewers cause one.
        let known = tokio::time::timeout(SAME_OBJECT_WAIT, entry.lock()).await;
        let mut known = known.map_err(|_| Arc::new(self.client.busy()))?;
        let every = match known.failure {
            Some(_) => every.min(MAX_FAILURE_AGE),
            None => every,
        };
        if known.asked.is_some_and(|asked| asked.elapsed() < every) {
            return known.latest();
        }
        if self.snapshot().is_stale() {
            // Asking a silent broker would only keep the collector from its turn.
            let latest = known.latest().map_err(|_| None)?;
            return Ok(Detail {
                stale: true,
                ..latest
            });
        }
        let ask = self.ask_details(&wanted, config.answer_timeout);
        let answer = if known.detail.is_some() {
            let Ok(answer) = tokio::time::timeout(MAX_REFRESH_WAIT, ask).await else {
                // Other requests that wait shall not each wait as long.
                known.asked = Some(Instant::now());
                if let Some(detail) = &mut known.detail {
                    detail.stale = true;
                }
                return known.latest();
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
                // A deleted object is dropped; one that could not be read stays as it was.
                if error.is_absence() {
                    known.detail = None;
                }
                known.failure = Some(Arc::new(error));
            }
        }
        known.latest()
    }

    async fn ask_details(
        &self,
        wanted: &ObjectRequest,
        timeout: Duration,
    ) -> Result<Bytes, BrokerError> {
        let busy = |GateBusy| self.client.busy();
        let slot = self.gate.detail_slot().map_err(busy)?;
        let mut bodies = Vec::new();
        for (n, path) in wanted.paths.iter().enumerate() {
            let _permit = slot.enter().await.map_err(busy)?;
            let timeout = Cost::Cheap.timeout(timeout);
            if self.gate.last_timed_out() {
                return Err(self.client.in_vain(timeout));
            }
            let limit = self.client.limit();
            let body = self
                .client
                .get_bytes(self.credentials(), path, timeout, limit)
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
