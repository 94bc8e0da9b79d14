//! All brokers at a glance, in one answer: `GET /fn/brokers`.

use std::sync::Arc;

use leptos::prelude::*;
use metering::{BrokerState, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::cells::Cell;
use crate::error::AppError;
use crate::json::JsonText;

/// All brokers that the account may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokersPage {
    /// What the figures of each are, in the viewer's language.
    pub heads: Vec<String>,
    /// The brokers, in the operator's order.
    pub rows: Arc<Vec<BrokerRow>>,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// A broker at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokerRow {
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub state: BrokerState,
    /// Since when it does, or does not.
    pub since: Timestamp,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the operator wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its version and its cluster's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The alarms in effect on its nodes; none where the account sees no node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<Cell>>,
    /// Its figures, one a head.
    pub figures: Vec<Figure>,
}

/// A number, ready to be read, and how it went in the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The number; empty where it is not known.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The `d` of its line; empty where there is none.
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    pub line: String,
}

/// All brokers at a glance.
///
/// # Errors
/// See [`AppError`]. A broker that does not answer is no error: its last values come with its state.
#[server(prefix = "/fn", endpoint = "brokers", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_brokers() -> Result<BrokersPage, AppError> {
    crate::ssr::brokers::page()
        .await
        .map_err(crate::ssr::leave_with_status)
}
