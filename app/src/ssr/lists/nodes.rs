//! Nodes against their limits.

use std::sync::Arc;

use client::{ClientError, ListQuery, Session};
use metering::{Node, Page};

use super::column::{Col, List, col, extra, num, unsorted};
use super::links::Scene;
use super::value::{Value, count, known, tag, text};
use crate::cells::Gauge;
use crate::components::status::Level;
use crate::format::{self, Unit};

/// From here on a limit is near, as the broker's own UI has it for file descriptors.
const NEAR: f64 = 0.95;

/// A broker's nodes: few, so that the API gives them whole.
pub(super) struct Nodes;

impl List for Nodes {
    type Row = Node;
    const NAME: &'static str = "nodes";

    fn columns() -> &'static [Col<Node>] {
        COLUMNS
    }

    fn level(node: &Node) -> Option<Level> {
        Some(level_of(node)).filter(|level| *level != Level::Good)
    }

    async fn fetch(
        session: &Session,
        broker: &str,
        query: &ListQuery,
    ) -> Result<Arc<Page<Node>>, ClientError> {
        let nodes = session.nodes(broker).await?;
        Ok(Arc::new(super::local::page(
            &nodes,
            |node| &node.name,
            key,
            query,
        )))
    }
}

const COLUMNS: &[Col<Node>] = &[
    col(
        "name",
        |v| v.name,
        |node, scene| scene.link("nodes", &node.name),
    ),
    col("state", |v| v.state, state),
    col("mem_used", |v| v.memory, memory),
    col("disk_free", |v| v.disk_free, disk),
    col(
        "fd_used",
        |v| v.file_descriptors,
        |node, scene| against(node.fd_used, node.fd_total, scene),
    ),
    col(
        "sockets_used",
        |v| v.sockets,
        |node, scene| {
            if node.counts_sockets() {
                against(node.sockets_used, node.sockets_total, scene)
            } else {
                Value::Nothing
            }
        },
    ),
    col(
        "proc_used",
        |v| v.processes,
        |node, scene| against(node.proc_used, node.proc_total, scene),
    ),
    num(
        "uptime",
        |v| v.uptime,
        |node, _| known(node.uptime, Value::Span),
    ),
    num("processors", |v| v.cores, |node, _| count(node.processors)),
    extra(num(
        "run_queue",
        |v| v.run_queue,
        |node, _| count(node.run_queue),
    )),
    extra(col(
        "type",
        |v| v.kind,
        |node, _| text(node.node_type.as_ref()),
    )),
    extra(col(
        "rates_mode",
        |v| v.rates_mode,
        |node, _| text(node.rates_mode.as_ref()),
    )),
    extra(col(
        "mem_calculation_strategy",
        |v| v.memory_strategy,
        |node, _| text(node.mem_calculation_strategy.as_ref()),
    )),
    extra(num(
        "net_ticktime",
        |v| v.net_ticktime,
        |node, _| known(node.net_ticktime, |seconds| Value::Span(seconds * 1000)),
    )),
    extra(col(
        "os_pid",
        |v| v.os_pid,
        |node, _| text(node.os_pid.as_ref()),
    )),
    unsorted(extra(col(
        "enabled_plugins",
        |v| v.plugins,
        |node, _| {
            let plugins = node.enabled_plugins.iter().flatten();
            let tags: Vec<_> = plugins.map(|plugin| tag(plugin, None)).collect();
            if tags.is_empty() {
                Value::Nothing
            } else {
                Value::Tags(tags)
            }
        },
    ))),
];

/// What nodes are ordered by.
fn key(node: &Node, sort: &str) -> Value {
    match sort {
        "state" => Value::Count(level_of(node) as i64),
        "mem_used" => count(node.mem_used),
        "disk_free" => count(node.disk_free),
        "fd_used" => count(node.fd_used),
        "sockets_used" => count(node.sockets_used),
        "proc_used" => count(node.proc_used),
        "uptime" => count(node.uptime),
        "processors" => count(node.processors),
        "run_queue" => count(node.run_queue),
        "net_ticktime" => count(node.net_ticktime),
        "type" => text(node.node_type.as_ref()),
        "rates_mode" => text(node.rates_mode.as_ref()),
        "mem_calculation_strategy" => text(node.mem_calculation_strategy.as_ref()),
        "os_pid" => text(node.os_pid.as_ref()),
        _ => Value::Text(node.name.clone()),
    }
}

