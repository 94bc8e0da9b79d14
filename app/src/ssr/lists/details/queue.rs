//! A queue or a stream.

use client::{ClientError, ListQuery, Samples};
use metering::series::queue_resource;
use metering::{Binding, Queue, QueueDetails, Series};

use super::super::facts::{flows, group, group_of_table, mark, table};
use super::super::history::{Recorder, absence, depth, rates, samples};
use super::super::value::{bytes, count, flag, known, rate, table as entries, text, time};
use super::super::{bindings, consumers, queues, streams};
use super::{Made, Value, Want, record_stats, stats_groups};
use crate::server_fns::lists::{DetailTable, Group};

/// For so many milliseconds a broker keeps samples of its queues.
const HOUR: i64 = 3_600_000;

pub(super) async fn make(want: &Want<'_>, vhost: &str, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let samples = samples(want.length, Samples::Hour);
    let asked = want.session.queue(want.broker(), vhost, name, samples);
    let (details, bindings) = tokio::join!(asked, bindings_to(want, vhost, name));
    let details = details?;
    let queue = &details.queue;
    let resource = queue_resource(want.broker(), vhost, name);
    let series = series_from(want, queue, &resource).await?;
    let mut tables = tables(&details, bindings, want);
    if queue.queue_type.as_deref() == Some("stream") {
        let of = streams::Of::Stream(&queue.vhost, &queue.name);
        tables.extend(streams::tables(&want.session, of, scene).await);
    }
    let fields = [
        "publish",
        "deliver",
        "deliver_no_ack",
        "get",
        "get_no_ack",
        "get_empty",
        "ack",
        "redeliver",
    ];
    Ok(Made {
        marks: mark(queues::state(queue, scene), scene),
        groups: groups(&details, want),
        tables,
        charts: vec![depth(scene), rates(&fields, scene)],
        resource,
        no_series: absence(&series, scene),
        series,
        ..Made::default()
    })
}

/// What is known of it, without the rest.
pub(super) async fn facts(
    want: &Want<'_>,
    vhost: &str,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    let samples = samples(want.length, Samples::Hour);
    let asked = want.session.queue(want.broker(), vhost, name, samples);
    let details = asked.await?;
    Ok(groups(&details, want))
}

/// How it went, without the rest.
pub(super) async fn series(
    want: &Want<'_>,
    vhost: &str,
    name: &str,
) -> Result<Series, ClientError> {
    let samples = samples(want.length, Samples::Hour);
    let asked = want.session.queue(want.broker(), vhost, name, samples);
    let details = asked.await?;
    let resource = queue_resource(want.broker(), vhost, name);
    series_from(want, &details.queue, &resource).await
}

async fn series_from(
    want: &Want<'_>,
    queue: &Queue,
    resource: &str,
) -> Result<Series, ClientError> {
    let mut recorder = Recorder::new(resource);
    recorder.gauge("rabbit.messages", queue.messages_details.as_ref());
    recorder.gauge(
        "rabbit.messages.ready",
        queue.messages_ready_details.as_ref(),
    );
    recorder.gauge(
        "rabbit.messages.unacknowledged",
        queue.messages_unacknowledged_details.as_ref(),
    );
    record_stats(&mut recorder, queue.message_stats.as_ref());
    super::series(want, HOUR, resource, recorder).await
}

/// The bindings that lead to it, of the broker's list of them: the rows whose text has its name, and
/// of these its own.
async fn bindings_to(want: &Want<'_>, vhost: &str, name: &str) -> Vec<Binding> {
    let query = ListQuery {
        vhost: Some(vhost.to_owned()),
        name: Some(name.to_owned()),
        page_size: Some(500),
        ..ListQuery::default()
    };
    let found = want.session.bindings(want.broker(), &query).await;
    let is_its = |binding: &&Binding| {
        let is_queue = binding.destination_type.as_deref() != Some("exchange");
        binding.destination == name && binding.vhost == vhost && is_queue
    };
    // The page does without, where the list cannot be had.
    found.map_or_else(
        |_| Vec::new(),
        |page| page.items.iter().filter(is_its).cloned().collect(),
    )
}

fn groups(details: &QueueDetails, want: &Want<'_>) -> Vec<Group> {
    let stats = details.queue.message_stats.as_ref();
    let mut groups = described(details, want);
    groups.extend(stats_groups(stats, &want.scene));
    groups.extend(runtime(details, want));
    groups
}

