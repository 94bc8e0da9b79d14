//! Who looks, and at which brokers.

use std::sync::Arc;

use leptos::prelude::*;
use metering::{Broker, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::components::status::Level;
use crate::error::AppError;
use crate::json::JsonText;

/// Who looks, and at which brokers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    /// The account's name.
    pub user: String,
    /// The brokers that the account may see.
    pub brokers: Arc<Vec<Broker>>,
    /// The name of the Keystone's project that this is for, where there is a Keystone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// How the health of each is, in their order.
    #[serde(default)]
    pub health: Vec<Level>,
    /// The nodes that are in alarm, down or partitioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<NodeAlarm>,
}

impl Viewer {
    /// How the health of a broker is, by its name.
    pub fn health_of(&self, broker: &str) -> Option<Level> {
        let mut brokers = self.brokers.iter();
        let index = brokers.position(|known| known.name == broker)?;
        self.health.get(index).copied()
    }
}

/// A node that is in alarm, down or partitioned, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeAlarm {
    /// The node's broker.
    pub broker: String,
    /// Its name.
    pub node: String,
    /// What is wrong with it.
    pub word: String,
    /// Since when, where the system log knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The address of its page, base path and all.
    pub href: String,
    /// Whether publishers are blocked meanwhile.
    #[serde(default)]
    pub blocks: bool,
}

/// The signed-in viewer: `GET /fn/viewer`.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "viewer", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_viewer() -> Result<Viewer, AppError> {
    crate::ssr::session::viewer()
        .await
        .map_err(crate::ssr::leave_with_status)
}
