//! Channels.

use metering::Channel;

use super::column::{Col, col, extra, list, num, unsorted};
use super::connections::level_of;
use super::links::Scene;
use super::value::{Value, count, rate, tag, text};
use crate::components::status::Level;

list!(Channels = "channels", channels: Channel, COLUMNS, level level);

/// The rate of one of a channel's counters.
macro_rules! rate_of {
    ($field:ident) => {
        |channel, _| {
            let stats = channel.message_stats.as_ref();
            rate(stats.and_then(|stats| stats.$field.as_ref()))
        }
    };
}

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
    num(
        "messages_unconfirmed",
        |v| v.unconfirmed,
        |channel, _| count(channel.messages_unconfirmed),
    ),
    num(
        "prefetch_count",
        |v| v.prefetch,
        |channel, _| count(channel.prefetch_count),
    ),
    num(
        "messages_unacknowledged",
        |v| v.unacknowledged,
        |channel, _| count(channel.messages_unacknowledged),
    ),
    num(
        "message_stats.publish_details.rate",
        |v| v.publish,
        rate_of!(publish_details),
    ),
    num(
        "message_stats.confirm_details.rate",
        |v| v.confirm,
        rate_of!(confirm_details),
    ),
    num(
        "message_stats.deliver_get_details.rate",
        |v| v.deliver_get,
        rate_of!(deliver_get_details),
    ),
    num(
        "message_stats.ack_details.rate",
        |v| v.ack,
        rate_of!(ack_details),
    ),
    extra(num(
        "consumer_count",
        |v| v.consumers,
        |channel, _| count(channel.consumer_count),
    )),
    extra(col(
        "node",
        |v| v.node,
        |channel, scene| scene.maybe_link("nodes", channel.node.as_ref()),
    )),
    extra(num(
        "global_prefetch_count",
        |v| v.global_prefetch,
        |channel, _| count(channel.global_prefetch_count),
    )),
    extra(num(
        "messages_uncommitted",
        |v| v.uncommitted,
        |channel, _| count(channel.messages_uncommitted),
    )),
    extra(num(
        "acks_uncommitted",
        |v| v.acks_uncommitted,
        |channel, _| count(channel.acks_uncommitted),
    )),
    extra(num(
        "message_stats.drop_unroutable_details.rate",
        |v| v.drop_unroutable,
        rate_of!(drop_unroutable_details),
    )),
    extra(num(
        "message_stats.return_unroutable_details.rate",
        |v| v.return_unroutable,
        rate_of!(return_unroutable_details),
    )),
    extra(num(
        "message_stats.redeliver_details.rate",
        |v| v.redelivered,
        rate_of!(redeliver_details),
    )),
    extra(num(
        "message_stats.get_empty_details.rate",
        |v| v.get_empty,
        rate_of!(get_empty_details),
    )),
    extra(num(
        "pending_raft_commands",
        |v| v.pending_commands,
        |channel, _| count(channel.pending_raft_commands),
    )),
    extra(num(
        "number",
        |v| v.number,
        |channel, _| count(channel.number),
    )),
    extra(col(
        "idle_since",
        |v| v.idle_since,
        |channel, _| text(channel.idle_since.as_ref()),
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
