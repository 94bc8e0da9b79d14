//! Channels.

use metering::Channel;

use super::column::{Col, col, counted, extra, list, rated, unsorted};
use super::connections::level_of;
use super::links::Scene;
use super::value::{Value, tag, time};
use crate::components::status::Level;

list!(Channels = "channels", channels: Channel, COLUMNS, level level);

pub(super) const COLUMNS: &[Col<Channel>] = &[
    col(
        "name",
        |v| v.name,
        |channel, scene| scene.link("channels", &channel.name),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |channel, scene| scene.maybe_link("vhosts", channel.vhost.as_ref()),
    ),
    col(
        "user",
        |v| v.user,
        |channel, scene| scene.maybe_link("users", channel.user.as_ref()),
    ),
    unsorted(col("mode", |v| v.mode, mode)),
    col("state", |v| v.state, state),
    counted!(messages_unconfirmed, unconfirmed),
    counted!(prefetch_count, prefetch),
    counted!(messages_unacknowledged, unacknowledged),
    rated!(publish_details, publish),
    rated!(confirm_details, confirm),
    rated!(deliver_get_details, deliver_get),
    rated!(ack_details, ack),
    extra(counted!(consumer_count, consumers)),
    extra(col(
        "node",
        |v| v.node,
        |channel, scene| scene.maybe_link("nodes", channel.node.as_ref()),
    )),
    extra(counted!(global_prefetch_count, global_prefetch)),
    extra(counted!(messages_uncommitted, uncommitted)),
    extra(counted!(acks_uncommitted, acks_uncommitted)),
    extra(rated!(drop_unroutable_details, drop_unroutable)),
    extra(rated!(return_unroutable_details, return_unroutable)),
    extra(rated!(redeliver_details, redelivered)),
    extra(rated!(get_empty_details, get_empty)),
    extra(counted!(pending_raft_commands, pending_commands)),
    extra(counted!(number, number)),
    extra(col(
        "idle_since",
        |v| v.idle_since,
        |channel, _| time(channel.idle_since),
    )),
];

/// The columns that stand in the table of a connection's page.
pub(super) const OF_CONNECTION: &[&str] = &[
    "name",
    "mode",
    "state",
    "messages_unconfirmed",
    "prefetch_count",
    "messages_unacknowledged",
    "message_stats.publish_details.rate",
    "message_stats.deliver_get_details.rate",
    "message_stats.ack_details.rate",
];

/// `C` for confirms, `T` for transactions, as the management UI has it.
pub(super) fn mode(channel: &Channel, scene: &Scene<'_>) -> Value {
    let views = scene.views;
    let modes = [
        (channel.confirm, "C", views.confirm_mode),
        (channel.transactional, "T", views.transactional_mode),
    ];
    let tags: Vec<_> = modes
        .into_iter()
        .filter(|(flag, ..)| *flag == Some(true))
        .map(|(_, short, note)| tag(short, Some(note)))
        .collect();
    if tags.is_empty() {
        Value::Nothing
    } else {
        Value::Tags(tags)
    }
}

/// A channel on which nothing has happened for a while is idle, whatever it says.
pub(super) fn state(channel: &Channel, scene: &Scene<'_>) -> Value {
    let is_idle = channel.idle_since.is_some();
    let state = channel.state.as_deref();
    match state.map(|state| {
        if is_idle && state == "running" {
            "idle"
        } else {
            state
        }
    }) {
        Some(state) => Value::State(level_of(state), scene.views.state_word(state).to_owned()),
        None => Value::Nothing,
    }
}

fn level(channel: &Channel) -> Option<Level> {
    let level = level_of(channel.state.as_deref()?);
    Some(level).filter(|level| matches!(level, Level::Warning | Level::Bad))
}
