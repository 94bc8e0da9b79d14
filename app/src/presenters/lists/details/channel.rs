//! A channel of a connection.

use client::{ClientError, Samples};

use super::object_page::{DetailRequest, ObjectPage};
use super::stats::{record_stats, stats_groups};
use crate::presenters::lists::facts::{flows, group, group_of_table, state_cells, table};
use crate::presenters::lists::history::{Recorder, absence, rates, samples};
use crate::presenters::lists::value::{count, rate, time};
use crate::presenters::lists::{channels, consumers};

pub(super) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let samples = samples(request.length, Samples::Hour);
    let details = request
        .session
        .channel(request.broker(), name, samples)
        .await?;
    let channel = &details.channel;
    let connection = channel.connection_details.as_ref();
    let connection = connection.and_then(|connection| connection.name.as_ref());
    let overview = [
        (
            list_texts.connection,
            context.maybe_link("connections", connection),
        ),
        (list_texts.number, count(channel.number)),
        (
            list_texts.vhost,
            context.maybe_link("vhosts", channel.vhost.as_ref()),
        ),
        (
            list_texts.user,
            context.maybe_link("users", channel.user.as_ref()),
        ),
        (
            list_texts.node,
            context.maybe_link("nodes", channel.node.as_ref()),
        ),
        (list_texts.mode, channels::mode(channel, context)),
        (list_texts.idle_since, time(channel.idle_since)),
        (list_texts.prefetch, count(channel.prefetch_count)),
        (
            list_texts.global_prefetch,
            count(channel.global_prefetch_count),
        ),
        (list_texts.consumers, count(channel.consumer_count)),
    ];
    let messages = [
        (
            list_texts.unacknowledged,
            count(channel.messages_unacknowledged),
        ),
        (list_texts.unconfirmed, count(channel.messages_unconfirmed)),
        (list_texts.uncommitted, count(channel.messages_uncommitted)),
        (list_texts.acks_uncommitted, count(channel.acks_uncommitted)),
        (
            list_texts.pending_commands,
            count(channel.pending_raft_commands),
        ),
    ];
    let runtime = [
        (list_texts.reductions, count(details.reductions)),
        (
            list_texts.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    let first = [
        group(list_texts.details, overview, context),
        group(list_texts.messages, messages, context),
    ];
    let last = [
        group(list_texts.runtime, runtime, context),
        group_of_table(
            list_texts.garbage_collection,
            details.garbage_collection.as_ref(),
        ),
    ];
    let stats = stats_groups(channel.message_stats.as_ref(), context);
    let groups = first
        .into_iter()
        .flatten()
        .chain(stats)
        .chain(last.into_iter().flatten());
    let mut recorder = Recorder::new(name);
    record_stats(&mut recorder, channel.message_stats.as_ref());
    let series = recorder.series();
    let consumers = table(
        ("consumers", list_texts.consumers_of_channel),
        consumers::COLUMNS,
        consumers::OF_CHANNEL,
        details.consumer_details.as_deref().unwrap_or_default(),
        list_texts.no_consumers,
        context,
    );
    let others = [
        flows(
            ("publishes", list_texts.publishes_to),
            details.publishes.as_ref(),
            context,
        ),
        flows(
            ("deliveries", list_texts.deliveries_from),
            details.deliveries.as_ref(),
            context,
        ),
    ];
    let fields = [
        "publish",
        "confirm",
        "deliver",
        "deliver_no_ack",
        "get",
        "get_no_ack",
        "get_empty",
        "ack",
        "redeliver",
        "return_unroutable",
        "drop_unroutable",
    ];
    Ok(ObjectPage {
        marks: state_cells(channels::state(channel, context), context),
        groups: groups.collect(),
        tables: [consumers]
            .into_iter()
            .chain(others.into_iter().flatten())
            .collect(),
        charts: vec![rates(&fields, context)],
        resource: name.to_owned(),
        no_series: absence(&series, context),
        series,
        ..ObjectPage::default()
    })
}
