//! What the writer and the readers share.

use std::sync::{Mutex, PoisonError};

use super::catalog::Catalog;
use super::columns::Columns;
use super::inbox::Inbox;
use super::metadata::MetadataCache;
use super::state::State;
use super::statistics_pages::RowBudget;
use crate::error::StoreError;

/// State that the writer and the readers share.
#[derive(Debug)]
pub(super) struct StoreContext {
    pub(super) inbox: Inbox,
    pub(super) catalog: Catalog,
    pub(super) columns: Columns,
    pub(super) metadata: MetadataCache,
    pub(super) state: State,
    pub(super) row_budget: RowBudget,
    /// Why writing fails.
    pub(super) write_error: Mutex<Option<String>>,
}

impl StoreContext {
    /// Records that a write succeeded.
    pub(super) fn write_succeeded(&self) {
        let before = self
            .write_error
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
        let mut write_error = self
            .write_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = error.to_string();
        if write_error.as_ref() != Some(&now) {
            tracing::error!(%error, "the store cannot be written");
        }
        *write_error = Some(now);
    }

    /// Why what is queued cannot be written now.
    pub(super) fn write_error(&self) -> Option<String> {
        let write_error = self
            .write_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        Some(match self.inbox.dropped() {
            0 => write_error,
            polls => format!("{write_error}; {polls} polls were dropped"),
        })
    }
}
