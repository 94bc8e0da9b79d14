//! Parts of detail pages: facts in groups, rows in tables.

use metering::queue::Flow;
use metering::{Table, Value as Field};

use super::column::ColumnDef;
use super::render_context::RenderContext;
use super::value::{Value, count, rate, tag};
use crate::view_models::lists::{DetailTable, Group};
use crate::view_models::table::{Cell, Column, Row};

/// The most rows of a table on a detail page: lists have pages.
pub(super) const MOST_ROWS: usize = 500;

/// Facts under a title, without those that the broker does not report; `None` if it reports none.
pub(super) fn group(
    title: &str,
    facts: impl IntoIterator<Item = (&'static str, Value)>,
    context: &RenderContext<'_>,
) -> Option<Group> {
    let known = facts
        .into_iter()
        .filter(|(_, value)| *value != Value::Nothing);
    let facts: Vec<_> = known
        .map(|(name, value)| (name.to_owned(), value.cell(context)))
        .collect();
    (!facts.is_empty()).then(|| Group {
        title: title.to_owned(),
        facts,
    })
}

/// A group with all entries of a table from the broker, under their own names.
pub(super) fn group_of_table(title: &str, table: Option<&Table>) -> Option<Group> {
    let Table(table) = table.filter(|table| !table.is_empty())?;
    let fact = |(name, value): (&String, &Field)| {
        let value = match value {
            Field::Table(Table(inner)) => Cell {
                parts: inner
                    .iter()
                    .map(|(name, value)| tag(&format!("{name}: {value}"), None))
                    .collect(),
                ..Cell::default()
            },
            value => tag(&value.to_string(), None),
        };
        (name.clone(), value)
    };
    Some(Group {
        title: title.to_owned(),
        facts: table.iter().map(fact).collect(),
    })
}

/// A table of rows of a list, with the columns of these keys.
pub(super) fn table<T>(
    (id, title): (&str, &str),
    columns: &[ColumnDef<T>],
    keys: &[&str],
    rows: &[T],
    none: &str,
    context: &RenderContext<'_>,
) -> DetailTable {
    let chosen = keys
        .iter()
        .filter_map(|key| columns.iter().find(|column| column.key == *key));
    let chosen: Vec<_> = chosen.collect();
    let head = |def: &&ColumnDef<T>| column((def.label)(context.list_texts), def.number);
    let row = |item: &T| Row {
        cells: chosen
            .iter()
            .map(|column| (column.value)(item, context).cell(context))
            .collect(),
        level: None,
    };
    DetailTable {
        id: id.to_owned(),
        title: title.to_owned(),
        columns: chosen.iter().map(head).collect(),
        rows: rows.iter().take(MOST_ROWS).map(row).collect(),
        note: note(rows.len(), none, context),
    }
}

/// A table of values.
pub(super) fn plain(
    (id, title): (&str, &str),
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    none: &str,
    context: &RenderContext<'_>,
) -> DetailTable {
    let remark = note(rows.len(), none, context);
    let made = |values: Vec<Value>| Row {
        cells: values
            .into_iter()
            .map(|value| value.cell(context))
            .collect(),
        level: None,
    };
    DetailTable {
        id: id.to_owned(),
        title: title.to_owned(),
        columns,
        rows: rows.into_iter().take(MOST_ROWS).map(made).collect(),
        note: remark,
    }
}

/// The note below a table: no rows, or more than are shown.
fn note(rows: usize, none: &str, context: &RenderContext<'_>) -> String {
    match rows {
        0 => none.to_owned(),
        1..=MOST_ROWS => String::new(),
        all => (context.list_texts.more_rows)(MOST_ROWS, all),
    }
}

/// A column of a table of values.
pub(super) fn column(label: &str, number: bool) -> Column {
    Column {
        label: label.to_owned(),
        shown: true,
        number,
        ..Column::default()
    }
}

/// The flows that make up an object's rates; `None` if the broker does not keep them.
pub(super) fn flows(
    heading: (&str, &str),
    flows: Option<&Vec<Flow>>,
    context: &RenderContext<'_>,
) -> Option<DetailTable> {
    let flows = flows.filter(|flows| !flows.is_empty())?;
    let list_texts = context.list_texts;
    let columns = vec![
        column(list_texts.name, false),
        column(list_texts.publish, true),
        column(list_texts.deliver_get, true),
        column(list_texts.ack, true),
        column(list_texts.total, true),
    ];
    let rows = flows.iter().map(|flow| {
        let stats = flow.stats.clone().unwrap_or_default();
        let delivered = [&stats.deliver_get_details, &stats.publish_out_details];
        let published = [&stats.publish_details, &stats.publish_in_details];
        let first =
            |details: [&Option<metering::Details>; 2]| rate(details.into_iter().flatten().next());
        vec![
            end_of(flow, context),
            first(published),
            first(delivered),
            rate(stats.ack_details.as_ref()),
            count(stats.publish.or(stats.publish_out).or(stats.deliver_get)),
        ]
    });
    Some(plain(heading, columns, rows.collect(), "", context))
}

/// The other end of a flow.
fn end_of(flow: &Flow, context: &RenderContext<'_>) -> Value {
    let name =
        |table: &Table, key: &str| table.get(key).map(ToString::to_string).unwrap_or_default();
    if let Some(exchange) = &flow.exchange {
        return context.exchange(&name(exchange, "vhost"), &name(exchange, "name"));
    }
    if let Some(queue) = &flow.queue {
        return context.link_in("queues", &name(queue, "vhost"), &name(queue, "name"));
    }
    match &flow.channel_details {
        Some(channel) => context.link("channels", &name(channel, "name")),
        None => Value::Nothing,
    }
}

/// The state beside a page's title.
pub(super) fn state_cells(state: Value, context: &RenderContext<'_>) -> Vec<Cell> {
    match state {
        Value::Nothing => Vec::new(),
        state => vec![state.cell(context)],
    }
}
