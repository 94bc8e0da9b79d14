//! Since when there are samples of a resource: `GET /fn/first_sample`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::Timestamp;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// The time of the first sample of a resource; `None` where there is none that the viewer may see.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "first_sample", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_first_sample(resource: String) -> Result<Option<Timestamp>, AppError> {
    crate::ssr::first_sample::of(&resource)
        .await
        .map_err(crate::ssr::leave_with_status)
}
