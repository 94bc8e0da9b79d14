//! Which lists of a broker are needed, and their latest tables.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metering::lists::ListKind;
use metering::overview::QueueTotals;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::table::Table;

/// A list is fetched for this long after the last request.
const WANTED_FOR: Duration = Duration::from_mins(1);
/// Names are kept for this long after the last search.
const NAMES_KEPT_FOR: Duration = Duration::from_mins(5);
/// Names may be this old: objects come and go slowly.
const MAX_NAMES_AGE: Duration = Duration::from_mins(1);

/// What is known of one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    /// When a viewer last requested it.
    pub(crate) requested_at: Option<Instant>,
    /// When a viewer last searched its names.
    pub(crate) searched_at: Option<Instant>,
    pub(crate) table: Option<Arc<Table>>,
    /// When the table was read.
    read_at: Option<Instant>,
    pub(crate) failure: Option<Failure>,
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
pub(crate) struct ListRegistry {
    entries: Mutex<[Entry; ListKind::ALL.len()]>,
    /// Wakes the fetcher for a list that was not read yet.
    pub(crate) wake: Notify,
    /// Notifies of every new table and failure.
    pub(crate) changed: watch::Sender<()>,
    /// Messages in all queues, for brokers whose overview lacks them.
    totals: Mutex<Option<QueueTotals>>,
}

impl Default for ListRegistry {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
            wake: Notify::new(),
            changed: watch::Sender::new(()),
            totals: Mutex::default(),
        }
    }
}

impl ListRegistry {
    /// Reads or changes the entry of a list.
    pub(crate) fn entry<T>(&self, kind: ListKind, work: impl FnOnce(&mut Entry) -> T) -> T {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut entries[kind as usize])
    }

    /// Notes a request for it.
    pub(crate) fn ask(&self, kind: ListKind) {
        let was_wanted = self.is_wanted(kind);
        self.entry(kind, |entry| entry.requested_at = Some(Instant::now()));
        if !was_wanted {
            self.wake.notify_one();
        }
    }

    /// Whether it was requested of late.
    pub(crate) fn is_wanted(&self, kind: ListKind) -> bool {
        self.entry(kind, |entry| {
            entry
                .requested_at
                .is_some_and(|at| at.elapsed() < WANTED_FOR)
        })
    }

    /// Whether its names were searched of late, and are absent or old.
    pub(crate) fn needs_names(&self, kind: ListKind) -> bool {
        self.entry(kind, |entry| {
            entry
                .searched_at
                .is_some_and(|at| at.elapsed() < MAX_NAMES_AGE)
                && entry.read_at.is_none_or(|at| at.elapsed() >= MAX_NAMES_AGE)
        })
    }

    /// Whether its names are kept for further searches.
    pub(crate) fn is_searched(&self, kind: ListKind) -> bool {
        self.entry(kind, |entry| {
            entry
                .searched_at
                .is_some_and(|at| at.elapsed() < NAMES_KEPT_FOR)
        })
    }

    /// Its latest table.
    pub(crate) fn table(&self, kind: ListKind) -> Option<Arc<Table>> {
        self.entry(kind, |entry| entry.table.clone())
    }

    /// Whether the broker has no such object, as a complete list says that was asked for within
    /// `max_age`. A list without any row of the vhost says nothing: the collector's account may have
    /// no rights there. Without a vhost the name alone counts.
    pub(crate) fn is_certainly_absent(
        &self,
        kind: ListKind,
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

    /// Why there is no newer table.
    pub(crate) fn failure(&self, kind: ListKind) -> Option<Failure> {
        self.entry(kind, |entry| entry.failure.clone())
    }

    /// Stores a table that was just read.
    pub(crate) fn put(&self, kind: ListKind, table: Table) {
        let old = self.entry(kind, |entry| {
            entry.failure = None;
            entry.read_at = Some(Instant::now());
            entry.table.replace(Arc::new(table))
        });
        // Outside of the lock: it may be large.
        drop(old);
        self.changed.send_replace(());
    }

    /// Notes that a list could not be read.
    pub(crate) fn fail(&self, kind: ListKind, failure: Failure) {
        self.entry(kind, |entry| {
            if !matches!(failure, Failure::Silent(_)) {
                entry.table = None;
                entry.read_at = Some(Instant::now());
            }
            entry.failure = Some(failure);
        });
        self.changed.send_replace(());
    }

    /// Messages in all queues, when they were last read.
    pub(crate) fn totals(&self) -> Option<QueueTotals> {
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.clone()
    }

    /// Notes the messages in all queues.
    pub(crate) fn set_totals(&self, new: QueueTotals) {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        *totals = Some(new);
    }

    /// Drops its table.
    pub(crate) fn clear(&self, kind: ListKind) {
        let old = self.entry(kind, std::mem::take);
        drop(old);
    }
}
