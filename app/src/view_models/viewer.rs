//! The signed-in account, and which brokers it may see.

use std::sync::Arc;

use metering::{Broker, Timestamp};
use serde::{Deserialize, Serialize};

use super::level::Level;

/// The signed-in account and its brokers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    /// The account's name.
    pub user: String,
    /// The brokers that the account may see.
    pub brokers: Arc<Vec<Broker>>,
    /// The name of the Keystone project; `None` without a Keystone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The health of each broker, in the same order.
    #[serde(default)]
    pub health: Vec<Level>,
    /// How many checks of each broker's health report a problem, in the same order.
    #[serde(default)]
    pub problems: Vec<usize>,
    /// The nodes that are in alarm, down or partitioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<NodeAlarm>,
}

impl Viewer {
    /// The health of a broker, by its name.
    pub fn health_of(&self, broker: &str) -> Option<Level> {
        let mut brokers = self.brokers.iter();
        let index = brokers.position(|known| known.name == broker)?;
        self.health.get(index).copied()
    }
}

/// A node that is in alarm, down or partitioned, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeAlarm {
    /// The broker's name.
    pub broker: String,
    /// The node's name.
    pub node: String,
    /// The alarm.
    pub word: String,
    /// When it began, if the system log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The address of the node's page, with the base path.
    pub href: String,
    /// Whether it blocks publishers.
    #[serde(default)]
    pub blocks: bool,
}
