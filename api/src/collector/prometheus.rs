//! Figures of a broker's Prometheus plugin, for brokers whose statistics are off.
//!
//! Where `management_agent.disable_metrics_collector` is set, or metrics collection is denied as a
//! deprecated feature, the management API knows neither rates nor totals nor what nodes use. The
//! plugin `rabbitmq_prometheus` does: `/metrics` has sums, `/metrics/detailed` has queues. Only such
//! brokers are asked, once a tick at most, within a budget of its own. Rates come from the growth of
//! the counters, as with `rates_mode` `none`.
//!
//! Each plugin reports only its own node. The operator names the plugin of every node, and their
//! figures are added up.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metering::overview::{ChurnRates, MessageStats, ObjectTotals, QueueTotals};
use metering::{Node, Overview};

use super::list_budget::Budget;
use crate::broker::prometheus_client::PrometheusClient;
use crate::lists::queues::Consumers;

/// What is asked for every tick, below the plugin's address.
const METRICS: &str = "metrics";
/// How many consumers each queue has.
const CONSUMERS: &str = "metrics/detailed?family=queue_consumer_count";

/// One line: a metric's name, its labels as they stand there, and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line<'a> {
    name: &'a str,
    labels: &'a str,
    value: f64,
}

/// The lines of an answer that are no comments.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(|line| {
        if line.starts_with('#') {
            return None;
        }
        // A label may hold spaces and braces, but the last space stands before the value.
        let (series, value) = line.trim_end().rsplit_once(' ')?;
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}')?),
            None => (series, ""),
        };
        let value = value.parse().ok().filter(|value: &f64| value.is_finite())?;
        Some(Line {
            name,
            labels,
            value,
        })
    })
}

/// The value of a label, with what is escaped in it.
fn label(labels: &str, wanted: &str) -> Option<String> {
    let mut rest = labels;
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next()? {
                (_, '\\') => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (at, '"') => break at,
                (_, other) => value.push(other),
            }
        };
        if name.trim_start_matches(',') == wanted {
            return Some(value);
        }
        rest = &after[end + 1..];
    }
}

/// The figures of one node, summed over their labels.
#[derive(Debug, Default)]
pub(crate) struct PrometheusMetrics {
    /// The node's name.
    node: Option<String>,
    sums: HashMap<String, f64>,
}

impl PrometheusMetrics {
    /// Reads `/metrics`.
    fn read(text: &str) -> Self {
        let mut metrics = Self::default();
        for line in lines(text) {
            let Some(name) = line.name.strip_prefix("rabbitmq_") else {
                continue;
            };
            if name == "identity_info" {
                metrics.node = label(line.labels, "rabbitmq_node");
            }
            *metrics.sums.entry(name.to_owned()).or_default() += line.value;
        }
        metrics
    }

    fn get(&self, name: &str) -> Option<i64> {
        self.sums.get(name).map(|value| *value as i64)
    }
}

/// The sum of a number over all nodes; absent if no node reports it.
fn sum(metrics: &[PrometheusMetrics], name: &str) -> Option<i64> {
    let parts = metrics.iter().filter_map(|metrics| metrics.get(name));
    parts.reduce(i64::saturating_add)
}

