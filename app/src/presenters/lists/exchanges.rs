//! Exchanges.

use metering::Exchange;
use metering::exchange::SuperStream;

use super::column::{
    ColumnDef, count_field, hidden, list, number_column, rate_field, text_column, text_field,
    unsorted,
};
use super::render_context::RenderContext;
use super::value::{Value, count, flag, table, tag, text};
use crate::i18n::list_texts::ARGUMENTS;
use crate::view_models::table::Cell;

list!(Exchanges, exchanges, COLUMNS);
list!(SuperStreams, super_streams, SUPER_STREAMS);

pub(super) const COLUMNS: &[ColumnDef<Exchange>] = &[
    text_column(
        "name",
        |v| v.name,
        |exchange, context| context.exchange(&exchange.vhost, &exchange.name),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |exchange, context| context.link("vhosts", &exchange.vhost),
    ),
    text_column(
        "type",
        |v| v.kind,
        |exchange, _| text(exchange.exchange_type.as_ref()),
    ),
    unsorted(text_column("features", |v| v.features, features)),
    text_column("policy", |v| v.policy, policy),
    rate_field!(publish_in_details, rate_in),
    rate_field!(publish_out_details, rate_out),
    hidden(number_column(
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
    hidden(number_column(
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
    hidden(text_column(
        "durable",
        |v| v.durable,
        |exchange, _| flag(exchange.durable),
    )),
    hidden(text_column(
        "auto_delete",
        |v| v.auto_delete,
        |exchange, _| flag(exchange.auto_delete),
    )),
    hidden(text_column(
        "internal",
        |v| v.internal,
        |exchange, _| flag(exchange.internal),
    )),
    unsorted(hidden(text_column(
        "arguments",
        |v| v.arguments,
        |exchange, _| table(exchange.arguments.as_ref()),
    ))),
    hidden(text_column(
        "user_who_performed_action",
        |v| v.declared_by,
        |exchange, _| text(exchange.user_who_performed_action.as_ref()),
    )),
];

const SUPER_STREAMS: &[ColumnDef<SuperStream>] = &[
    text_column(
        "name",
        |v| v.name,
        |row, context| context.exchange(&row.vhost, &row.name),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |row, context| context.link("vhosts", &row.vhost),
    ),
    count_field!(partition_count, partition_count),
    unsorted(text_column(
        "partitions",
        |v| v.partition_streams,
        partitions,
    )),
    unsorted(text_column(
        "routing_keys",
        |v| v.routing_keys,
        |row, _| {
            let keys = row.routing_keys.iter().flatten();
            Value::Tags(keys.map(|key| tag(key, None)).collect())
        },
    )),
    hidden(text_field!(policy, policy)),
    hidden(text_field!(user_who_performed_action, declared_by)),
];

/// The streams of a super stream, with links.
fn partitions(row: &SuperStream, context: &RenderContext<'_>) -> Value {
    let link = |stream: &String| Cell {
        href: Some(context.object("queues", &[&row.vhost, stream])),
        ..tag(stream, None)
    };
    Value::Tags(row.partitions.iter().flatten().map(link).collect())
}

pub(super) fn policy(exchange: &Exchange, context: &RenderContext<'_>) -> Value {
    match exchange.policy.as_deref() {
        Some(policy) if !policy.is_empty() => context.link_in("policies", &exchange.vhost, policy),
        _ => Value::Nothing,
    }
}

/// The exchange's features, in the management UI's short words.
pub(super) fn features(exchange: &Exchange, context: &RenderContext<'_>) -> Value {
    let list_texts = context.list_texts;
    let flags = [
        (exchange.durable, "D", list_texts.durable),
        (exchange.auto_delete, "AD", list_texts.auto_delete),
        (exchange.internal, "I", list_texts.internal),
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
