//! The time of a resource's first sample: `GET /fn/first_sample`.

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

/// The time of the first sample of a resource; `None` if the viewer may see none.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "first_sample", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_first_sample(resource: String) -> Result<Option<Timestamp>, AppError> {
    crate::presenters::first_sample::first_sample(&resource)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
