//! Nodes and their limits.

use std::sync::Arc;

use client::{ClientError, Session};
use metering::requests::ListQuery;
use metering::{Node, Page};

use super::column::{ColumnDef, List, hidden, number_column, text_column, unsorted};
use super::render_context::RenderContext;
use super::value::{Value, count, known, tag, text};
use crate::format::{self, Unit};
use crate::i18n::list_texts::ListTexts;
use crate::view_models::level::Level;
use crate::view_models::table::Gauge;

/// A value above this share of its limit is a warning, as in the management UI.
const NEAR: f64 = 0.95;

/// A broker's nodes. The API returns all of them at once.
pub(super) struct Nodes;

impl List for Nodes {
    type Row = Node;
    const NAME: &'static str = "nodes";

    fn title(list_texts: &ListTexts) -> &'static str {
        list_texts.nodes
    }

    fn columns() -> &'static [ColumnDef<Node>] {
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

const COLUMNS: &[ColumnDef<Node>] = &[
    text_column(
        "name",
        |v| v.name,
        |node, context| context.link("nodes", &node.name),
    ),
    text_column("state", |v| v.state, state),
    text_column("mem_used", |v| v.memory, memory),
    text_column("disk_free", |v| v.disk_free, disk),
    text_column(
        "fd_used",
        |v| v.file_descriptors,
        |node, context| against(node.fd_used, node.fd_total, context),
    ),
    text_column(
        "sockets_used",
        |v| v.sockets,
        |node, context| {
            if node.counts_sockets() {
                against(node.sockets_used, node.sockets_total, context)
            } else {
                Value::Nothing
            }
        },
    ),
    text_column(
        "proc_used",
        |v| v.processes,
        |node, context| against(node.proc_used, node.proc_total, context),
    ),
    number_column(
        "uptime",
        |v| v.uptime,
        |node, _| known(node.uptime, Value::Span),
    ),
    number_column("processors", |v| v.cores, |node, _| count(node.processors)),
    hidden(number_column(
        "run_queue",
        |v| v.run_queue,
        |node, _| count(node.run_queue),
    )),
    hidden(text_column(
        "type",
        |v| v.kind,
        |node, _| text(node.node_type.as_ref()),
    )),
    hidden(text_column(
        "rates_mode",
        |v| v.rates_mode,
        |node, _| text(node.rates_mode.as_ref()),
    )),
    hidden(text_column(
        "mem_calculation_strategy",
        |v| v.memory_strategy,
        |node, _| text(node.mem_calculation_strategy.as_ref()),
    )),
    hidden(number_column(
        "net_ticktime",
        |v| v.net_ticktime,
        |node, _| known(node.net_ticktime, |seconds| Value::Span(seconds * 1000)),
    )),
    hidden(text_column(
        "os_pid",
        |v| v.os_pid,
        |node, _| text(node.os_pid.as_ref()),
    )),
    unsorted(hidden(text_column(
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

/// The sort key of a node.
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

/// The severity of the node's worst value.
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

fn word(node: &Node, context: &RenderContext<'_>) -> &'static str {
    let texts = context.texts;
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

/// Memory and the high watermark, which is the end of the bar.
pub(super) fn memory(node: &Node, context: &RenderContext<'_>) -> Value {
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
        limit: context.texts.of.fill([&format::bytes(limit as f64)]),
    };
    Value::Gauge(used, Unit::Bytes, gauge)
}

/// Free disk space and the low watermark. Brokers do not report the disk's size, so there is no bar.
pub(super) fn disk(node: &Node, context: &RenderContext<'_>) -> Value {
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
        limit: context
            .texts
            .alarm_below
            .fill([&format::bytes(limit as f64)]),
    };
    Value::Gauge(free, Unit::Bytes, gauge)
}

pub(super) fn against(used: Option<i64>, total: Option<i64>, context: &RenderContext<'_>) -> Value {
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
        limit: context.texts.of.fill([&format::count(total as f64)]),
    };
    Value::Gauge(used, Unit::Count, gauge)
}

/// The state of a node.
pub(super) fn state(node: &Node, context: &RenderContext<'_>) -> Value {
    Value::State(level_of(node), word(node, context).to_owned())
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

    #[test]
    fn every_sortable_column_has_a_sort_key_of_its_own() {
        let node = Node {
            name: "rabbit@host".to_owned(),
            ..Node::default()
        };
        for column in COLUMNS.iter().skip(1).filter(|column| column.sortable) {
            assert_ne!(
                key(&node, column.key),
                Value::Text(node.name.clone()),
                "{}",
                column.key
            );
        }
    }
}
