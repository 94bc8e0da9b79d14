//! The system log: a page of it, and a broker's events for the charts.

use std::sync::Arc;

use client::{LogQuery, Session};
use metering::{LogEntry, LogLevel, Timestamp};

use super::session::metering_session;
use super::{app_error, now};
use crate::error::AppError;
use crate::server_fns::log::LogPage;

/// More marks than this would hide the lines.
const MOST_EVENTS: u64 = 100;

pub(crate) async fn page(
    page: u64,
    level: Option<&str>,
    source: Option<String>,
    text: Option<String>,
) -> Result<LogPage, AppError> {
    let (session, _) = metering_session().await?;
    let query = |page| LogQuery {
        page: Some(page),
        level: level.and_then(LogLevel::find),
        source: source.clone(),
        text: text.clone(),
        ..LogQuery::default()
    };
    let page = page.max(1);
    // The API counts no pages: whether there is an older one, that one tells.
    let (shown, older) = (query(page), query(page.saturating_add(1)));
    let (entries, older) = tokio::join!(session.logs(&shown), session.logs(&older));
    Ok(LogPage {
        entries: entries.map_err(|error| app_error(&error))?,
        has_older: older.is_ok_and(|older| !older.is_empty()),
        server_time: now(),
    })
}

/// What happened to a broker in a time, where it was no matter of course. Charts do without where
/// the log cannot be had.
pub(super) async fn events(
    session: &Session,
    broker: &str,
    from: Timestamp,
    to: Option<Timestamp>,
) -> Arc<Vec<LogEntry>> {
    let query = LogQuery {
        limit: Some(MOST_EVENTS),
        level: Some(LogLevel::Warning),
        source: Some(broker.to_owned()),
        from: Some(from),
        to,
        ..LogQuery::default()
    };
    session.logs(&query).await.unwrap_or_else(|error| {
        tracing::debug!(%error, broker, "no events for the charts");
        Arc::default()
    })
}
