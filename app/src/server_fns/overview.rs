//! One poll fetches all that the overview page shows.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use std::sync::Arc;

use leptos::prelude::*;
use metering::{Broker, LogEntry, Node, Overview, Series, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// All that the overview page shows of one broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverviewPage {
    /// Whether the broker answers.
    pub broker: Broker,
    /// Its totals; absent until it has answered once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overview: Option<Arc<Overview>>,
    /// Its nodes; absent until it has answered once, and for accounts that may not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Arc<Vec<Node>>>,
    /// The hour up to now, or what came since the time that the poll named.
    pub series: Arc<Series>,
    /// The span that the poll named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charts: Option<Arc<Series>>,
    /// What happened to the broker in that span, or else in the last hour, newest first.
    #[serde(default)]
    pub events: Arc<Vec<LogEntry>>,
    /// The server's clock, to tell ages by: a viewer's may be wrong.
    pub server_time: Timestamp,
}

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
#[server(prefix = "/fn", endpoint = "overview", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_overview(
    broker: String,
    #[server(default)] since: Option<i64>,
    #[server(default)] length: Option<i64>,
    #[server(default)] end: Option<i64>,
) -> Result<OverviewPage, AppError> {
    crate::ssr::overview::page(broker, since, length, end)
        .await
        .map_err(crate::ssr::leave_with_status)
}
