//! The table of rules.

use std::sync::LazyLock;
use std::time::Duration;

use metering::AlertSeverity::{self, Critical, Low, Moderate};

use super::threshold::Threshold;
use super::verdict::Finding;
use super::{Answer, Rule, UNREACHABLE, UNREACHABLE_HOLD, cluster, nodes, traffic};

type Check = fn(Answer<'_>, Threshold) -> Vec<Finding>;

const MONITORING: &str = "https://www.rabbitmq.com/docs/monitoring";
const ALARMS: &str = "https://www.rabbitmq.com/docs/alarms";
const MEMORY: &str = "https://www.rabbitmq.com/docs/memory";
const DISK: &str = "https://www.rabbitmq.com/docs/disk-alarms";
const NETWORKING: &str = "https://www.rabbitmq.com/docs/networking";
const RUNTIME: &str = "https://www.rabbitmq.com/docs/runtime";
const CLUSTERING: &str = "https://www.rabbitmq.com/docs/clustering";
const QUORUM: &str = "https://www.rabbitmq.com/docs/quorum-queues";
const PARTITIONS: &str = "https://www.rabbitmq.com/docs/partitions";
const UPGRADE: &str = "https://www.rabbitmq.com/docs/upgrade";
const MANAGEMENT: &str = "https://www.rabbitmq.com/docs/management";
const CONNECTIONS: &str = "https://www.rabbitmq.com/docs/connections";
const CHANNELS: &str = "https://www.rabbitmq.com/docs/channels";
const QUEUES: &str = "https://www.rabbitmq.com/docs/queues";
const PUBLISHERS: &str = "https://www.rabbitmq.com/docs/publishers";
const CONSUMERS: &str = "https://www.rabbitmq.com/docs/consumers";

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// A rule about something that is true or false.
fn rule(
    id: &'static str,
    severity: AlertSeverity,
    check: Check,
    docs: &'static str,
    source: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        enabled: true,
        hold: Duration::ZERO,
        keep: Duration::ZERO,
        threshold: None,
        inhibited_by: None,
        action: "",
        docs,
        source,
        check,
    }
}

impl Rule {
    fn hold_for(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }

    fn keep_for(self, keep: Duration) -> Self {
        Self { keep, ..self }
    }

    fn compare(self, threshold: Threshold) -> Self {
        Self {
            threshold: Some(threshold),
            ..self
        }
    }

    fn unless(self, rule: &'static str) -> Self {
        Self {
            inhibited_by: Some(rule),
            ..self
        }
    }

    fn advice(self, action: &'static str) -> Self {
        Self { action, ..self }
    }
}

