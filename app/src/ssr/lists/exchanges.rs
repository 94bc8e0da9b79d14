//! Exchanges.

use metering::Exchange;

use super::column::{Col, col, extra, list, num, rated, unsorted};
use super::links::Scene;
use super::value::{Value, count, flag, table, tag, text};
use crate::i18n::views::ARGUMENTS;

list!(Exchanges = "exchanges", exchanges: Exchange, COLUMNS);

pub(super) const COLUMNS: &[Col<Exchange>] = &[
    col(
        "name",
        |v| v.name,
        |exchange, scene| scene.exchange(&exchange.vhost, &exchange.name),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |exchange, scene| scene.link("vhosts", &exchange.vhost),
    ),
    col(
        "type",
        |v| v.kind,
        |exchange, _| text(exchange.exchange_type.as_ref()),
    ),
    unsorted(col("features", |v| v.features, features)),
    col("policy", |v| v.policy, policy),
    rated!(publish_in_details, rate_in),
    rated!(publish_out_details, rate_out),
    extra(num(
        "message_stats.publish_in",
        |v| v.published_in,
        |exchange, _| {
            count(
                exchange
                    .message_stats
                    .as_ref()
                    .and_then(|stats| stats.publish_in),
            )
        },
    )),
    extra(num(
        "message_stats.publish_out",
        |v| v.published_out,
        |exchange, _| {
            count(
                exchange
                    .message_stats
                    .as_ref()
                    .and_then(|stats| stats.publish_out),
            )
        },
    )),
    extra(col(
        "durable",
        |v| v.durable,
        |exchange, _| flag(exchange.durable),
    )),
    extra(col(
        "auto_delete",
        |v| v.auto_delete,
        |exchange, _| flag(exchange.auto_delete),
    )),
    extra(col(
        "internal",
        |v| v.internal,
        |exchange, _| flag(exchange.internal),
    )),
    unsorted(extra(col(
        "arguments",
        |v| v.arguments,
        |exchange, _| table(exchange.arguments.as_ref()),
    ))),
    extra(col(
        "user_who_performed_action",
        |v| v.declared_by,
        |exchange, _| text(exchange.user_who_performed_action.as_ref()),
    )),
];

pub(super) fn policy(exchange: &Exchange, scene: &Scene<'_>) -> Value {
    match exchange.policy.as_deref() {
        Some(policy) if !policy.is_empty() => scene.link_in("policies", &exchange.vhost, policy),
        _ => Value::Nothing,
    }
}

/// What makes it other than a plain exchange, in the management UI's own short words.
pub(super) fn features(exchange: &Exchange, scene: &Scene<'_>) -> Value {
    let views = scene.views;
    let flags = [
        (exchange.durable, "D", views.durable),
        (exchange.auto_delete, "AD", views.auto_delete),
        (exchange.internal, "I", views.internal),
    ];
    let set = flags.into_iter().filter(|(flag, ..)| *flag == Some(true));
    let mut tags: Vec<_> = set.map(|(_, short, note)| tag(short, Some(note))).collect();
    if let Value::Tags(arguments) = table(exchange.arguments.as_ref()) {
        for argument in arguments {
            let is_alternate = argument.text.starts_with("alternate-exchange");
            tags.push(tag(
                if is_alternate { "AE" } else { ARGUMENTS },
                Some(&argument.text),
            ));
        }
    }
    if tags.is_empty() {
        Value::Nothing
    } else {
        Value::Tags(tags)
    }
}
