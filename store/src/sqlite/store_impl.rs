//! The trait [`Store`] for the store in an SQLite file.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use metering::event::Event;
use metering::requests::{AlertHistoryQuery, Field, LogQuery, Operator, Value};
use metering::telemetry::{Meter, Sample, Statistics};
use metering::{AlertChange, Timestamp};
use tokio::sync::oneshot;

use super::id::{SampleLocation, message_id};
use super::inbox::{AlertJob, KvWrite, Post};
use super::rollup::Span;
use super::{
    SqliteStore, WAITING_SAMPLES, alerts, charts, kv, listing, log_entries, maintenance, pages,
    samples, statistics_pages, statistics_search,
};
use crate::Store;
use crate::alert::{AlertRow, AlertScope, AlertWrite, Notification};
use crate::cursor::{ListCursor, SampleCursor, SamplePage, StatisticsCursor};
use crate::error::StoreError;
use crate::event::{EventCursor, EventQuery};
use crate::filter::Filter;
use crate::page::Page;
use crate::query::{
    Aggregate, ByResource, LogPage, MeterQuery, Range, ResourceQuery, SampleQuery, StatisticsQuery,
};
use crate::sample::{Collected, LogRecord, Posted};

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
            .map(|(posted, row)| posted.into_sample(message_id(tag, SampleLocation::Row(row))))
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
            let first = maintenance::first_row_since(reader.conn, since.as_micros())?;
            pages::count_since(reader, &project, first)
        })
        .await
    }

    async fn sample(&self, id: &str, within: Filter) -> Result<Option<Sample>, StoreError> {
        let is_it = Filter::Is(Field::MessageId, Operator::Eq, Value::Text(id.to_owned()));
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
        self.read(move |reader| statistics_search::statistics(reader, &query))
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
        let read = self.read(move |reader| statistics_pages::page(reader, &query, cursor.0));
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

    async fn logs(
        &self,
        query: LogQuery,
        brokers: Option<Vec<String>>,
    ) -> Result<LogPage, StoreError> {
        self.read(move |reader| log_entries::page(reader, &query, brokers.as_deref()))
            .await
    }

    async fn events_page(
        &self,
        query: Arc<EventQuery>,
        cursor: EventCursor,
    ) -> Result<Page<Event, EventCursor>, StoreError> {
        self.read(move |reader| log_entries::events_page(reader, &query, &cursor))
            .await
    }

    fn log_generation(&self) -> u64 {
        self.shared.state.log_generation()
    }

    async fn put_kv(
        &self,
        area: &'static str,
        key: String,
        text: Option<String>,
    ) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.shared.inbox.write(KvWrite {
            area,
            key,
            text,
            reply,
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn list_kv(&self, area: &'static str) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |reader| kv::read(reader, area)).await
    }

    async fn write_alerts(&self, write: AlertWrite) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.shared.inbox.alerts(AlertJob { write, reply })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn alerts(&self, broker: &str) -> Result<Vec<AlertRow>, StoreError> {
        let broker = broker.to_owned();
        self.read(move |reader| alerts::states(reader, &broker))
            .await
    }

    async fn alert_history(
        &self,
        query: AlertHistoryQuery,
        scopes: Vec<AlertScope>,
    ) -> Result<Vec<AlertChange>, StoreError> {
        self.read(move |reader| alerts::history(reader, &query, &scopes))
            .await
    }

    async fn notifications(&self) -> Result<Vec<Notification>, StoreError> {
        self.read(alerts::notifications).await
    }

    fn write_error(&self) -> Option<String> {
        self.shared.write_error()
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
