//! An exchange, and its bindings both ways.

use client::{ClientError, Samples};

use super::object_page::{DetailRequest, ObjectPage};
use super::stats::{record_stats, stats_groups};
use crate::presenters::lists::facts::{flows, group, table};
use crate::presenters::lists::history::{Recorder, absence, rates, samples};
use crate::presenters::lists::links::DEFAULT_EXCHANGE;
use crate::presenters::lists::value::{flag, table as entries, text};
use crate::presenters::lists::{bindings, exchanges};

pub(super) async fn make(
    request: &DetailRequest<'_>,
    vhost: &str,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let samples = samples(request.length, Samples::Hour);
    let details = request
        .session
        .exchange(request.broker(), vhost, name, samples)
        .await?;
    let exchange = &details.exchange;
    let overview = [
        (list_texts.kind, text(exchange.exchange_type.as_ref())),
        (list_texts.features, exchanges::features(exchange, context)),
        (list_texts.durable, flag(exchange.durable)),
        (list_texts.auto_delete, flag(exchange.auto_delete)),
        (list_texts.internal, flag(exchange.internal)),
        (list_texts.arguments, entries(exchange.arguments.as_ref())),
        (list_texts.policy, exchanges::policy(exchange, context)),
        (
            list_texts.declared_by,
            text(exchange.user_who_performed_action.as_ref()),
        ),
    ];
    let mut groups: Vec<_> = group(list_texts.details, overview, context)
        .into_iter()
        .collect();
    groups.extend(stats_groups(exchange.message_stats.as_ref(), context));
    let mut recorder = Recorder::new(name);
    record_stats(&mut recorder, exchange.message_stats.as_ref());
    let series = recorder.series();
    let none_from = if name == DEFAULT_EXCHANGE {
        list_texts.default_binding
    } else {
        list_texts.no_bindings_from
    };
    let both = [
        table(
            ("bindings-to", list_texts.bindings_to),
            bindings::COLUMNS,
            bindings::TO,
            details.bindings_destination.as_deref().unwrap_or_default(),
            list_texts.no_bindings_to,
            context,
        ),
        table(
            ("bindings-from", list_texts.bindings_from),
            bindings::COLUMNS,
            bindings::FROM,
            details.bindings_source.as_deref().unwrap_or_default(),
            none_from,
            context,
        ),
    ];
    let others = [
        flows(
            ("incoming", list_texts.incoming_of),
            details.incoming.as_ref(),
            context,
        ),
        flows(
            ("outgoing", list_texts.outgoing_to),
            details.outgoing.as_ref(),
            context,
        ),
    ];
    Ok(ObjectPage {
        groups,
        tables: both
            .into_iter()
            .chain(others.into_iter().flatten())
            .collect(),
        charts: vec![rates(&["publish_in", "publish_out"], context)],
        resource: name.to_owned(),
        no_series: absence(&series, context),
        series,
        ..ObjectPage::default()
    })
}
