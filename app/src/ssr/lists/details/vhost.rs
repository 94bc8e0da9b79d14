//! A vhost, and who may do what in it.

use client::{ClientError, Samples};
use metering::Value as Limit;
use metering::series::vhost_resource;

use super::super::facts::{group, mark};
use super::super::history::{Recorder, absence, depth, rates, samples, traffic};
use super::super::value::{byte_rate, count, defined, flag, tag, text};
use super::super::vhosts;
use super::{Made, Value, Want, permissions, record_stats, stats_groups};

/// For so many milliseconds a broker keeps samples of its vhosts.
const DAY: i64 = 86_400_000;

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let samples = samples(want.length, Samples::Day);
    let details = want.session.vhost(want.broker(), name, samples).await?;
    let vhost = &details.vhost;
    let tags: Vec<_> = vhost
        .tags
        .iter()
        .flatten()
        .map(|word| tag(word, None))
        .collect();
    let overview = [
        (views.description, text(vhost.description.as_ref())),
        (
            views.tags,
            if tags.is_empty() {
                Value::Nothing
            } else {
                Value::Tags(tags)
            },
        ),
        (
            views.default_queue_type,
            defined(vhost.default_queue_type.as_ref()),
        ),
        (views.tracing, flag(vhost.tracing)),
        (views.protected, flag(vhost.protected_from_deletion)),
        (views.state, vhosts::states(vhost, scene)),
    ];
    let messages = [
        (views.total, count(vhost.messages)),
        (views.ready, count(vhost.messages_ready)),
        (views.unacknowledged, count(vhost.messages_unacknowledged)),
    ];
    let bytes = [
        (
            views.from_client,
            byte_rate(vhost.recv_oct_details.as_ref()),
        ),
        (views.to_client, byte_rate(vhost.send_oct_details.as_ref())),
    ];
    let first = [
        group(views.details, overview, scene),
        group(views.messages, messages, scene),
        group(views.traffic, bytes, scene),
        limits(want, name).await,
    ];
    let stats = stats_groups(vhost.message_stats.as_ref(), scene);
    let resource = vhost_resource(want.broker(), name);
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
    let series = super::series(want, DAY, &resource, recorder).await?;
    let tables = permissions::tables(
        details.permissions.as_deref(),
        details.topic_permissions.as_deref(),
        "user",
        scene,
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
    Ok(Made {
        marks: mark(vhosts::state(vhost, scene), scene),
        groups: first.into_iter().flatten().chain(stats).collect(),
        tables,
        charts: vec![depth(scene), rates(&fields, scene), traffic(scene)],
        resource,
        no_series: absence(&series, scene),
        series,
        ..Made::default()
    })
}

/// Its limits, of the list of them.
async fn limits(want: &Want<'_>, name: &str) -> Option<crate::server_fns::lists::Group> {
    let scene = &want.scene;
    let views = scene.views;
    let query = client::ListQuery {
        name: Some(name.to_owned()),
        page_size: Some(500),
        ..client::ListQuery::default()
    };
    let found = want
        .session
        .vhost_limits(want.broker(), &query)
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
        (views.max_connections, limit("max-connections")),
        (views.max_queues, limit("max-queues")),
    ];
    group(views.limits, facts, scene)
}
