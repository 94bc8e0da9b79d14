//! The accounts of a broker.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use std::sync::Arc;

use leptos::prelude::*;
use metering::{Timestamp, User};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// The accounts of a broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsersPage {
    /// The broker that was shown; empty where the viewer may see none.
    pub broker: String,
    /// Every broker that the viewer may choose.
    pub brokers: Vec<String>,
    /// Its accounts; absent where the viewer may not see them.
    pub users: Option<Arc<Vec<User>>>,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// The accounts of a broker, or of the first one: `GET /fn/users?broker=…`.
///
/// # Errors
/// [`AppError::UnknownBroker`] for a broker that is none or not the viewer's; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "users", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_users(#[server(default)] broker: Option<String>) -> Result<UsersPage, AppError> {
    crate::ssr::users::page(broker)
        .await
        .map_err(crate::ssr::leave_with_status)
}
