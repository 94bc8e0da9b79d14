//! The tables of a node's page.

use metering::{Table, Value as Told};

use super::super::super::facts::{column, plain};
use super::told::{list_at, number, rate_at, table_at, whole, word};
use super::{Value, Want};
use crate::server_fns::lists::DetailTable;

pub(super) fn tables(told: &Table, want: &Want<'_>) -> Vec<DetailTable> {
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
