//! What the writer and the readers share.

use std::sync::{Mutex, PoisonError};

use super::catalog::Catalog;
use super::columns::Columns;
use super::inbox::Inbox;
use super::metadata::MetadataCache;
use super::state::State;
use crate::error::StoreError;

/// What the writer and the readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) inbox: Inbox,
    pub(super) catalog: Catalog,
    pub(super) columns: Columns,
    pub(super) metadata: MetadataCache,
    pub(super) state: State,
    /// Why writing fails.
    pub(super) trouble: Mutex<Option<String>>,
}

impl Shared {
    /// Writing went well.
    pub(super) fn well(&self) {
        let before = self
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if before.is_some() {
            let dropped = self.inbox.dropped();
            tracing::info!(dropped, "the store can be written again");
            self.inbox.reset_dropped();
        }
    }

    /// Writing failed.
    pub(super) fn ill(&self, error: &StoreError) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let now = error.to_string();
        if trouble.as_ref() != Some(&now) {
            tracing::error!(%error, "the store cannot be written");
        }
        *trouble = Some(now);
    }

    /// Why what is queued cannot be written now.
    pub(super) fn trouble(&self) -> Option<String> {
        let trouble = self
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        Some(match self.inbox.dropped() {
            0 => trouble,
            polls => format!("{trouble}; {polls} polls were dropped"),
        })
    }
}
