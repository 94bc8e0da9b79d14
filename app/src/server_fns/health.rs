//! What is wrong with a broker and what to do: `GET /fn/health`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::health::HealthPage;

/// What is wrong with a broker and what to do.
///
/// # Errors
/// [`AppError::UnknownBroker`]; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "health", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_health(broker: String) -> Result<HealthPage, AppError> {
    crate::presenters::health::page(&broker)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