/// Fills in what the management API left out. Figures of the management API stay.
pub(crate) fn fill(metrics: &[PrometheusMetrics], overview: &mut Overview, nodes: &mut [Node]) {
    if metrics.is_empty() {
        return;
    }
    let objects: &mut ObjectTotals = overview.object_totals.get_or_insert_default();
    for (place, name) in [
        (&mut objects.channels, "channels"),
        (&mut objects.consumers, "consumers"),
    ] {
        *place = place.or_else(|| sum(metrics, name));
    }
    overview.queue_totals.get_or_insert_with(|| QueueTotals {
        messages: sum(metrics, "queue_messages"),
        messages_ready: sum(metrics, "queue_messages_ready"),
        messages_unacknowledged: sum(metrics, "queue_messages_unacked"),
        ..QueueTotals::default()
    });
    let global = |name: &str| sum(metrics, &format!("global_messages_{name}_total"));
    overview.message_stats.get_or_insert_with(|| {
        let deliver = global("delivered_consume_manual_ack");
        let deliver_no_ack = global("delivered_consume_auto_ack");
        let get = global("delivered_get_manual_ack");
        let get_no_ack = global("delivered_get_auto_ack");
        let parts = [deliver, deliver_no_ack, get, get_no_ack].into_iter();
        MessageStats {
            publish: global("received"),
            confirm: global("confirmed"),
            deliver,
            deliver_no_ack,
            get,
            get_no_ack,
            get_empty: global("get_empty"),
            deliver_get: parts.flatten().reduce(|sum, part| sum + part),
            redeliver: global("redelivered"),
            ack: global("acknowledged"),
            return_unroutable: global("unroutable_returned"),
            drop_unroutable: global("unroutable_dropped"),
            ..MessageStats::default()
        }
    });
    overview.churn_rates.get_or_insert_with(|| ChurnRates {
        connection_created: sum(metrics, "connections_opened_total"),
        connection_closed: sum(metrics, "connections_closed_total"),
        channel_created: sum(metrics, "channels_opened_total"),
        channel_closed: sum(metrics, "channels_closed_total"),
        queue_declared: sum(metrics, "queues_declared_total"),
        queue_created: sum(metrics, "queues_created_total"),
        queue_deleted: sum(metrics, "queues_deleted_total"),
        ..ChurnRates::default()
    });
    for node in nodes {
        let of_node = metrics
            .iter()
            .find(|metrics| metrics.node.as_deref() == Some(node.name.as_str()));
        if let Some(of_node) = of_node {
            fill_node(of_node, node);
        }
    }
}

fn fill_node(metrics: &PrometheusMetrics, node: &mut Node) {
    for (place, name) in [
        (&mut node.mem_used, "process_resident_memory_bytes"),
        (&mut node.mem_limit, "resident_memory_limit_bytes"),
        (&mut node.disk_free, "disk_space_available_bytes"),
        (
            &mut node.disk_free_limit,
            "disk_space_available_limit_bytes",
        ),
        (&mut node.fd_used, "process_open_fds"),
        (&mut node.fd_total, "process_max_fds"),
        (&mut node.sockets_used, "process_open_tcp_sockets"),
        (&mut node.sockets_total, "process_max_tcp_sockets"),
        (&mut node.proc_used, "erlang_processes_used"),
        (&mut node.proc_total, "erlang_processes_limit"),
    ] {
        *place = place.or_else(|| metrics.get(name));
    }
    let uptime = metrics.sums.get("erlang_uptime_seconds");
    node.uptime = node
        .uptime
        .or_else(|| uptime.map(|seconds| (seconds * 1000.0) as i64));
    for (place, name) in [
        (&mut node.mem_alarm, "alarms_memory_used_watermark"),
        (
            &mut node.disk_free_alarm,
            "alarms_free_disk_space_watermark",
        ),
    ] {
        *place = place.or_else(|| metrics.get(name).map(|raised| raised > 0));
    }
}

fn count_consumers(text: &str, into: &mut Consumers) {
    for line in lines(text) {
        if line.name != "rabbitmq_detailed_queue_consumers" {
            continue;
        }
        let of = |name| label(line.labels, name);
        if let (Some(vhost), Some(queue)) = (of("vhost"), of("queue")) {
            *into.entry((vhost, queue)).or_default() += line.value as i64;
        }
    }
}

/// How many consumers each queue has; `None` if a plugin did not answer, or none is configured.
pub(crate) async fn consumers(
    prometheus: &PrometheusClient,
    timeout: Duration,
) -> Option<Consumers> {
    if prometheus.plugins.is_empty() {
        return None;
    }
    let mut found = Consumers::new();
    for plugin in &prometheus.plugins {
        let text = prometheus.get(plugin, CONSUMERS, timeout).await.ok()?;
        count_consumers(&text, &mut found);
    }
    Some(found)
}

/// Polls the plugins within a budget.
#[derive(Debug)]
pub(crate) struct PrometheusPoller {
    budget: Budget,
}

impl Default for PrometheusPoller {
    fn default() -> Self {
        Self {
            budget: Budget::new(),
        }
    }
}

