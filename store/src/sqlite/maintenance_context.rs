//! What background work is done on, and how much of it one step does.

use std::time::Duration;

use rusqlite::Connection;

use super::catalog::Catalog;
use super::columns::Columns;
use super::ingest::Ingest;
use super::state::State;

/// The time that a step takes, about.
pub(super) const STEP: Duration = Duration::from_millis(5);
/// Rows that one statement deletes.
pub(super) const ROWS: i64 = 500;

/// What the writer works on.
pub(super) struct MaintenanceContext<'a> {
    pub(super) conn: &'a mut Connection,
    pub(super) catalog: &'a Catalog,
    pub(super) columns: &'a Columns,
    pub(super) state: &'a State,
    pub(super) ingest: &'a mut Ingest,
}
