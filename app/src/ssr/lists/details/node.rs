//! A node: what it uses and how much of it may be, where its memory went, what runs on it.
//!
//! The API gives it as the broker names things, since brokers name more from version to version.

use client::{ClientError, Samples};
use metering::{Details, Sample, Series, Table, Value as Told, meter};

use super::super::facts::{column, group, group_of_table, mark, plain};
use super::super::history::{Recorder, absence, chart, samples};
use super::super::nodes;
use super::super::value::{tag, text};
use super::{Made, Value, Want, recorded};
use crate::chart::{Colour, Dash};
use crate::format::Unit;
use crate::server_fns::lists::{ChartView, DetailTable};

/// For so many milliseconds a broker keeps samples of its nodes.
const DAY: i64 = 86_400_000;

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let samples = samples(want.length, Samples::Day);
    let told = want.session.node(want.broker(), name, samples);
    let (told, nodes) = tokio::join!(told, want.session.nodes(want.broker()));
    let told = told?;
    let nodes = nodes?;
    let node = nodes
        .iter()
        .find(|node| node.name == name)
        .cloned()
        .unwrap_or_default();
    let resource = format!("{}/{name}", want.broker());
    let series = if want.end.is_none() && want.length <= DAY {
        sampled(&told, &resource)
    } else {
        recorded(want, &resource, node_meters()).await?
    };
    let views = scene.views;
    let mut groups: Vec<_> = [
        group(views.overview, overview(&node, &told, want), scene),
        group(views.files, files(&told, want), scene),
        group(views.runtime, runtime(&told, want), scene),
        group(views.churn, churn(&told, want), scene),
        group_of_table(
            views.metrics_queues,
            table_at(&told, "metrics_gc_queue_length"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(open) = group_of_table(views.open_files, table_at(&told, "ra_open_file_metrics")) {
        groups.push(open);
    }
    Ok(Made {
        marks: mark(nodes::state(&node, scene), scene),
        groups,
        tables: tables(&told, want),
        charts: charts(want),
        no_series: absence(&series, scene),
        resource,
        series,
        ..Made::default()
    })
}

fn number(told: &Table, key: &str) -> Option<f64> {
    match told.get(key)? {
        Told::Integer(number) => Some(*number as f64),
        Told::Float(number) => Some(*number),
        _ => None,
    }
}

fn whole(told: &Table, key: &str) -> Option<i64> {
    number(told, key).map(|number| number as i64)
}

fn table_at<'t>(told: &'t Table, key: &str) -> Option<&'t Table> {
    match told.get(key)? {
        Told::Table(table) => Some(table),
        _ => None,
    }
}

fn list_at<'t>(told: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    let list = match told.get(key) {
        Some(Told::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|value| match value {
        Told::Table(table) => Some(table),
        _ => None,
    })
}

fn words(told: &Table, key: &str) -> Value {
    let Some(Told::List(list)) = told.get(key) else {
        return Value::Nothing;
    };
    let tags: Vec<_> = list
        .iter()
        .map(|word| tag(&word.to_string(), None))
        .collect();
    if tags.is_empty() {
        Value::Nothing
    } else {
        Value::Tags(tags)
    }
}

fn word(told: &Table, key: &str) -> Value {
    told.get(key)
        .map_or(Value::Nothing, |value| Value::Text(value.to_string()))
}

fn counted(told: &Table, key: &str) -> Value {
    whole(told, key).map_or(Value::Nothing, Value::Count)
}

fn rate_at(told: &Table, key: &str) -> Option<f64> {
    let details = table_at(told, &format!("{key}_details"))?;
    number(details, "rate")
}

