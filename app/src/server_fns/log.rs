//! A page of the system log.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use std::sync::Arc;

use leptos::prelude::*;
use metering::{LogEntry, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// A page of the system log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPage {
    /// Its lines, newest first.
    pub entries: Arc<Vec<LogEntry>>,
    /// Whether there is a page of older lines.
    pub has_older: bool,
    /// The server's clock, to say from when the lines are.
    pub server_time: Timestamp,
}

/// A page of the system log: `GET /fn/log?page=…&level=…&source=…&text=…`.
///
/// Pages are counted from 1; lines are of the level and graver, about the
/// source or something of it, and hold the text. A level that is none counts
/// as not given: the page says so.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "log", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_log(
    page: u64,
    #[server(default)] level: Option<String>,
    #[server(default)] source: Option<String>,
    #[server(default)] text: Option<String>,
) -> Result<LogPage, AppError> {
    crate::ssr::log::page(page, level.as_deref(), source, text)
        .await
        .map_err(crate::ssr::leave_with_status)
}
