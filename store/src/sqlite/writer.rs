//! The one thread that writes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};

use super::alarms;
use super::alerts;
use super::failure::Outcome;
use super::inbox::{Batch, Post};
use super::ingest::{Added, Ingest};
use super::kv;
use super::log_entries;
use super::maintenance::Maintenance;
use super::maintenance_context::MaintenanceContext;
use super::shared::StoreContext;
use crate::error::StoreError;

/// Where there is nothing to do, it looks around so often.
const IDLE: Duration = Duration::from_secs(1);
/// Between two steps of background work.
const BREATH: Duration = Duration::from_millis(5);
/// After a failure, before what is queued is tried again. A post is tried at once.
const RETRY: Duration = Duration::from_secs(1);

/// The number of a post's first row, or why it was refused.
type PostResult = Result<i64, StoreError>;

/// Writes until the store is closed.
pub(super) struct Writer {
    pub(super) shared: Arc<StoreContext>,
    pub(super) conn: Arc<Mutex<Connection>>,
    pub(super) ingest: Ingest,
    pub(super) maintenance: Maintenance,
    pub(super) path: PathBuf,
}

impl Writer {
    pub(super) fn run(mut self) {
        let mut more = true;
        let mut stepped = Instant::now();
        while let Some(mut batch) = self.shared.inbox.take(if more { BREATH } else { IDLE }) {
            let maintenance = std::mem::take(&mut batch.maintenance);
            if !batch.is_empty() {
                self.write(batch);
            }
            if !more || stepped.elapsed() > BREATH {
                more = self.step();
                stepped = Instant::now();
            }
            for done in maintenance {
                self.maintenance.start_pass();
                let limit = Instant::now() + Duration::from_mins(10);
                while self.step() && Instant::now() < limit {}
                // Who asked may have gone.
                let _ = done.send(());
            }
        }
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        // So that nothing is left to do at the next start; where it fails, that one does it.
        if let Err(error) = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::debug!(%error, "the last checkpoint");
        }
    }

    fn write(&mut self, batch: Batch) {
        let next_row = self.ingest.next_row();
        let mut added = Added::default();
        let written = self.commit(&batch, &mut added);
        match written {
            Ok(rows) => {
                added.publish(&self.shared.catalog, &self.shared.columns);
                self.shared.write_succeeded();
                for (post, row) in batch.posts.into_iter().zip(rows) {
                    let Post { samples, reply } = post;
                    // So that the poster takes them over without a copy.
                    drop(samples);
                    // Who posted may have gone.
                    let _ = reply.send(row);
                }
                for write in batch.kv_writes {
                    let _ = write.reply.send(Ok(()));
                }
                for request in batch.alarms {
                    let _ = request.reply.send(Ok(()));
                }
                for job in batch.alerts {
                    let _ = job.reply.send(Ok(()));
                }
            }
            Err(failure) => {
                let error = failure.explain(&self.path);
                self.ingest.undo(&added, next_row);
                self.shared.ill(&error);
                for post in batch.posts {
                    let _ = post.reply.send(Err(error.clone()));
                }
                for write in batch.kv_writes {
                    let _ = write.reply.send(Err(error.clone()));
                }
                for request in batch.alarms {
                    let _ = request.reply.send(Err(error.clone()));
                }
                for job in batch.alerts {
                    let _ = job.reply.send(Err(error.clone()));
                }
                self.shared.inbox.give_back(batch.polls, batch.log_entries);
                self.shared.inbox.pause(RETRY);
            }
        }
    }

    fn commit(&mut self, batch: &Batch, added: &mut Added) -> Outcome<Vec<PostResult>> {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut rows = Vec::with_capacity(batch.posts.len());
        for post in &batch.posts {
            rows.push(self.ingest.post(&turn, post, added)?);
        }
        let horizons = self.shared.state.horizons();
        for poll in &batch.polls {
            self.ingest.poll(&turn, poll, &horizons, added)?;
        }
        log_entries::write(&turn, &batch.log_entries)?;
        kv::write(&turn, &batch.kv_writes)?;
        alarms::write(&turn, &batch.alarms)?;
        alerts::write(&turn, &batch.alerts)?;
        turn.commit()?;
        if !batch.log_entries.is_empty() {
            self.shared.state.log_changed();
        }
        Ok(rows)
    }

    /// One step of background work. Whether there is more.
    fn step(&mut self) -> bool {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut context = MaintenanceContext {
            conn: &mut conn,
            catalog: &self.shared.catalog,
            columns: &self.shared.columns,
            state: &self.shared.state,
            ingest: &mut self.ingest,
        };
        match self.maintenance.step(&mut context, now()) {
            Ok(more) => more,
            Err(failure) => {
                drop(conn);
                self.shared.ill(&failure.explain(&self.path));
                false
            }
        }
    }
}

impl Drop for Writer {
    /// Nobody shall wait for a thread that has ended, whyever it did.
    fn drop(&mut self) {
        self.shared.inbox.abandon();
        if std::thread::panicking() {
            let error = "the thread that writes has ended; restart the program";
            self.shared.ill(&StoreError::Unavailable(error.to_owned()));
        }
    }
}

/// Microseconds since the epoch.
fn now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    // Before 1970 the machine's clock is wrong anyway.
    passed.map_or(0, |passed| passed.as_micros() as i64)
}
