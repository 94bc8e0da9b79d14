//! All brokers at a glance, in one answer: `GET /fn/brokers`.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::brokers::BrokersPage;

/// All brokers at a glance.
///
/// # Errors
/// See [`AppError`]. A broker that does not answer is no error: its last values come with its state.
#[server(prefix = "/fn", endpoint = "brokers", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_brokers() -> Result<BrokersPage, AppError> {
    crate::presenters::brokers::page()
        .await
        .map_err(crate::server::errors::leave_with_status)
}
