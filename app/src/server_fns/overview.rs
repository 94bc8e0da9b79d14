//! One call returns everything that the overview shows.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::dashboard::Dashboard;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::{RawJson, RawJsonOutput};

/// The overview of a broker: `GET /fn/overview?broker=…&since=…&length=…&end=…`.
///
/// `since` is the last time (milliseconds since the epoch) of the viewer's series; the answer's
/// series begins there. Without it, the series is the whole last hour. With `length`, the answer also
/// has the series of these milliseconds up to `end`, or up to now.
///
/// # Errors
/// See [`AppError`]. A broker that does not answer is no error: the last values
/// come with the broker's state.
#[server(prefix = "/fn", endpoint = "overview", input = GetUrl, output = RawJsonOutput, client = FetchClient)]
pub async fn fetch_overview(
    broker: String,
    #[server(default)] since: Option<i64>,
    #[server(default)] length: Option<i64>,
    #[server(default)] end: Option<i64>,
) -> Result<RawJson<Dashboard>, AppError> {
    crate::presenters::overview::page(broker, since, length, end)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
