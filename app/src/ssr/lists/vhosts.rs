//! Vhosts.

use metering::{Table, Vhost};

use super::column::{Col, col, counted, extra, list, num, rated, unsorted};
use super::links::Scene;
use super::value::{Value, byte_rate, defined, flag, tag, text};
use crate::cells::Cell;
use crate::components::status::Level;

list!(Vhosts = "vhosts", vhosts: Vhost, COLUMNS, level level);

const COLUMNS: &[Col<Vhost>] = &[
    col(
        "name",
        |v| v.name,
        |vhost, scene| scene.link("vhosts", &vhost.name),
    ),
    unsorted(col("cluster_state", |v| v.state, state)),
    col(
        "default_queue_type",
        |v| v.default_queue_type,
        |vhost, _| defined(vhost.default_queue_type.as_ref()),
    ),
    counted!(messages_ready, ready),
    counted!(messages_unacknowledged, unacknowledged),
    counted!(messages, total),
    num(
        "recv_oct_details.rate",
        |v| v.from_client,
        |vhost, _| byte_rate(vhost.recv_oct_details.as_ref()),
    ),
    num(
        "send_oct_details.rate",
        |v| v.to_client,
        |vhost, _| byte_rate(vhost.send_oct_details.as_ref()),
    ),
    rated!(publish_details, publish),
    rated!(deliver_get_details, deliver_get),
    extra(col(
        "description",
        |v| v.description,
        |vhost, _| text(vhost.description.as_ref()),
    )),
    extra(col(
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
    extra(col(
        "tracing",
        |v| v.tracing,
        |vhost, _| flag(vhost.tracing),
    )),
    extra(col(
        "protected_from_deletion",
        |v| v.protected,
        |vhost, _| flag(vhost.protected_from_deletion),
    )),
];

/// The nodes on which it does not run.
fn stopped(vhost: &Vhost) -> Vec<(&String, String)> {
    let Some(Table(nodes)) = &vhost.cluster_state else {
        return Vec::new();
    };
    let told = nodes.iter().map(|(node, state)| (node, state.to_string()));
    told.filter(|(_, state)| state != "running").collect()
}

pub(super) fn state(vhost: &Vhost, scene: &Scene<'_>) -> Value {
    if vhost.cluster_state.is_none() {
        return Value::Nothing;
    }
    let views = scene.views;
    match stopped(vhost).as_slice() {
        [] => Value::State(Level::Good, views.state_word("running").to_owned()),
        [(node, state)] => Value::State(Level::Bad, (views.on_node)(views.state_word(state), node)),
        several => Value::State(
            Level::Bad,
            (views.on_nodes)(views.state_word("stopped"), several.len()),
        ),
    }
}

/// Its state on each node.
pub(super) fn states(vhost: &Vhost, scene: &Scene<'_>) -> Value {
    let Some(Table(nodes)) = &vhost.cluster_state else {
        return Value::Nothing;
    };
    let part = |(node, state): (&String, &metering::Value)| Cell {
        href: Some(scene.object("nodes", &[node])),
        ..tag(
            &format!("{node}: {}", scene.views.state_word(&state.to_string())),
            None,
        )
    };
    Value::Tags(nodes.iter().map(part).collect())
}

fn level(vhost: &Vhost) -> Option<Level> {
    (!stopped(vhost).is_empty()).then_some(Level::Bad)
}
