//! Where samples and the system log are kept.
//!
//! One trait, [`Store`], behind which the metering API knows nothing of how. Samples come two
//! ways: *posted* ones, by clients of the telemetry API, each with its own metadata and durable
//! before they are answered; and *collected* ones, the collector's own, a whole poll at a time,
//! queued and written within a second. Both are read alike.
//!
//! | module | what |
//! |---|---|
//! | [`filter`] | which samples: the tree that every query becomes |
//! | [`collected_scope`] | which collected samples a reader may see |
//! | [`query`] | what can be asked |
//! | [`page`] | large answers, page by page |
//! | [`sample`] | what goes in |
//! | [`event`] | lines of the system log as events |
//! | [`alarm`] | alarms, their history, messages that wait to be sent |
//! | [`alert`] | what is kept of alerts |
//! | [`error`] | why something cannot be had |
//! | [`sqlite`] | the store in a file |
//! | `damaged` | what stands in for it where the file is damaged |
//! | `testing` | a plain store in memory, what tests run on and the real one is held against |

pub mod alarm;
pub mod alert;
pub mod collected_scope;
pub mod cursor;
mod damaged;
pub mod error;
pub mod event;
pub mod filter;
mod matcher;
pub mod page;
pub mod query;
pub mod sample;
pub mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use metering::event::Event;
use metering::requests::{AlertHistoryQuery, LogQuery};
use metering::telemetry::{Meter, Sample, Statistics};
use metering::{AlertChange, Timestamp};

pub use alarm::{
    AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmStore, AlarmWrite,
    OutboxMessage,
};
pub use alert::{AlertRow, AlertScope, AlertWrite, Notification};
pub use collected_scope::{BrokerSamples, CollectedScope};
pub use cursor::{ListCursor, SampleCursor, SamplePage, StatisticsCursor};
pub use damaged::DamagedStore;
pub use error::StoreError;
pub use event::{EventCursor, EventQuery};
pub use filter::Filter;
pub use metering::requests::{AggregateFunction, Field, GroupBy, Operator, Order, Value};
pub use page::Page;
pub use query::{
    Aggregate, ByResource, LogPage, MeterQuery, Range, ResourceQuery, SampleQuery, StatisticsQuery,
};
pub use sample::{Collected, LogRecord, Posted};
pub use sqlite::{Options, Retention, SqliteStore};

