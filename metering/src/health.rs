//! What is wrong with a broker, and what was looked at: `GET /v2/rabbit/health`.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// How something stands. A worse one is greater.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// The broker's version has no such thing.
    NotOffered,
    /// Nothing is wrong.
    #[default]
    Ok,
    /// It could not be looked at.
    Unknown,
    /// Somebody should look at it.
    Warning,
    /// Messages are held up, or may be lost.
    Critical,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthCheck {
    /// Whether the broker answers.
    Answers,
    /// Whether every node of the cluster runs.
    NodesRunning,
    /// Whether a node is in maintenance mode (3.11 and later).
    Maintenance,
    /// Memory alarms: publishers are blocked above the high watermark.
    MemoryAlarm,
    /// Disk alarms: publishers are blocked below the low watermark.
    DiskAlarm,
    /// Whether nodes are partitioned from each other.
    Partitions,
    /// Whether all nodes have the same `net_ticktime`.
    TickTimes,
    /// Whether a node is about to run out of file descriptors: 95 % and more.
    FileDescriptors,
    /// Whether a node is about to run out of Erlang processes: 75 % and more.
    Processes,
    /// Whether every vhost runs on every node (3.7 and later).
    VhostsRunning,
    /// Whether the broker collects statistics and rates without delay, and whether every node reports
    /// its figures.
    Statistics,
    /// Whether all stable feature flags are enabled (3.8 and later).
    FeatureFlags,
    /// Whether something is used that a later version will not have (3.13 and later).
    DeprecatedFeatures,
    /// Whether Warren keeps passwords for the broker where others cannot read them: sent with TLS, in
    /// files that only their owner reads.
    Passwords,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Finding {
    /// The node that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The vhost that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    /// The feature flag, the deprecated feature, the state, or the statistic (`disable_stats`,
    /// `rates_mode`, `statistics_db_event_queue`, `node_statistics`); of a password, how others could
    /// read it (`plain_http`, `readable_file`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How much, in the check's unit: bytes, seconds, events or a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The limit, in the same unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The nodes at the other side of a partition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// In the broker's own words; of a password, the address or the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<String>,
}

/// One check and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checked {
    /// What was looked at.
    pub check: HealthCheck,
    /// How it stands.
    pub state: HealthState,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Why it could not be looked at, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A broker's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// The broker.
    pub broker: String,
    /// The worst of its checks, those aside that are unknown.
    pub state: HealthState,
    /// Every check that the caller may know of.
    pub checks: Vec<Checked>,
    /// When the nodes were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

impl Health {
    /// The check of that kind.
    pub fn check(&self, check: HealthCheck) -> Option<&Checked> {
        self.checks.iter().find(|checked| checked.check == check)
    }
}