/// Every rule, in the order of the documentation.
pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let above = Threshold::above;
    vec![
        rule(UNREACHABLE, Critical, cluster::unreachable, MONITORING, "awesome")
            .hold_for(UNREACHABLE_HOLD)
            .advice("Check the broker, its management plugin, the network, and the account of the collector. Warren \
                cannot see the broker; that does not mean that the broker is down. Its other alerts are unknown until it answers."),
        rule("memory-alarm", Critical, nodes::memory_alarm, ALARMS, "operator, awesome")
            .keep_for(minutes(5))
            .advice("Let consumers empty the queues, or add memory. See on the page of the node what uses the memory."),
        rule("disk-alarm", Critical, nodes::disk_alarm, DISK, "operator, awesome")
            .keep_for(minutes(5))
            .advice("Free space on the disk of the node, or let consumers empty the queues."),
        rule("memory-high", Moderate, nodes::memory_high, MEMORY, "awesome, qarote")
            .hold_for(minutes(2)).keep_for(minutes(2))
            .compare(above(0.9).clear(0.85))
            .unless("memory-alarm")
            .advice("The memory alarm is near, which blocks all publishers. Find what grows: queues, connections, or binaries."),
        rule("disk-low", Moderate, nodes::disk_low, DISK, "management")
            .hold_for(minutes(2)).keep_for(minutes(5))
            .compare(Threshold::below(1.5))
            .unless("disk-alarm")
            .advice("The disk alarm is near, which blocks all publishers. Free space, or let consumers empty the queues."),
        rule("fd-high", Moderate, nodes::fd_high, NETWORKING, "operator, awesome")
            .hold_for(minutes(10)).keep_for(minutes(5))
            .compare(above(0.8))
            .advice("Without free descriptors the node accepts no connection and opens no file. Raise the limit of open \
                files of the service, or find clients that leave connections open."),
        rule("sockets-high", Moderate, nodes::sockets_high, NETWORKING, "qarote")
            .hold_for(minutes(10)).keep_for(minutes(5))
            .compare(above(0.8))
            .advice("Raise the limit of open files of the service, or find clients that leave connections open."),
        rule("processes-high", Moderate, nodes::processes_high, RUNTIME, "qarote, management")
            .hold_for(minutes(5)).keep_for(minutes(2))
            .compare(above(0.8))
            .advice("Each connection, channel and queue needs processes of Erlang. Find clients that leave channels open, \
                or raise the limit (+P)."),
        rule("run-queue", Low, nodes::run_queue, RUNTIME, "qarote")
            .hold_for(minutes(5)).keep_for(minutes(2))
            .compare(above(4.0))
            .advice("The node lacks CPU. Add cores, or spread connections and queue leaders over the nodes."),
        rule("node-down", Critical, nodes::node_down, CLUSTERING, "awesome, qarote")
            .hold_for(minutes(1))
            .advice("Start the node again and read its log. If it was removed on purpose, let the cluster forget it \
                (rabbitmqctl forget_cluster_node)."),
        rule("no-majority", Critical, cluster::no_majority, QUORUM, "operator")
            .hold_for(minutes(5))
            .advice("Start nodes until more than half of them run. Until then quorum queues and streams accept nothing."),
        rule("partition", Critical, cluster::partition, PARTITIONS, "awesome")
            .keep_for(minutes(5))
            .advice("Repair the network between the nodes, then choose the side to trust and restart the nodes of the other."),
        rule("version-skew", Moderate, cluster::version_skew, UPGRADE, "awesome, qarote")
            .hold_for(minutes(60))
            .advice("Different versions are for the time of an upgrade. Finish the upgrade of the remaining nodes."),
        rule("even-nodes", Low, cluster::even_nodes, CLUSTERING, "qarote")
            .hold_for(minutes(60))
            .advice("Add a node or remove one: a cluster of four survives no more lost nodes than one of three."),
        rule("stats-behind", Low, cluster::stats_behind, MANAGEMENT, "management")
            .hold_for(minutes(5))
            .compare(above(1000.0))
            .advice("The statistics of the broker are overloaded. Poll it less often, or collect fewer rates (collect_statistics_interval)."),
        rule("connection-churn", Moderate, traffic::connection_churn, CONNECTIONS, "operator, awesome")
            .hold_for(minutes(10)).keep_for(minutes(2))
            .compare(above(0.1))
            .advice("Let clients keep their connections open. The list of connections shows which are new."),
        rule("channel-churn", Low, traffic::channel_churn, CHANNELS, "qarote")
            .hold_for(minutes(10)).keep_for(minutes(2))
            .compare(above(0.1))
            .advice("Let clients keep their channels open in place of one for each operation."),
        rule("queue-churn", Low, traffic::queue_churn, QUEUES, "qarote")
            .hold_for(minutes(10)).keep_for(minutes(2))
            .compare(above(1.0))
            .advice("Let clients use lasting queues, or direct reply-to for answers."),
        rule("unroutable", Moderate, traffic::unroutable, PUBLISHERS, "operator, awesome")
            .keep_for(minutes(5))
            .compare(above(0.0))
            .advice("Messages are lost or come back. Find an exchange without a binding that matches; an alternate exchange keeps such messages."),
        rule("redelivery-high", Moderate, traffic::redelivery_high, CONSUMERS, "dashboard")
            .hold_for(minutes(5)).keep_for(minutes(2))
            .compare(above(0.1))
            .advice("Consumers fail or reject messages, and these are delivered again. Read their logs, and set a delivery limit."),
        rule("basic-get", Low, traffic::basic_get, CONSUMERS, "dashboard")
            .hold_for(minutes(15)).keep_for(minutes(2))
            .compare(above(0.0))
            .advice("Let clients subscribe (basic.consume): polling a queue costs the broker much more."),
    ]
});

/// The rule of an id.
pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests;
