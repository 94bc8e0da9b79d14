//! The store in an SQLite file, or in memory.
//!
//! One thread writes, and takes all that waits into one transaction; a few connections read, each
//! question in a snapshot of its own. The write-ahead log lets both go on at once.
//!
//! *Posted* samples are a row each, with an index by series and time that holds the volume too.
//! *Collected* ones are a row a poll and resource, the values packed into few bytes, and rolled up
//! by the minute, ten minutes and hour. What is not kept twice: who a sample is of (`series`,
//! `poll_source`), its metadata, the meters of a poll (`column_sets`).
//!
//! What a post answered survives a kill of the process. A power cut may cost what came in since the
//! last checkpoint, unless [`Options::survives_power_cut`] is set; it never damages the file.
//!
//! | module | what |
//! |---|---|
//! | `open`, `schema`, `state` | the file |
//! | `inbox`, `writer`, `ingest`, `maintenance`, `context`, `roll_up_step`, `resource_bound`, `posted_series`, `clock` | what is written |
//! | `catalog`, `plan` | which rows a filter is about |
//! | `reader`, `first_last` | walking over them |
//! | `samples`, `pages`, `listing`, `statistics`, `charts`, `lines` | the questions, a file each |
//! | `listing_window`, `tallies`, `statistics_search`, `statistics_pages` | rows of large answers, a bounded number at a time |
//! | `kv_writes` | what the service keeps for itself |
//! | `alerts` | states of built-in rules |
//! | `alarms` | alarms, their history, messages that wait to be sent |
//! | `rollup`, `varint_codec`, `resolution` | polls, and roll-ups of them |
//! | `columns`, `metadata` | what is held in memory |

mod alarms;
mod alerts;
mod catalog;
mod charts;
mod clock;
mod columns;
mod failure;
mod first_last;
mod hit;
mod id;
mod inbox;
mod ingest;
mod kv;
mod listing;
mod listing_window;
mod log_entries;
mod maintenance;
mod maintenance_context;
mod metadata;
mod open;
mod options;
mod pages;
mod plan;
mod pool;
mod posted_series;
mod reader;
mod resolution;
mod resource_bound;
mod roll_up_step;
mod rolled;
mod rollup;
mod samples;
mod schema;
mod shared;
mod spread;
mod state;
mod statistics;
mod statistics_pages;
mod statistics_row;
mod statistics_search;
mod store_impl;
mod sum;
mod tallies;
mod varint_codec;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use crate::error::StoreError;

use catalog::Catalog;
use clock::RetentionClock;
use failure::{Failure, Outcome};
use inbox::Inbox;
use ingest::Ingest;
use maintenance::Maintenance;
use pool::Pool;
use reader::Reader;
use shared::StoreContext;
use state::State;
use writer::Writer;

pub(crate) use listing::ListPosition;
pub(crate) use pages::Position;
pub(crate) use statistics_pages::StatisticsPosition;

pub use options::{Options, Retention};

/// Samples of posts that may wait for the writer at once; further posts wait to get in.
const WAITING_SAMPLES: u32 = 50_000;

/// The store in an SQLite file, or in memory.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    shared: Arc<StoreContext>,
    pool: Pool,
    waiting: Semaphore,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Keeps other processes away.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// Where it cannot be made, written or read, is another process's, damaged, or of a newer
    /// version than this program knows. It is never changed then.
    #[expect(clippy::needless_pass_by_value, reason = "made for one store")]
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        options.retention.check()?;
        let lock = open::lock(path)?;
        let open = || -> Outcome<(Connection, Vec<Connection>)> {
            let conn = open::writer(path, &options)?;
            let readers = (0..pool::READERS).map(|_| open::reader(path));
            Ok((conn, readers.collect::<Result<_, _>>()?))
        };
        let explain = |failure: Failure| failure.explain_start(path);
        let (conn, readers) = open().map_err(explain)?;
        let conn = Arc::new(Mutex::new(conn));
        Self::start(path, &options, conn, Pool::new(readers), Some(lock)).map_err(explain)
    }

    /// One that is gone when the program ends.
    ///
    /// # Errors
    /// Where the options cannot work.
    #[expect(clippy::needless_pass_by_value, reason = "made for one store")]
    pub fn in_memory(options: Options) -> Result<Self, StoreError> {
        options.retention.check()?;
        let path = Path::new("the store in memory");
        let explain = |failure: Failure| failure.explain(path);
        let conn = Arc::new(Mutex::new(open::memory(&options).map_err(explain)?));
        let pool = Pool::one(Arc::clone(&conn));
        Self::start(path, &options, conn, pool, None).map_err(explain)
    }

    fn start(
        path: &Path,
        options: &Options,
        conn: Arc<Mutex<Connection>>,
        pool: Pool,
        lock: Option<File>,
    ) -> Outcome<Self> {
        let locked = conn.lock().unwrap_or_else(PoisonError::into_inner);
        let catalog = Catalog::load(&locked)?;
        let ingest = Ingest::load(&locked, &catalog, options.max_posted_series)?;
        let shared = Arc::new(StoreContext {
            inbox: Inbox::new(options.queued_polls),
            catalog,
            columns: columns::Columns::default(),
            metadata: metadata::MetadataCache::default(),
            row_budget: statistics_pages::RowBudget::default(),
            state: State::load(&locked)?,
            write_error: Mutex::default(),
        });
        let clock = RetentionClock::load(&locked, Instant::now())?;
        drop(locked);
        let writer = Writer {
            shared: Arc::clone(&shared),
            conn,
            ingest,
            maintenance: Maintenance::new(options, clock),
            path: path.to_owned(),
        };
        let thread = std::thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || writer.run()).map_err(|error| {
            StoreError::Unavailable(format!("the thread that writes cannot be started: {error}"))
        })?;
        Ok(Self {
            path: path.to_owned(),
            shared,
            pool,
            waiting: Semaphore::new(WAITING_SAMPLES as usize),
            writer: Mutex::new(Some(thread)),
            _lock: lock,
        })
    }

    /// Does all background work that is due: roll-ups, deletion of what is too old. It is done by
    /// itself sooner or later; this is for who cannot wait, such as tests and benchmarks.
    pub async fn run_maintenance(&self) {
        let (done, finished) = oneshot::channel();
        self.shared.inbox.run_maintenance(done);
        // A closed store has nothing due.
        let _ = finished.await;
    }

    /// Answers a question in a snapshot of its own.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader<'_>) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let answer = self.pool.run(move |conn| {
            let turn = conn.unchecked_transaction()?;
            question(&Reader::new(&turn, &shared)?)
        });
        answer.await.map_err(|failure| failure.explain(&self.path))
    }

    fn join(&self) {
        self.shared.inbox.close();
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the store's thread has panicked");
        }
    }
}

impl Drop for SqliteStore {
    /// Writes what is queued.
    fn drop(&mut self) {
        self.join();
    }
}
