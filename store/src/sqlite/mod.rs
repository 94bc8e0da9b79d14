//! The store in an SQLite file, or in memory.
//!
//! One thread writes, and takes all that waits into one transaction; a few connections read, each
//! question in a snapshot of its own. The write-ahead log lets both go on at once.
//!
//! *Posted* samples are a row each, with an index by series and time that holds the volume too.
//! *Collected* ones are a row a poll and resource, the values packed into few bytes, and rolled up
//! by the minute, ten minutes and hour. What is not kept twice: who a sample is of (`series`,
//! `polled`), its metadata, the meters of a poll (`layouts`).
//!
//! What a post answered survives a kill of the process. A power cut may cost what came in since the
//! last checkpoint, unless [`Options::survives_power_cut`] is set; it never damages the file.
//!
//! | module | what |
//! |---|---|
//! | `open`, `schema`, `state` | the file |
//! | `inbox`, `writer`, `ingest`, `upkeep`, `site`, `roll_up_step`, `resource_bound`, `clock` | what is written |
//! | `catalog`, `plan` | which rows a filter is about |
//! | `reader`, `edges` | walking over them |
//! | `samples`, `pages`, `listing`, `statistics`, `charts`, `lines` | the questions, a file each |
//! | `listing_window`, `tallies` | rows of large answers, a bounded number at a time |
//! | `notes` | what the service keeps for itself |
//! | `rollup`, `packed`, `level` | polls, and roll-ups of them |
//! | `columns`, `metadata` | what is held in memory |

mod catalog;
mod charts;
mod clock;
mod columns;
mod edges;
mod failure;
mod id;
mod inbox;
mod ingest;
mod level;
mod lines;
mod listing;
mod listing_window;
mod metadata;
mod notes;
mod open;
mod options;
mod packed;
mod pages;
mod plan;
mod pool;
mod reader;
mod resource_bound;
mod roll_up_step;
mod rollup;
mod samples;
mod schema;
mod shared;
mod site;
mod state;
mod statistics;
mod tallies;
mod upkeep;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use async_trait::async_trait;
use metering::Timestamp;
use metering::telemetry::{Meter, Sample, Statistics};
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use crate::Store;
use crate::error::StoreError;
use crate::filter::{Field, Filter, Op, Value};
use crate::page::{ListCursor, Page, SampleCursor, SamplePage, StatisticsCursor};
use crate::query::{
    Aggregate, ByResource, LogPage, LogQuery, MeterQuery, Range, ResourceQuery, SampleQuery,
    StatisticsQuery,
};
use crate::sample::{Collected, LogRecord, Posted};

use catalog::Catalog;
use clock::RetentionClock;
use failure::{Failure, Outcome};
use id::{Place, message_id};
use inbox::{Inbox, Note, Post};
use ingest::Ingest;
use pool::Pool;
use reader::Reader;
use rollup::Span;
use shared::Shared;
use state::State;
use upkeep::Upkeep;
use writer::Writer;

pub(crate) use listing::ListPosition;
pub(crate) use pages::Position;
pub(crate) use statistics::StatisticsPosition;

pub use options::{Options, Retention};

/// Samples of posts that may wait for the writer at once; further posts wait to get in.
const WAITING_SAMPLES: u32 = 50_000;

