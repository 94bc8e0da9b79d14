//! One poll fetches all that the overview page shows.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::dashboard::Dashboard;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::{Passed, PassedText};

/// The overview of a broker: `GET /fn/overview?broker=…&since=…&length=…&end=…`.
///
/// `since` is the last time (milliseconds since the epoch) that the viewer's
/// series holds; the answer's series then begins there. Without it, it is the
/// whole of the last hour. With `length`, the series of so many milliseconds up
/// to `end`, or up to now, come beside it.
///
/// # Errors
/// See [`AppError`]. A broker that does not answer is no error: the last values
/// come with the broker's state.
#[server(prefix = "/fn", endpoint = "overview", input = GetUrl, output = PassedText, client = FetchClient)]
pub async fn fetch_overview(
    broker: String,
    #[server(default)] since: Option<i64>,
    #[server(default)] length: Option<i64>,
    #[server(default)] end: Option<i64>,
) -> Result<Passed<Dashboard>, AppError> {
    crate::ssr::overview::page(broker, since, length, end)
        .await
        .map_err(crate::ssr::leave_with_status)
}
