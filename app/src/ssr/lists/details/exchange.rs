//! An exchange, and its bindings both ways.

use client::{ClientError, Samples};

use super::super::facts::{flows, group, table};
use super::super::history::{Recorder, absence, rates, samples};
use super::super::links::DEFAULT_EXCHANGE;
use super::super::value::{flag, table as entries, text};
use super::super::{bindings, exchanges};
use super::{Made, Want, record_stats, stats_groups};

pub(super) async fn make(want: &Want<'_>, vhost: &str, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let samples = samples(want.length, Samples::Hour);
    let details = want
        .session
        .exchange(want.broker(), vhost, name, samples)
        .await?;
    let exchange = &details.exchange;
    let overview = [
        (views.kind, text(exchange.exchange_type.as_ref())),
        (views.features, exchanges::features(exchange, scene)),
        (views.durable, flag(exchange.durable)),
        (views.auto_delete, flag(exchange.auto_delete)),
        (views.internal, flag(exchange.internal)),
        (views.arguments, entries(exchange.arguments.as_ref())),
        (views.policy, exchanges::policy(exchange, scene)),
        (
            views.declared_by,
            text(exchange.user_who_performed_action.as_ref()),
        ),
    ];
    let mut groups: Vec<_> = group(views.details, overview, scene).into_iter().collect();
    groups.extend(stats_groups(exchange.message_stats.as_ref(), scene));
    let mut recorder = Recorder::new(name);
    record_stats(&mut recorder, exchange.message_stats.as_ref());
    let series = recorder.series();
    let none_from = if name == DEFAULT_EXCHANGE {
        views.default_binding
    } else {
        views.no_bindings_from
    };
    let both = [
        table(
            ("bindings-to", views.bindings_to),
            bindings::COLUMNS,
            bindings::TO,
            details.bindings_destination.as_deref().unwrap_or_default(),
            views.no_bindings_to,
            scene,
        ),
        table(
            ("bindings-from", views.bindings_from),
            bindings::COLUMNS,
            bindings::FROM,
            details.bindings_source.as_deref().unwrap_or_default(),
            none_from,
            scene,
        ),
    ];
    let others = [
        flows(
            ("incoming", views.incoming_of),
            details.incoming.as_ref(),
            scene,
        ),
        flows(
            ("outgoing", views.outgoing_to),
            details.outgoing.as_ref(),
            scene,
        ),
    ];
    Ok(Made {
        groups,
        tables: both
            .into_iter()
            .chain(others.into_iter().flatten())
            .collect(),
        charts: vec![rates(&["publish_in", "publish_out"], scene)],
        resource: name.to_owned(),
        no_series: absence(&series, scene),
        series,
        ..Made::default()
    })
}
