//! A client's connection.

use client::{ClientError, Samples};
use metering::Connection;

use super::super::facts::{group, group_of_table, mark, table};
use super::super::history::{Recorder, absence, samples, traffic};
use super::super::value::{byte_rate, bytes, count, flag, known, rate, text};
use super::super::{channels, connections, streams};
use super::{Made, Value, Want, sessions};
use crate::server_fns::lists::Group;

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let samples = samples(want.length, Samples::Hour);
    let details = want
        .session
        .connection(want.broker(), name, samples)
        .await?;
    let connection = &details.connection;
    let mut groups = groups(connection, want);
    let runtime = [
        (views.reductions, count(connection.reductions)),
        (
            views.reductions_rate,
            rate(details.reductions_details.as_ref()),
        ),
    ];
    groups.extend(group(views.runtime, runtime, scene));
    groups.extend(group_of_table(
        views.garbage_collection,
        details.garbage_collection.as_ref(),
    ));
    let mut recorder = Recorder::new(name).since(connection.connected_at);
    recorder.rate("recv_oct", connection.recv_oct_details.as_ref());
    recorder.rate("send_oct", connection.send_oct_details.as_ref());
    let series = recorder.series();
    let channels = || {
        table(
            ("channels", views.channels_of),
            channels::COLUMNS,
            channels::OF_CONNECTION,
            details.channel_details.as_deref().unwrap_or_default(),
            views.no_channels,
            scene,
        )
    };
    let is_stream = connection.protocol.as_deref() == Some("stream");
    let tables = match &details.sessions {
        Some(sessions) => sessions::tables(sessions, scene),
        None if is_stream => {
            streams::tables(&want.session, streams::Of::Connection(name), scene).await
        }
        None => vec![channels()],
    };
    Ok(Made {
        marks: mark(connections::state(connection, scene), scene),
        groups,
        tables,
        charts: vec![traffic(scene)],
        resource: name.to_owned(),
        no_series: absence(&series, scene),
        series,
        ..Made::default()
    })
}

fn groups(connection: &Connection, want: &Want<'_>) -> Vec<Group> {
    let scene = &want.scene;
    let views = scene.views;
    let at = |host: Option<&String>, port: Option<i64>| match (host, port) {
        (Some(host), Some(port)) => Value::Text(format!("{host}:{port}")),
        (host, _) => text(host),
    };
    let overview = [
        (
            views.client_name,
            text(connection.user_provided_name.as_ref()),
        ),
        (
            views.vhost,
            scene.maybe_link("vhosts", connection.vhost.as_ref()),
        ),
        (
            views.user,
            scene.maybe_link("users", connection.user.as_ref()),
        ),
        (
            views.node,
            scene.maybe_link("nodes", connection.node.as_ref()),
        ),
        (views.protocol, text(connection.protocol.as_ref())),
        (
            views.connection_type,
            text(connection.connection_type.as_ref()),
        ),
        (views.container_id, text(connection.container_id.as_ref())),
        (
            views.connected_at,
            known(connection.connected_at, Value::Time),
        ),
        (views.client, connections::client(connection)),
        (
            views.peer,
            at(connection.peer_host.as_ref(), connection.peer_port),
        ),
        (views.local, at(connection.host.as_ref(), connection.port)),
        (
            views.auth_mechanism,
            text(connection.auth_mechanism.as_ref()),
        ),
        (
            views.heartbeat,
            known(connection.timeout, |seconds| Value::Span(seconds * 1000)),
        ),
        (views.frame_max, bytes(connection.frame_max)),
        (views.channel_max, count(connection.channel_max)),
        (views.channels, count(connection.channels)),
    ];
    let security = [
        (views.tls, flag(connection.ssl)),
        (views.tls_version, text(connection.ssl_protocol.as_ref())),
        (
            views.tls_key_exchange,
            text(connection.ssl_key_exchange.as_ref()),
        ),
        (views.tls_cipher, text(connection.ssl_cipher.as_ref())),
        (views.tls_hash, text(connection.ssl_hash.as_ref())),
        (
            views.peer_certificate,
            text(connection.peer_cert_subject.as_ref()),
        ),
        (
            views.peer_certificate_issuer,
            text(connection.peer_cert_issuer.as_ref()),
        ),
        (
            views.peer_certificate_validity,
            text(connection.peer_cert_validity.as_ref()),
        ),
    ];
    let traffic = [
        (
            views.from_client,
            byte_rate(connection.recv_oct_details.as_ref()),
        ),
        (
            views.to_client,
            byte_rate(connection.send_oct_details.as_ref()),
        ),
        (views.received, bytes(connection.recv_oct)),
        (views.sent, bytes(connection.send_oct)),
        (views.received_packets, count(connection.recv_cnt)),
        (views.sent_packets, count(connection.send_cnt)),
        (views.send_pending, bytes(connection.send_pend)),
    ];
    [
        group(views.details, overview, scene),
        group_of_table(
            views.client_properties,
            connection.client_properties.as_ref(),
        ),
        group(views.traffic, traffic, scene),
        group(views.security, security, scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}