fn overview(node: &metering::Node, told: &Table, want: &Want<'_>) -> Vec<(&'static str, Value)> {
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

fn tables(told: &Table, want: &Want<'_>) -> Vec<DetailTable> {
    vec![
        memory_breakdown(told, want),
        io(told, want),
        cluster_links(told, want),
        named(
            "applications",
            want.scene.views.applications,
            list_at(told, "applications"),
            "version",
            want,
        ),
        named(
            "auth-mechanisms",
            want.scene.views.auth_mechanisms,
            list_at(told, "auth_mechanisms"),
            "enabled",
            want,
        ),
        named(
            "exchange-types",
            want.scene.views.exchange_types,
            list_at(told, "exchange_types"),
            "enabled",
            want,
        ),
        contexts(told, want),
    ]
}

/// Where the memory is, the most first.
fn memory_breakdown(told: &Table, want: &Want<'_>) -> DetailTable {
    let views = want.scene.views;
    let parts = table_at(told, "memory").map(|Table(memory)| memory);
    let mut parts: Vec<(&String, i64)> = parts
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| match value {
            Told::Integer(bytes) => Some((name, *bytes)),
            _ => None,
        })
        .collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let all: i64 = parts.iter().map(|(_, bytes)| bytes).sum();
    let row = |(name, bytes): (&String, i64)| {
        let share = bytes as f64 / all.max(1) as f64;
        vec![
            Value::Text(name.replace('_', " ")),
            Value::Bytes(bytes),
            Value::Share(share),
        ]
    };
    let columns = vec![
        column(views.memory_part, false),
        column(views.memory_bytes, true),
        column(views.memory_share, true),
    ];
    let rows = parts.into_iter().map(row).collect();
    plain(
        ("memory-breakdown", views.memory_breakdown),
        columns,
        rows,
        views.no_memory_breakdown,
        &want.scene,
    )
}

/// The operations that a node counts, what they carry, and how long one takes.
fn io(told: &Table, want: &Want<'_>) -> DetailTable {
    const OPERATIONS: [&str; 11] = [
        "io_read",
        "io_write",
        "io_sync",
        "io_seek",
        "io_reopen",
        "mnesia_ram_tx",
        "mnesia_disk_tx",
        "msg_store_read",
        "msg_store_write",
        "queue_index_read",
        "queue_index_write",
    ];
    let views = want.scene.views;
    let row = |name: &str| {
        let count = whole(told, &format!("{name}_count"))?;
        let rate = |suffix: &str| rate_at(told, &format!("{name}_{suffix}"));
        let time = number(told, &format!("{name}_avg_time"));
        Some(vec![
            Value::Text(name.replace('_', " ")),
            rate("count").map_or(Value::Nothing, Value::Rate),
            rate("bytes").map_or(Value::Nothing, Value::ByteRate),
            // In milliseconds; as a text, since spans are told by the second.
            time.map_or(Value::Nothing, |time| Value::Text(format!("{time:.2} ms"))),
            Value::Count(count),
        ])
    };
    let columns = vec![
        column(views.operation, false),
        column(views.operations_rate, true),
        column(views.bytes_rate, true),
        column(views.average_time, true),
        column(views.count, true),
    ];
    let rows = OPERATIONS.into_iter().filter_map(row).collect();
    plain(
        ("operations", views.io),
        columns,
        rows,
        views.no_io,
        &want.scene,
    )
}

fn cluster_links(told: &Table, want: &Want<'_>) -> DetailTable {
    let scene = &want.scene;
    let views = scene.views;
    let row = |link: &Table| {
        let name = link
            .get("name")
            .map(ToString::to_string)
            .unwrap_or_default();
        let stats = table_at(link, "stats").unwrap_or(link);
        let rate = |key| rate_at(stats, key).map_or(Value::Nothing, Value::ByteRate);
        let bytes = |key| whole(stats, key).map_or(Value::Nothing, Value::Bytes);
        let at = |host, port| match (link.get(host), link.get(port)) {
            (Some(host), Some(port)) => Value::Text(format!("{host}:{port}")),
            _ => Value::Nothing,
        };
        vec![
            scene.link("nodes", &name),
            at("sock_addr", "sock_port"),
            at("peer_addr", "peer_port"),
            rate("recv_bytes"),
            rate("send_bytes"),
            bytes("recv_bytes"),
            bytes("send_bytes"),
        ]
    };
    let columns = vec![
        column(views.node, false),
        column(views.local_address, false),
        column(views.peer_address, false),
        column(views.rate_in, true),
        column(views.rate_out, true),
        column(views.received, true),
        column(views.sent, true),
    ];
    let rows = list_at(told, "cluster_links").map(row).collect();
    plain(
        ("cluster-links", views.cluster_links),
        columns,
        rows,
        views.no_cluster_links,
        scene,
    )
}

