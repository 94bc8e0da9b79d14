//! The tables of a node's page.

use metering::{Table, Value as FieldValue};

use super::fields::{list_at, number, rate_at, table_at, whole, word};
use crate::presenters::lists::details::object_page::DetailRequest;
use crate::presenters::lists::facts::{column, plain};
use crate::presenters::lists::value::Value;
use crate::view_models::lists::DetailTable;

pub(super) fn tables(response: &Table, request: &DetailRequest<'_>) -> Vec<DetailTable> {
    vec![
        memory_breakdown(response, request),
        io(response, request),
        cluster_links(response, request),
        named(
            "applications",
            request.context.list_texts.node_page.applications,
            list_at(response, "applications"),
            "version",
            request,
        ),
        named(
            "auth-mechanisms",
            request.context.list_texts.node_page.auth_mechanisms,
            list_at(response, "auth_mechanisms"),
            "enabled",
            request,
        ),
        named(
            "exchange-types",
            request.context.list_texts.node_page.exchange_types,
            list_at(response, "exchange_types"),
            "enabled",
            request,
        ),
        contexts(response, request),
    ]
}

/// The memory breakdown, largest part first.
fn memory_breakdown(response: &Table, request: &DetailRequest<'_>) -> DetailTable {
    let list_texts = request.context.list_texts;
    let parts = table_at(response, "memory").map(|Table(memory)| memory);
    let mut parts: Vec<(&String, i64)> = parts
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| match value {
            FieldValue::Integer(bytes) => Some((name, *bytes)),
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
        column(list_texts.node_page.memory_part, false),
        column(list_texts.node_page.memory_bytes, true),
        column(list_texts.node_page.memory_share, true),
    ];
    let rows = parts.into_iter().map(row).collect();
    plain(
        ("memory-breakdown", list_texts.node_page.memory_breakdown),
        columns,
        rows,
        list_texts.node_page.no_memory_breakdown,
        &request.context,
    )
}

/// The operations that a node counts, what they carry, and how long one takes.
fn io(response: &Table, request: &DetailRequest<'_>) -> DetailTable {
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
    let list_texts = request.context.list_texts;
    let row = |name: &str| {
        let count = whole(response, &format!("{name}_count"))?;
        let rate = |suffix: &str| rate_at(response, &format!("{name}_{suffix}"));
        let time = number(response, &format!("{name}_avg_time"));
        Some(vec![
            Value::Text(name.replace('_', " ")),
            rate("count").map_or(Value::Nothing, Value::Rate),
            rate("bytes").map_or(Value::Nothing, Value::ByteRate),
            // In milliseconds; as a text, since spans are written in whole seconds.
            time.map_or(Value::Nothing, |time| Value::Text(format!("{time:.2} ms"))),
            Value::Count(count),
        ])
    };
    let columns = vec![
        column(list_texts.node_page.operation, false),
        column(list_texts.node_page.operations_rate, true),
        column(list_texts.node_page.bytes_rate, true),
        column(list_texts.node_page.average_time, true),
        column(list_texts.count, true),
    ];
    let rows = OPERATIONS.into_iter().filter_map(row).collect();
    plain(
        ("operations", list_texts.node_page.io),
        columns,
        rows,
        list_texts.node_page.no_io,
        &request.context,
    )
}

fn cluster_links(response: &Table, request: &DetailRequest<'_>) -> DetailTable {
    let context = &request.context;
    let list_texts = context.list_texts;
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
            context.link("nodes", &name),
            at("sock_addr", "sock_port"),
            at("peer_addr", "peer_port"),
            rate("recv_bytes"),
            rate("send_bytes"),
            bytes("recv_bytes"),
            bytes("send_bytes"),
        ]
    };
    let columns = vec![
        column(list_texts.node, false),
        column(list_texts.node_page.local_address, false),
        column(list_texts.node_page.peer_address, false),
        column(list_texts.rate_in, true),
        column(list_texts.rate_out, true),
        column(list_texts.received, true),
        column(list_texts.sent, true),
    ];
    let rows = list_at(response, "cluster_links").map(row).collect();
    plain(
        ("cluster-links", list_texts.node_page.cluster_links),
        columns,
        rows,
        list_texts.node_page.no_cluster_links,
        context,
    )
}

/// Things with a name, a description, and one thing more.
fn named<'t>(
    id: &str,
    title: &'static str,
    things: impl Iterator<Item = &'t Table>,
    key: &str,
    request: &DetailRequest<'_>,
) -> DetailTable {
    let list_texts = request.context.list_texts;
    let last = if key == "version" {
        list_texts.version
    } else {
        list_texts.enabled
    };
    let columns = vec![
        column(list_texts.name, false),
        column(list_texts.description, false),
        column(last, false),
    ];
    let row = |thing: &Table| {
        let last = match thing.get(key) {
            Some(FieldValue::Flag(flag)) => Value::Flag(*flag),
            _ => word(thing, key),
        };
        vec![word(thing, "name"), word(thing, "description"), last]
    };
    plain(
        (id, title),
        columns,
        things.map(row).collect(),
        &(list_texts.nothing_there)(title),
        &request.context,
    )
}

fn contexts(response: &Table, request: &DetailRequest<'_>) -> DetailTable {
    let list_texts = request.context.list_texts;
    let columns = vec![
        column(list_texts.description, false),
        column(list_texts.address, false),
        column(list_texts.port, true),
        column(list_texts.path, false),
    ];
    let row = |listener: &Table| {
        vec![
            word(listener, "description"),
            word(listener, "ip"),
            word(listener, "port"),
            word(listener, "path"),
        ]
    };
    let rows = list_at(response, "contexts").map(row).collect();
    plain(
        ("contexts", list_texts.node_page.contexts),
        columns,
        rows,
        &(list_texts.nothing_there)(list_texts.node_page.contexts),
        &request.context,
    )
}
