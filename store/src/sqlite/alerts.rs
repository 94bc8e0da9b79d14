//! Alerts: states, changes, notifications.

use metering::requests::AlertHistoryQuery;
use metering::{AlertChange, Timestamp};
use rusqlite::{Connection, params};

use super::failure::{Failure, Outcome};
use super::inbox::AlertJob;
use super::reader::Reader;
use crate::alert::{self, AlertRow, AlertScope, MAX_CHANGES, Notification};

/// Writes in the order in which it was asked for.
pub(super) fn write(conn: &Connection, jobs: &[AlertJob]) -> Outcome<()> {
    for AlertJob { write, .. } in jobs {
        for AlertRow { id, broker, body } in &write.rows {
            if let Some(body) = body {
                let mut put = conn.prepare_cached(
                    "INSERT INTO alerts (id, broker, body) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET broker = excluded.broker, body = excluded.body",
                )?;
                put.execute(params![id, broker, body])?;
            } else {
                conn.prepare_cached("DELETE FROM alerts WHERE id = ?1")?
                    .execute([id])?;
            }
        }
        for change in &write.changes {
            let body = serde_json::to_string(change)
                .map_err(|error| Failure::damaged(format!("a change of an alert: {error}")))?;
            let mut insert =
                conn.prepare_cached("INSERT INTO alert_changes (time, body) VALUES (?1, ?2)")?;
            insert.execute(params![change.time.as_micros(), body])?;
        }
        if !write.changes.is_empty() {
            let oldest = conn.last_insert_rowid() - MAX_CHANGES as i64;
            conn.prepare_cached("DELETE FROM alert_changes WHERE id <= ?1")?
                .execute([oldest])?;
        }
        for notification in &write.notifications {
            let Notification {
                channel,
                key,
                time,
                body,
            } = notification;
            let mut insert = conn.prepare_cached(
                "INSERT OR IGNORE INTO alert_notifications (channel, key, time, body) VALUES (?1, ?2, ?3, ?4)",
            )?;
            insert.execute(params![channel, key, time.as_micros(), body])?;
        }
        for (channel, key) in &write.delivered {
            let mut delete = conn.prepare_cached(
                "DELETE FROM alert_notifications WHERE channel = ?1 AND key = ?2",
            )?;
            delete.execute(params![channel, key])?;
        }
    }
    Ok(())
}

/// The states of a broker's alerts.
pub(super) fn states(reader: &Reader<'_>, broker: &str) -> Outcome<Vec<AlertRow>> {
    let mut select = reader
        .conn
        .prepare_cached("SELECT id, broker, body FROM alerts WHERE broker = ?1 ORDER BY id")?;
    let rows = select.query_map([broker], |row| {
        Ok(AlertRow {
            id: row.get(0)?,
            broker: row.get(1)?,
            body: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Changes, newest first.
pub(super) fn history(
    reader: &Reader<'_>,
    query: &AlertHistoryQuery,
    scopes: &[AlertScope],
) -> Outcome<Vec<AlertChange>> {
    let limit = query.limit.unwrap_or(AlertHistoryQuery::DEFAULT_LIMIT) as usize;
    let mut select = reader.conn.prepare_cached(
        "SELECT body FROM alert_changes WHERE time >= ?1 AND time < ?2 ORDER BY time DESC, id DESC",
    )?;
    let mut rows = select.query(params![
        query.from.map_or(i64::MIN, Timestamp::as_micros),
        query.to.map_or(i64::MAX, Timestamp::as_micros),
    ])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let body: String = row.get(0)?;
        match serde_json::from_str::<AlertChange>(&body) {
            Ok(change) if alert::includes(query, scopes, &change) => found.push(change),
            Ok(_) => {}
            // A damaged one hides no other.
            Err(error) => tracing::warn!(%error, "a change of an alert cannot be read"),
        }
    }
    Ok(found)
}

/// Notifications that are not delivered, the oldest first.
pub(super) fn notifications(reader: &Reader<'_>) -> Outcome<Vec<Notification>> {
    let mut select = reader
        .conn
        .prepare_cached("SELECT channel, key, time, body FROM alert_notifications ORDER BY id")?;
    let rows = select.query_map([], |row| {
        Ok(Notification {
            channel: row.get(0)?,
            key: row.get(1)?,
            time: Timestamp::from_micros(row.get(2)?),
            body: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
