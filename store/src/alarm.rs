//! Alarms, their history, and messages that wait to be sent.

use async_trait::async_trait;
use metering::Timestamp;
use metering::alarm::{Alarm, AlarmChange, Severity};

use crate::error::StoreError;
use crate::page::Page;

/// An alarm, and what only the service knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmRecord {
    /// As callers see it.
    pub alarm: Alarm,
    /// The access scope of who saved it last, as the API wrote it: its evaluation sees no more.
    pub scope: String,
    /// Of an alarm on events: the number of the last event that was evaluated.
    pub seen_event: u64,
}

/// A change of an alarm, and how severe the alarm was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmChangeRecord {
    /// As callers see it.
    pub change: AlarmChange,
    /// The severity of the alarm.
    pub severity: Severity,
}

/// Which alarms or changes; absent fields select all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmSelection {
    /// Of the alarm with this id.
    pub alarm_id: Option<String>,
    /// Of alarms of this project.
    pub project_id: Option<String>,
}

/// Where the next page of alarms or changes starts. The default is the start of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmCursor {
    /// The time in microseconds, and the id of the last alarm or the number of the last change.
    pub(crate) last: Option<(i64, String)>,
}

/// A message that is sent at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its number, which the store gives.
    pub number: u64,
    /// Messages of one topic are sent one after another.
    pub topic: String,
    /// Where it is sent.
    pub address: String,
    /// The same at each attempt, so that the receiver can recognize a repetition.
    pub request_id: String,
    /// What is sent.
    pub body: String,
    /// Not needed while another message of the topic waits.
    pub is_repetition: bool,
    /// When it was written.
    pub created: Timestamp,
    /// When it is sent.
    pub due: Timestamp,
    /// How many attempts failed.
    pub attempts: u32,
}

/// Changes that are written together, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlarmWrite {
    /// Creates or replaces an alarm.
    pub put: Option<AlarmRecord>,
    /// Deletes an alarm and its history, by its id.
    pub delete: Option<String>,
    /// Adds to the history.
    pub change: Option<AlarmChangeRecord>,
    /// Messages to send.
    pub send: Vec<OutboxMessage>,
    /// Numbers of messages that need no further attempt.
    pub settled: Vec<u64>,
    /// Messages whose attempt failed: number, and when the next one is.
    pub postponed: Vec<(u64, Timestamp)>,
}

/// Where alarms and messages are kept.
#[async_trait]
pub trait AlarmStore {
    /// The next alarms, the last changed first.
    async fn alarms_page(
        &self,
        selection: AlarmSelection,
        cursor: AlarmCursor,
    ) -> Result<Page<AlarmRecord, AlarmCursor>, StoreError>;

    /// An alarm by its id.
    async fn alarm(&self, id: &str) -> Result<Option<AlarmRecord>, StoreError>;

    /// The number of alarms of a project.
    async fn count_alarms(&self, project: &str) -> Result<u64, StoreError>;

    /// The next changes of alarms, the last first.
    async fn alarm_changes_page(
        &self,
        selection: AlarmSelection,
        cursor: AlarmCursor,
    ) -> Result<Page<AlarmChangeRecord, AlarmCursor>, StoreError>;

    /// Writes changes of alarms and messages, all or none. When it returns they survive a kill of the process.
    async fn write_alarms(&self, write: AlarmWrite) -> Result<(), StoreError>;

    /// Messages that are due at a time, of each topic the first, at most `limit`.
    async fn outbox(&self, due: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError>;
}
