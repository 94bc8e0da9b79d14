//! What stands in for a store whose file is damaged.

use std::sync::Arc;

use async_trait::async_trait;
use metering::event::Event;
use metering::requests::{AlertHistoryQuery, LogQuery};
use metering::telemetry::{Meter, Sample, Statistics};
use metering::{AlertChange, Timestamp};

use crate::alarm::{
    AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmStore, AlarmWrite,
    OutboxMessage,
};
use crate::alert::{AlertRow, AlertScope, AlertWrite, Notification};
use crate::event::{EventCursor, EventQuery};
use crate::page::Page;
use crate::query::{
    Aggregate, ByResource, LogPage, MeterQuery, Range, ResourceQuery, SampleQuery, StatisticsQuery,
};
use crate::sample::{Collected, LogRecord, Posted};
use crate::{Filter, Store, StoreError};

/// Keeps nothing and has nothing, and says why: so that who has a damaged file sees their brokers
/// all the same, and no sample is taken that would not outlive the program.
#[derive(Debug)]
pub struct DamagedStore(StoreError);

impl DamagedStore {
    /// In the place of a store that cannot be opened for this reason.
    pub fn new(reason: StoreError) -> Self {
        Self(reason)
    }

    fn refuse<T>(&self) -> Result<T, StoreError> {
        Err(self.0.clone())
    }
}

#[async_trait]
impl Store for DamagedStore {
    async fn post(&self, _: Vec<Posted>) -> Result<Vec<Sample>, StoreError> {
        self.refuse()
    }

    fn collect(&self, _: Collected) {}

    async fn samples(&self, _: SampleQuery) -> Result<Vec<Sample>, StoreError> {
        self.refuse()
    }

    async fn posted_since(&self, _: &str, _: Timestamp) -> Result<u64, StoreError> {
        self.refuse()
    }

    async fn sample(&self, _: &str, _: Filter) -> Result<Option<Sample>, StoreError> {
        self.refuse()
    }

    async fn meters(&self, _: MeterQuery) -> Result<Vec<Meter>, StoreError> {
        self.refuse()
    }

    async fn resources(&self, _: ResourceQuery) -> Result<Vec<ByResource>, StoreError> {
        self.refuse()
    }

    async fn statistics(&self, _: StatisticsQuery) -> Result<Vec<Statistics>, StoreError> {
        self.refuse()
    }

    async fn series(&self, _: Range) -> Result<Vec<Option<Aggregate>>, StoreError> {
        self.refuse()
    }

    async fn collected_resources(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        self.refuse()
    }

    fn log(&self, _: LogRecord) {}

    async fn logs(&self, _: LogQuery, _: Option<Vec<String>>) -> Result<LogPage, StoreError> {
        self.refuse()
    }

    async fn events_page(
        &self,
        _: Arc<EventQuery>,
        _: EventCursor,
    ) -> Result<Page<Event, EventCursor>, StoreError> {
        self.refuse()
    }

    fn log_generation(&self) -> u64 {
        0
    }

    async fn put_kv(
        &self,
        _: &'static str,
        _: String,
        _: Option<String>,
    ) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn list_kv(&self, _: &'static str) -> Result<Vec<(String, String)>, StoreError> {
        self.refuse()
    }

    async fn write_alerts(&self, _: AlertWrite) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn alerts(&self, _: &str) -> Result<Vec<AlertRow>, StoreError> {
        self.refuse()
    }

    async fn alert_history(
        &self,
        _: AlertHistoryQuery,
        _: Vec<AlertScope>,
    ) -> Result<Vec<AlertChange>, StoreError> {
        self.refuse()
    }

    async fn notifications(&self) -> Result<Vec<Notification>, StoreError> {
        self.refuse()
    }

    fn write_error(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    async fn close(&self) {}
}

#[async_trait]
impl AlarmStore for DamagedStore {
    async fn alarms_page(
        &self,
        _: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmRecord, AlarmCursor>, StoreError> {
        self.refuse()
    }

    async fn alarm(&self, _: &str) -> Result<Option<AlarmRecord>, StoreError> {
        self.refuse()
    }

    async fn count_alarms(&self, _: &str) -> Result<u64, StoreError> {
        self.refuse()
    }

    async fn alarm_changes_page(
        &self,
        _: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmChangeRecord, AlarmCursor>, StoreError> {
        self.refuse()
    }

    async fn write_alarms(&self, _: AlarmWrite) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn outbox(&self, _: Timestamp, _: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        self.refuse()
    }
}
