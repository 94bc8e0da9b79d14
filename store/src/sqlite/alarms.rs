//! Alarms, their history, and messages that wait to be sent.

use async_trait::async_trait;
use metering::Timestamp;
use metering::alarm::Severity;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::SqliteStore;
use super::failure::{Failure, Outcome};
use super::inbox::AlarmRequest;
use super::reader::Reader;
use crate::alarm::{
    AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmStore, AlarmWrite,
    OutboxMessage,
};
use crate::error::StoreError;
use crate::page::Page;

/// Rows in a page.
const PAGE: usize = 200;

#[async_trait]
impl AlarmStore for SqliteStore {
    async fn alarms_page(
        &self,
        selection: AlarmSelection,
        cursor: AlarmCursor,
    ) -> Result<Page<AlarmRecord, AlarmCursor>, StoreError> {
        self.read(move |reader| page(reader, &selection, cursor))
            .await
    }

    async fn alarm(&self, id: &str) -> Result<Option<AlarmRecord>, StoreError> {
        let id = id.to_owned();
        self.read(move |reader| alarm(reader, &id)).await
    }

    async fn count_alarms(&self, project: &str) -> Result<u64, StoreError> {
        let project = project.to_owned();
        self.read(move |reader| count(reader, &project)).await
    }

    async fn alarm_changes_page(
        &self,
        selection: AlarmSelection,
        cursor: AlarmCursor,
    ) -> Result<Page<AlarmChangeRecord, AlarmCursor>, StoreError> {
        self.read(move |reader| changes(reader, &selection, cursor))
            .await
    }

    async fn write_alarms(&self, write: AlarmWrite) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = AlarmRequest { write, reply };
        self.shared.inbox.write_alarms(request)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn outbox(&self, due: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        self.read(move |reader| outbox(reader, due, limit)).await
    }
}

/// Writes changes, each whole.
pub(super) fn write(conn: &Connection, requests: &[AlarmRequest]) -> Outcome<()> {
    for AlarmRequest { write, .. } in requests {
        write_one(conn, write)?;
    }
    Ok(())
}

fn write_one(conn: &Connection, write: &AlarmWrite) -> Outcome<()> {
    if let Some(AlarmRecord {
        alarm,
        scope,
        seen_event,
    }) = &write.put
    {
        let mut put = conn.prepare_cached(
            "INSERT INTO alarms (id, project, time, body, scope, seen_event) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET project = excluded.project, time = excluded.time,
                 body = excluded.body, scope = excluded.scope, seen_event = excluded.seen_event",
        )?;
        put.execute(params![
            alarm.alarm_id,
            alarm.project_id,
            alarm.timestamp.as_micros(),
            json(alarm)?,
            scope,
            seen_event.cast_signed(),
        ])?;
    }
    if let Some(id) = &write.delete {
        for delete in [
            "DELETE FROM alarms WHERE id = ?1",
            "DELETE FROM alarm_changes WHERE alarm = ?1",
        ] {
            conn.prepare_cached(delete)?.execute([id])?;
        }
    }
    if let Some(AlarmChangeRecord { change, severity }) = &write.change {
        let mut add = conn.prepare_cached(
            "INSERT INTO alarm_changes (alarm, project, time, severity, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        add.execute(params![
            change.alarm_id,
            change.on_behalf_of,
            change.timestamp.as_micros(),
            severity.as_str(),
            json(change)?,
        ])?;
    }
    for message in &write.send {
        let mut send = conn.prepare_cached(
            "INSERT INTO outbox (topic, address, request_id, body, repeats, created, due, attempts)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
             WHERE NOT ?5 OR NOT EXISTS (SELECT 1 FROM outbox WHERE topic = ?1)",
        )?;
        send.execute(params![
            message.topic,
            message.address,
            message.request_id,
            message.body,
            message.is_repetition,
            message.created.as_micros(),
            message.due.as_micros(),
            message.attempts,
        ])?;
    }
    for number in &write.settled {
        let mut delete = conn.prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
        delete.execute([number.cast_signed()])?;
    }
    for (number, due) in &write.postponed {
        let mut postpone = conn
            .prepare_cached("UPDATE outbox SET due = ?2, attempts = attempts + 1 WHERE id = ?1")?;
        postpone.execute([number.cast_signed(), due.as_micros()])?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Outcome<String> {
    serde_json::to_string(value).map_err(|error| Failure::damaged(error.to_string()))
}

/// A value that was written as JSON. One that is damaged is left out, so that it hides no other.
fn parsed<T: DeserializeOwned>(what: &str, text: &str) -> Option<T> {
    let parsed = serde_json::from_str(text);
    parsed
        .inspect_err(|error| tracing::warn!(%error, "{what} cannot be read"))
        .ok()
}

fn record(row: &Row<'_>) -> rusqlite::Result<Option<AlarmRecord>> {
    let body: String = row.get("body")?;
    let (scope, seen_event): (String, i64) = (row.get("scope")?, row.get("seen_event")?);
    Ok(parsed("an alarm", &body).map(|alarm| AlarmRecord {
        alarm,
        scope,
        seen_event: seen_event.cast_unsigned(),
    }))
}

/// The next alarms, the last changed first.
fn page(
    reader: &Reader<'_>,
    selection: &AlarmSelection,
    cursor: AlarmCursor,
) -> Outcome<Page<AlarmRecord, AlarmCursor>> {
    let (time, id) = cursor.last.unwrap_or((i64::MAX, String::new()));
    let mut select = reader.conn.prepare_cached(
        "SELECT id, time, body, scope, seen_event FROM alarms
         WHERE (time < ?1 OR (time = ?1 AND id > ?2))
           AND (?3 IS NULL OR project = ?3) AND (?4 IS NULL OR id = ?4)
         ORDER BY time DESC, id LIMIT ?5",
    )?;
    let mut rows = select.query(params![
        time,
        id,
        selection.project_id,
        selection.alarm_id,
        PAGE as i64
    ])?;
    let (mut found, mut count, mut last) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        count += 1;
        last = Some((row.get("time")?, row.get("id")?));
        found.extend(record(row)?);
    }
    let next = (count == PAGE).then_some(AlarmCursor { last });
    Ok(Page { rows: found, next })
}

