//! Lists of plugins: shovels, federation, traces.

use metering::{FederationLink, FederationUpstream, Shovel, Table, Trace, TraceFile};

use super::column::{
    ColumnDef, bytes_field, count_field, hidden, list, number_column, text_column, text_field,
    unsorted,
};
use super::render_context::RenderContext;
use super::value::{Value, count, known, rate, text};
use crate::view_models::level::Level;

list!(Shovels, shovels, SHOVELS, level of_shovel);
list!(FederationLinks, federation_links, LINKS, level of_link);
list!(FederationUpstreams, federation_upstreams, UPSTREAMS);
list!(Traces, traces, TRACES);
list!(TraceFiles, trace_files, FILES);

const SHOVELS: &[ColumnDef<Shovel>] = &[
    text_column(
        "name",
        |v| v.name,
        |shovel, _| Value::Text(shovel.name.clone()),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |shovel, context| context.maybe_link("vhosts", shovel.vhost.as_ref()),
    ),
    text_column(
        "node",
        |v| v.node,
        |shovel, context| context.maybe_link("nodes", shovel.node.as_ref()),
    ),
    text_column(
        "state",
        |v| v.state,
        |shovel, context| state(shovel.state.as_deref(), context),
    ),
    text_field!(src_uri, source_broker),
    unsorted(text_column(
        "source",
        |v| v.source,
        |shovel, context| {
            end(
                [
                    &shovel.src_queue,
                    &shovel.src_exchange,
                    &shovel.src_exchange_key,
                    &shovel.src_address,
                ],
                context,
            )
        },
    )),
    text_field!(dest_uri, destination_broker),
    unsorted(text_column(
        "destination",
        |v| v.destination,
        |shovel, context| {
            end(
                [
                    &shovel.dest_queue,
                    &shovel.dest_exchange,
                    &shovel.dest_exchange_key,
                    &shovel.dest_address,
                ],
                context,
            )
        },
    )),
    text_field!(timestamp, last_changed),
    text_field!(reason, reason),
    hidden(text_field!("type", shovel_type, kind)),
    hidden(text_field!(src_protocol, source_protocol)),
    hidden(text_field!(dest_protocol, destination_protocol)),
    hidden(text_field!(blocked_status, flow)),
    hidden(count_field!(forwarded, forwarded)),
    hidden(count_field!(pending, pending)),
    hidden(count_field!(remaining, remaining)),
    hidden(count_field!(remaining_unacked, unconfirmed)),
];

const LINKS: &[ColumnDef<FederationLink>] = &[
    text_column(
        "upstream",
        |v| v.upstream,
        |link, _| Value::Text(link.upstream.clone()),
    ),
    text_field!(uri, source_broker),
    text_column(
        "vhost",
        |v| v.vhost,
        |link, context| context.link("vhosts", &link.vhost),
    ),
    unsorted(text_column("link", |v| v.exchange_or_queue, target)),
    text_column(
        "node",
        |v| v.node,
        |link, context| context.maybe_link("nodes", link.node.as_ref()),
    ),
    text_column(
        "status",
        |v| v.state,
        |link, context| state(link.status.as_deref(), context),
    ),
    number_column(
        "local_channel.message_stats.confirm_details.rate",
        |v| v.incoming,
        |link, _| {
            let channel = link.local_channel.as_ref();
            let stats = channel.and_then(|channel| channel.message_stats.as_ref());
            rate(stats.and_then(|stats| stats.confirm_details.as_ref()))
        },
    ),
    text_field!(timestamp, last_changed),
    text_field!(error, reason),
    hidden(text_field!("type", link_type, kind)),
    hidden(text_field!(upstream_exchange, source_exchange)),
    hidden(text_field!(upstream_queue, source_queue)),
    hidden(text_field!(consumer_tag, consumer_tag)),
    hidden(text_field!(local_connection, connection)),
    hidden(text_column(
        "id",
        |v| v.number,
        |link, _| Value::Text(link.id.clone()),
    )),
];

/// A column of a parameter of an upstream.
macro_rules! declared {
    ($column:ident, $key:literal, $label:ident) => {
        $column(
            concat!("value.", $key),
            |v| v.$label,
            |upstream, _| declared(upstream, $key),
        )
    };
}

/// A column of a duration parameter, in a unit of milliseconds.
macro_rules! spanning {
    ($key:literal, $unit:literal, $label:ident) => {
        number_column(
            concat!("value.", $key),
            |v| v.$label,
            |upstream, _| span(upstream, $key, $unit),
        )
    };
}

