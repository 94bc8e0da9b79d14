//! From a broker's answers to the recent history.

use metering::meter::NODE;
use metering::overview::{ChurnRates, MessageStats, QueueTotals};
use metering::{Node, Overview, Stat};

use crate::broker::meters::Meter;
use crate::broker::recent_history::{RecentHistory, Resource};

/// Records what a broker's overview says.
pub(crate) fn overview(history: &mut RecentHistory, bucket: i64, overview: &Overview) {
    if let Some(totals) = &overview.object_totals {
        for (n, (_, value)) in totals.iter().enumerate() {
            set(
                history,
                Resource::Broker,
                Meter::object_total(n),
                bucket,
                value,
            );
        }
    }
    messages(
        history,
        Resource::Broker,
        bucket,
        overview.queue_totals.as_ref(),
        overview.message_stats.as_ref(),
    );
    for (n, stat) in overview
        .churn_rates
        .iter()
        .flat_map(ChurnRates::iter)
        .enumerate()
    {
        counter(history, Resource::Broker, Meter::churn(n), bucket, stat);
    }
}

/// Records messages in queues, and through channels.
pub(crate) fn messages(
    history: &mut RecentHistory,
    resource: Resource<'_>,
    bucket: i64,
    totals: Option<&QueueTotals>,
    stats: Option<&MessageStats>,
) {
    for (n, stat) in totals.into_iter().flat_map(QueueTotals::iter).enumerate() {
        set(history, resource, Meter::queue_total(n), bucket, stat.value);
    }
    for (n, stat) in stats.into_iter().flat_map(MessageStats::iter).enumerate() {
        counter(history, resource, Meter::message_stat(n), bucket, stat);
    }
}

/// Records what the running nodes use.
pub(crate) fn nodes(history: &mut RecentHistory, bucket: i64, nodes: &[Node]) {
    for node in nodes.iter().filter(|node| node.running != Some(false)) {
        for (n, definition) in NODE.iter().enumerate() {
            set(
                history,
                Resource::Node(&node.name),
                Meter::node(n),
                bucket,
                used(node, definition.field),
            );
        }
    }
}

/// A node's gauge by RabbitMQ's name of it.
fn used(node: &Node, field: &str) -> Option<i64> {
    match field {
        "mem_used" => node.mem_used,
        "disk_free" => node.disk_free,
        "fd_used" => node.fd_used,
        // Since 4.0 it says 0 of 0: it does not count them.
        "sockets_used" => node.sockets_used.filter(|_| node.counts_sockets()),
        "proc_used" => node.proc_used,
        "run_queue" => node.run_queue,
        _ => None,
    }
}

fn counter(
    history: &mut RecentHistory,
    resource: Resource<'_>,
    meter: Meter,
    bucket: i64,
    stat: Stat<'_>,
) {
    set(history, resource, meter, bucket, stat.value);
    if let Some(rate) = stat.rate() {
        history.set(resource, meter.rate(), bucket, rate);
    }
}

fn set(
    history: &mut RecentHistory,
    resource: Resource<'_>,
    meter: Meter,
    bucket: i64,
    value: Option<i64>,
) {
    if let Some(value) = value {
        history.set(resource, meter, bucket, value as f64);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use test_fixtures::broker_answer_as;

    use super::*;

    #[test]
    fn every_gauge_of_a_node_is_recorded() {
        let found: Vec<Node> = broker_answer_as("3.10.8", "nodes");
        let mut history = RecentHistory::new(Duration::from_secs(5), Duration::from_mins(1));
        history.open(7);
        nodes(&mut history, 7, &found);
        for (n, definition) in NODE.iter().enumerate() {
            let value = history.value(Resource::Node(&found[0].name), Meter::node(n), 7);
            assert!(value.is_some(), "{} has no value", definition.name);
        }
    }

    #[test]
    fn sockets_that_are_not_counted_are_no_nought() {
        let found: Vec<Node> = broker_answer_as("4.0.5", "nodes");
        let mut history = RecentHistory::new(Duration::from_secs(5), Duration::from_mins(1));
        history.open(7);
        nodes(&mut history, 7, &found);
        let sockets = NODE
            .iter()
            .position(|found| found.field == "sockets_used")
            .expect("a meter");
        assert_eq!(
            history.value(Resource::Node(&found[0].name), Meter::node(sockets), 7),
            None
        );
    }
}
