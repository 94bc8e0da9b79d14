//! What a node finds out with some effort: Erlang's tables there, and what refers to binaries.

use client::ClientError;
use metering::Table;

use super::super::super::facts::{column, plain};
use super::{Made, Value, Want};
use crate::server_fns::lists::DetailTable;
use metering::Value as Told;

pub(in super::super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let views = want.scene.views;
    let told = want.session.node_internals(want.broker(), name).await?;
    Ok(Made {
        tables: vec![
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
