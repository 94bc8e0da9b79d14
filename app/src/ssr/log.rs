//! A page of the system log.

use client::LogQuery;
use metering::LogLevel;

use super::session::metering_session;
use super::{app_error, now};
use crate::error::AppError;
use crate::server_fns::log::LogPage;

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
