//! What is asked for of a broker's lists, and what there is of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metering::overview::QueueTotals;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::kind::Kind;
use super::table::Table;
use crate::watched::Watched;

/// So long after the last request a list is still looked after.
const ASKED_FOR: Duration = Duration::from_mins(1);
/// And so much longer for what is still to come of it.
const REST: Duration = Duration::from_millis(500);
/// So long after the last search the names of things are kept.
const SEARCHED_FOR: Duration = Duration::from_mins(5);
/// Names may be this old: things come and go slowly.
const NAMES_FOR: Duration = Duration::from_mins(1);

/// A list, as far as it is there.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// When somebody last asked.
    asked: Option<Instant>,
    /// When somebody last searched in its names.
    searched: Option<Instant>,
    table: Option<Arc<Table>>,
    /// When that came.
    put: Option<Instant>,
    failure: Option<Failure>,
}

/// Why there is no newer table.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The broker has no such list: its version is older, or a plugin is off.
    Absent,
    /// Its statistics are off, and the list is nothing else.
    StatisticsOff,
    /// It did not answer, or not usably: in a sentence.
    Silent(String),
}

/// A list as it is answered.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) table: Arc<Table>,
    /// Whether the broker did not answer when it was last asked.
    pub(crate) stale: bool,
}

/// The lists of a broker.
#[derive(Debug)]
pub(crate) struct Shelf {
    slots: Mutex<[Slot; Kind::ALL.len()]>,
    /// Calls the task for a list that is not there yet.
    pub(crate) wake: Notify,
    changed: watch::Sender<()>,
    /// How many messages there are in all queues, where no one else tells.
    totals: Mutex<Option<QueueTotals>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            slots: Mutex::default(),
            wake: Notify::new(),
            changed: watch::Sender::new(()),
            totals: Mutex::default(),
        }
    }
}

impl Shelf {
    fn slot<T>(&self, kind: Kind, work: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut slots[kind as usize])
    }

    /// Notes that somebody needs it.
    pub(crate) fn ask(&self, kind: Kind) {
        let was_wanted = self.is_wanted(kind);
        self.slot(kind, |slot| slot.asked = Some(Instant::now()));
        if !was_wanted {
            self.wake.notify_one();
        }
    }

    /// Whether somebody asked for it of late.
    pub(crate) fn is_wanted(&self, kind: Kind) -> bool {
        self.slot(kind, |slot| {
            slot.asked.is_some_and(|asked| asked.elapsed() < ASKED_FOR)
        })
    }

    /// Whether somebody searched in its names of late, and there are none or old ones alone.
    pub(crate) fn needs_names(&self, kind: Kind) -> bool {
        self.slot(kind, |slot| {
            slot.searched.is_some_and(|at| at.elapsed() < NAMES_FOR)
                && slot.put.is_none_or(|at| at.elapsed() >= NAMES_FOR)
        })
    }

    /// Whether its names may still be searched in.
    pub(crate) fn is_searched(&self, kind: Kind) -> bool {
        self.slot(kind, |slot| {
            slot.searched.is_some_and(|at| at.elapsed() < SEARCHED_FOR)
        })
    }

    /// What there is of it.
    pub(crate) fn table(&self, kind: Kind) -> Option<Arc<Table>> {
        self.slot(kind, |slot| slot.table.clone())
    }

    /// Whether the broker has no such object, as a complete list says that was asked for within
    /// `max_age`. A list without any row of the vhost says nothing: the collector's account may have
    /// no rights there. Without a vhost the name alone counts.
    pub(crate) fn is_certainly_absent(
        &self,
        kind: Kind,
        vhost: Option<&str>,
        name: &str,
        max_age: Duration,
    ) -> bool {
        let Some(table) = self.table(kind) else {
            return false;
        };
        let is_young = |since: Instant| since.elapsed() < max_age;
        let rows = &table.rows;
        table.complete_since.is_some_and(is_young)
            && match vhost {
                Some(vhost) => rows.has_vhost(vhost) && rows.find(vhost, name).is_none(),
                None => rows.len() > 0 && !rows.all().any(|row| rows.name(row) == name),
            }
    }

    /// Why there is nothing newer of it.
    pub(crate) fn failure(&self, kind: Kind) -> Option<Failure> {
        self.slot(kind, |slot| slot.failure.clone())
    }

    /// Puts down what the broker told.
    pub(crate) fn put(&self, kind: Kind, table: Table) {
        let old = self.slot(kind, |slot| {
            slot.failure = None;
            slot.put = Some(Instant::now());
            slot.table.replace(Arc::new(table))
        });
        // Outside of the lock: it may be large.
        drop(old);
        self.changed.send_replace(());
    }

    /// Notes that the broker did not tell.
    pub(crate) fn fail(&self, kind: Kind, failure: Failure) {
        self.slot(kind, |slot| {
            if !matches!(failure, Failure::Silent(_)) {
                slot.table = None;
                slot.put = Some(Instant::now());
            }
            slot.failure = Some(failure);
        });
        self.changed.send_replace(());
    }

    /// How many messages its queues held when they were last told of.
    pub(crate) fn totals(&self) -> Option<QueueTotals> {
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.clone()
    }

    /// Notes how many messages its queues hold.
    pub(crate) fn set_totals(&self, new: QueueTotals) {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        *totals = Some(new);
    }

    /// Clears away what nobody asks for.
    pub(crate) fn clear(&self, kind: Kind) {
        let old = self.slot(kind, std::mem::take);
        drop(old);
    }
}