/// The store in an SQLite file, or in memory.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    shared: Arc<Shared>,
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
        let ingest = Ingest::load(&locked, &catalog)?;
        let shared = Arc::new(Shared {
            inbox: Inbox::new(options.queued_polls),
            catalog,
            columns: columns::Columns::default(),
            metadata: metadata::MetadataCache::default(),
            state: State::load(&locked)?,
            trouble: Mutex::default(),
        });
        let clock = RetentionClock::load(&locked, Instant::now())?;
        drop(locked);
        let writer = Writer {
            shared: Arc::clone(&shared),
            conn,
            ingest,
            upkeep: Upkeep::new(options, clock),
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
    pub async fn tend(&self) {
        let (done, finished) = oneshot::channel();
        self.shared.inbox.tend(done);
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

#[async_trait]
impl Store for SqliteStore {
    async fn post(&self, samples: Vec<Posted>) -> Result<Vec<Sample>, StoreError> {
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let weight = WAITING_SAMPLES.min(u32::try_from(samples.len()).unwrap_or(u32::MAX));
        let permit = self.waiting.acquire_many(weight).await;
        let samples = Arc::new(samples);
        let (reply, answer) = oneshot::channel();
        self.shared.inbox.post(Post {
            samples: Arc::clone(&samples),
            reply,
        })?;
        let first = answer.await.map_err(|_| StoreError::Closed)??;
        drop(permit);
        let tag = self.shared.state.tag;
        let samples = Arc::unwrap_or_clone(samples).into_iter().zip(first..);
        Ok(samples
            .map(|(posted, row)| posted.into_sample(message_id(tag, Place::Row(row))))
            .collect())
    }

    fn collect(&self, collected: Collected) {
        self.shared.inbox.collect(collected);
    }

    async fn samples(&self, query: SampleQuery) -> Result<Vec<Sample>, StoreError> {
        self.read(move |reader| samples::samples(reader, &query))
            .await
    }

    async fn samples_page(
        &self,
        query: Arc<SampleQuery>,
        cursor: SampleCursor,
    ) -> Result<SamplePage, StoreError> {
        let read = self.read(move |reader| pages::page(reader, &query, cursor.0));
        let (samples, next) = read.await?;
        Ok(SamplePage {
            samples,
            next: next.map(SampleCursor),
        })
    }

    async fn posted_since(&self, project: &str, since: Timestamp) -> Result<u64, StoreError> {
        let project = project.to_owned();
        self.read(move |reader| {
            let first = upkeep::first_row_since(reader.conn, since.as_micros())?;
            pages::count_since(reader, &project, first)
        })
        .await
    }

    async fn sample(&self, id: &str, within: Filter) -> Result<Option<Sample>, StoreError> {
        let is_it = Filter::Is(Field::MessageId, Op::Eq, Value::Text(id.to_owned()));
        let query = SampleQuery {
            filter: within.and(is_it),
            order: Vec::new(),
            limit: 1,
        };
        Ok(self.samples(query).await?.pop())
    }

    async fn meters(&self, query: MeterQuery) -> Result<Vec<Meter>, StoreError> {
        self.read(move |reader| listing::meters(reader, &query))
            .await
    }

    async fn resources(&self, query: ResourceQuery) -> Result<Vec<ByResource>, StoreError> {
        self.read(move |reader| listing::resources(reader, &query))
            .await
    }

    async fn statistics(&self, query: StatisticsQuery) -> Result<Vec<Statistics>, StoreError> {
        self.read(move |reader| statistics::statistics(reader, &query))
            .await
    }

    async fn meters_page(
        &self,
        query: Arc<MeterQuery>,
        cursor: ListCursor,
    ) -> Result<Page<Meter, ListCursor>, StoreError> {
        let read = self.read(move |reader| listing::meters_page(reader, &query, cursor.0));
        let (rows, next) = read.await?;
        let next = next.map(ListCursor);
        Ok(Page { rows, next })
    }

    async fn resources_page(
        &self,
        query: Arc<ResourceQuery>,
        cursor: ListCursor,
    ) -> Result<Page<ByResource, ListCursor>, StoreError> {
        let read = self.read(move |reader| listing::resources_page(reader, &query, cursor.0));
        let (rows, next) = read.await?;
        let next = next.map(ListCursor);
        Ok(Page { rows, next })
    }

    async fn statistics_page(
        &self,
        query: Arc<StatisticsQuery>,
        cursor: StatisticsCursor,
    ) -> Result<Page<Statistics, StatisticsCursor>, StoreError> {
        let read = self.read(move |reader| statistics::page(reader, &query, cursor.0));
        let (rows, next) = read.await?;
        let next = next.map(StatisticsCursor);
        Ok(Page { rows, next })
    }

    async fn series(&self, range: Range) -> Result<Vec<Option<Aggregate>>, StoreError> {
        self.read(move |reader| charts::series(reader, &range))
            .await
    }

    async fn collected_resources(
        &self,
        broker: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        let broker = broker.to_owned();
        let span = Span {
            from: from.as_micros(),
            to: to.as_micros().saturating_sub(1),
        };
        self.read(move |reader| charts::resources(reader, &broker, span))
            .await
    }

    fn log(&self, record: LogRecord) {
        self.shared.inbox.log(record);
    }

    async fn logs(&self, query: LogQuery) -> Result<LogPage, StoreError> {
        self.read(move |reader| lines::page(reader, &query)).await
    }

    fn log_generation(&self) -> u64 {
        self.shared.state.log_generation()
    }

    async fn keep(
        &self,
        area: &'static str,
        key: String,
        text: Option<String>,
    ) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.shared.inbox.note(Note {
            area,
            key,
            text,
            reply,
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn kept(&self, area: &'static str) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |reader| notes::read(reader, area)).await
    }

    fn trouble(&self) -> Option<String> {
        self.shared.trouble()
    }

    async fn close(&self) {
        self.shared.inbox.close();
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // One that panicked has ended too.
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
        }
    }
}
