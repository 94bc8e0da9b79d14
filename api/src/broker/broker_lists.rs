//! Reading a broker's lists: a request waits a little for a list that is not there yet.

use std::sync::Arc;
use std::time::Duration;

use metering::lists::ListKind;
use tokio::time::Instant;

use super::broker_state::BrokerHandle;
use crate::lists::registry::{Entry, Failure, Listed};
use crate::lists::table::Table;

/// How much longer a request waits for the rest of a partial list.
const REST: Duration = Duration::from_millis(500);

impl BrokerHandle {
    /// A list to search names in, which may be a minute old; `None` if it did not come before `until`.
    pub(crate) async fn names(&self, kind: ListKind, until: Instant) -> Option<Arc<Table>> {
        let lists = &self.lists;
        let mut changed = lists.changed.subscribe();
        let entry = lists.entry(kind, |entry| {
            entry.searched_at = Some(Instant::now());
            entry.clone()
        });
        if entry.table.is_some() || entry.failure.is_some() || self.is_silent() {
            return entry.table;
        }
        lists.wake.notify_one();
        let is_there = |entry: &mut Entry| entry.table.is_some() || entry.failure.is_some();
        let arrival = changed.wait_for(|()| lists.entry(kind, is_there));
        // The entry shows whether it came.
        let _ = tokio::time::timeout_at(until, arrival).await;
        lists.table(kind)
    }

    /// A list as the broker last answered. The first request for it waits a little.
    ///
    /// # Errors
    /// Where there is none: why.
    pub(crate) async fn list(&self, kind: ListKind) -> Result<Listed, Failure> {
        let lists = &self.lists;
        let mut changed = lists.changed.subscribe();
        let entry = lists.entry(kind, |entry| {
            entry.requested_at = Some(Instant::now());
            entry.clone()
        });
        let silent = self.snapshot().is_stale();
        if let Some(table) = entry.table
            && (!table.partial || silent)
        {
            let stale = silent || entry.failure.is_some();
            return Ok(Listed { table, stale });
        }
        if silent && !self.is_degraded() {
            let reason = self.snapshot().broker.reason.clone();
            return Err(Failure::Silent(reason.unwrap_or_default()));
        }
        if entry.failure.is_none() || silent {
            lists.wake.notify_one();
            let is_there =
                |entry: &Entry| entry.table.is_some() || (!silent && entry.failure.is_some());
            let is_whole = |entry: &Entry| {
                entry.table.as_ref().is_some_and(|table| !table.partial) || entry.failure.is_some()
            };
            // The entry shows whether they came.
            let arrival = changed.wait_for(|()| lists.entry(kind, |entry| is_there(entry)));
            self.wait_for(arrival).await;
            let rest = changed.wait_for(|()| lists.entry(kind, |entry| is_whole(entry)));
            if !self.snapshot().is_stale() && lists.table(kind).is_some() {
                let _ = tokio::time::timeout(REST, rest).await;
            }
        }
        let Entry { table, failure, .. } = lists.entry(kind, |entry| entry.clone());
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
