//! Search in all brokers: `GET /fn/search`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::search::Hits;

/// Pages, and objects of all brokers, whose names contain the letters of `q`. Without `q` only pages,
/// while the brokers' lists are fetched for the next search. `broker` is the current page's broker,
/// encoded as in addresses.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "search", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_search(
    #[server(default)] q: String,
    #[server(default)] broker: String,
) -> Result<Hits, AppError> {
    crate::presenters::search::hits(&q, &broker)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
