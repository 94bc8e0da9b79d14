//! What plugins have: shovels, federation, traces; and of which plugin a list is.

use metering::{FederationLink, FederationUpstream, Shovel, Table, Trace, TraceFile};

use super::column::{Col, col, counted, extra, list, num, sized, unsorted, worded};
use super::links::Scene;
use super::value::{Value, count, known, rate, text};
use crate::components::status::Level;

list!(Shovels = "shovels", shovels: Shovel, SHOVELS, level of_shovel);
list!(FederationLinks = "federation-links", federation_links: FederationLink, LINKS, level of_link);
list!(FederationUpstreams = "federation-upstreams", federation_upstreams: FederationUpstream, UPSTREAMS);
list!(Traces = "traces", traces: Trace, TRACES);
list!(TraceFiles = "trace-files", trace_files: TraceFile, FILES);

/// The plugin that has a list, where it is none of the broker itself.
pub(super) fn plugin(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "shovels" => "rabbitmq_shovel_management",
        "federation-links" | "federation-upstreams" => "rabbitmq_federation_management",
        "traces" | "trace-files" => "rabbitmq_tracing",
        "stream-publishers" | "stream-consumers" => "rabbitmq_stream_management",
        _ => return None,
    })
}

const SHOVELS: &[Col<Shovel>] = &[
    col(
        "name",
        |v| v.name,
        |shovel, _| Value::Text(shovel.name.clone()),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |shovel, scene| scene.maybe_link("vhosts", shovel.vhost.as_ref()),
    ),
    col(
        "node",
        |v| v.node,
        |shovel, scene| scene.maybe_link("nodes", shovel.node.as_ref()),
    ),
    col(
        "state",
        |v| v.state,
        |shovel, scene| state(shovel.state.as_deref(), scene),
    ),
    worded!(src_uri, source_broker),
    unsorted(col(
        "source",
        |v| v.source,
        |shovel, scene| {
            end(
                [
                    &shovel.src_queue,
                    &shovel.src_exchange,
                    &shovel.src_exchange_key,
                    &shovel.src_address,
                ],
                scene,
            )
        },
    )),
    worded!(dest_uri, destination_broker),
    unsorted(col(
        "destination",
        |v| v.destination,
        |shovel, scene| {
            end(
                [
                    &shovel.dest_queue,
                    &shovel.dest_exchange,
                    &shovel.dest_exchange_key,
                    &shovel.dest_address,
                ],
                scene,
            )
        },
    )),
    worded!(timestamp, last_changed),
    worded!(reason, reason),
    extra(worded!("type", shovel_type, kind)),
    extra(worded!(src_protocol, source_protocol)),
    extra(worded!(dest_protocol, destination_protocol)),
    extra(worded!(blocked_status, flow)),
    extra(counted!(forwarded, forwarded)),
    extra(counted!(pending, pending)),
    extra(counted!(remaining, remaining)),
    extra(counted!(remaining_unacked, unconfirmed)),
];

const LINKS: &[Col<FederationLink>] = &[
    col(
        "upstream",
        |v| v.upstream,
        |link, _| Value::Text(link.upstream.clone()),
    ),
    worded!(uri, source_broker),
    col(
        "vhost",
        |v| v.vhost,
        |link, scene| scene.link("vhosts", &link.vhost),
    ),
    unsorted(col("link", |v| v.exchange_or_queue, target)),
    col(
        "node",
        |v| v.node,
        |link, scene| scene.maybe_link("nodes", link.node.as_ref()),
    ),
    col(
        "status",
        |v| v.state,
        |link, scene| state(link.status.as_deref(), scene),
    ),
    num(
        "local_channel.message_stats.confirm_details.rate",
        |v| v.incoming,
        |link, _| {
            let channel = link.local_channel.as_ref();
            let stats = channel.and_then(|channel| channel.message_stats.as_ref());
            rate(stats.and_then(|stats| stats.confirm_details.as_ref()))
        },
    ),
    worded!(timestamp, last_changed),
    worded!(error, reason),
    extra(worded!("type", link_type, kind)),
    extra(worded!(upstream_exchange, source_exchange)),
    extra(worded!(upstream_queue, source_queue)),
    extra(worded!(consumer_tag, consumer_tag)),
    extra(worded!(local_connection, connection)),
    extra(col(
        "id",
        |v| v.number,
        |link, _| Value::Text(link.id.clone()),
    )),
];

/// A column of what was declared of an upstream under that name.
macro_rules! declared {
    ($col:ident, $key:literal, $label:ident) => {
        $col(
            concat!("value.", $key),
            |v| v.$label,
            |upstream, _| declared(upstream, $key),
        )
    };
}

