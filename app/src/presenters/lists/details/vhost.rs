//! A vhost, and who may do what in it.

use client::{ClientError, Samples};
use metering::Value as Limit;
use metering::lists::VhostLimits;
use metering::series::vhost_resource;

use super::object_page::{DetailRequest, ObjectPage};
use super::permissions;
use super::stats::{record_stats, stats_groups};
use crate::presenters::lists::facts::{group, state_cells};
use crate::presenters::lists::history::{Recorder, absence, depth, rates, samples, traffic};
use crate::presenters::lists::value::{Value, byte_rate, count, defined, flag, tag, text};
use crate::presenters::lists::vhosts;

/// How long a broker keeps samples of its vhosts, in milliseconds.
const DAY: i64 = 86_400_000;

pub(super) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let samples = samples(request.length, Samples::Day);
    let details = request
        .session
        .vhost(request.broker(), name, samples)
        .await?;
    let vhost = &details.vhost;
    let tags: Vec<_> = vhost
        .tags
        .iter()
        .flatten()
        .map(|word| tag(word, None))
        .collect();
    let overview = [
        (list_texts.description, text(vhost.description.as_ref())),
        (
            list_texts.tags,
            if tags.is_empty() {
                Value::Nothing
            } else {
                Value::Tags(tags)
            },
        ),
        (
            list_texts.default_queue_type,
            defined(vhost.default_queue_type.as_ref()),
        ),
        (list_texts.tracing, flag(vhost.tracing)),
        (list_texts.protected, flag(vhost.protected_from_deletion)),
        (list_texts.state, vhosts::states(vhost, context)),
    ];
    let messages = [
        (list_texts.total, count(vhost.messages)),
        (list_texts.ready, count(vhost.messages_ready)),
        (
            list_texts.unacknowledged,
            count(vhost.messages_unacknowledged),
        ),
    ];
    let bytes = [
        (
            list_texts.from_client,
            byte_rate(vhost.recv_oct_details.as_ref()),
        ),
        (
            list_texts.to_client,
            byte_rate(vhost.send_oct_details.as_ref()),
        ),
    ];
    let first = [
        group(list_texts.details, overview, context),
        group(list_texts.messages, messages, context),
        group(list_texts.traffic, bytes, context),
        limits(request, name).await,
    ];
    let stats = stats_groups(vhost.message_stats.as_ref(), context);
    let resource = vhost_resource(request.broker(), name);
    let mut recorder = Recorder::new(&resource);
    recorder.gauge("rabbit.messages", vhost.messages_details.as_ref());
    recorder.gauge(
        "rabbit.messages.ready",
        vhost.messages_ready_details.as_ref(),
    );
    recorder.gauge(
        "rabbit.messages.unacknowledged",
        vhost.messages_unacknowledged_details.as_ref(),
    );
    recorder.rate("recv_oct", vhost.recv_oct_details.as_ref());
    recorder.rate("send_oct", vhost.send_oct_details.as_ref());
    record_stats(&mut recorder, vhost.message_stats.as_ref());
    let series = super::series::series(request, DAY, &resource, recorder).await?;
    let tables = permissions::tables(
        details.permissions.as_deref(),
        details.topic_permissions.as_deref(),
        "user",
        context,
    );
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
        marks: state_cells(vhosts::state(vhost, context), context),
        groups: first.into_iter().flatten().chain(stats).collect(),
        tables,
        charts: vec![depth(context), rates(&fields, context), traffic(context)],
        resource,
        no_series: absence(&series, context),
        series,
        ..ObjectPage::default()
    })
}

/// Its limits, of the list of them.
async fn limits(
    request: &DetailRequest<'_>,
    name: &str,
) -> Option<crate::view_models::lists::Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let query = metering::requests::ListQuery {
        name: Some(name.to_owned()),
        page_size: Some(500),
        ..metering::requests::ListQuery::default()
    };
    let found = request
        .session
        .list::<VhostLimits>(request.broker(), &query)
        .await
        .ok()?;
    let limits = found
        .items
        .iter()
        .find(|limits| limits.vhost == name)?
        .value
        .as_ref()?;
    let limit = |key| match limits.get(key) {
        Some(Limit::Integer(limit)) if *limit >= 0 => Value::Count(*limit),
        _ => Value::Nothing,
    };
    let facts = [
        (list_texts.max_connections, limit("max-connections")),
        (list_texts.max_queues, limit("max-queues")),
    ];
    group(list_texts.limits, facts, context)
}
