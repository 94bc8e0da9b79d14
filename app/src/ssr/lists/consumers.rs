//! Consumers.

use metering::Consumer;

use super::column::{Col, col, extra, list, num, unsorted};
use super::links::Scene;
use super::value::{Value, count, flag, known, table};
use crate::components::status::Level;

list!(Consumers = "consumers", consumers: Consumer, COLUMNS);

pub(super) const COLUMNS: &[Col<Consumer>] = &[
    col(
        "consumer_tag",
        |v| v.consumer_tag,
        |consumer, _| Value::Text(consumer.consumer_tag.clone()),
    ),
    col("queue.name", |v| v.queue, queue),
    col(
        "queue.vhost",
        |v| v.vhost,
        |consumer, scene| {
            scene.maybe_link("vhosts", consumer.queue.as_ref().map(|queue| &queue.vhost))
        },
    ),
    col("channel_details.name", |v| v.channel, channel),
    col(
        "channel_details.user",
        |v| v.user,
        |consumer, scene| {
            let channel = consumer.channel_details.as_ref();
            scene.maybe_link("users", channel.and_then(|channel| channel.user.as_ref()))
        },
    ),
    col(
        "ack_required",
        |v| v.ack_required,
        |consumer, _| flag(consumer.ack_required),
    ),
    col("activity_status", |v| v.active, activity),
    num(
        "prefetch_count",
        |v| v.prefetch,
        |consumer, _| count(consumer.prefetch_count),
    ),
    extra(col(
        "exclusive",
        |v| v.exclusive,
        |consumer, _| flag(consumer.exclusive),
    )),
    extra(num(
        "consumer_timeout",
        |v| v.consumer_timeout,
        |consumer, _| known(consumer.consumer_timeout, Value::Span),
    )),
    unsorted(extra(col(
        "arguments",
        |v| v.arguments,
        |consumer, _| table(consumer.arguments.as_ref()),
    ))),
];

/// The columns that stand in the table of a queue's page.
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

/// The columns that stand in the table of a channel's page.
pub(super) const OF_CHANNEL: &[&str] = &[
    "consumer_tag",
    "queue.name",
    "ack_required",
    "exclusive",
    "prefetch_count",
    "activity_status",
    "arguments",
];

fn queue(consumer: &Consumer, scene: &Scene<'_>) -> Value {
    match &consumer.queue {
        Some(queue) => scene.link_in("queues", &queue.vhost, &queue.name),
        None => Value::Nothing,
    }
}

fn channel(consumer: &Consumer, scene: &Scene<'_>) -> Value {
    match &consumer.channel_details {
        Some(channel) => scene.link("channels", &channel.name),
        None => Value::Nothing,
    }
}

/// Whether it gets messages: in a word where the broker has one.
fn activity(consumer: &Consumer, scene: &Scene<'_>) -> Value {
    let views = scene.views;
    match (consumer.activity_status.as_deref(), consumer.active) {
        (Some(status), _) => {
            let level = match status {
                "up" | "single_active" => Level::Good,
                "waiting" => Level::Quiet,
                _ => Level::Warning,
            };
            Value::State(level, views.state_word(status).to_owned())
        }
        (None, active) => flag(active),
    }
}
