//! What happened in the time that charts show.

use std::sync::Arc;

use client::{LogQuery, Session};
use metering::{LogEntry, LogLevel, Timestamp};

/// More marks than this would hide the lines.
const MOST_EVENTS: u64 = 100;
/// Up to the minute: viewers who come within one ask the same.
const MINUTE: i64 = 60_000;

/// What the log has of a broker that was no matter of course, of so many milliseconds up to `end`,
/// or up to now. Charts do without where the log cannot be had.
pub(super) async fn happened(
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
