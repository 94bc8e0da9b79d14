//! What an AMQP 1.0 connection has in the place of channels: sessions, and the links in them.

use metering::{AmqpLink, AmqpSession};

use crate::presenters::lists::facts::{column, plain};
use crate::presenters::lists::render_context::RenderContext;
use crate::presenters::lists::value::{Value, bytes, count, flag, text};
use crate::view_models::lists::DetailTable;

pub(super) fn tables(sessions: &[AmqpSession], context: &RenderContext<'_>) -> Vec<DetailTable> {
    vec![
        table_of_sessions(sessions, context),
        incoming(sessions, context),
        outgoing(sessions, context),
    ]
}

fn table_of_sessions(sessions: &[AmqpSession], context: &RenderContext<'_>) -> DetailTable {
    let list_texts = context.list_texts;
    let heads = [
        list_texts.amqp.channel_number,
        list_texts.amqp.handle_max,
        list_texts.amqp.next_incoming_id,
        list_texts.amqp.incoming_window,
        list_texts.amqp.next_outgoing_id,
        list_texts.amqp.remote_incoming_window,
        list_texts.amqp.remote_outgoing_window,
        list_texts.amqp.outgoing_unsettled,
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
        ("sessions", list_texts.sessions),
        heads.map(|head| column(head, true)).into(),
        sessions.iter().map(row).collect(),
        list_texts.amqp.no_sessions,
        context,
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

fn incoming(sessions: &[AmqpSession], context: &RenderContext<'_>) -> DetailTable {
    let list_texts = context.list_texts;
    let columns = vec![
        column(list_texts.amqp.channel_number, true),
        column(list_texts.amqp.handle, true),
        column(list_texts.amqp.link_name, false),
        column(list_texts.amqp.target_address, false),
        column(list_texts.amqp.sender_settle_mode, false),
        column(list_texts.amqp.max_message_size, true),
        column(list_texts.amqp.delivery_count, true),
        column(list_texts.credit, true),
        column(list_texts.unconfirmed, true),
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
    let heading = ("incoming-links", list_texts.amqp.incoming_links);
    plain(heading, columns, rows, list_texts.amqp.no_links, context)
}

fn outgoing(sessions: &[AmqpSession], context: &RenderContext<'_>) -> DetailTable {
    let list_texts = context.list_texts;
    let columns = vec![
        column(list_texts.amqp.channel_number, true),
        column(list_texts.amqp.handle, true),
        column(list_texts.amqp.link_name, false),
        column(list_texts.amqp.source_address, false),
        column(list_texts.source_queue, false),
        column(list_texts.amqp.sender_settles, false),
        column(list_texts.amqp.max_message_size, true),
        column(list_texts.amqp.delivery_count, true),
        column(list_texts.credit, true),
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
    let heading = ("outgoing-links", list_texts.amqp.outgoing_links);
    plain(heading, columns, rows, list_texts.amqp.no_links, context)
}
