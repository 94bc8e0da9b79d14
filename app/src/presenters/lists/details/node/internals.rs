//! What a node finds out with some effort: Erlang's tables there, and what refers to binaries.

use client::ClientError;
use metering::{Table, TopProcess};

use crate::presenters::lists::details::object_page::{DetailRequest, ObjectPage};
use crate::presenters::lists::facts::{column, plain};
use crate::presenters::lists::value::{Value, bytes, count, known, text};
use crate::view_models::lists::DetailTable;
use metering::Value as FieldValue;

pub(crate) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let list_texts = request.context.list_texts;
    let response = request
        .session
        .node_internals(request.broker(), name)
        .await?;
    Ok(ObjectPage {
        tables: vec![
            processes(response.processes.as_deref().unwrap_or_default(), request),
            parts(
                ("ets-tables", list_texts.node_page.ets_tables),
                response.ets_tables_memory.as_ref(),
                request,
            ),
            parts(
                ("binary-references", list_texts.node_page.binary_references),
                response.binary.as_ref(),
                request,
            ),
        ],
        notices: vec![list_texts.node_page.internals_seldom.to_owned()],
        ..ObjectPage::default()
    })
}

/// What does the most, the most first, as the broker has it.
fn processes(response: &[TopProcess], request: &DetailRequest<'_>) -> DetailTable {
    let list_texts = request.context.list_texts;
    let columns = vec![
        column(list_texts.node_page.process, false),
        column(list_texts.kind, false),
        column(list_texts.reductions_rate, true),
        column(list_texts.node_page.memory_bytes, true),
        column(list_texts.node_page.messages_waiting, true),
        column(list_texts.node_page.buffered, true),
        column(list_texts.state, false),
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
        ("top-processes", list_texts.node_page.top_processes),
        columns,
        response.iter().map(row).collect(),
        list_texts.node_page.no_top_processes,
        &request.context,
    )
}

/// The name of a process and its kind: queues and connections are identified by more than a name.
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

/// Bytes by name, the largest first.
fn parts(
    heading: (&str, &str),
    response: Option<&Table>,
    request: &DetailRequest<'_>,
) -> DetailTable {
    let list_texts = request.context.list_texts;
    let response = response.into_iter().flat_map(|Table(response)| response);
    let bytes = |(name, value): (&String, &FieldValue)| match value {
        FieldValue::Integer(bytes) if name != "total" => Some((name.clone(), *bytes)),
        _ => None,
    };
    let mut rows: Vec<_> = response.filter_map(bytes).collect();
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
        column(list_texts.node_page.memory_part, false),
        column(list_texts.node_page.memory_bytes, true),
        column(list_texts.node_page.memory_share, true),
    ];
    let rows = rows.into_iter().map(row).collect();
    plain(
        heading,
        columns,
        rows,
        list_texts.node_page.no_memory_breakdown,
        &request.context,
    )
}