/// How good its worst is.
fn level_of(node: &Node) -> Level {
    let is_cut_off = node
        .partitions
        .as_ref()
        .is_some_and(|nodes| !nodes.is_empty());
    let is_alarmed = node.mem_alarm == Some(true) || node.disk_free_alarm == Some(true);
    if node.running == Some(false) || is_cut_off || is_alarmed {
        Level::Bad
    } else if node.being_drained == Some(true) {
        Level::Warning
    } else {
        Level::Good
    }
}

fn word(node: &Node, scene: &Scene<'_>) -> &'static str {
    let texts = scene.texts;
    if node.running == Some(false) {
        texts.node_down
    } else if node
        .partitions
        .as_ref()
        .is_some_and(|nodes| !nodes.is_empty())
    {
        texts.node_partitioned
    } else if node.mem_alarm == Some(true) {
        texts.node_memory_alarm
    } else if node.disk_free_alarm == Some(true) {
        texts.node_disk_alarm
    } else if node.being_drained == Some(true) {
        texts.node_maintenance
    } else {
        texts.node_running
    }
}

/// Memory against the high watermark, which is the bar's end.
pub(super) fn memory(node: &Node, scene: &Scene<'_>) -> Value {
    let Some(used) = node.mem_used else {
        return Value::Nothing;
    };
    let Some(limit) = node.mem_limit.filter(|&limit| limit > 0) else {
        return Value::Bytes(used);
    };
    let gauge = Gauge {
        share: Some(used as f64 / limit as f64),
        mark: Some(1.0),
        alarmed: node.mem_alarm == Some(true),
        limit: scene.texts.of.fill([&format::bytes(limit as f64)]),
    };
    Value::Gauge(used, Unit::Bytes, gauge)
}

/// Free disk and the low watermark. How large the disk is no broker reports, so there is no bar.
pub(super) fn disk(node: &Node, scene: &Scene<'_>) -> Value {
    let Some(free) = node.disk_free else {
        return Value::Nothing;
    };
    let Some(limit) = node.disk_free_limit.filter(|&limit| limit > 0) else {
        return Value::Bytes(free);
    };
    let gauge = Gauge {
        share: None,
        mark: None,
        alarmed: node.disk_free_alarm == Some(true),
        limit: scene.texts.alarm_below.fill([&format::bytes(limit as f64)]),
    };
    Value::Gauge(free, Unit::Bytes, gauge)
}

pub(super) fn against(used: Option<i64>, total: Option<i64>, scene: &Scene<'_>) -> Value {
    let Some(used) = used else {
        return Value::Nothing;
    };
    let Some(total) = total.filter(|&total| total > 0) else {
        return Value::Count(used);
    };
    let share = used as f64 / total as f64;
    let gauge = Gauge {
        share: Some(share),
        mark: None,
        alarmed: share > NEAR,
        limit: scene.texts.of.fill([&format::count(total as f64)]),
    };
    Value::Gauge(used, Unit::Count, gauge)
}

/// The state of a node in a pill's place.
pub(super) fn state(node: &Node, scene: &Scene<'_>) -> Value {
    Value::State(level_of(node), word(node, scene).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_in_alarm_is_bad_and_one_in_maintenance_worth_a_look() {
        let node = |change: fn(&mut Node)| {
            let mut node = Node {
                running: Some(true),
                ..Node::default()
            };
            change(&mut node);
            Nodes::level(&node)
        };
        assert_eq!(node(|_| ()), None);
        assert_eq!(node(|node| node.mem_alarm = Some(true)), Some(Level::Bad));
        assert_eq!(
            node(|node| node.being_drained = Some(true)),
            Some(Level::Warning)
        );
        assert_eq!(node(|node| node.running = Some(false)), Some(Level::Bad));
    }
}
