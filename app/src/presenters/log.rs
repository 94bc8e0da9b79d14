//! A page of the system log.

use metering::LogLevel;
use metering::requests::LogQuery;

use crate::error::AppError;
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::log::LogPage;

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
    // The API does not count pages: the next page is fetched to know whether it exists.
    let (shown, older) = (query(page), query(page.saturating_add(1)));
    let (entries, older) = tokio::join!(session.logs(&shown), session.logs(&older));
    Ok(LogPage {
        entries: entries.map_err(|error| app_error(&error))?,
        has_older: older.is_ok_and(|older| !older.is_empty()),
        server_time: now(),
    })
}
