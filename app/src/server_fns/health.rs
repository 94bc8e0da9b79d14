//! What is wrong with a broker and what to do: `GET /fn/health`. And in one word for each, for the
//! navigation: `GET /fn/marks`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::Timestamp;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::components::status::Level;
use crate::error::AppError;
use crate::json::JsonText;

/// A broker's health, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthPage {
    /// How it stands with the worst of it.
    pub state: Mark,
    /// What was looked at, the worst first.
    pub checks: Vec<CheckView>,
    /// When the broker told of it.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// Whether the broker answers.
    #[serde(default)]
    pub answers: bool,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// A state: how good, and the word for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How good it is.
    pub level: Level,
    /// The word.
    pub word: String,
}

/// A check, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckView {
    /// What was looked at.
    pub title: String,
    /// How it stands.
    pub state: Mark,
    /// What is wrong.
    #[serde(default)]
    pub findings: Vec<FindingView>,
    /// Why it could not be looked at.
    #[serde(default)]
    pub note: String,
    /// What to do; empty where nothing is wrong.
    #[serde(default)]
    pub advice: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingView {
    /// In a sentence.
    pub text: String,
    /// Since when, where that was seen.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

/// What is wrong with a broker and what to do.
///
/// # Errors
/// [`AppError::UnknownBroker`]; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "health", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_health(broker: String) -> Result<HealthPage, AppError> {
    crate::ssr::health::page(&broker)
        .await
        .map_err(crate::ssr::leave_with_status)
}
