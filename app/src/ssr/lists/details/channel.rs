//! A channel of a connection.

use client::{ClientError, Samples};

use super::super::facts::{flows, group, group_of_table, mark, table};
use super::super::history::{Recorder, absence, rates, samples};
use super::super::value::{count, rate, time};
use super::super::{channels, consumers};
use super::{Made, Want, record_stats, stats_groups};

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let samples = samples(want.length, Samples::Hour);
    let details = want.session.channel(want.broker(), name, samples).await?;
    let channel = &details.channel;
    let connection = channel.connection_details.as_ref();
    let connection = connection.and_then(|connection| connection.name.as_ref());
    let overview = [
        (
            views.connection,
            scene.maybe_link("connections", connection),
        ),
        (views.number, count(channel.number)),
        (
            views.vhost,
            scene.maybe_link("vhosts", channel.vhost.as_ref()),
        ),
        (views.user, scene.maybe_link("users", channel.user.as_ref())),
        (views.node, scene.maybe_link("nodes", channel.node.as_ref())),
        (views.mode, channels::mode(channel, scene)),
        (views.idle_since, time(channel.idle_since)),
        (views.prefetch, count(channel.prefetch_count)),
        (views.global_prefetch, count(channel.global_prefetch_count)),
        (views.consumers, count(channel.consumer_count)),
    ];
    let messages = [
        (views.unacknowledged, count(channel.messages_unacknowledged)),
        (views.unconfirmed, count(channel.messages_unconfirmed)),
        (views.uncommitted, count(channel.messages_uncommitted)),
        (views.acks_uncommitted, count(channel.acks_uncommitted)),
        (views.pending_commands, count(channel.pending_raft_commands)),
    ];
    let runtime = [
        (views.reductions, count(details.reductions)),
        (
            views.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    let first = [
        group(views.details, overview, scene),
        group(views.messages, messages, scene),
    ];
    let last = [
        group(views.runtime, runtime, scene),
        group_of_table(
            views.garbage_collection,
            details.garbage_collection.as_ref(),
        ),
    ];
    let stats = stats_groups(channel.message_stats.as_ref(), scene);
    let groups = first
        .into_iter()
        .flatten()
        .chain(stats)
        .chain(last.into_iter().flatten());
    let mut recorder = Recorder::new(name);
    record_stats(&mut recorder, channel.message_stats.as_ref());
    let series = recorder.series();
    let consumers = table(
        ("consumers", views.consumers_of_channel),
        consumers::COLUMNS,
        consumers::OF_CHANNEL,
        details.consumer_details.as_deref().unwrap_or_default(),
        views.no_consumers,
        scene,
    );
    let others = [
        flows(
            ("publishes", views.publishes_to),
            details.publishes.as_ref(),
            scene,
        ),
        flows(
            ("deliveries", views.deliveries_from),
            details.deliveries.as_ref(),
            scene,
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
    Ok(Made {
        marks: mark(channels::state(channel, scene), scene),
        groups: groups.collect(),
        tables: [consumers]
            .into_iter()
            .chain(others.into_iter().flatten())
            .collect(),
        charts: vec![rates(&fields, scene)],
        resource: name.to_owned(),
        no_series: absence(&series, scene),
        series,
        ..Made::default()
    })
}