/// An alarm.
fn alarm(reader: &Reader<'_>, id: &str) -> Outcome<Option<AlarmRecord>> {
    let mut select = reader
        .conn
        .prepare_cached("SELECT body, scope, seen_event FROM alarms WHERE id = ?1")?;
    Ok(select.query_row([id], record).optional()?.flatten())
}

/// The number of alarms of a project.
fn count(reader: &Reader<'_>, project: &str) -> Outcome<u64> {
    let mut select = reader
        .conn
        .prepare_cached("SELECT count(*) FROM alarms WHERE project = ?1")?;
    let count: i64 = select.query_row([project], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// The next changes, the last first.
fn changes(
    reader: &Reader<'_>,
    selection: &AlarmSelection,
    cursor: AlarmCursor,
) -> Outcome<Page<AlarmChangeRecord, AlarmCursor>> {
    let last = cursor.last.and_then(|(_, number)| number.parse().ok());
    let before: i64 = last.unwrap_or(i64::MAX);
    let mut select = reader.conn.prepare_cached(
        "SELECT id, severity, body FROM alarm_changes
         WHERE id < ?1 AND (?2 IS NULL OR project = ?2) AND (?3 IS NULL OR alarm = ?3)
         ORDER BY id DESC LIMIT ?4",
    )?;
    let mut rows = select.query(params![
        before,
        selection.project_id,
        selection.alarm_id,
        PAGE as i64
    ])?;
    let (mut found, mut count, mut last) = (Vec::new(), 0, 0);
    while let Some(row) = rows.next()? {
        count += 1;
        last = row.get("id")?;
        let (severity, body): (String, String) = (row.get("severity")?, row.get("body")?);
        found.extend(
            parsed("a change of an alarm", &body).map(|change| AlarmChangeRecord {
                change,
                severity: Severity::find(&severity).unwrap_or(Severity::Low),
            }),
        );
    }
    let next = (count == PAGE).then(|| AlarmCursor {
        last: Some((0, last.to_string())),
    });
    Ok(Page { rows: found, next })
}

/// Messages that are due, of each topic the first.
fn outbox(reader: &Reader<'_>, due: Timestamp, limit: usize) -> Outcome<Vec<OutboxMessage>> {
    let mut select = reader.conn.prepare_cached(
        "SELECT id, topic, address, request_id, body, repeats, created, due, attempts FROM outbox
         WHERE due <= ?1 AND NOT EXISTS
             (SELECT 1 FROM outbox AS earlier WHERE earlier.topic = outbox.topic AND earlier.id < outbox.id)
         ORDER BY due, id LIMIT ?2",
    )?;
    let time = |row: &Row<'_>, name: &str| -> rusqlite::Result<Timestamp> {
        Ok(Timestamp::from_micros(row.get(name)?))
    };
    let message = |row: &Row<'_>| -> rusqlite::Result<OutboxMessage> {
        let number: i64 = row.get("id")?;
        Ok(OutboxMessage {
            number: number.cast_unsigned(),
            topic: row.get("topic")?,
            address: row.get("address")?,
            request_id: row.get("request_id")?,
            body: row.get("body")?,
            is_repetition: row.get("repeats")?,
            created: time(row, "created")?,
            due: time(row, "due")?,
            attempts: row.get("attempts")?,
        })
    };
    let rows = select.query_map(params![due.as_micros(), limit as i64], message)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
