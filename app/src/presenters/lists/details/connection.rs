//! A client's connection.

use client::{ClientError, Samples};
use metering::Connection;

use super::object_page::{DetailRequest, ObjectPage};
use super::sessions;
use crate::presenters::lists::facts::{group, group_of_table, state_cells, table};
use crate::presenters::lists::history::{Recorder, absence, samples, traffic};
use crate::presenters::lists::value::{Value, byte_rate, bytes, count, flag, known, rate, text};
use crate::presenters::lists::{channels, connections, streams};
use crate::view_models::lists::Group;

pub(super) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let samples = samples(request.length, Samples::Hour);
    let details = request
        .session
        .connection(request.broker(), name, samples)
        .await?;
    let connection = &details.connection;
    let mut groups = groups(connection, request);
    let runtime = [
        (list_texts.reductions, count(connection.reductions)),
        (
            list_texts.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    groups.extend(group(list_texts.runtime, runtime, context));
    groups.extend(group_of_table(
        list_texts.garbage_collection,
        details.garbage_collection.as_ref(),
    ));
    let mut recorder = Recorder::new(name).since(connection.connected_at);
    recorder.rate("recv_oct", connection.recv_oct_details.as_ref());
    recorder.rate("send_oct", connection.send_oct_details.as_ref());
    let series = recorder.series();
    let channels = || {
        table(
            ("channels", list_texts.channels_of),
            channels::COLUMNS,
            channels::OF_CONNECTION,
            details.channel_details.as_deref().unwrap_or_default(),
            list_texts.no_channels,
            context,
        )
    };
    let is_stream = connection.protocol.as_deref() == Some("stream");
    let tables = match &details.sessions {
        Some(sessions) => sessions::tables(sessions, context),
        None if is_stream => {
            streams::tables(
                &request.session,
                streams::StreamOwner::Connection(name),
                context,
            )
            .await
        }
        None => vec![channels()],
    };
    Ok(ObjectPage {
        marks: state_cells(connections::state(connection, context), context),
        groups,
        tables,
        charts: vec![traffic(context)],
        resource: name.to_owned(),
        no_series: absence(&series, context),
        series,
        ..ObjectPage::default()
    })
}

fn groups(connection: &Connection, request: &DetailRequest<'_>) -> Vec<Group> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let at = |host: Option<&String>, port: Option<i64>| match (host, port) {
        (Some(host), Some(port)) => Value::Text(format!("{host}:{port}")),
        (host, _) => text(host),
    };
    let overview = [
        (
            list_texts.client_name,
            text(connection.user_provided_name.as_ref()),
        ),
        (
            list_texts.vhost,
            context.maybe_link("vhosts", connection.vhost.as_ref()),
        ),
        (
            list_texts.user,
            context.maybe_link("users", connection.user.as_ref()),
        ),
        (
            list_texts.node,
            context.maybe_link("nodes", connection.node.as_ref()),
        ),
        (list_texts.protocol, text(connection.protocol.as_ref())),
        (
            list_texts.connection_type,
            text(connection.connection_type.as_ref()),
        ),
        (
            list_texts.container_id,
            text(connection.container_id.as_ref()),
        ),
        (
            list_texts.connected_at,
            known(connection.connected_at, Value::Time),
        ),
        (list_texts.client, connections::client(connection)),
        (
            list_texts.peer,
            at(connection.peer_host.as_ref(), connection.peer_port),
        ),
        (
            list_texts.local,
            at(connection.host.as_ref(), connection.port),
        ),
        (
            list_texts.auth_mechanism,
            text(connection.auth_mechanism.as_ref()),
        ),
        (
            list_texts.heartbeat,
            known(connection.timeout, |seconds| Value::Span(seconds * 1000)),
        ),
        (list_texts.frame_max, bytes(connection.frame_max)),
        (list_texts.channel_max, count(connection.channel_max)),
        (list_texts.channels, count(connection.channels)),
    ];
    let security = [
        (list_texts.tls, flag(connection.ssl)),
        (
            list_texts.tls_version,
            text(connection.ssl_protocol.as_ref()),
        ),
        (
            list_texts.tls_key_exchange,
            text(connection.ssl_key_exchange.as_ref()),
        ),
        (list_texts.tls_cipher, text(connection.ssl_cipher.as_ref())),
        (list_texts.tls_hash, text(connection.ssl_hash.as_ref())),
        (
            list_texts.peer_certificate,
            text(connection.peer_cert_subject.as_ref()),
        ),
        (
            list_texts.peer_certificate_issuer,
            text(connection.peer_cert_issuer.as_ref()),
        ),
        (
            list_texts.peer_certificate_validity,
            text(connection.peer_cert_validity.as_ref()),
        ),
    ];
    let traffic = [
        (
            list_texts.from_client,
            byte_rate(connection.recv_oct_details.as_ref()),
        ),
        (
            list_texts.to_client,
            byte_rate(connection.send_oct_details.as_ref()),
        ),
        (list_texts.received, bytes(connection.recv_oct)),
        (list_texts.sent, bytes(connection.send_oct)),
        (list_texts.received_packets, count(connection.recv_cnt)),
        (list_texts.sent_packets, count(connection.send_cnt)),
        (list_texts.send_pending, bytes(connection.send_pend)),
    ];
    [
        group(list_texts.details, overview, context),
        group_of_table(
            list_texts.client_properties,
            connection.client_properties.as_ref(),
        ),
        group(list_texts.traffic, traffic, context),
        group(list_texts.security, security, context),
    ]
    .into_iter()
    .flatten()
    .collect()
}
