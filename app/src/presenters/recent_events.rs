//! Warnings and errors in the charted time.

use std::sync::Arc;

use client::Session;
use metering::requests::LogQuery;
use metering::{LogEntry, LogLevel, Timestamp};

/// More annotations than this would hide the lines.
const MOST_EVENTS: u64 = 100;
/// Requests start at whole minutes, so that viewers within a minute send the same request.
const MINUTE: i64 = 60_000;

/// Warnings and errors of the log about a broker, of `length` milliseconds up to `end`, or up to
/// now. Empty if the log cannot be read: charts do without.
pub(crate) async fn recent_events(
    session: &Session,
    broker: &str,
    length: i64,
    end: Option<i64>,
    now: Timestamp,
) -> Arc<Vec<LogEntry>> {
    let begin = (end.unwrap_or(now.as_millis()) - length).div_euclid(MINUTE) * MINUTE;
    let query = LogQuery {
        limit: Some(MOST_EVENTS),
        level: Some(LogLevel::Warning),
        source: Some(broker.to_owned()),
        from: Some(Timestamp::from_millis(begin)),
        to: end.map(Timestamp::from_millis),
        ..LogQuery::default()
    };
    session.logs(&query).await.unwrap_or_default()
}
