//! How many samples a project may post in a day, by UTC.
//!
//! Counts are held in memory. On the first post of a project after a start they are read from the
//! store, by the time at which samples were recorded, so a restart does not reset them.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metering::Timestamp;
use store::{Posted, Store};

use crate::http::error::Error;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Counts what projects post today.
#[derive(Debug)]
pub(crate) struct PostedQuota {
    /// Samples of a project and day; none for no limit.
    limit: Option<NonZeroU64>,
    today: Mutex<Today>,
}

#[derive(Debug, Default)]
struct Today {
    /// Days since the epoch.
    day: i64,
    by_project: HashMap<String, u64>,
}

/// Samples that were counted and are not stored yet. They are given back unless they are stored.
#[derive(Debug)]
pub(crate) struct Reservation<'a> {
    quota: &'a PostedQuota,
    day: i64,
    counts: BTreeMap<String, u64>,
}

impl PostedQuota {
    pub(crate) fn new(limit: Option<NonZeroU64>) -> Self {
        Self {
            limit,
            today: Mutex::default(),
        }
    }

    /// Counts samples that are about to be posted, all or none.
    ///
    /// # Errors
    /// `429` for a project that would exceed its quota; `503` where the store cannot count.
    pub(crate) async fn reserve(
        &self,
        store: &dyn Store,
        samples: &[Posted],
        now: Timestamp,
    ) -> Result<Reservation<'_>, Error> {
        let day = now.as_micros().div_euclid(MICROS_PER_DAY);
        let mut reservation = Reservation {
            quota: self,
            day,
            counts: BTreeMap::new(),
        };
        let Some(limit) = self.limit else {
            return Ok(reservation);
        };
        let mut counts = BTreeMap::<&str, u64>::new();
        for sample in samples {
            *counts
                .entry(sample.project_id.as_deref().unwrap_or_default())
                .or_default() += 1;
        }
        for &project in counts.keys() {
            self.load(store, project, day).await?;
        }
        let mut today = self.lock();
        // Another request may have turned the page meanwhile; what it did not count is none.
        today.turn_to(day);
        for (&project, &count) in &counts {
            let posted = today.by_project.get(project).copied().unwrap_or_default();
            if posted.saturating_add(count) > limit.get() {
                return Err(Error::PostedQuota {
                    project: project.to_owned(),
                    posted,
                    limit: limit.get(),
                    retry_after: until_next_day(now),
                });
            }
        }
        for (project, count) in counts {
            let project = project.to_owned();
            *today.by_project.entry(project.clone()).or_default() += count;
            reservation.counts.insert(project, count);
        }
        Ok(reservation)
    }

    /// Reads what a project has posted today, unless it is known.
    async fn load(&self, store: &dyn Store, project: &str, day: i64) -> Result<(), Error> {
        {
            let mut today = self.lock();
            today.turn_to(day);
            if today.by_project.contains_key(project) {
                return Ok(());
            }
        }
        let midnight = Timestamp::from_micros(day.saturating_mul(MICROS_PER_DAY));
        let posted = store.posted_since(project, midnight).await?;
        let mut today = self.lock();
        if today.day == day {
            // Who was faster has counted its own samples already.
            today.by_project.entry(project.to_owned()).or_insert(posted);
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Today> {
        self.today.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Today {
    fn turn_to(&mut self, day: i64) {
        if self.day != day {
            *self = Self {
                day,
                by_project: HashMap::new(),
            };
        }
    }
}

impl Reservation<'_> {
    /// The samples are stored: they stay counted.
    pub(crate) fn keep(mut self) {
        self.counts.clear();
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut today = self.quota.lock();
        if today.day == self.day {
            for (project, count) in &self.counts {
                if let Some(posted) = today.by_project.get_mut(project) {
                    *posted = posted.saturating_sub(*count);
                }
            }
        }
    }
}

fn until_next_day(now: Timestamp) -> Duration {
    let passed = now.as_micros().rem_euclid(MICROS_PER_DAY);
    Duration::from_micros((MICROS_PER_DAY - passed).unsigned_abs())
}
