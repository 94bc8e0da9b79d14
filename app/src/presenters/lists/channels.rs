//! Channels.

use metering::Channel;

use super::column::{ColumnDef, count_field, hidden, list, rate_field, text_column, unsorted};
use super::connections::level_of;
use super::render_context::RenderContext;
use super::value::{Value, tag, time};
use crate::view_models::level::Level;

list!(Channels, channels, COLUMNS, level level);

pub(super) const COLUMNS: &[ColumnDef<Channel>] = &[
    text_column(
        "name",
        |v| v.name,
        |channel, context| context.link("channels", &channel.name),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |channel, context| context.maybe_link("vhosts", channel.vhost.as_ref()),
    ),
    text_column(
        "user",
        |v| v.user,
        |channel, context| context.maybe_link("users", channel.user.as_ref()),
    ),
    unsorted(text_column("mode", |v| v.mode, mode)),
    text_column("state", |v| v.state, state),
    count_field!(messages_unconfirmed, unconfirmed),
    count_field!(prefetch_count, prefetch),
    count_field!(messages_unacknowledged, unacknowledged),
    rate_field!(publish_details, publish),
    rate_field!(confirm_details, confirm),
    rate_field!(deliver_get_details, deliver_get),
    rate_field!(ack_details, ack),
    hidden(count_field!(consumer_count, consumers)),
    hidden(text_column(
        "node",
        |v| v.node,
        |channel, context| context.maybe_link("nodes", channel.node.as_ref()),
    )),
    hidden(count_field!(global_prefetch_count, global_prefetch)),
    hidden(count_field!(messages_uncommitted, uncommitted)),
    hidden(count_field!(acks_uncommitted, acks_uncommitted)),
    hidden(rate_field!(drop_unroutable_details, drop_unroutable)),
    hidden(rate_field!(return_unroutable_details, return_unroutable)),
    hidden(rate_field!(redeliver_details, redelivered)),
    hidden(rate_field!(get_empty_details, get_empty)),
    hidden(count_field!(pending_raft_commands, pending_commands)),
    hidden(count_field!(number, number)),
    hidden(text_column(
        "idle_since",
        |v| v.idle_since,
        |channel, _| time(channel.idle_since),
    )),
];

/// The columns of the table on a connection's page.
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

/// `C` for confirms, `T` for transactions, as in the management UI.
pub(super) fn mode(channel: &Channel, context: &RenderContext<'_>) -> Value {
    let list_texts = context.list_texts;
    let modes = [
        (channel.confirm, "C", list_texts.confirm_mode),
        (channel.transactional, "T", list_texts.transactional_mode),
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

/// A channel without recent activity is idle, whatever state it reports.
pub(super) fn state(channel: &Channel, context: &RenderContext<'_>) -> Value {
    let is_idle = channel.idle_since.is_some();
    let state = channel.state.as_deref();
    match state.map(|state| {
        if is_idle && state == "running" {
            "idle"
        } else {
            state
        }
    }) {
        Some(state) => Value::State(
            level_of(state),
            context.list_texts.words.state_word(state).to_owned(),
        ),
        None => Value::Nothing,
    }
}

fn level(channel: &Channel) -> Option<Level> {
    let level = level_of(channel.state.as_deref()?);
    Some(level).filter(|level| matches!(level, Level::Warning | Level::Bad))
}
