//! Consumers.

use metering::Consumer;

use super::column::{ColumnDef, hidden, list, number_column, text_column, unsorted};
use super::render_context::RenderContext;
use super::value::{Value, count, flag, known, table};
use crate::view_models::level::Level;

list!(Consumers, consumers, COLUMNS);

pub(super) const COLUMNS: &[ColumnDef<Consumer>] = &[
    text_column(
        "consumer_tag",
        |v| v.consumer_tag,
        |consumer, _| Value::Text(consumer.consumer_tag.clone()),
    ),
    text_column("queue.name", |v| v.queue, queue),
    text_column(
        "queue.vhost",
        |v| v.vhost,
        |consumer, context| {
            context.maybe_link("vhosts", consumer.queue.as_ref().map(|queue| &queue.vhost))
        },
    ),
    text_column("channel_details.name", |v| v.channel, channel),
    text_column(
        "channel_details.user",
        |v| v.user,
        |consumer, context| {
            let channel = consumer.channel_details.as_ref();
            context.maybe_link("users", channel.and_then(|channel| channel.user.as_ref()))
        },
    ),
    text_column(
        "ack_required",
        |v| v.ack_required,
        |consumer, _| flag(consumer.ack_required),
    ),
    text_column("activity_status", |v| v.active, activity),
    number_column(
        "prefetch_count",
        |v| v.prefetch,
        |consumer, _| count(consumer.prefetch_count),
    ),
    hidden(text_column(
        "exclusive",
        |v| v.exclusive,
        |consumer, _| flag(consumer.exclusive),
    )),
    hidden(number_column(
        "consumer_timeout",
        |v| v.consumer_timeout,
        |consumer, _| known(consumer.consumer_timeout, Value::Span),
    )),
    unsorted(hidden(text_column(
        "arguments",
        |v| v.arguments,
        |consumer, _| table(consumer.arguments.as_ref()),
    ))),
];

/// The columns of the table on a queue's page.
pub(super) const OF_QUEUE: &[&str] = &[
    "consumer_tag",
    "channel_details.name",
    "channel_details.user",
    "ack_required",
    "exclusive",
    "prefetch_count",
    "activity_status",
    "arguments",
];

/// The columns of the table on a channel's page.
pub(super) const OF_CHANNEL: &[&str] = &[
    "consumer_tag",
    "queue.name",
    "ack_required",
    "exclusive",
    "prefetch_count",
    "activity_status",
    "arguments",
];

fn queue(consumer: &Consumer, context: &RenderContext<'_>) -> Value {
    match &consumer.queue {
        Some(queue) => context.link_in("queues", &queue.vhost, &queue.name),
        None => Value::Nothing,
    }
}

fn channel(consumer: &Consumer, context: &RenderContext<'_>) -> Value {
    match &consumer.channel_details {
        Some(channel) => context.link("channels", &channel.name),
        None => Value::Nothing,
    }
}

/// The broker's activity status, or whether the consumer is active.
fn activity(consumer: &Consumer, context: &RenderContext<'_>) -> Value {
    let list_texts = context.list_texts;
    match (consumer.activity_status.as_deref(), consumer.active) {
        (Some(status), _) => {
            let level = match status {
                "up" | "single_active" => Level::Good,
                "waiting" => Level::Quiet,
                _ => Level::Warning,
            };
            Value::State(level, list_texts.words.state_word(status).to_owned())
        }
        (None, active) => flag(active),
    }
}