/// The same of a span in units of so many milliseconds.
macro_rules! spanning {
    ($key:literal, $unit:literal, $label:ident) => {
        num(
            concat!("value.", $key),
            |v| v.$label,
            |upstream, _| span(upstream, $key, $unit),
        )
    };
}

const UPSTREAMS: &[Col<FederationUpstream>] = &[
    col(
        "name",
        |v| v.name,
        |upstream, _| Value::Text(upstream.name.clone()),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |upstream, scene| scene.link("vhosts", &upstream.vhost),
    ),
    unsorted(declared!(col, "uri", source_broker)),
    declared!(col, "exchange", exchange),
    declared!(col, "queue", queue),
    declared!(col, "ack-mode", ack_mode),
    declared!(num, "prefetch-count", prefetch),
    spanning!("reconnect-delay", 1000, reconnect_delay),
    declared!(num, "max-hops", max_hops),
    extra(spanning!("expires", 1, expires)),
    extra(spanning!("message-ttl", 1, message_ttl)),
    extra(declared!(col, "trust-user-id", trust_user_id)),
    extra(declared!(col, "consumer-tag", consumer_tag)),
    extra(declared!(col, "queue-type", queue_type_of_upstream)),
    extra(declared!(col, "ha-policy", ha_policy)),
    extra(declared!(col, "bind-nowait", bind_nowait)),
    extra(declared!(col, "channel-use-mode", channel_use)),
    extra(declared!(col, "resource-cleanup-mode", cleanup)),
];

const TRACES: &[Col<Trace>] = &[
    col(
        "name",
        |v| v.name,
        |trace, _| Value::Text(trace.name.clone()),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |trace, scene| scene.link("vhosts", &trace.vhost),
    ),
    col(
        "queue.node",
        |v| v.node,
        |trace, scene| {
            let of_queue = trace.queue.as_ref().and_then(|queue| queue.node.as_ref());
            scene.maybe_link("nodes", trace.node.as_ref().or(of_queue))
        },
    ),
    worded!(pattern, pattern),
    worded!(format, format),
    sized!(max_payload_bytes, payload_limit),
    num(
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
    num(
        "queue.messages",
        |v| v.messages,
        |trace, _| count(trace.queue.as_ref().and_then(|queue| queue.messages)),
    ),
    extra(worded!(tracer_connection_username, user)),
];

const FILES: &[Col<TraceFile>] = &[
    col("name", |v| v.name, |file, _| Value::Text(file.name.clone())),
    sized!(size, size),
];

/// A state in a word.
fn state(state: Option<&str>, scene: &Scene<'_>) -> Value {
    state.map_or(Value::Nothing, |state| {
        let word = scene.views.state_word(state).to_owned();
        Value::State(level(state).unwrap_or(Level::Good), word)
    })
}

/// How bad a state is, where it is.
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
/// on another broker, so it leads nowhere.
fn end([queue, exchange, key, address]: [&Option<String>; 4], scene: &Scene<'_>) -> Value {
    match (queue, exchange, key) {
        (Some(queue), _, _) => Value::Text(queue.clone()),
        (None, Some(exchange), Some(key)) => Value::Noted(
            format!("{exchange} · {key}"),
            format!("{} · {}", scene.views.exchange, scene.views.routing_key),
        ),
        (None, Some(exchange), None) => {
            Value::Noted(exchange.clone(), scene.views.exchange.to_owned())
        }
        _ => text(address.as_ref()),
    }
}

/// What a link leads to.
fn target(link: &FederationLink, scene: &Scene<'_>) -> Value {
    match (&link.exchange, &link.queue) {
        (Some(exchange), _) => scene.link_in("exchanges", &link.vhost, exchange),
        (None, Some(queue)) => scene.link_in("queues", &link.vhost, queue),
        _ => Value::Nothing,
    }
}

/// What was declared of an upstream under that name.
fn declared(upstream: &FederationUpstream, key: &str) -> Value {
    match told(upstream, key) {
        Some(metering::Value::Flag(flag)) => Value::Flag(*flag),
        Some(metering::Value::Integer(number)) => Value::Count(*number),
        Some(metering::Value::List(list)) => {
            let words: Vec<_> = list.iter().map(ToString::to_string).collect();
            Value::Text(words.join(", "))
        }
        other => known(other, |value| Value::Text(value.to_string())),
    }
}

/// The same of a span in units of so many milliseconds.
fn span(upstream: &FederationUpstream, key: &str, unit: i64) -> Value {
    match told(upstream, key) {
        Some(metering::Value::Integer(number)) => Value::Span(number.saturating_mul(unit)),
        _ => declared(upstream, key),
    }
}

fn told<'a>(upstream: &'a FederationUpstream, key: &str) -> Option<&'a metering::Value> {
    upstream
        .value
        .as_ref()
        .and_then(|value: &Table| value.get(key))
}
