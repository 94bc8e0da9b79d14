//! Parts of detail pages: facts in groups, rows in tables.

use metering::queue::Flow;
use metering::{Table, Value as Told};

use super::column::Col;
use super::links::Scene;
use super::value::{Value, count, rate, tag};
use crate::cells::{Cell, Column, Row};
use crate::server_fns::lists::{DetailTable, Group};

/// More rows than this a table of a detail page does not show: the lists have pages.
pub(super) const MOST_ROWS: usize = 500;

/// Facts under a title, without those that the broker does not tell; none where it tells none.
pub(super) fn group(
    title: &str,
    facts: impl IntoIterator<Item = (&'static str, Value)>,
    scene: &Scene<'_>,
) -> Option<Group> {
    let told = facts
        .into_iter()
        .filter(|(_, value)| *value != Value::Nothing);
    let facts: Vec<_> = told
        .map(|(name, value)| (name.to_owned(), value.cell(scene)))
        .collect();
    (!facts.is_empty()).then(|| Group {
        title: title.to_owned(),
        facts,
    })
}

/// A group of whatever a table of the broker's holds, under its own names.
pub(super) fn group_of_table(title: &str, table: Option<&Table>) -> Option<Group> {
    let Table(table) = table.filter(|table| !table.is_empty())?;
    let fact = |(name, value): (&String, &Told)| {
        let value = match value {
            Told::Table(Table(inner)) => Cell {
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
    columns: &[Col<T>],
    keys: &[&str],
    rows: &[T],
    none: &str,
    scene: &Scene<'_>,
) -> DetailTable {
    let chosen = keys
        .iter()
        .filter_map(|key| columns.iter().find(|col| col.key == *key));
    let chosen: Vec<_> = chosen.collect();
    let head = |col: &&Col<T>| column((col.label)(scene.views), col.number);
    let row = |item: &T| Row {
        cells: chosen
            .iter()
            .map(|col| (col.value)(item, scene).cell(scene))
            .collect(),
        level: None,
    };
    DetailTable {
        id: id.to_owned(),
        title: title.to_owned(),
        columns: chosen.iter().map(head).collect(),
        rows: rows.iter().take(MOST_ROWS).map(row).collect(),
        note: note(rows.len(), none, scene),
    }
}

/// A table of values.
pub(super) fn plain(
    (id, title): (&str, &str),
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    none: &str,
    scene: &Scene<'_>,
) -> DetailTable {
    let remark = note(rows.len(), none, scene);
    let made = |values: Vec<Value>| Row {
        cells: values.into_iter().map(|value| value.cell(scene)).collect(),
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

/// What stands under a table: that there is nothing, or more than is shown.
fn note(rows: usize, none: &str, scene: &Scene<'_>) -> String {
    match rows {
        0 => none.to_owned(),
        1..=MOST_ROWS => String::new(),
        all => (scene.views.more_rows)(MOST_ROWS, all),
    }
}

/// A head of a table of values.
pub(super) fn column(label: &str, number: bool) -> Column {
    Column {
        label: label.to_owned(),
        shown: true,
        number,
        ..Column::default()
    }
}

/// The flows that make up an object's rates, where the broker keeps them; no table where it does not.
pub(super) fn flows(
    heading: (&str, &str),
    flows: Option<&Vec<Flow>>,
    scene: &Scene<'_>,
) -> Option<DetailTable> {
    let flows = flows.filter(|flows| !flows.is_empty())?;
    let views = scene.views;
    let columns = vec![
        column(views.name, false),
        column(views.publish, true),
        column(views.deliver_get, true),
        column(views.ack, true),
        column(views.total, true),
    ];
    let rows = flows.iter().map(|flow| {
        let stats = flow.stats.clone().unwrap_or_default();
        let delivered = [&stats.deliver_get_details, &stats.publish_out_details];
        let published = [&stats.publish_details, &stats.publish_in_details];
        let first =
            |details: [&Option<metering::Details>; 2]| rate(details.into_iter().flatten().next());
        vec![
            end_of(flow, scene),
            first(published),
            first(delivered),
            rate(stats.ack_details.as_ref()),
            count(stats.publish.or(stats.publish_out).or(stats.deliver_get)),
        ]
    });
    Some(plain(heading, columns, rows.collect(), "", scene))
}

/// The other end of a flow.
fn end_of(flow: &Flow, scene: &Scene<'_>) -> Value {
    let name =
        |table: &Table, key: &str| table.get(key).map(ToString::to_string).unwrap_or_default();
    if let Some(exchange) = &flow.exchange {
        return scene.exchange(&name(exchange, "vhost"), &name(exchange, "name"));
    }
    if let Some(queue) = &flow.queue {
        return scene.link_in("queues", &name(queue, "vhost"), &name(queue, "name"));
    }
    match &flow.channel_details {
        Some(channel) => scene.link("channels", &name(channel, "name")),
        None => Value::Nothing,
    }
}

/// A state as it stands beside a page's name.
pub(super) fn mark(state: Value, scene: &Scene<'_>) -> Vec<Cell> {
    match state {
        Value::Nothing => Vec::new(),
        state => vec![state.cell(scene)],
    }
}
