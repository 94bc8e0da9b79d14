//! Which brokers there are, and whether they answer: `GET /v2/rabbit/brokers`.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// Whether a broker answers the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum BrokerState {
    /// The last poll was answered.
    Ok,
    /// The last poll was not answered; the values are those of an earlier one.
    Stale,
    /// Several polls in a row were not answered, or none ever was.
    Down,
}

/// A configured broker as the collector sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Broker {
    /// The name that the operator gave it.
    pub name: String,
    /// Whether it answers.
    pub state: BrokerState,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// Why it is not `ok`, in a sentence. Never holds a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it last answered; absent where it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// Milliseconds between two polls of it.
    pub tick: u32,
    /// What the operator wrote about it, for viewers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its version, once seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rabbitmq_version: Option<String>,
    /// Its cluster's name, once seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_name: Option<String>,
}
