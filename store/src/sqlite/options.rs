//! What an operator can decide about the store.

use std::sync::Arc;
use std::time::Duration;

use crate::error::StoreError;

/// The least that a level can be kept: roll-ups are made of what lies below them.
const LEAST: Duration = Duration::from_hours(2);

/// What an operator can decide about the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long what is kept.
    pub retention: Retention,
    /// Whether a post survives a power cut too, at the price of waiting for the disk; without it
    /// a power cut may cost the last seconds, and nothing more.
    pub survives_power_cut: bool,
    /// Polls that wait while nothing can be written; beyond, the oldest are dropped.
    pub queued_polls: usize,
    /// The file's greatest size in bytes; none: what the disk has room for.
    pub max_size: Option<u64>,
    /// Collected resources (brokers, nodes, vhosts, queues) that are kept, of all brokers together.
    /// Above it those without a sample for longest are deleted, server-named queues first.
    pub max_resources: usize,
    /// Series of posted samples (a meter of a resource) that a project may have. Each one takes
    /// memory for as long as a sample of it is kept.
    pub max_posted_series: usize,
    /// Collected resources that are kept in any case, by id.
    pub pinned_resources: Vec<Arc<str>>,
}

/// How long what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Collected samples as they came.
    pub raw: Duration,
    /// Their roll-ups of one minute.
    pub minutes: Duration,
    /// Of ten minutes.
    pub ten_minutes: Duration,
    /// Of an hour.
    pub hours: Duration,
    /// Posted samples, from when they were taken in.
    pub posted: Duration,
    /// Lines of the system log.
    pub log: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retention: Retention::default(),
            survives_power_cut: false,
            queued_polls: 10_000,
            max_size: None,
            max_resources: 20_000,
            max_posted_series: 100_000,
            pinned_resources: Vec::new(),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days: u64| Duration::from_hours(24 * days);
        Self {
            raw: days(2),
            minutes: days(14),
            ten_minutes: days(90),
            hours: days(400),
            posted: days(90),
            log: days(90),
        }
    }
}

impl Retention {
    /// By level: raw, 1 min, 10 min, 1 h.
    pub(super) fn resolutions(&self) -> [Duration; 4] {
        [self.raw, self.minutes, self.ten_minutes, self.hours]
    }

    /// Refuses what cannot work.
    ///
    /// # Errors
    /// Where a level is kept for less than two hours, or for less than the finer one before it.
    pub fn check(&self) -> Result<(), StoreError> {
        let names = ["raw", "minutes", "ten_minutes", "hours"];
        let mut finer = LEAST;
        for (name, kept) in names.into_iter().zip(self.resolutions()) {
            if kept < finer {
                return Err(StoreError::Unavailable(format!(
                    "retention of {name} is {kept:?}; accepted are 2 h and more, and no less than \
                     that of the finer level before it ({finer:?})"
                )));
            }
            finer = kept;
        }
        Ok(())
    }
}