impl Watched {
    /// A list to search names in, which may be a minute old; none where it could not be had before
    /// `until`.
    pub(crate) async fn names(&self, kind: Kind, until: Instant) -> Option<Arc<Table>> {
        let lists = &self.lists;
        let mut changed = lists.changed.subscribe();
        let slot = lists.slot(kind, |slot| {
            slot.searched = Some(Instant::now());
            slot.clone()
        });
        if slot.table.is_some() || slot.failure.is_some() || self.is_silent() {
            return slot.table;
        }
        lists.wake.notify_one();
        let is_there = |slot: &mut Slot| slot.table.is_some() || slot.failure.is_some();
        let arrival = changed.wait_for(|()| lists.slot(kind, is_there));
        // Whether it came or not: the slot says.
        let _ = tokio::time::timeout_at(until, arrival).await;
        lists.table(kind)
    }

    /// A list, as the broker last told it. The first who asks waits for it a little.
    ///
    /// # Errors
    /// Where there is none: why.
    pub(crate) async fn list(&self, kind: Kind) -> Result<Listed, Failure> {
        let lists = &self.lists;
        let mut changed = lists.changed.subscribe();
        let slot = lists.slot(kind, |slot| {
            slot.asked = Some(Instant::now());
            slot.clone()
        });
        let silent = self.snapshot().is_stale();
        if let Some(table) = slot.table
            && (!table.partial || silent)
        {
            let stale = silent || slot.failure.is_some();
            return Ok(Listed { table, stale });
        }
        if silent && !self.is_hampered() {
            let reason = self.snapshot().broker.reason.clone();
            return Err(Failure::Silent(reason.unwrap_or_default()));
        }
        if slot.failure.is_none() || silent {
            lists.wake.notify_one();
            let is_there =
                |slot: &Slot| slot.table.is_some() || (!silent && slot.failure.is_some());
            let is_whole = |slot: &Slot| {
                slot.table.as_ref().is_some_and(|table| !table.partial) || slot.failure.is_some()
            };
            // Whether they came or not: the slot says.
            let arrival = changed.wait_for(|()| lists.slot(kind, |slot| is_there(slot)));
            self.first_look(arrival).await;
            let rest = changed.wait_for(|()| lists.slot(kind, |slot| is_whole(slot)));
            if !self.snapshot().is_stale() && lists.table(kind).is_some() {
                let _ = tokio::time::timeout(REST, rest).await;
            }
        }
        let Slot { table, failure, .. } = lists.slot(kind, |slot| slot.clone());
        match (table, failure) {
            (Some(table), failure) => Ok(Listed {
                table,
                stale: failure.is_some(),
            }),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(Failure::Silent(format!(
                "its {} are still being read",
                kind.name()
            ))),
        }
    }
}