fn described(details: &QueueDetails, want: &Want<'_>) -> Vec<Group> {
    let scene = &want.scene;
    let views = scene.views;
    let queue = &details.queue;
    let link = |kind, name: Option<&String>| match name {
        Some(name) if !name.is_empty() => scene.link_in(kind, &queue.vhost, name),
        _ => Value::Nothing,
    };
    let owner = queue
        .owner_pid_details
        .as_ref()
        .and_then(|owner| owner.name.as_ref());
    let overview = [
        (views.kind, queues::kind(queue, scene)),
        (views.features, queues::features(queue, scene)),
        (views.durable, flag(queue.durable)),
        (views.auto_delete, flag(queue.auto_delete)),
        (views.arguments, entries(queue.arguments.as_ref())),
        (views.policy, link("policies", queue.policy.as_ref())),
        (
            views.operator_policy,
            link("operator-policies", queue.operator_policy.as_ref()),
        ),
        (
            views.effective_policy,
            entries(queue.effective_policy_definition.as_ref()),
        ),
        (views.node, scene.maybe_link("nodes", queue.node.as_ref())),
        (
            views.exclusive_owner,
            scene.maybe_link("connections", owner),
        ),
        (views.idle_since, time(queue.idle_since)),
        (views.consumers, count(queue.consumers)),
        (views.publishers, count(queue.publishers)),
        (views.consumer_capacity, queues::capacity(queue)),
        (
            views.exclusive_consumer,
            text(queue.exclusive_consumer_tag.as_ref()),
        ),
        (
            views.single_active_consumer,
            text(queue.single_active_consumer_tag.as_ref()),
        ),
        (
            views.head_message,
            known(queue.head_message_timestamp, |seconds| {
                Value::Time(seconds * 1000)
            }),
        ),
        (views.storage_version, count(queue.storage_version)),
    ];
    [
        group(views.details, overview, scene),
        group(views.messages, messages(queue, want), scene),
        group(views.message_bytes, message_bytes(queue, want), scene),
        replicas(details, want),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn messages(queue: &Queue, want: &Want<'_>) -> [(&'static str, Value); 10] {
    let views = want.scene.views;
    [
        (views.total, count(queue.messages)),
        (views.ready, count(queue.messages_ready)),
        (views.unacknowledged, count(queue.messages_unacknowledged)),
        (views.in_memory, count(queue.messages_ram)),
        (views.persistent, count(queue.messages_persistent)),
        (views.paged_out, count(queue.messages_paged_out)),
        (views.returned, count(queue.messages_ready_returned)),
        (views.delayed, count(queue.messages_delayed)),
        (views.dead_lettering, count(queue.messages_dlx)),
        (
            views.by_priority,
            entries(queue.messages_by_priority.as_ref()),
        ),
    ]
}

fn message_bytes(queue: &Queue, want: &Want<'_>) -> [(&'static str, Value); 7] {
    let views = want.scene.views;
    [
        (views.total, bytes(queue.message_bytes)),
        (views.ready, bytes(queue.message_bytes_ready)),
        (
            views.unacknowledged,
            bytes(queue.message_bytes_unacknowledged),
        ),
        (views.in_memory, bytes(queue.message_bytes_ram)),
        (views.persistent, bytes(queue.message_bytes_persistent)),
        (views.paged_out, bytes(queue.message_bytes_paged_out)),
        (views.dead_lettering, bytes(queue.message_bytes_dlx)),
    ]
}

/// What its type has of its own: replicas, files, readers.
fn replicas(details: &QueueDetails, want: &Want<'_>) -> Option<Group> {
    let scene = &want.scene;
    let views = scene.views;
    let queue = &details.queue;
    let nodes = |nodes: &Option<Vec<String>>| scene.links("nodes", nodes.iter().flatten());
    let facts = [
        (
            views.leader,
            scene.maybe_link("nodes", queue.leader.as_ref()),
        ),
        (views.members, nodes(&queue.members)),
        (views.online, nodes(&queue.online)),
        (views.mirrors, nodes(&queue.slave_nodes)),
        (
            views.mirrors_synchronised,
            nodes(&queue.synchronised_slave_nodes),
        ),
        (views.delivery_limit, count(queue.delivery_limit)),
        (views.open_files, entries(queue.open_files.as_ref())),
        (views.segments, count(queue.segments)),
        (views.readers, entries(queue.readers.as_ref())),
        (
            views.oldest_message,
            known(queue.first_timestamp, Value::Time),
        ),
    ];
    let is_stream = queues::is(details, "stream");
    group(
        if is_stream {
            views.stream
        } else {
            views.members_group
        },
        facts,
        scene,
    )
}

fn runtime(details: &QueueDetails, want: &Want<'_>) -> Vec<Group> {
    let scene = &want.scene;
    let views = scene.views;
    let facts = [
        (views.process_memory, bytes(details.queue.memory)),
        (views.reductions, count(details.reductions)),
        (
            views.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    [
        group(views.runtime, facts, scene),
        group_of_table(
            views.garbage_collection,
            details.garbage_collection.as_ref(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn tables(details: &QueueDetails, bindings: Vec<Binding>, want: &Want<'_>) -> Vec<DetailTable> {
    let scene = &want.scene;
    let views = scene.views;
    let of_queue = details.consumer_details.as_deref().unwrap_or_default();
    let consumers = table(
        ("consumers", views.consumers_of_queue),
        consumers::COLUMNS,
        consumers::OF_QUEUE,
        of_queue,
        views.no_consumers,
        scene,
    );
    let bindings = table(
        ("bindings", views.bindings_to),
        bindings::COLUMNS,
        bindings::TO,
        &bindings,
        views.no_bindings_to,
        scene,
    );
    let others = [
        flows(
            ("incoming", views.incoming_from),
            details.incoming.as_ref(),
            scene,
        ),
        flows(
            ("deliveries", views.deliveries_to),
            details.deliveries.as_ref(),
            scene,
        ),
    ];
    [consumers, bindings]
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}
