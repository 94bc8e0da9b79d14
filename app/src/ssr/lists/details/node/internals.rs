//! What a node finds out with some effort: Erlang's tables there, and what refers to binaries.

use client::ClientError;
use metering::{Table, TopProcess};

use super::super::super::facts::{column, plain};
use super::super::super::value::{bytes, count, known, text};
use super::{Made, Value, Want};
use crate::server_fns::lists::DetailTable;
use metering::Value as Told;

pub(in super::super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let views = want.scene.views;
    let told = want.session.node_internals(want.broker(), name).await?;
    Ok(Made {
        tables: vec![
            processes(told.processes.as_deref().unwrap_or_default(), want),
            parts(
                ("ets-tables", views.ets_tables),
                told.ets_tables_memory.as_ref(),
                want,
            ),
            parts(
                ("binary-references", views.binary_references),
                told.binary.as_ref(),
                want,
            ),
        ],
        notices: vec![views.internals_seldom.to_owned()],
        ..Made::default()
    })
}

/// What does the most, the most first, as the broker has it.
fn processes(told: &[TopProcess], want: &Want<'_>) -> DetailTable {
    let views = want.scene.views;
    let columns = vec![
        column(views.process, false),
        column(views.kind, false),
        column(views.reductions_rate, true),
        column(views.memory_bytes, true),
        column(views.messages_waiting, true),
        column(views.buffered, true),
        column(views.state, false),
    ];
    let row = |process: &TopProcess| {
        let (name, kind) = called(process);
        vec![
            Value::Noted(name, process.pid.clone()),
            Value::Text(kind),
            known(process.reduction_delta, |reductions| {
                Value::Rate(reductions as f64)
            }),
            bytes(process.memory),
            count(process.message_queue_len),
            count(process.buffer_len.filter(|buffered| *buffered >= 0)),
            text(process.status.as_ref()),
        ]
    };
    plain(
        ("top-processes", views.top_processes),
        columns,
        told.iter().map(row).collect(),
        views.no_top_processes,
        &want.scene,
    )
}

/// What a process is called, and what kind of process it is: queues and connections are told by more
/// than a name.
fn called(process: &TopProcess) -> (String, String) {
    let word = |key| {
        let value = process.name.as_ref().and_then(|name| name.get(key));
        value.map(ToString::to_string)
    };
    let name = word("name")
        .or_else(|| word("queue_name"))
        .or_else(|| word("connection_name"))
        .unwrap_or_else(|| process.pid.clone());
    let kind: Vec<_> = [word("supertype"), word("type")]
        .into_iter()
        .flatten()
        .collect();
    (name, kind.join(" · "))
}

/// So many bytes each, the most first.
fn parts(heading: (&str, &str), told: Option<&Table>, want: &Want<'_>) -> DetailTable {
    let views = want.scene.views;
    let told = told.into_iter().flat_map(|Table(told)| told);
    let bytes = |(name, value): (&String, &Told)| match value {
        Told::Integer(bytes) if name != "total" => Some((name.clone(), *bytes)),
        _ => None,
    };
    let mut rows: Vec<_> = told.filter_map(bytes).collect();
    rows.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let all: i64 = rows.iter().map(|(_, bytes)| bytes).sum();
    let row = |(name, bytes): (String, i64)| {
        vec![
            Value::Text(name),
            Value::Bytes(bytes),
            Value::Share(bytes as f64 / all.max(1) as f64),
        ]
    };
    let columns = vec![
        column(views.memory_part, false),
        column(views.memory_bytes, true),
        column(views.memory_share, true),
    ];
    let rows = rows.into_iter().map(row).collect();
    plain(
        heading,
        columns,
        rows,
        views.no_memory_breakdown,
        &want.scene,
    )
}
