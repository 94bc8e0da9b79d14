//! All brokers at a glance.

use std::sync::Arc;

use metering::{BrokerState, Timestamp};
use serde::{Deserialize, Serialize};

use super::table::Cell;

/// All brokers that the account may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokersPage {
    /// The headings of the figures, in the viewer's language.
    pub heads: Vec<String>,
    /// The brokers, in the operator's order.
    pub rows: Arc<Vec<BrokerRow>>,
    /// The server's time of the answer.
    pub server_time: Timestamp,
}

/// A broker at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokerRow {
    /// The operator's name of the broker.
    pub name: String,
    /// Whether the broker answers.
    pub state: BrokerState,
    /// When this state began.
    pub since: Timestamp,
    /// Why the broker does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The operator's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// RabbitMQ's version and the cluster's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The alarms in effect on its nodes; `None` if the account may not see nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<Cell>>,
    /// The figures, one for each heading.
    pub figures: Vec<Figure>,
}

/// A formatted number, and its line for the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The number; empty if unknown.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The `d` of its line; empty if there is no line.
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    pub line: String,
}
