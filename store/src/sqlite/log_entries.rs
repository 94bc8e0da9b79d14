//! Lines of the system log.

use std::collections::VecDeque;

use metering::requests::LogQuery;
use metering::{LogLevel, Timestamp};
use rusqlite::{Connection, params};

use super::failure::{Failure, Outcome};
use super::reader::Reader;
use crate::query::{self, LogPage};
use crate::sample::LogRecord;

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
    // What SQL cannot filter (prefixes of sources, text in any case) the query filters itself.
    let mut select = reader.conn.prepare_cached(
        "SELECT id, time, level, source, desc, broker FROM log
         WHERE level >= ?1 AND time >= ?2 AND time < ?3 ORDER BY id DESC",
    )?;
    let mut rows = select.query(params![
        query.level.map_or(0, level_number),
        query.from.map_or(i64::MIN, Timestamp::as_micros),
        query.to.map_or(i64::MAX, Timestamp::as_micros),
    ])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(2)?;
        let line = LogRecord {
            time: Timestamp::from_micros(row.get(1)?),
            level: LogLevel::ALL
                .into_iter()
                .find(|level| level_number(*level) == number)
                .ok_or_else(|| Failure::damaged(format!("a line is of level {number}")))?,
            source: row.get(3)?,
            desc: row.get(4)?,
            broker: row.get(5)?,
        };
        if !query::includes(query, brokers, &line) {
            continue;
        }
        page.total += 1;
        if page.total > skipped && (page.entries.len() as u64) < limit {
            let id: i64 = row.get(0)?;
            page.entries.push(line.into_entry(id.cast_unsigned()));
        }
    }
    Ok(page)
}

/// Writes lines of the system log.
pub(super) fn write(conn: &Connection, lines: &VecDeque<LogRecord>) -> Outcome<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO log (time, level, source, desc, broker) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for line in lines {
        insert.execute(params![
            line.time.as_micros(),
            level_number(line.level),
            line.source,
            line.desc,
            line.broker
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
