//! Conditions of a cluster as a whole.

use metering::Node;

use super::Answer;
use super::threshold::{Threshold, compare, holds, unknown};
use super::verdict::Finding;

const NO_NODES: &str = "The account of the collector sees no nodes: it needs the tag monitoring.";

/// The running nodes, and all of them; the condition cannot be checked without any.
fn nodes(answer: Answer<'_>) -> Result<(usize, usize), Vec<Finding>> {
    let all = answer.nodes.len();
    if all == 0 {
        return Err(unknown(NO_NODES));
    }
    let runs = |node: &&Node| node.running != Some(false);
    Ok((answer.nodes.iter().filter(runs).count(), all))
}

/// Whether a broker answers is no question to its answer: see the evaluator.
pub(super) fn unreachable(_: Answer<'_>, _: Threshold) -> Vec<Finding> {
    Vec::new()
}

pub(super) fn no_majority(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    match nodes(answer) {
        Ok((running, all)) => {
            let summary =
                format!("Only {running} of {all} nodes run: quorum queues and streams stop.");
            vec![holds(None, all > 1 && running * 2 <= all, summary)]
        }
        Err(unknown) => unknown,
    }
}

pub(super) fn partition(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    if let Err(unknown) = nodes(answer) {
        return unknown;
    }
    let parted = answer.nodes.iter().filter(|node| {
        let others = node.partitions.as_ref();
        others.is_some_and(|others| !others.is_empty())
    });
    let names: Vec<_> = parted.map(|node| node.name.as_str()).collect();
    let summary = format!(
        "The cluster is partitioned: {} cannot see other nodes.",
        names.join(", ")
    );
    vec![holds(None, !names.is_empty(), summary)]
}

pub(super) fn version_skew(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    let mut versions = answer.versions.to_vec();
    versions.sort_unstable();
    versions.dedup();
    if versions.is_empty() {
        return unknown("The nodes do not report their versions.");
    }
    let summary = format!(
        "The nodes run different versions of RabbitMQ: {}.",
        versions.join(", ")
    );
    vec![holds(None, versions.len() > 1, summary)]
}

pub(super) fn even_nodes(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    match nodes(answer) {
        Ok((running, _)) => {
            let summary = format!(
                "The cluster has {running} running nodes: an even number gains nothing for quorums."
            );
            vec![holds(
                None,
                running > 1 && running.is_multiple_of(2),
                summary,
            )]
        }
        Err(unknown) => unknown,
    }
}

pub(super) fn stats_behind(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    match answer.overview.statistics_db_event_queue {
        Some(waiting) => {
            let summary = format!(
                "{waiting} events wait for the statistics of the broker: its figures are late."
            );
            vec![compare(None, waiting as f64, threshold, summary)]
        }
        None => unknown("The broker does not report the events that wait for its statistics."),
    }
}
