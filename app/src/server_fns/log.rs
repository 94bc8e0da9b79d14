//! A page of the system log.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::log::LogPage;

/// A page of the system log: `GET /fn/log?page=…&level=…&source=…&text=…`.
///
/// Pages start at 1. Lines have the level or a more severe one, are about the source or a part of
/// it, and contain the text. An unknown level counts as not given: the page says so.
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
    crate::presenters::log::page(page, level.as_deref(), source, text)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
