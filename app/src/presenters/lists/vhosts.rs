//! Vhosts.

use metering::{Table, Vhost};

use super::column::{
    ColumnDef, count_field, hidden, list, number_column, rate_field, text_column, unsorted,
};
use super::render_context::RenderContext;
use super::value::{Value, byte_rate, defined, flag, tag, text};
use crate::view_models::level::Level;
use crate::view_models::table::Cell;

list!(Vhosts, vhosts, COLUMNS, level level);

const COLUMNS: &[ColumnDef<Vhost>] = &[
    text_column(
        "name",
        |v| v.name,
        |vhost, context| context.link("vhosts", &vhost.name),
    ),
    unsorted(text_column("cluster_state", |v| v.state, state)),
    text_column(
        "default_queue_type",
        |v| v.default_queue_type,
        |vhost, _| defined(vhost.default_queue_type.as_ref()),
    ),
    count_field!(messages_ready, ready),
    count_field!(messages_unacknowledged, unacknowledged),
    count_field!(messages, total),
    number_column(
        "recv_oct_details.rate",
        |v| v.from_client,
        |vhost, _| byte_rate(vhost.recv_oct_details.as_ref()),
    ),
    number_column(
        "send_oct_details.rate",
        |v| v.to_client,
        |vhost, _| byte_rate(vhost.send_oct_details.as_ref()),
    ),
    rate_field!(publish_details, publish),
    rate_field!(deliver_get_details, deliver_get),
    hidden(text_column(
        "description",
        |v| v.description,
        |vhost, _| text(vhost.description.as_ref()),
    )),
    hidden(text_column(
        "tags",
        |v| v.tags,
        |vhost, _| {
            let tags: Vec<_> = vhost
                .tags
                .iter()
                .flatten()
                .map(|word| tag(word, None))
                .collect();
            if tags.is_empty() {
                Value::Nothing
            } else {
                Value::Tags(tags)
            }
        },
    )),
    hidden(text_column(
        "tracing",
        |v| v.tracing,
        |vhost, _| flag(vhost.tracing),
    )),
    hidden(text_column(
        "protected_from_deletion",
        |v| v.protected,
        |vhost, _| flag(vhost.protected_from_deletion),
    )),
];

/// The nodes where the vhost is not running.
fn stopped(vhost: &Vhost) -> Vec<(&String, String)> {
    let Some(Table(nodes)) = &vhost.cluster_state else {
        return Vec::new();
    };
    let states = nodes.iter().map(|(node, state)| (node, state.to_string()));
    states.filter(|(_, state)| state != "running").collect()
}

pub(super) fn state(vhost: &Vhost, context: &RenderContext<'_>) -> Value {
    if vhost.cluster_state.is_none() {
        return Value::Nothing;
    }
    let list_texts = context.list_texts;
    match stopped(vhost).as_slice() {
        [] => Value::State(
            Level::Good,
            list_texts.words.state_word("running").to_owned(),
        ),
        [(node, state)] => Value::State(
            Level::Bad,
            (list_texts.on_node)(list_texts.words.state_word(state), node),
        ),
        several => Value::State(
            Level::Bad,
            (list_texts.on_nodes)(list_texts.words.state_word("stopped"), several.len()),
        ),
    }
}

/// The vhost's state on each node.
pub(super) fn states(vhost: &Vhost, context: &RenderContext<'_>) -> Value {
    let Some(Table(nodes)) = &vhost.cluster_state else {
        return Value::Nothing;
    };
    let part = |(node, state): (&String, &metering::Value)| Cell {
        href: Some(context.object("nodes", &[node])),
        ..tag(
            &format!(
                "{node}: {}",
                context.list_texts.words.state_word(&state.to_string())
            ),
            None,
        )
    };
    Value::Tags(nodes.iter().map(part).collect())
}

fn level(vhost: &Vhost) -> Option<Level> {
    (!stopped(vhost).is_empty()).then_some(Level::Bad)
}