/// Things with a name, a description, and one thing more.
fn named<'t>(
    id: &str,
    title: &'static str,
    things: impl Iterator<Item = &'t Table>,
    key: &str,
    want: &Want<'_>,
) -> DetailTable {
    let views = want.scene.views;
    let last = if key == "version" {
        views.version
    } else {
        views.enabled
    };
    let columns = vec![
        column(views.name, false),
        column(views.description, false),
        column(last, false),
    ];
    let row = |thing: &Table| {
        let last = match thing.get(key) {
            Some(Told::Flag(flag)) => Value::Flag(*flag),
            _ => word(thing, key),
        };
        vec![word(thing, "name"), word(thing, "description"), last]
    };
    plain(
        (id, title),
        columns,
        things.map(row).collect(),
        views.nothing_there,
        &want.scene,
    )
}

fn contexts(told: &Table, want: &Want<'_>) -> DetailTable {
    let views = want.scene.views;
    let columns = vec![
        column(views.description, false),
        column(views.address, false),
        column(views.port, true),
        column(views.path, false),
    ];
    let row = |context: &Table| {
        vec![
            word(context, "description"),
            word(context, "ip"),
            word(context, "port"),
            word(context, "path"),
        ]
    };
    let rows = list_at(told, "contexts").map(row).collect();
    plain(
        ("contexts", views.contexts),
        columns,
        rows,
        views.nothing_there,
        &want.scene,
    )
}

/// Fields of a node, and the meters that the charts know them by.
const GAUGES: [(&str, &str); 5] = [
    ("mem_used", "rabbit.node.memory"),
    ("disk_free", "rabbit.node.disk_free"),
    ("fd_used", "rabbit.node.file_descriptors"),
    ("sockets_used", "rabbit.node.sockets"),
    ("proc_used", "rabbit.node.processes"),
];
const COUNTERS: [&str; 5] = [
    "io_read_count",
    "io_write_count",
    "io_sync_count",
    "io_read_bytes",
    "io_write_bytes",
];

/// From the broker's own samples.
fn sampled(told: &Table, resource: &str) -> Series {
    let mut recorder = Recorder::new(resource);
    for (field, meter) in GAUGES {
        recorder.gauge(meter, details_at(told, field).as_ref());
    }
    for field in COUNTERS {
        recorder.rate(field, details_at(told, field).as_ref());
    }
    recorder.series()
}

fn details_at(told: &Table, field: &str) -> Option<Details> {
    let details = table_at(told, &format!("{field}_details"))?;
    let sample = |sample: &Table| {
        Some(Sample {
            sample: number(sample, "sample")?,
            timestamp: whole(sample, "timestamp")?,
        })
    };
    Some(Details {
        rate: number(details, "rate"),
        samples: list_at(details, "samples").filter_map(sample).collect(),
    })
}

/// The meters of nodes.
fn node_meters() -> Vec<String> {
    meter::NODE
        .iter()
        .map(|definition| definition.name.to_owned())
        .collect()
}

fn charts(want: &Want<'_>) -> Vec<ChartView> {
    use Colour::{Blue, Green, Orange, Purple};
    use Dash::{Dashed, Dotted, Solid};
    let views = want.scene.views;
    let bytes = (Unit::Bytes, views.unit_bytes);
    let count = (Unit::Count, views.unit_count);
    let rate = (Unit::PerSecond, views.unit_per_second);
    vec![
        chart(
            "memory",
            views.chart_memory,
            bytes,
            &[("rabbit.node.memory", views.used, Blue, Solid)],
        ),
        chart(
            "disk",
            views.chart_disk,
            bytes,
            &[("rabbit.node.disk_free", views.disk_free, Green, Solid)],
        ),
        chart(
            "files",
            views.chart_files,
            count,
            &[
                (
                    "rabbit.node.file_descriptors",
                    views.file_descriptors,
                    Blue,
                    Solid,
                ),
                ("rabbit.node.sockets", views.sockets, Orange, Dashed),
            ],
        ),
        chart(
            "processes",
            views.chart_processes,
            count,
            &[("rabbit.node.processes", views.processes, Purple, Solid)],
        ),
        chart(
            "io",
            views.chart_io,
            rate,
            &[
                ("io_read_count", views.reads, Blue, Solid),
                ("io_write_count", views.writes, Green, Dashed),
                ("io_sync_count", views.syncs, Orange, Dotted),
            ],
        ),
        chart(
            "io-bytes",
            views.chart_io_bytes,
            (Unit::Bytes, views.unit_bytes_per_second),
            &[
                ("io_read_bytes", views.reads, Blue, Solid),
                ("io_write_bytes", views.writes, Green, Dashed),
            ],
        ),
    ]
}
