//! Alarms in memory.

use async_trait::async_trait;
use metering::Timestamp;

use super::NaiveStore;
use crate::alarm::{
    AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmStore, AlarmWrite,
    OutboxMessage,
};
use crate::error::StoreError;
use crate::page::Page;

/// Alarms, their history, and messages, each in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct NaiveAlarms {
    alarms: Vec<AlarmRecord>,
    changes: Vec<AlarmChangeRecord>,
    outbox: Vec<OutboxMessage>,
    sent: u64,
}

impl NaiveAlarms {
    fn write(&mut self, write: AlarmWrite) {
        if let Some(record) = write.put {
            self.alarms
                .retain(|known| known.alarm.alarm_id != record.alarm.alarm_id);
            self.alarms.push(record);
        }
        if let Some(id) = write.delete {
            self.alarms.retain(|known| known.alarm.alarm_id != id);
            self.changes.retain(|known| known.change.alarm_id != id);
        }
        self.changes.extend(write.change);
        for message in write.send {
            let waits = |known: &OutboxMessage| known.topic == message.topic;
            if !(message.is_repetition && self.outbox.iter().any(waits)) {
                self.sent += 1;
                self.outbox.push(OutboxMessage {
                    number: self.sent,
                    ..message
                });
            }
        }
        self.outbox
            .retain(|known| !write.settled.contains(&known.number));
        for (number, due) in write.postponed {
            for known in &mut self.outbox {
                if known.number == number {
                    known.due = due;
                    known.attempts += 1;
                }
            }
        }
    }

    fn alarms(&self, selection: &AlarmSelection) -> Vec<AlarmRecord> {
        let AlarmSelection {
            alarm_id,
            project_id,
        } = selection;
        let selected = |known: &&AlarmRecord| {
            alarm_id
                .as_ref()
                .is_none_or(|id| *id == known.alarm.alarm_id)
                && project_id
                    .as_ref()
                    .is_none_or(|id| *id == known.alarm.project_id)
        };
        let mut found: Vec<_> = self.alarms.iter().filter(selected).cloned().collect();
        found.sort_by(|a, b| {
            let times = b.alarm.timestamp.cmp(&a.alarm.timestamp);
            times.then_with(|| a.alarm.alarm_id.cmp(&b.alarm.alarm_id))
        });
        found
    }

    fn changes(&self, selection: &AlarmSelection) -> Vec<AlarmChangeRecord> {
        let AlarmSelection {
            alarm_id,
            project_id,
        } = selection;
        let selected = |known: &&AlarmChangeRecord| {
            alarm_id
                .as_ref()
                .is_none_or(|id| *id == known.change.alarm_id)
                && project_id
                    .as_ref()
                    .is_none_or(|id| *id == known.change.on_behalf_of)
        };
        self.changes
            .iter()
            .rev()
            .filter(selected)
            .cloned()
            .collect()
    }

    fn outbox(&self, due: Timestamp, limit: usize) -> Vec<OutboxMessage> {
        let is_first = |message: &OutboxMessage| {
            let first = self
                .outbox
                .iter()
                .find(|known| known.topic == message.topic);
            first.is_some_and(|first| first.number == message.number)
        };
        let mut found: Vec<_> = self
            .outbox
            .iter()
            .filter(|message| message.due <= due && is_first(message))
            .cloned()
            .collect();
        found.sort_by_key(|message| (message.due, message.number));
        found.truncate(limit);
        found
    }
}

#[async_trait]
impl AlarmStore for NaiveStore {
    async fn alarms_page(
        &self,
        selection: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmRecord, AlarmCursor>, StoreError> {
        let rows = self.kept().alarms.alarms(&selection);
        Ok(Page { rows, next: None })
    }

    async fn alarm(&self, id: &str) -> Result<Option<AlarmRecord>, StoreError> {
        let of_id = AlarmSelection {
            alarm_id: Some(id.to_owned()),
            project_id: None,
        };
        Ok(self.kept().alarms.alarms(&of_id).pop())
    }

    async fn count_alarms(&self, project: &str) -> Result<u64, StoreError> {
        let of_project = AlarmSelection {
            alarm_id: None,
            project_id: Some(project.to_owned()),
        };
        Ok(self.kept().alarms.alarms(&of_project).len() as u64)
    }

    async fn alarm_changes_page(
        &self,
        selection: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmChangeRecord, AlarmCursor>, StoreError> {
        let rows = self.kept().alarms.changes(&selection);
        Ok(Page { rows, next: None })
    }

    async fn write_alarms(&self, write: AlarmWrite) -> Result<(), StoreError> {
        self.kept().alarms.write(write);
        Ok(())
    }

    async fn outbox(&self, due: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        Ok(self.kept().alarms.outbox(due, limit))
    }
}
