//! The queues and vhosts that have a history whatever is in them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A queue has a history for this long after the last request for its chart.
const CHARTED_FOR: Duration = Duration::from_mins(15);
/// Most queues with requested charts at once; the one that was requested longest ago goes first.
const MAX_CHARTS: usize = 64;

/// Queues that the operator pinned, and those whose charts viewers request; all by path.
#[derive(Debug)]
pub(crate) struct ChartedQueues {
    pinned: BTreeSet<String>,
    /// With the time of the last request.
    requested: Mutex<HashMap<String, Instant>>,
}

impl ChartedQueues {
    /// The pinned queues, before any request for a chart.
    pub(crate) fn new(pinned: impl Iterator<Item = String>) -> Self {
        Self {
            pinned: pinned.collect(),
            requested: Mutex::default(),
        }
    }

    /// Notes a request for the chart of a queue or vhost.
    pub(crate) fn note(&self, path: &str) {
        let mut requested = self
            .requested
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if requested.len() >= MAX_CHARTS && !requested.contains_key(path) {
            let oldest = requested.iter().min_by_key(|(_, at)| **at);
            if let Some(oldest) = oldest.map(|(path, _)| path.clone()) {
                requested.remove(&oldest);
            }
        }
        requested.insert(path.to_owned(), Instant::now());
    }

    /// All of them: the pinned ones, and those whose charts were requested of late.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        let mut requested = self
            .requested
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        requested.retain(|_, at| at.elapsed() < CHARTED_FOR);
        self.pinned
            .iter()
            .chain(requested.keys())
            .cloned()
            .collect()
    }

    /// Whether the operator pinned any queue.
    pub(crate) fn has_pinned(&self) -> bool {
        !self.pinned.is_empty()
    }

    /// Whether the operator pinned the queue of this path.
    pub(crate) fn is_pinned(&self, path: &str) -> bool {
        self.pinned.contains(path)
    }
}
