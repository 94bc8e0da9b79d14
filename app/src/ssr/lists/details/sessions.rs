//! What an AMQP 1.0 connection has in the place of channels: sessions, and the links in them.

use metering::{AmqpLink, AmqpSession};

use super::super::facts::{column, plain};
use super::super::links::Scene;
use super::super::value::{bytes, count, flag, text};
use super::Value;
use crate::server_fns::lists::DetailTable;

pub(super) fn tables(sessions: &[AmqpSession], scene: &Scene<'_>) -> Vec<DetailTable> {
    vec![
        table_of_sessions(sessions, scene),
        incoming(sessions, scene),
        outgoing(sessions, scene),
    ]
}

fn table_of_sessions(sessions: &[AmqpSession], scene: &Scene<'_>) -> DetailTable {
    let views = scene.views;
    let heads = [
        views.channel_number,
        views.handle_max,
        views.next_incoming_id,
        views.incoming_window,
        views.next_outgoing_id,
        views.remote_incoming_window,
        views.remote_outgoing_window,
        views.outgoing_unsettled,
    ];
    let row = |session: &AmqpSession| {
        let numbers = [
            session.channel_number,
            session.handle_max,
            session.next_incoming_id,
            session.incoming_window,
            session.next_outgoing_id,
            session.remote_incoming_window,
            session.remote_outgoing_window,
            session.outgoing_unsettled_deliveries,
        ];
        numbers.map(count).into()
    };
    plain(
        ("sessions", views.sessions),
        heads.map(|head| column(head, true)).into(),
        sessions.iter().map(row).collect(),
        views.no_sessions,
        scene,
    )
}

/// A row for each link of each session.
fn rows(
    sessions: &[AmqpSession],
    links: fn(&AmqpSession) -> Option<&Vec<AmqpLink>>,
    write: impl Fn(&AmqpLink) -> Vec<Value>,
) -> Vec<Vec<Value>> {
    let of_session = |session: &AmqpSession| {
        let row = |link: &AmqpLink| {
            let mut row = vec![count(session.channel_number), count(link.handle)];
            row.extend(write(link));
            row
        };
        links(session)
            .into_iter()
            .flatten()
            .map(row)
            .collect::<Vec<_>>()
    };
    sessions.iter().flat_map(of_session).collect()
}

fn incoming(sessions: &[AmqpSession], scene: &Scene<'_>) -> DetailTable {
    let views = scene.views;
    let columns = vec![
        column(views.channel_number, true),
        column(views.handle, true),
        column(views.link_name, false),
        column(views.target_address, false),
        column(views.sender_settle_mode, false),
        column(views.max_message_size, true),
        column(views.delivery_count, true),
        column(views.credit, true),
        column(views.unconfirmed, true),
    ];
    let write = |link: &AmqpLink| {
        vec![
            text(link.link_name.as_ref()),
            text(link.target_address.as_ref()),
            text(link.snd_settle_mode.as_ref()),
            bytes(link.max_message_size),
            count(link.delivery_count),
            count(link.credit),
            count(link.unconfirmed_messages),
        ]
    };
    let rows = rows(sessions, |session| session.incoming_links.as_ref(), write);
    let heading = ("incoming-links", views.incoming_links);
    plain(heading, columns, rows, views.no_links, scene)
}

fn outgoing(sessions: &[AmqpSession], scene: &Scene<'_>) -> DetailTable {
    let views = scene.views;
    let columns = vec![
        column(views.channel_number, true),
        column(views.handle, true),
        column(views.link_name, false),
        column(views.source_address, false),
        column(views.source_queue, false),
        column(views.sender_settles, false),
        column(views.max_message_size, true),
        column(views.delivery_count, true),
        column(views.credit, true),
    ];
    let write = |link: &AmqpLink| {
        vec![
            text(link.link_name.as_ref()),
            text(link.source_address.as_ref()),
            text(link.queue_name.as_ref()),
            flag(link.send_settled),
            bytes(link.max_message_size),
            count(link.delivery_count),
            count(link.credit),
        ]
    };
    let rows = rows(sessions, |session| session.outgoing_links.as_ref(), write);
    let heading = ("outgoing-links", views.outgoing_links);
    plain(heading, columns, rows, views.no_links, scene)
}
