//! One poll fetches what all panels of somebody else's page show.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::dashboard::Dashboard;
use serde::{Deserialize, Serialize};

use super::fetch::FetchClient;
use super::lists::Group;
use crate::error::AppError;
use crate::json::JsonText;

/// More of them no page asks for at once.
pub const MOST_WANTS: usize = 64;

/// What a panel wants to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// The panel's name, one of [`Kind`](crate::embed::Kind).
    pub panel: String,
    /// The broker's name.
    pub broker: String,
    /// The vhost, of a panel about a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    /// The queue, of a panel about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The node, of a panel about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How much of the time up to now it holds and goes on with, in milliseconds; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<i64>,
    /// The last time (milliseconds since the epoch) that it has of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// The length of a longer or earlier span, or of any of a panel about a queue or node, in
    /// milliseconds; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// That span's end (milliseconds since the epoch); absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
}

/// What a panel shows, with nothing else in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelPage {
    /// What the overview has of it. In the place where older bundles look for it: a page may be open
    /// while the server becomes a newer one.
    #[serde(flatten)]
    pub dashboard: Dashboard,
    /// What is known of a queue or a node, group by group, in the language of who asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// The answer to one want.
pub type PanelAnswer = Result<PanelPage, AppError>;

/// The wants as they are posted. The browser's side of [`fetch_panels`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// One want for each answer.
    pub wants: Vec<Want>,
}

/// What panels show: `POST /fn/panels` with the JSON of [`Asked`]; an answer each, in their order.
///
/// Whose eyes it is asked with says `X-Auth-Token`; without it, on a page of ours, the session.
///
/// # Errors
/// See [`AppError`]. What one panel may not see is that panel's error alone.
#[server(prefix = "/fn", endpoint = "panels", input = JsonText, output = JsonText, client = FetchClient)]
pub async fn fetch_panels(wants: Vec<Want>) -> Result<Vec<PanelAnswer>, AppError> {
    crate::ssr::panels::answers(wants)
        .await
        .map_err(crate::ssr::leave_with_status)
}
