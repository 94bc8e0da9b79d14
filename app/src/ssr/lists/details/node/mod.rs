//! A node: what it uses and how much of it may be, where its memory went, what runs on it.
//!
//! The API gives it as the broker names things, since brokers name more from version to version.

mod internals;
mod sampled;
mod tables;
mod told;

use std::sync::Arc;

use client::{ClientError, Samples};
use metering::{Node, Series, Table};

use self::sampled::{charts, node_meters, sampled};
use self::tables::tables;
use self::told::{counted, table_at, whole, word, words};
use super::super::facts::{group, group_of_table, mark};
use super::super::history::{absence, samples};
use super::super::nodes;
use super::super::value::text;
use super::{Group, Made, Value, Want, recorded};

pub(super) use self::internals::make as internals;

/// For so many milliseconds a broker keeps samples of its nodes.
const DAY: i64 = 86_400_000;

/// The kind of the page of what a node finds out with some effort.
pub(super) const INTERNALS: &str = "node-internals";

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let (told, node) = ask(want, name).await?;
    let resource = format!("{}/{name}", want.broker());
    let series = series_from(want, &told, &resource).await?;
    Ok(Made {
        marks: mark(nodes::state(&node, scene), scene),
        groups: groups(&node, &told, want),
        tables: tables(&told, want),
        charts: charts(want),
        no_series: absence(&series, scene),
        resource,
        series,
        ..Made::default()
    })
}

/// What is known of it, without the rest.
pub(super) async fn facts(want: &Want<'_>, name: &str) -> Result<Vec<Group>, ClientError> {
    let (told, node) = ask(want, name).await?;
    Ok(groups(&node, &told, want))
}

/// All that a broker tells of it, and what of that is understood.
async fn ask(want: &Want<'_>, name: &str) -> Result<(Arc<Table>, Node), ClientError> {
    let samples = samples(want.length, Samples::Day);
    let told = want.session.node(want.broker(), name, samples);
    let (told, nodes) = tokio::join!(told, want.session.nodes(want.broker()));
    let told = told?;
    let node = nodes?.iter().find(|node| node.name == name).cloned();
    Ok((told, node.unwrap_or_default()))
}

fn groups(node: &Node, told: &Table, want: &Want<'_>) -> Vec<Group> {
    let scene = &want.scene;
    let views = scene.views;
    let mut groups: Vec<_> = [
        group(views.overview, overview(node, told, want), scene),
        group(views.files, files(told, want), scene),
        group(views.runtime, runtime(told, want), scene),
        group(views.churn, churn(told, want), scene),
        group_of_table(
            views.metrics_queues,
            table_at(told, "metrics_gc_queue_length"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(open) = group_of_table(views.open_files, table_at(told, "ra_open_file_metrics")) {
        groups.push(open);
    }
    groups
}

/// How it went, without the rest.
pub(super) async fn series(want: &Want<'_>, name: &str) -> Result<Series, ClientError> {
    let samples = samples(want.length, Samples::Day);
    let told = want.session.node(want.broker(), name, samples).await?;
    let resource = format!("{}/{name}", want.broker());
    series_from(want, &told, &resource).await
}

/// From the broker's own samples, or, beyond these, from what Warren kept.
async fn series_from(want: &Want<'_>, told: &Table, resource: &str) -> Result<Series, ClientError> {
    if want.end.is_none() && want.length <= DAY {
        Ok(sampled(told, resource))
    } else {
        recorded(want, resource, node_meters()).await
    }
}

fn overview(node: &Node, told: &Table, want: &Want<'_>) -> Vec<(&'static str, Value)> {
    let scene = &want.scene;
    let views = scene.views;
    vec![
        (views.memory, nodes::memory(node, scene)),
        (views.disk_free, nodes::disk(node, scene)),
        (
            views.file_descriptors,
            nodes::against(node.fd_used, node.fd_total, scene),
        ),
        (
            views.sockets,
            if node.counts_sockets() {
                nodes::against(node.sockets_used, node.sockets_total, scene)
            } else {
                Value::Nothing
            },
        ),
        (
            views.processes,
            nodes::against(node.proc_used, node.proc_total, scene),
        ),
        (
            views.uptime,
            node.uptime.map_or(Value::Nothing, Value::Span),
        ),
        (
            views.cores,
            node.processors.map_or(Value::Nothing, Value::Count),
        ),
        (views.kind, text(node.node_type.as_ref())),
        (views.plugins, words(told, "enabled_plugins")),
        (views.partitions, words(told, "partitions")),
        (
            views.internals,
            Value::Link(
                views.internals_asked.to_owned(),
                scene.object(INTERNALS, &[&node.name]),
            ),
        ),
        (views.rates_mode, text(node.rates_mode.as_ref())),
        (
            views.memory_strategy,
            text(node.mem_calculation_strategy.as_ref()),
        ),
        (
            views.net_ticktime,
            node.net_ticktime
                .map_or(Value::Nothing, |seconds| Value::Span(seconds * 1000)),
        ),
    ]
}

fn files(told: &Table, want: &Want<'_>) -> [(&'static str, Value); 3] {
    let views = want.scene.views;
    [
        (views.config_files, words(told, "config_files")),
        (views.database, word(told, "db_dir")),
        (views.log_files, words(told, "log_files")),
    ]
}

fn runtime(told: &Table, want: &Want<'_>) -> Vec<(&'static str, Value)> {
    let views = want.scene.views;
    vec![
        (views.os_pid, word(told, "os_pid")),
        (views.run_queue, counted(told, "run_queue")),
        (views.context_switches, counted(told, "context_switches")),
        (views.gc_count, counted(told, "gc_num")),
        (
            views.gc_bytes,
            whole(told, "gc_bytes_reclaimed").map_or(Value::Nothing, Value::Bytes),
        ),
    ]
}

fn churn(told: &Table, want: &Want<'_>) -> Vec<(&'static str, Value)> {
    let texts = want.scene.texts;
    vec![
        (
            texts.connection_created,
            counted(told, "connection_created"),
        ),
        (texts.connection_closed, counted(told, "connection_closed")),
        (texts.channel_created, counted(told, "channel_created")),
        (texts.channel_closed, counted(told, "channel_closed")),
        (texts.queue_declared, counted(told, "queue_declared")),
        (texts.queue_created, counted(told, "queue_created")),
        (texts.queue_deleted, counted(told, "queue_deleted")),
    ]
}
