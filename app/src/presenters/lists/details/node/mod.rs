//! A node: what it uses and how much of it may be, where its memory went, what runs on it.
//!
//! The API gives it as the broker names things, since brokers name more from version to version.

mod fields;
mod internals;
mod sampled;
mod tables;

use std::sync::Arc;

use client::{ClientError, Samples};
use metering::{Node, Series, Table};

use crate::presenters::lists::details::object_page::{DetailRequest, ObjectPage};
use crate::presenters::lists::details::series::recorded;
use crate::presenters::lists::facts::{group, group_of_table, state_cells};
use crate::presenters::lists::history::{absence, samples};
use crate::presenters::lists::nodes;
use crate::presenters::lists::value::{Value, text};
use crate::view_models::lists::Group;
use fields::{counted, table_at, whole, word, words};
use sampled::{charts, node_meters, sampled};
use tables::tables;

pub(super) use internals::make as internals;

/// How long a broker keeps samples of its nodes, in milliseconds.
const DAY: i64 = 86_400_000;

/// The kind of the page of what a node finds out with some effort.
pub(super) const INTERNALS: &str = "node-internals";

pub(super) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let (response, node) = ask(request, name).await?;
    let resource = format!("{}/{name}", request.broker());
    let series = series_from(request, &response, &resource).await?;
    Ok(ObjectPage {
        marks: state_cells(nodes::state(&node, context), context),
        groups: groups(&node, &response, request),
        tables: tables(&response, request),
        charts: charts(request),
        no_series: absence(&series, context),
        resource,
        series,
        ..ObjectPage::default()
    })
}

/// What is known of it, without the rest.
pub(super) async fn facts(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    let (response, node) = ask(request, name).await?;
    Ok(groups(&node, &response, request))
}

/// The broker's whole answer about a node, and the fields of it that have a type.
async fn ask(request: &DetailRequest<'_>, name: &str) -> Result<(Arc<Table>, Node), ClientError> {
    let samples = samples(request.length, Samples::Day);
    let response = request.session.node(request.broker(), name, samples);
    let (response, nodes) = tokio::join!(response, request.session.nodes(request.broker()));
    let response = response?;
    let node = nodes?.iter().find(|node| node.name == name).cloned();
    Ok((response, node.unwrap_or_default()))
}

fn groups(node: &Node, response: &Table, request: &DetailRequest<'_>) -> Vec<Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let mut groups: Vec<_> = [
        group(
            list_texts.overview,
            overview(node, response, request),
            context,
        ),
        group(list_texts.files, files(response, request), context),
        group(list_texts.runtime, runtime(response, request), context),
        group(
            list_texts.node_page.churn,
            churn(response, request),
            context,
        ),
        group_of_table(
            list_texts.node_page.metrics_queues,
            table_at(response, "metrics_gc_queue_length"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(open) = group_of_table(
        list_texts.open_files,
        table_at(response, "ra_open_file_metrics"),
    ) {
        groups.push(open);
    }
    groups
}

/// How it went, without the rest.
pub(super) async fn series(request: &DetailRequest<'_>, name: &str) -> Result<Series, ClientError> {
    let samples = samples(request.length, Samples::Day);
    let response = request
        .session
        .node(request.broker(), name, samples)
        .await?;
    let resource = format!("{}/{name}", request.broker());
    series_from(request, &response, &resource).await
}

/// From the broker's own samples, or, beyond these, from what Warren kept.
async fn series_from(
    request: &DetailRequest<'_>,
    response: &Table,
    resource: &str,
) -> Result<Series, ClientError> {
    if request.end.is_none() && request.length <= DAY {
        Ok(sampled(response, resource))
    } else {
        recorded(request, resource, node_meters()).await
    }
}

fn overview(
    node: &Node,
    response: &Table,
    request: &DetailRequest<'_>,
) -> Vec<(&'static str, Value)> {
    let context = &request.context;
    let list_texts = context.list_texts;
    vec![
        (list_texts.memory, nodes::memory(node, context)),
        (list_texts.disk_free, nodes::disk(node, context)),
        (
            list_texts.file_descriptors,
            nodes::against(node.fd_used, node.fd_total, context),
        ),
        (
            list_texts.sockets,
            if node.counts_sockets() {
                nodes::against(node.sockets_used, node.sockets_total, context)
            } else {
                Value::Nothing
            },
        ),
        (
            list_texts.processes,
            nodes::against(node.proc_used, node.proc_total, context),
        ),
        (
            list_texts.uptime,
            node.uptime.map_or(Value::Nothing, Value::Span),
        ),
        (
            list_texts.cores,
            node.processors.map_or(Value::Nothing, Value::Count),
        ),
        (list_texts.kind, text(node.node_type.as_ref())),
        (list_texts.plugins, words(response, "enabled_plugins")),
        (list_texts.partitions, words(response, "partitions")),
        (
            list_texts.node_page.internals,
            Value::Link(
                list_texts.node_page.internals_asked.to_owned(),
                context.object(INTERNALS, &[&node.name]),
            ),
        ),
        (list_texts.rates_mode, text(node.rates_mode.as_ref())),
        (
            list_texts.memory_strategy,
            text(node.mem_calculation_strategy.as_ref()),
        ),
        (
            list_texts.net_ticktime,
            node.net_ticktime
                .map_or(Value::Nothing, |seconds| Value::Span(seconds * 1000)),
        ),
    ]
}

fn files(response: &Table, request: &DetailRequest<'_>) -> [(&'static str, Value); 3] {
    let list_texts = request.context.list_texts;
    [
        (
            list_texts.node_page.config_files,
            words(response, "config_files"),
        ),
        (list_texts.node_page.database, word(response, "db_dir")),
        (list_texts.node_page.log_files, words(response, "log_files")),
    ]
}

fn runtime(response: &Table, request: &DetailRequest<'_>) -> Vec<(&'static str, Value)> {
    let list_texts = request.context.list_texts;
    vec![
        (list_texts.os_pid, word(response, "os_pid")),
        (list_texts.run_queue, counted(response, "run_queue")),
        (
            list_texts.node_page.context_switches,
            counted(response, "context_switches"),
        ),
        (list_texts.node_page.gc_count, counted(response, "gc_num")),
        (
            list_texts.node_page.gc_bytes,
            whole(response, "gc_bytes_reclaimed").map_or(Value::Nothing, Value::Bytes),
        ),
    ]
}

fn churn(response: &Table, request: &DetailRequest<'_>) -> Vec<(&'static str, Value)> {
    let texts = request.context.texts;
    vec![
        (
            texts.connection_created,
            counted(response, "connection_created"),
        ),
        (
            texts.connection_closed,
            counted(response, "connection_closed"),
        ),
        (texts.channel_created, counted(response, "channel_created")),
        (texts.channel_closed, counted(response, "channel_closed")),
        (texts.queue_declared, counted(response, "queue_declared")),
        (texts.queue_created, counted(response, "queue_created")),
        (texts.queue_deleted, counted(response, "queue_deleted")),
    ]
}
