//! Conditions of single nodes.

use metering::Node;

use super::Answer;
use super::threshold::{Threshold, compare, holds, unknown};
use super::verdict::{Finding, Verdict};

/// A finding for each node. One that is down, or lacks the values, cannot be checked.
fn each(answer: Answer<'_>, find: impl Fn(&Node) -> Option<Finding>) -> Vec<Finding> {
    if answer.nodes.is_empty() {
        return unknown("The account of the collector sees no nodes: it needs the tag monitoring.");
    }
    let mut lacking = None;
    let mut findings = Vec::new();
    for node in answer.nodes {
        let found = if node.running == Some(false) {
            Err("The node is down.")
        } else {
            find(node).ok_or(
                "The broker does not report the values: its version or its statistics lack them.",
            )
        };
        findings.push(found.unwrap_or_else(|reason| {
            lacking = lacking.or((node.running != Some(false)).then_some(reason));
            Finding {
                node: Some(node.name.clone()),
                verdict: Verdict::Unknown(reason.into()),
                value: None,
                summary: reason.into(),
            }
        }));
    }
    findings.extend(lacking.into_iter().flat_map(unknown));
    findings
}

/// A part of a total, as a share of 1.
fn share(
    node: &Node,
    used: Option<i64>,
    total: Option<i64>,
    what: &str,
    threshold: Threshold,
) -> Option<Finding> {
    let (used, total) = (used?, total.filter(|&total| total > 0)?);
    let share = used as f64 / total as f64;
    let summary = format!(
        "Node {} uses {:.0} % of its {what} ({used} of {total}).",
        node.name,
        share * 100.0
    );
    Some(compare(Some(&node.name), share, threshold, summary))
}

pub(super) fn memory_alarm(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        let summary = format!(
            "The memory alarm of node {} is raised; all publishers are blocked.",
            node.name
        );
        Some(holds(Some(&node.name), node.mem_alarm?, summary))
    })
}

pub(super) fn disk_alarm(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        let summary = format!(
            "The disk alarm of node {} is raised; all publishers are blocked.",
            node.name
        );
        Some(holds(Some(&node.name), node.disk_free_alarm?, summary))
    })
}

pub(super) fn memory_high(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        share(
            node,
            node.mem_used,
            node.mem_limit,
            "memory limit",
            threshold,
        )
    })
}

pub(super) fn disk_low(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        let (free, limit) = (
            node.disk_free?,
            node.disk_free_limit.filter(|&limit| limit > 0)?,
        );
        let times = free as f64 / limit as f64;
        let summary = format!(
            "Node {} has {free} bytes of disk free, {times:.1} times the limit at which publishers are blocked.",
            node.name
        );
        Some(compare(Some(&node.name), times, threshold, summary))
    })
}

pub(super) fn fd_high(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        share(
            node,
            node.fd_used,
            node.fd_total,
            "file descriptors",
            threshold,
        )
    })
}

/// Since 4.0 brokers do not count sockets: there the rule has nothing to check.
pub(super) fn sockets_high(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let counts = |node: &Node| node.sockets_total != Some(0);
    let mut findings = each(answer, |node| {
        if counts(node) {
            share(
                node,
                node.sockets_used,
                node.sockets_total,
                "sockets",
                threshold,
            )
        } else {
            Some(holds(Some(&node.name), false, String::new()))
        }
    });
    findings.retain(|finding| finding.verdict != Verdict::Ok || finding.value.is_some());
    findings
}

pub(super) fn processes_high(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        share(
            node,
            node.proc_used,
            node.proc_total,
            "Erlang processes",
            threshold,
        )
    })
}

pub(super) fn run_queue(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    each(answer, |node| {
        let (waiting, cores) = (node.run_queue?, node.processors.filter(|&cores| cores > 0)?);
        let summary = format!(
            "On node {} {waiting} Erlang processes wait for {cores} cores.",
            node.name
        );
        Some(compare(
            Some(&node.name),
            waiting as f64 / cores as f64,
            threshold,
            summary,
        ))
    })
}

pub(super) fn node_down(answer: Answer<'_>, _: Threshold) -> Vec<Finding> {
    let nodes = answer.nodes.iter();
    let findings = nodes.map(|node| {
        let summary = format!("Node {} does not run.", node.name);
        holds(Some(&node.name), node.running == Some(false), summary)
    });
    if answer.nodes.is_empty() {
        return each(answer, |_| None);
    }
    findings.collect()
}
