//! One node of a cluster against its limits: `GET /v2/rabbit/nodes`.

use serde::Serialize;

use crate::field_table::field_table;
use crate::plugin::TopProcess;
use crate::record::record;
use crate::table::Table;

/// A node. One that is down has `name`, `type` and `running: false` alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// `rabbit@host`.
    pub name: String,
    /// `disc` or `ram`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
    /// Whether the cluster sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// Whether it is in maintenance mode (3.11 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub being_drained: Option<bool>,
    /// Milliseconds since it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uptime: Option<i64>,
    /// The operating system's process id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_pid: Option<String>,
    /// Cores that Erlang uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<i64>,
    /// Erlang processes waiting for a core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_queue: Option<i64>,
    /// Bytes of memory in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_used: Option<i64>,
    /// The high watermark in bytes: above it publishers are blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_limit: Option<i64>,
    /// Whether the memory alarm is raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_alarm: Option<bool>,
    /// How memory is counted: `rss`, `allocated` or `legacy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_calculation_strategy: Option<String>,
    /// Bytes free on the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_free: Option<i64>,
    /// The low watermark in bytes: below it publishers are blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_free_limit: Option<i64>,
    /// Whether the disk alarm is raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_free_alarm: Option<bool>,
    /// File descriptors in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fd_used: Option<i64>,
    /// File descriptors that the node may open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fd_total: Option<i64>,
    /// Sockets in use. Always 0, with a total of 0, since 4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets_used: Option<i64>,
    /// Sockets that the node may open. 0 since 4.0: not counted any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets_total: Option<i64>,
    /// Erlang processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proc_used: Option<i64>,
    /// Erlang processes that the node may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proc_total: Option<i64>,
    /// How finely rates are kept: `none`, `basic` or `detailed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates_mode: Option<String>,
    /// Seconds without a sign of life after which nodes count each other as gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_ticktime: Option<i64>,
    /// Nodes from which this one is partitioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partitions: Option<Vec<String>>,
    /// Plugins that were enabled by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_plugins: Option<Vec<String>>,
}

field_table! { Node:
    name node_type = "type" running being_drained uptime os_pid processors run_queue mem_used
    mem_limit mem_alarm mem_calculation_strategy disk_free disk_free_limit disk_free_alarm
    fd_used fd_total sockets_used sockets_total proc_used proc_total rates_mode net_ticktime
    partitions enabled_plugins
}

/// A node as a poll reads it: with the applications that it runs, which are no part of the API.
#[derive(Clone, Debug, Default)]
pub struct PolledNode {
    /// The node.
    pub node: Node,
    applications: Option<Vec<Application>>,
}

/// An Erlang application of a node.
#[derive(Clone, Debug, Default)]
struct Application {
    name: String,
    version: Option<String>,
}

field_table! { PolledNode: applications; node }

field_table! { Application: name version }

impl PolledNode {
    /// The version of RabbitMQ that the node runs.
    pub fn rabbitmq_version(&self) -> Option<&str> {
        let mut applications = self.applications.iter().flatten();
        applications
            .find(|found| found.name == "rabbit")?
            .version
            .as_deref()
    }
}

record! {
    /// What a node finds out with some effort: `GET /v2/rabbit/node-internals/{name}`.
    pub struct NodeInternals {
        always {}
        /// The largest of Erlang's own tables, and what they hold in bytes.
        ets_tables_memory: Table,
        /// Bytes of the messages and the like that parts of the node refer to, by part.
        binary: Table,
        /// The processes that did the most a moment ago, for administrators (`rabbitmq_top`).
        processes: Vec<TopProcess>,
    }
}

impl Node {
    /// Whether the node counts sockets at all: since 4.0 it says 0 of 0.
    pub fn counts_sockets(&self) -> bool {
        self.sockets_total.is_some_and(|total| total > 0)
    }
}
