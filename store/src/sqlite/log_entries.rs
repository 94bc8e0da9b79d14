//! Lines of the system log.

use std::collections::VecDeque;

use metering::event::Event;
use metering::requests::LogQuery;
use metering::{LogLevel, Timestamp};
use rusqlite::{Connection, Row, params};

use super::failure::{Failure, Outcome};
use super::reader::Reader;
use crate::event::{EventCursor, EventQuery, event_type};
use crate::page::Page;
use crate::query::{self, LogPage};
use crate::sample::LogRecord;

/// Events in a page.
const PAGE: usize = 1000;

/// A page of lines, newest first.
pub(super) fn page(
    reader: &Reader<'_>,
    query: &LogQuery,
    brokers: Option<&[String]>,
) -> Outcome<LogPage> {
    let (skipped, limit) = (query.skipped(), query.limit());
    let mut page = LogPage {
        entries: Vec::new(),
        total: 0,
    };
    // What SQL cannot filter (prefixes of sources, text in any case) the query filters itself. The order is that of
    // the rows: an index on the time would cost a sort.
    let mut select = reader.conn.prepare_cached(
        "SELECT id, time, level, source, desc, broker, event FROM log
         WHERE level >= ?1 AND +time >= ?2 AND +time < ?3 ORDER BY id DESC",
    )?;
    let mut rows = select.query(params![
        query.level.map_or(0, level_number),
        query.from.map_or(i64::MIN, Timestamp::as_micros),
        query.to.map_or(i64::MAX, Timestamp::as_micros),
    ])?;
    while let Some(row) = rows.next()? {
        let Some((id, line)) = readable(row) else {
            continue;
        };
        if !query::includes(query, brokers, &line) {
            continue;
        }
        page.total += 1;
        if page.total > skipped && (page.entries.len() as u64) < limit {
            page.entries.push(line.into_entry(id.cast_unsigned()));
        }
    }
    Ok(page)
}

/// The next lines as events, in the order of their times, and where the page after them starts.
pub(super) fn events_page(
    reader: &Reader<'_>,
    query: &EventQuery,
    cursor: &EventCursor,
) -> Outcome<Page<Event, EventCursor>> {
    let from = query.from.map_or(i64::MIN, Timestamp::as_micros);
    let (mut last, mut count) = (cursor.last.unwrap_or((from, 0)), cursor.count);
    let mut select = reader.conn.prepare_cached(
        "SELECT id, time, level, source, desc, broker, event FROM log
         WHERE (time, id) > (?1, ?2) AND time <= ?3 ORDER BY time, id",
    )?;
    let to = query.to.map_or(i64::MAX, Timestamp::as_micros);
    let mut rows = select.query(params![last.0, last.1, to])?;
    let mut events = Vec::new();
    while count < query.limit
        && let Some(row) = rows.next()?
    {
        let Some((id, line)) = readable(row) else {
            continue;
        };
        if !query.includes(id.cast_unsigned(), &line) {
            continue;
        }
        last = (line.time.as_micros(), id);
        count += 1;
        events.push(line.into_event(id.cast_unsigned()));
        if events.len() == PAGE {
            let next = EventCursor {
                last: Some(last),
                count,
            };
            return Ok(Page {
                rows: events,
                next: Some(next),
            });
        }
    }
    Ok(Page {
        rows: events,
        next: None,
    })
}

/// A line and its number. One that is damaged is left out, so that it hides no other.
fn readable(row: &Row<'_>) -> Option<(i64, LogRecord)> {
    let line = record(row);
    let line =
        line.inspect_err(|error| tracing::warn!(%error, "a line of the system log cannot be read"));
    line.ok()
}

fn record(row: &Row<'_>) -> Outcome<(i64, LogRecord)> {
    let number: i64 = row.get("level")?;
    let line = LogRecord {
        time: Timestamp::from_micros(row.get("time")?),
        event: event_type(row.get_ref("event")?.as_str_or_null().unwrap_or(None)),
        level: LogLevel::ALL
            .into_iter()
            .find(|level| level_number(*level) == number)
            .ok_or_else(|| Failure::damaged(format!("a line is of level {number}")))?,
        source: row.get("source")?,
        desc: row.get("desc")?,
        broker: row.get("broker")?,
    };
    Ok((row.get("id")?, line))
}

/// Writes lines of the system log.
pub(super) fn write(conn: &Connection, lines: &VecDeque<LogRecord>) -> Outcome<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO log (time, level, source, desc, broker, event) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for line in lines {
        insert.execute(params![
            line.time.as_micros(),
            level_number(line.level),
            line.source,
            line.desc,
            line.broker,
            line.event.as_str()
        ])?;
    }
    Ok(())
}

/// A level of the log as it is stored: more severe ones are greater.
fn level_number(level: LogLevel) -> i64 {
    match level {
        LogLevel::Info => 0,
        LogLevel::Warning => 1,
        LogLevel::Error => 2,
    }
}
