//! Warnings and errors in the charted time.

use std::sync::Arc;

use client::Session;
use metering::requests::LogQuery;
use metering::{LogEntry, Timestamp};

/// Warnings and errors of the log about a broker, of `length` milliseconds up to `end`, or up to
/// now. Empty if the log cannot be read: charts do without.
pub(crate) async fn recent_events(
    session: &Session,
    broker: &str,
    length: i64,
    end: Option<i64>,
    now: Timestamp,
) -> Arc<Vec<LogEntry>> {
    let query = LogQuery::events(broker, length, end.map(Timestamp::from_millis), now);
    session.logs(&query).await.unwrap_or_default()
}
