//! Client connections.

use metering::{Connection, Value as Property};

use super::column::{ColumnDef, hidden, list, number_column, text_column};
use super::render_context::RenderContext;
use super::value::{Value, byte_rate, bytes, count, known, text};
use crate::view_models::level::Level;

list!(Connections, connections, COLUMNS, level level);

const COLUMNS: &[ColumnDef<Connection>] = &[
    text_column(
        "name",
        |v| v.name,
        |connection, context| context.link("connections", &connection.name),
    ),
    text_column(
        "user_provided_name",
        |v| v.client_name,
        |connection, _| text(connection.user_provided_name.as_ref()),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |connection, context| context.maybe_link("vhosts", connection.vhost.as_ref()),
    ),
    text_column(
        "user",
        |v| v.user,
        |connection, context| context.maybe_link("users", connection.user.as_ref()),
    ),
    text_column("state", |v| v.state, state),
    text_column("ssl", |v| v.tls, tls),
    text_column(
        "protocol",
        |v| v.protocol,
        |connection, _| text(connection.protocol.as_ref()),
    ),
    number_column(
        "channels",
        |v| v.channels,
        |connection, _| count(connection.channels),
    ),
    number_column(
        "recv_oct_details.rate",
        |v| v.from_client,
        |connection, _| byte_rate(connection.recv_oct_details.as_ref()),
    ),
    number_column(
        "send_oct_details.rate",
        |v| v.to_client,
        |connection, _| byte_rate(connection.send_oct_details.as_ref()),
    ),
    text_column(
        "connected_at",
        |v| v.connected_at,
        |connection, _| known(connection.connected_at, Value::Time),
    ),
    hidden(text_column(
        "node",
        |v| v.node,
        |connection, context| context.maybe_link("nodes", connection.node.as_ref()),
    )),
    hidden(text_column(
        "container_id",
        |v| v.container_id,
        |connection, _| text(connection.container_id.as_ref()),
    )),
    hidden(text_column(
        "ssl_protocol",
        |v| v.tls_version,
        |connection, _| text(connection.ssl_protocol.as_ref()),
    )),
    hidden(text_column(
        "ssl_cipher",
        |v| v.tls_cipher,
        |connection, _| text(connection.ssl_cipher.as_ref()),
    )),
    hidden(text_column(
        "peer_cert_subject",
        |v| v.peer_certificate,
        |connection, _| text(connection.peer_cert_subject.as_ref()),
    )),
    hidden(number_column(
        "channel_max",
        |v| v.channel_max,
        |connection, _| count(connection.channel_max),
    )),
    hidden(number_column(
        "frame_max",
        |v| v.frame_max,
        |connection, _| bytes(connection.frame_max),
    )),
    hidden(text_column(
        "auth_mechanism",
        |v| v.auth_mechanism,
        |connection, _| text(connection.auth_mechanism.as_ref()),
    )),
    hidden(text_column(
        "client_properties.product",
        |v| v.client,
        |connection, _| client(connection),
    )),
    hidden(number_column(
        "timeout",
        |v| v.heartbeat,
        |connection, _| known(connection.timeout, |seconds| Value::Span(seconds * 1000)),
    )),
    hidden(number_column(
        "recv_oct",
        |v| v.received,
        |connection, _| bytes(connection.recv_oct),
    )),
    hidden(number_column(
        "send_oct",
        |v| v.sent,
        |connection, _| bytes(connection.send_oct),
    )),
    hidden(number_column(
        "send_pend",
        |v| v.send_pending,
        |connection, _| bytes(connection.send_pend),
    )),
    hidden(text_column(
        "peer_host",
        |v| v.peer,
        |connection, _| text(connection.peer_host.as_ref()),
    )),
];

pub(super) fn state(connection: &Connection, context: &RenderContext<'_>) -> Value {
    match connection.state.as_deref() {
        Some(state) => Value::State(
            level_of(state),
            context.list_texts.words.state_word(state).to_owned(),
        ),
        None => Value::Nothing,
    }
}

/// The severity of a state of a connection or a channel.
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

fn tls(connection: &Connection, context: &RenderContext<'_>) -> Value {
    match connection.ssl {
        Some(true) => {
            let parts = [
                &connection.ssl_protocol,
                &connection.ssl_key_exchange,
                &connection.ssl_cipher,
                &connection.ssl_hash,
            ];
            let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
            Value::Noted(context.texts.yes.to_owned(), parts.join(", "))
        }
        Some(false) => Value::Text(context.texts.no.to_owned()),
        None => Value::Nothing,
    }
}

/// The client's product, version and platform.
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
    let text = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    match of("platform") {
        Some(platform) => Value::Noted(text, platform),
        None => Value::Text(text),
    }
}
