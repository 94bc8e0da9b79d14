//! Client connections.

use metering::{Connection, Value as Property};

use super::column::{Col, col, extra, list, num};
use super::links::Scene;
use super::value::{Value, byte_rate, bytes, count, known, text};
use crate::components::status::Level;

list!(Connections = "connections", connections: Connection, COLUMNS, level level);

const COLUMNS: &[Col<Connection>] = &[
    col(
        "name",
        |v| v.name,
        |connection, scene| scene.link("connections", &connection.name),
    ),
    col(
        "user_provided_name",
        |v| v.client_name,
        |connection, _| text(connection.user_provided_name.as_ref()),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |connection, scene| scene.maybe_link("vhosts", connection.vhost.as_ref()),
    ),
    col(
        "user",
        |v| v.user,
        |connection, scene| scene.maybe_link("users", connection.user.as_ref()),
    ),
    col("state", |v| v.state, state),
    col("ssl", |v| v.tls, tls),
    col(
        "protocol",
        |v| v.protocol,
        |connection, _| text(connection.protocol.as_ref()),
    ),
    num(
        "channels",
        |v| v.channels,
        |connection, _| count(connection.channels),
    ),
    num(
        "recv_oct_details.rate",
        |v| v.from_client,
        |connection, _| byte_rate(connection.recv_oct_details.as_ref()),
    ),
    num(
        "send_oct_details.rate",
        |v| v.to_client,
        |connection, _| byte_rate(connection.send_oct_details.as_ref()),
    ),
    col(
        "connected_at",
        |v| v.connected_at,
        |connection, _| known(connection.connected_at, Value::Time),
    ),
    extra(col(
        "node",
        |v| v.node,
        |connection, scene| scene.maybe_link("nodes", connection.node.as_ref()),
    )),
    extra(col(
        "container_id",
        |v| v.container_id,
        |connection, _| text(connection.container_id.as_ref()),
    )),
    extra(col(
        "ssl_protocol",
        |v| v.tls_version,
        |connection, _| text(connection.ssl_protocol.as_ref()),
    )),
    extra(col(
        "ssl_cipher",
        |v| v.tls_cipher,
        |connection, _| text(connection.ssl_cipher.as_ref()),
    )),
    extra(col(
        "peer_cert_subject",
        |v| v.peer_certificate,
        |connection, _| text(connection.peer_cert_subject.as_ref()),
    )),
    extra(num(
        "channel_max",
        |v| v.channel_max,
        |connection, _| count(connection.channel_max),
    )),
    extra(num(
        "frame_max",
        |v| v.frame_max,
        |connection, _| bytes(connection.frame_max),
    )),
    extra(col(
        "auth_mechanism",
        |v| v.auth_mechanism,
        |connection, _| text(connection.auth_mechanism.as_ref()),
    )),
    extra(col(
        "client_properties.product",
        |v| v.client,
        |connection, _| client(connection),
    )),
    extra(num(
        "timeout",
        |v| v.heartbeat,
        |connection, _| known(connection.timeout, |seconds| Value::Span(seconds * 1000)),
    )),
    extra(num(
        "recv_oct",
        |v| v.received,
        |connection, _| bytes(connection.recv_oct),
    )),
    extra(num(
        "send_oct",
        |v| v.sent,
        |connection, _| bytes(connection.send_oct),
    )),
    extra(num(
        "send_pend",
        |v| v.send_pending,
        |connection, _| bytes(connection.send_pend),
    )),
    extra(col(
        "peer_host",
        |v| v.peer,
        |connection, _| text(connection.peer_host.as_ref()),
    )),
];

pub(super) fn state(connection: &Connection, scene: &Scene<'_>) -> Value {
    match connection.state.as_deref() {
        Some(state) => Value::State(level_of(state), scene.views.state_word(state).to_owned()),
        None => Value::Nothing,
    }
}

/// How good the state of a connection or a channel is.
pub(super) fn level_of(state: &str) -> Level {
    match state {
        "running" => Level::Good,
        "flow" | "blocking" | "closing" => Level::Warning,
        "blocked" => Level::Bad,
        _ => Level::Quiet,
    }
}

fn level(connection: &Connection) -> Option<Level> {
    let level = level_of(connection.state.as_deref()?);
    Some(level).filter(|level| matches!(level, Level::Warning | Level::Bad))
}

fn tls(connection: &Connection, scene: &Scene<'_>) -> Value {
    match connection.ssl {
        Some(true) => {
            let parts = [
                &connection.ssl_protocol,
                &connection.ssl_key_exchange,
                &connection.ssl_cipher,
                &connection.ssl_hash,
            ];
            let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
            Value::Noted(scene.texts.yes.to_owned(), parts.join(", "))
        }
        Some(false) => Value::Text(scene.texts.no.to_owned()),
        None => Value::Nothing,
    }
}

/// What the client says it is: product, version and platform.
pub(super) fn client(connection: &Connection) -> Value {
    let properties = connection.client_properties.as_ref();
    let of = |key: &str| match properties.and_then(|properties| properties.get(key)) {
        Some(Property::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let Some(product) = of("product").or_else(|| of("platform")) else {
        return Value::Nothing;
    };
    let words = [Some(product), of("version")];
    let told = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    match of("platform") {
        Some(platform) => Value::Noted(told, platform),
        None => Value::Text(told),
    }
}