impl PrometheusPoller {
    /// The sums of all nodes, if a poll is due and every plugin answers.
    pub(crate) async fn metrics(
        &mut self,
        prometheus: &PrometheusClient,
        tick: Duration,
        timeout: Duration,
    ) -> Option<Vec<PrometheusMetrics>> {
        let now = tokio::time::Instant::now();
        // Half a tick early is in time: polls are aligned to a grid of their own.
        if prometheus.plugins.is_empty() || self.budget.due(tick / 2, 1, now) > now {
            return None;
        }
        let started = Instant::now();
        let mut metrics = Vec::new();
        let mut answered = true;
        for plugin in &prometheus.plugins {
            match prometheus.get(plugin, METRICS, timeout).await {
                Ok(text) => metrics.push(PrometheusMetrics::read(&text)),
                Err(error) => {
                    answered = false;
                    let plugin = plugin.url.as_str();
                    if prometheus.log_limit.admits(plugin) {
                        tracing::warn!(plugin, error, "the Prometheus plugin could not be read");
                    }
                }
            }
        }
        let now = tokio::time::Instant::now();
        self.budget.record(now, started.elapsed(), answered);
        // A sum over only some of the nodes would be wrong.
        answered.then_some(metrics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of RabbitMQ 3.10.8's.
    const TEXT: &str = r#"# TYPE rabbitmq_connections_opened_total counter
rabbitmq_connections_opened_total 2
rabbitmq_identity_info{rabbitmq_node="so@localhost",rabbitmq_cluster="so@vm"} 1
rabbitmq_channels 3
rabbitmq_queue_messages_ready 7
rabbitmq_process_resident_memory_bytes 153591808
rabbitmq_alarms_memory_used_watermark 1
rabbitmq_erlang_uptime_seconds 11.807
rabbitmq_global_messages_received_total{protocol="amqp091"} 2
rabbitmq_global_messages_received_total{protocol="amqp10"} 3
rabbitmq_global_messages_delivered_get_auto_ack_total{protocol="amqp091",queue_type="rabbit_classic_queue"} 1
rabbitmq_detailed_queue_head_message_timestamp{vhost="/",queue="b"} NaN
erlang_vm_memory 5
"#;

    #[test]
    fn missing_figures_are_filled_in_and_reported_ones_stay() {
        let metrics = [
            PrometheusMetrics::read(TEXT),
            PrometheusMetrics::read("rabbitmq_channels 1\n"),
        ];
        let mut overview = Overview {
            object_totals: Some(ObjectTotals {
                queues: Some(2),
                ..ObjectTotals::default()
            }),
            ..Overview::default()
        };
        let mut nodes = ["so@localhost", "other@localhost"].map(|name| Node {
            name: name.into(),
            disk_free: Some(5),
            ..Node::default()
        });
        fill(&metrics, &mut overview, &mut nodes);
        let objects = overview.object_totals.expect("totals");
        assert_eq!((objects.channels, objects.queues), (Some(4), Some(2)));
        assert_eq!(objects.consumers, None, "no plugin reports it");
        let stats = overview.message_stats.expect("filled");
        assert_eq!((stats.publish, stats.deliver_get), (Some(5), Some(1)));
        assert_eq!(stats.confirm, None);
        let ready = overview
            .queue_totals
            .and_then(|totals| totals.messages_ready);
        assert_eq!(ready, Some(7));
        assert_eq!(nodes[0].mem_used, Some(153_591_808));
        assert_eq!(
            (nodes[0].uptime, nodes[0].mem_alarm),
            (Some(11_807), Some(true))
        );
        assert_eq!((nodes[0].disk_free, nodes[1].mem_used), (Some(5), None));
    }

    #[test]
    fn labels_hold_anything() {
        let text = "rabbitmq_detailed_queue_consumers{vhost=\"/\",queue=\"a \\\"b\\\" \\\\ } ,queue=\\\"x\"} 3\n";
        let mut found = Consumers::new();
        count_consumers(text, &mut found);
        let queue = "a \"b\" \\ } ,queue=\"x";
        assert_eq!(
            found.get(&("/".into(), queue.into())),
            Some(&3),
            "{found:?}"
        );
    }

    #[test]
    fn unreadable_lines_are_skipped() {
        let text = "x\nrabbitmq_a{b=\"c\" 1\nrabbitmq_d NaN\nrabbitmq_e 1\n";
        let found: Vec<_> = lines(text).map(|line| line.name).collect();
        assert_eq!(found, ["rabbitmq_e"]);
        assert_eq!(label("a=\"b", "a"), None);
    }
}