/// Where samples and the system log are kept.
///
/// Every question is answered from what was durable when it came; what is queued follows within
/// a second, and no question waits for background work such as roll-ups. Errors are
/// [`StoreError`]s, never panics.
#[async_trait]
pub trait Store: AlarmStore + Debug + Send + Sync + 'static {
    /// Takes samples in, all or none. When it returns they survive a kill of the process, and
    /// carry their ids.
    async fn post(&self, samples: Vec<Posted>) -> Result<Vec<Sample>, StoreError>;

    /// Queues what a poll brought. What is there already of that resource and time stays as it is.
    /// Never waits; where the store cannot keep up or write, the
    /// oldest queued polls are dropped, counted and reported by [`Store::write_error`].
    fn collect(&self, collected: Collected);

    /// Samples by any filter.
    async fn samples(&self, query: SampleQuery) -> Result<Vec<Sample>, StoreError>;

    /// The next samples of a large answer; `cursor` is that of the page before, or the default for
    /// the first page. Each page is read by itself: between two pages nothing is locked, so samples
    /// that are deleted meanwhile are left out, and samples that come meanwhile may be missing.
    async fn samples_page(
        &self,
        query: Arc<SampleQuery>,
        cursor: SampleCursor,
    ) -> Result<SamplePage, StoreError> {
        // A store that holds all samples in memory has nothing to save by reading in parts.
        drop(cursor);
        let samples = self.samples(query.as_ref().clone()).await?;
        Ok(SamplePage {
            samples,
            next: None,
        })
    }

    /// The number of samples of a project that were posted, by [`Sample::recorded_at`], at a time or later.
    async fn posted_since(&self, project: &str, since: Timestamp) -> Result<u64, StoreError>;

    /// One sample by its id, where it passes the filter.
    async fn sample(&self, id: &str, within: Filter) -> Result<Option<Sample>, StoreError>;

    /// Meters that have samples that pass the filter, by name and resource.
    async fn meters(&self, query: MeterQuery) -> Result<Vec<Meter>, StoreError>;

    /// Resources that have samples that pass the filter, by id, without links.
    async fn resources(&self, query: ResourceQuery) -> Result<Vec<ByResource>, StoreError>;

    /// Numbers about the samples of a filter: one row a unit, group and period that holds any,
    /// sorted by group, then period, then unit.
    async fn statistics(&self, query: StatisticsQuery) -> Result<Vec<Statistics>, StoreError>;

    /// The next rows of [`Store::meters`], as [`Store::samples_page`] gives samples.
    async fn meters_page(
        &self,
        query: Arc<MeterQuery>,
        cursor: ListCursor,
    ) -> Result<Page<Meter, ListCursor>, StoreError> {
        drop(cursor);
        let rows = self.meters(query.as_ref().clone()).await?;
        Ok(Page { rows, next: None })
    }

    /// The next rows of [`Store::resources`].
    async fn resources_page(
        &self,
        query: Arc<ResourceQuery>,
        cursor: ListCursor,
    ) -> Result<Page<ByResource, ListCursor>, StoreError> {
        drop(cursor);
        let rows = self.resources(query.as_ref().clone()).await?;
        Ok(Page { rows, next: None })
    }

    /// The next rows of [`Store::statistics`]; periods begin where those of the first page do.
    async fn statistics_page(
        &self,
        query: Arc<StatisticsQuery>,
        cursor: StatisticsCursor,
    ) -> Result<Page<Statistics, StatisticsCursor>, StoreError> {
        drop(cursor);
        let rows = self.statistics(query.as_ref().clone()).await?;
        Ok(Page { rows, next: None })
    }

    /// Columns for charts of one resource's collected meters; `None` for a meter without samples
    /// in the range. The level (raw, 1 min, 10 min, 1 h) follows from the step.
    async fn series(&self, range: Range) -> Result<Vec<Option<Aggregate>>, StoreError>;

    /// Resources of a broker's collected samples in a span: the broker and `{broker}/{node}`s.
    async fn collected_resources(
        &self,
        broker: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Arc<str>>, StoreError>;

    /// Queues a line of the system log. Never waits.
    fn log(&self, record: LogRecord);

    /// Lines of the system log, newest first.
    async fn logs(
        &self,
        query: LogQuery,
        brokers: Option<Vec<String>>,
    ) -> Result<LogPage, StoreError>;

    /// The next lines of the system log as events, the oldest first; `cursor` is that of the page before, or the
    /// default for the first page.
    async fn events_page(
        &self,
        query: Arc<EventQuery>,
        cursor: EventCursor,
    ) -> Result<Page<Event, EventCursor>, StoreError>;

    /// Grows with every change of what [`Store::logs`] answers: at the same number it answers the same.
    fn log_generation(&self) -> u64;

    /// Keeps a text under a name, or forgets it where it is none. Areas keep their names apart.
    /// When it returns it survives a kill of the process.
    async fn put_kv(
        &self,
        area: &'static str,
        key: String,
        text: Option<String>,
    ) -> Result<(), StoreError>;

    /// What is kept in an area, by name.
    async fn list_kv(&self, area: &'static str) -> Result<Vec<(String, String)>, StoreError>;

    /// Keeps changes of alerts, all or none. When it returns they survive a kill of the process.
    async fn write_alerts(&self, write: AlertWrite) -> Result<(), StoreError>;

    /// The states of a broker's alerts.
    async fn alerts(&self, broker: &str) -> Result<Vec<AlertRow>, StoreError>;

    /// Changes of alerts that a reader sees, newest first.
    async fn alert_history(
        &self,
        query: AlertHistoryQuery,
        scopes: Vec<AlertScope>,
    ) -> Result<Vec<AlertChange>, StoreError>;

    /// Notifications that are not delivered yet, the oldest first.
    async fn notifications(&self) -> Result<Vec<Notification>, StoreError>;

    /// Why what is queued cannot be written now, in a sentence; none where all is well.
    fn write_error(&self) -> Option<String>;

    /// Writes what is queued and closes.
    async fn close(&self);
}
