//! A queue or a stream.

use client::{ClientError, Samples};
use metering::lists::Bindings;
use metering::requests::ListQuery;
use metering::series::queue_resource;
use metering::{Binding, Queue, QueueDetails, Series};

use super::object_page::{DetailRequest, ObjectPage};
use super::stats::{record_stats, stats_groups};
use crate::presenters::lists::facts::{flows, group, group_of_table, state_cells, table};
use crate::presenters::lists::history::{Recorder, absence, depth, rates, samples};
use crate::presenters::lists::value::{
    Value, bytes, count, flag, known, rate, table as entries, text, time,
};
use crate::presenters::lists::{bindings, consumers, queues, streams};
use crate::view_models::lists::{DetailTable, Group};

/// How long a broker keeps samples of its queues, in milliseconds.
const HOUR: i64 = 3_600_000;

pub(super) async fn make(
    request: &DetailRequest<'_>,
    vhost: &str,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let samples = samples(request.length, Samples::Hour);
    let asked = request
        .session
        .queue(request.broker(), vhost, name, samples);
    let (details, bindings) = tokio::join!(asked, bindings_to(request, vhost, name));
    let details = details?;
    let queue = &details.queue;
    let resource = queue_resource(request.broker(), vhost, name);
    let series = series_from(request, queue, &resource).await?;
    let mut tables = tables(&details, bindings, request);
    if queue.queue_type.as_deref() == Some("stream") {
        let of = streams::StreamOwner::Stream(&queue.vhost, &queue.name);
        tables.extend(streams::tables(&request.session, of, context).await);
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
    Ok(ObjectPage {
        marks: state_cells(queues::state(queue, context), context),
        groups: groups(&details, request),
        tables,
        charts: vec![depth(context), rates(&fields, context)],
        resource,
        no_series: absence(&series, context),
        series,
        ..ObjectPage::default()
    })
}

/// What is known of it, without the rest.
pub(super) async fn facts(
    request: &DetailRequest<'_>,
    vhost: &str,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    let samples = samples(request.length, Samples::Hour);
    let asked = request
        .session
        .queue(request.broker(), vhost, name, samples);
    let details = asked.await?;
    Ok(groups(&details, request))
}

/// How it went, without the rest.
pub(super) async fn series(
    request: &DetailRequest<'_>,
    vhost: &str,
    name: &str,
) -> Result<Series, ClientError> {
    let samples = samples(request.length, Samples::Hour);
    let asked = request
        .session
        .queue(request.broker(), vhost, name, samples);
    let details = asked.await?;
    let resource = queue_resource(request.broker(), vhost, name);
    series_from(request, &details.queue, &resource).await
}

async fn series_from(
    request: &DetailRequest<'_>,
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
    super::series::series(request, HOUR, resource, recorder).await
}

/// The bindings that lead to it, of the broker's list of them: the rows whose text has its name, and
/// of these its own.
async fn bindings_to(request: &DetailRequest<'_>, vhost: &str, name: &str) -> Vec<Binding> {
    let query = ListQuery {
        vhost: Some(vhost.to_owned()),
        name: Some(name.to_owned()),
        page_size: Some(500),
        ..ListQuery::default()
    };
    let found = request
        .session
        .list::<Bindings>(request.broker(), &query)
        .await;
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

fn groups(details: &QueueDetails, request: &DetailRequest<'_>) -> Vec<Group> {
    let stats = details.queue.message_stats.as_ref();
    let mut groups = described(details, request);
    groups.extend(stats_groups(stats, &request.context));
    groups.extend(runtime(details, request));
    groups
}

fn described(details: &QueueDetails, request: &DetailRequest<'_>) -> Vec<Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let queue = &details.queue;
    let link = |kind, name: Option<&String>| match name {
        Some(name) if !name.is_empty() => context.link_in(kind, &queue.vhost, name),
        _ => Value::Nothing,
    };
    let owner = queue
        .owner_pid_details
        .as_ref()
        .and_then(|owner| owner.name.as_ref());
    let overview = [
        (list_texts.kind, queues::kind(queue, context)),
        (list_texts.features, queues::features(queue, context)),
        (list_texts.durable, flag(queue.durable)),
        (list_texts.auto_delete, flag(queue.auto_delete)),
        (list_texts.arguments, entries(queue.arguments.as_ref())),
        (list_texts.policy, link("policies", queue.policy.as_ref())),
        (
            list_texts.operator_policy,
            link("operator-policies", queue.operator_policy.as_ref()),
        ),
        (
            list_texts.effective_policy,
            entries(queue.effective_policy_definition.as_ref()),
        ),
        (
            list_texts.node,
            context.maybe_link("nodes", queue.node.as_ref()),
        ),
        (
            list_texts.exclusive_owner,
            context.maybe_link("connections", owner),
        ),
        (list_texts.idle_since, time(queue.idle_since)),
        (list_texts.consumers, count(queue.consumers)),
        (list_texts.publishers, count(queue.publishers)),
        (list_texts.consumer_capacity, queues::capacity(queue)),
        (
            list_texts.exclusive_consumer,
            text(queue.exclusive_consumer_tag.as_ref()),
        ),
        (
            list_texts.single_active_consumer,
            text(queue.single_active_consumer_tag.as_ref()),
        ),
        (
            list_texts.head_message,
            known(queue.head_message_timestamp, |seconds| {
                Value::Time(seconds * 1000)
            }),
        ),
        (list_texts.storage_version, count(queue.storage_version)),
    ];
    [
        group(list_texts.details, overview, context),
        group(list_texts.messages, messages(queue, request), context),
        group(
            list_texts.message_bytes,
            message_bytes(queue, request),
            context,
        ),
        replicas(details, request),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn messages(queue: &Queue, request: &DetailRequest<'_>) -> [(&'static str, Value); 10] {
    let list_texts = request.context.list_texts;
    [
        (list_texts.total, count(queue.messages)),
        (list_texts.ready, count(queue.messages_ready)),
        (
            list_texts.unacknowledged,
            count(queue.messages_unacknowledged),
        ),
        (list_texts.in_memory, count(queue.messages_ram)),
        (list_texts.persistent, count(queue.messages_persistent)),
        (list_texts.paged_out, count(queue.messages_paged_out)),
        (list_texts.returned, count(queue.messages_ready_returned)),
        (list_texts.delayed, count(queue.messages_delayed)),
        (list_texts.dead_lettering, count(queue.messages_dlx)),
        (
            list_texts.by_priority,
            entries(queue.messages_by_priority.as_ref()),
        ),
    ]
}

fn message_bytes(queue: &Queue, request: &DetailRequest<'_>) -> [(&'static str, Value); 7] {
    let list_texts = request.context.list_texts;
    [
        (list_texts.total, bytes(queue.message_bytes)),
        (list_texts.ready, bytes(queue.message_bytes_ready)),
        (
            list_texts.unacknowledged,
            bytes(queue.message_bytes_unacknowledged),
        ),
        (list_texts.in_memory, bytes(queue.message_bytes_ram)),
        (list_texts.persistent, bytes(queue.message_bytes_persistent)),
        (list_texts.paged_out, bytes(queue.message_bytes_paged_out)),
        (list_texts.dead_lettering, bytes(queue.message_bytes_dlx)),
    ]
}

/// What its type has of its own: replicas, files, readers.
fn replicas(details: &QueueDetails, request: &DetailRequest<'_>) -> Option<Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let queue = &details.queue;
    let nodes = |nodes: &Option<Vec<String>>| context.links("nodes", nodes.iter().flatten());
    let facts = [
        (
            list_texts.leader,
            context.maybe_link("nodes", queue.leader.as_ref()),
        ),
        (list_texts.members, nodes(&queue.members)),
        (list_texts.online, nodes(&queue.online)),
        (list_texts.mirrors, nodes(&queue.slave_nodes)),
        (
            list_texts.mirrors_synchronised,
            nodes(&queue.synchronised_slave_nodes),
        ),
        (list_texts.delivery_limit, count(queue.delivery_limit)),
        (list_texts.open_files, entries(queue.open_files.as_ref())),
        (list_texts.segments, count(queue.segments)),
        (list_texts.readers, entries(queue.readers.as_ref())),
        (
            list_texts.oldest_message,
            known(queue.first_timestamp, Value::Time),
        ),
    ];
    let is_stream = queues::is(details, "stream");
    group(
        if is_stream {
            list_texts.stream
        } else {
            list_texts.members_group
        },
        facts,
        context,
    )
}

fn runtime(details: &QueueDetails, request: &DetailRequest<'_>) -> Vec<Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let facts = [
        (list_texts.process_memory, bytes(details.queue.memory)),
        (list_texts.reductions, count(details.reductions)),
        (
            list_texts.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    [
        group(list_texts.runtime, facts, context),
        group_of_table(
            list_texts.garbage_collection,
            details.garbage_collection.as_ref(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn tables(
    details: &QueueDetails,
    bindings: Vec<Binding>,
    request: &DetailRequest<'_>,
) -> Vec<DetailTable> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let of_queue = details.consumer_details.as_deref().unwrap_or_default();
    let consumers = table(
        ("consumers", list_texts.consumers_of_queue),
        consumers::COLUMNS,
        consumers::OF_QUEUE,
        of_queue,
        list_texts.no_consumers,
        context,
    );
    let bindings = table(
        ("bindings", list_texts.bindings_to),
        bindings::COLUMNS,
        bindings::TO,
        &bindings,
        list_texts.no_queue_bindings,
        context,
    );
    let others = [
        flows(
            ("incoming", list_texts.incoming_from),
            details.incoming.as_ref(),
            context,
        ),
        flows(
            ("deliveries", list_texts.deliveries_to),
            details.deliveries.as_ref(),
            context,
        ),
    ];
    [consumers, bindings]
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}