const UPSTREAMS: &[ColumnDef<FederationUpstream>] = &[
    text_column(
        "name",
        |v| v.name,
        |upstream, _| Value::Text(upstream.name.clone()),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |upstream, context| context.link("vhosts", &upstream.vhost),
    ),
    unsorted(declared!(text_column, "uri", source_broker)),
    declared!(text_column, "exchange", exchange),
    declared!(text_column, "queue", queue),
    declared!(text_column, "ack-mode", ack_mode),
    declared!(number_column, "prefetch-count", prefetch),
    spanning!("reconnect-delay", 1000, reconnect_delay),
    declared!(number_column, "max-hops", max_hops),
    hidden(spanning!("expires", 1, expires)),
    hidden(spanning!("message-ttl", 1, message_ttl)),
    hidden(declared!(text_column, "trust-user-id", trust_user_id)),
    hidden(declared!(text_column, "consumer-tag", consumer_tag)),
    hidden(declared!(text_column, "queue-type", queue_type_of_upstream)),
    hidden(declared!(text_column, "ha-policy", ha_policy)),
    hidden(declared!(text_column, "bind-nowait", bind_nowait)),
    hidden(declared!(text_column, "channel-use-mode", channel_use)),
    hidden(declared!(text_column, "resource-cleanup-mode", cleanup)),
];

const TRACES: &[ColumnDef<Trace>] = &[
    text_column(
        "name",
        |v| v.name,
        |trace, _| Value::Text(trace.name.clone()),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |trace, context| context.link("vhosts", &trace.vhost),
    ),
    text_column(
        "queue.node",
        |v| v.node,
        |trace, context| {
            let of_queue = trace.queue.as_ref().and_then(|queue| queue.node.as_ref());
            context.maybe_link("nodes", trace.node.as_ref().or(of_queue))
        },
    ),
    text_field!(pattern, pattern),
    text_field!(format, format),
    bytes_field!(max_payload_bytes, payload_limit),
    number_column(
        "queue.message_stats.deliver_get_details.rate",
        |v| v.deliver_get,
        |trace, _| {
            let stats = trace
                .queue
                .as_ref()
                .and_then(|queue| queue.message_stats.as_ref());
            rate(stats.and_then(|stats| stats.deliver_get_details.as_ref()))
        },
    ),
    number_column(
        "queue.messages",
        |v| v.messages,
        |trace, _| count(trace.queue.as_ref().and_then(|queue| queue.messages)),
    ),
    hidden(text_field!(tracer_connection_username, user)),
];

const FILES: &[ColumnDef<TraceFile>] = &[
    text_column("name", |v| v.name, |file, _| Value::Text(file.name.clone())),
    bytes_field!(size, size),
];

/// A state.
fn state(state: Option<&str>, context: &RenderContext<'_>) -> Value {
    state.map_or(Value::Nothing, |state| {
        let word = context.list_texts.words.state_word(state).to_owned();
        Value::State(level(state).unwrap_or(Level::Good), word)
    })
}

/// The severity of a state, if it needs attention.
fn level(state: &str) -> Option<Level> {
    match state {
        "running" => None,
        "starting" => Some(Level::Warning),
        _ => Some(Level::Bad),
    }
}

fn of_shovel(shovel: &Shovel) -> Option<Level> {
    shovel.state.as_deref().and_then(level)
}

fn of_link(link: &FederationLink) -> Option<Level> {
    link.status.as_deref().and_then(level)
}

/// One end of a shovel: a queue, an exchange with a routing key, or an address of AMQP 1.0. It may be
/// on another broker, so it is no link.
fn end(
    [queue, exchange, key, address]: [&Option<String>; 4],
    context: &RenderContext<'_>,
) -> Value {
    match (queue, exchange, key) {
        (Some(queue), _, _) => Value::Text(queue.clone()),
        (None, Some(exchange), Some(key)) => Value::Noted(
            format!("{exchange} · {key}"),
            format!(
                "{} · {}",
                context.list_texts.exchange, context.list_texts.routing_key
            ),
        ),
        (None, Some(exchange), None) => {
            Value::Noted(exchange.clone(), context.list_texts.exchange.to_owned())
        }
        _ => text(address.as_ref()),
    }
}

/// The target of a federation link.
fn target(link: &FederationLink, context: &RenderContext<'_>) -> Value {
    match (&link.exchange, &link.queue) {
        (Some(exchange), _) => context.link_in("exchanges", &link.vhost, exchange),
        (None, Some(queue)) => context.link_in("queues", &link.vhost, queue),
        _ => Value::Nothing,
    }
}

/// A parameter of an upstream.
fn declared(upstream: &FederationUpstream, key: &str) -> Value {
    match parameter(upstream, key) {
        Some(metering::Value::Flag(flag)) => Value::Flag(*flag),
        Some(metering::Value::Integer(number)) => Value::Count(*number),
        Some(metering::Value::List(list)) => {
            let words: Vec<_> = list.iter().map(ToString::to_string).collect();
            Value::Text(words.join(", "))
        }
        other => known(other, |value| Value::Text(value.to_string())),
    }
}

/// A duration parameter, in a unit of milliseconds.
fn span(upstream: &FederationUpstream, key: &str, unit: i64) -> Value {
    match parameter(upstream, key) {
        Some(metering::Value::Integer(number)) => Value::Span(number.saturating_mul(unit)),
        _ => declared(upstream, key),
    }
}

fn parameter<'a>(upstream: &'a FederationUpstream, key: &str) -> Option<&'a metering::Value> {
    upstream
        .value
        .as_ref()
        .and_then(|value: &Table| value.get(key))
}
