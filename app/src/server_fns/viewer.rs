//! Who looks, and at which brokers.

use std::sync::Arc;

use leptos::prelude::*;
use metering::Broker;
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
