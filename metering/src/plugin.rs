//! What a broker's plugins know: `GET /v2/rabbit/shovels`, `federation-links`,
//! `federation-upstreams`, `traces`, `trace-files`, `stream-publishers`, `stream-consumers`.
//!
//! A broker whose plugin is not enabled does not have the list.

use serde::Serialize;

use crate::consumer::QueueName;
use crate::field_table::field_table;
use crate::list_row::{known, row};
use crate::overview::MessageStats;
use crate::record::record;
use crate::table::Table;
use crate::uri::{forget_account, forget_accounts};

record! {
    /// A shovel, which moves messages from one place to another (`rabbitmq_shovel_management`).
    pub struct Shovel {
        always {
            /// Its name.
            name,
        }
        /// The vhost that it was declared in; a static one is in none.
        vhost: String,
        /// The node that it runs on.
        node: String,
        /// `dynamic`, or `static` for one of the configuration.
        shovel_type = "type": String,
        /// `starting`, `running` or `terminated`.
        state: String,
        /// When it came into that state, in the broker's own writing.
        timestamp: String,
        /// Why it ended.
        reason: String,
        /// `flow`, `blocked`, `running`, … (4.0 and later).
        blocked_status: String,
        /// The protocol of its source: `amqp091` or `amqp10`.
        src_protocol: String,
        /// The broker that it takes from; never with an account.
        src_uri: String,
        /// The queue that it takes from.
        src_queue: String,
        /// The exchange that it takes from.
        src_exchange: String,
        /// With which routing key it is bound there.
        src_exchange_key: String,
        /// The address that it takes from, with AMQP 1.0.
        src_address: String,
        /// The protocol of its destination.
        dest_protocol: String,
        /// The broker that it hands on to; never with an account.
        dest_uri: String,
        /// The queue that it hands on to.
        dest_queue: String,
        /// The exchange that it hands on to.
        dest_exchange: String,
        /// With which routing key it publishes there.
        dest_exchange_key: String,
        /// The address that it hands on to, with AMQP 1.0.
        dest_address: String,
        /// How many messages it has yet to move, if it moves a set number (4.0 and later).
        remaining: i64,
        /// How many messages its destination has yet to confirm (4.0 and later).
        remaining_unacked: i64,
        /// How many messages it has in hand (4.0 and later).
        pending: i64,
        /// How many messages it has handed on (4.0 and later).
        forwarded: i64,
    }
}

row! {
    Shovel: |row| row.name.as_str(), vhost known(row.vhost.as_ref()),
    drop_secrets |row, _hashes| {
        let uris = [&mut row.src_uri, &mut row.dest_uri];
        uris.into_iter().flatten().for_each(forget_account);
    }
}

record! {
    /// A link of a federation, from an upstream to an exchange or queue here
    /// (`rabbitmq_federation_management`).
    pub struct FederationLink {
        always {
            /// Its id.
            id,
            /// The upstream that it comes from.
            upstream,
            /// The vhost that it leads to.
            vhost,
        }
        /// `exchange` or `queue`.
        link_type = "type": String,
        /// The exchange that it leads to.
        exchange: String,
        /// The exchange that it comes from.
        upstream_exchange: String,
        /// The queue that it leads to.
        queue: String,
        /// The queue that it comes from.
        upstream_queue: String,
        /// The tag of its consumer there.
        consumer_tag: String,
        /// `starting`, `running`, `shutdown` or `error`.
        status: String,
        /// What is wrong.
        error: String,
        /// The broker that it comes from; never with an account.
        uri: String,
        /// The node that it runs on.
        node: String,
        /// Its connection here.
        local_connection: String,
        /// Its channel here, with what comes in.
        local_channel: LinkChannel,
        /// When it came into that state, in the broker's own writing.
        timestamp: String,
    }
}

row! {
    FederationLink: |row| {
        let target = row.exchange.as_ref().or(row.queue.as_ref());
        format!("{} {}", row.upstream, known(target))
    },
    vhost &row.vhost,
    drop_secrets |row, _hashes| row.uri.iter_mut().for_each(forget_account)
}

/// The channel that a link of a federation publishes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkChannel {
    /// Its name.
    pub name: String,
    /// What it published, which is what the link carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_stats: Option<MessageStats>,
}

field_table!(LinkChannel: name message_stats);

record! {
    /// Where a federation gets messages from (`rabbitmq_federation_management`).
    pub struct FederationUpstream {
        always {
            /// Its name.
            name,
            /// The vhost that it was declared in.
            vhost,
        }
        /// `uri`, never with an account, and what else was declared: `ack-mode`, `expires`,
        /// `max-hops`, `message-ttl`, `prefetch-count`, `reconnect-delay`, …
        value: Table,
    }
}

row! {
    FederationUpstream: |row| row.name.as_str(), vhost &row.vhost,
    drop_secrets |row, _hashes| {
        let uris = row.value.as_mut().and_then(|value| value.0.get_mut("uri"));
        uris.into_iter().for_each(forget_accounts);
    }
}

record! {
    /// A trace, which writes what a vhost's messages are to a file (`rabbitmq_tracing`).
    pub struct Trace {
        always {
            /// Its name.
            name,
            /// The vhost that it looks at.
            vhost,
        }
        /// `text` or `json`.
        format: String,
        /// The routing keys that it looks at, as a topic.
        pattern: String,
        /// Bytes of a message that it writes at most.
        max_payload_bytes: i64,
        /// The account that it reads as.
        tracer_connection_username: String,
        /// The node that it writes on.
        node: String,
        /// The queue that it reads from, with its depth and rates.
        queue: TraceQueue,
    }
}

row!(Trace: |row| row.name.as_str(), vhost &row.vhost);

/// The queue that a trace reads from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceQueue {
    /// Its name.
    pub name: String,
    /// The vhost that it is in.
    pub vhost: String,
    /// The node that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Messages that wait to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<i64>,
    /// What went through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_stats: Option<MessageStats>,
}

field_table!(TraceQueue: name vhost node messages message_stats);

record! {
    /// A file that a trace wrote (`rabbitmq_tracing`). Its content is not shown: it holds messages.
    pub struct TraceFile {
        always {
            /// Its name.
            name,
        }
        /// Bytes.
        size: i64,
    }
}

row!(TraceFile: |row| row.name.as_str());

record! {
    /// A publisher of RabbitMQ's stream protocol (`rabbitmq_stream_management`).
    pub struct StreamPublisher {
        always {}
        /// Its number on the connection.
        publisher_id: i64,
        /// The name that it gave, by which the stream knows what it has published before.
        reference: String,
        /// The stream.
        queue: QueueName,
        /// The connection that it is on.
        connection_details: StreamConnection,
        /// Messages that it published.
        published: i64,
        /// Messages that the stream has confirmed.
        confirmed: i64,
        /// Messages that the stream refused.
        errored: i64,
    }
}

row! {
    StreamPublisher: |row| format!(
        "{} {} {}",
        QueueName::name_of(row.queue.as_ref()),
        known(row.reference.as_ref()),
        StreamConnection::name_of(row.connection_details.as_ref()),
    ),
    vhost QueueName::vhost_of(row.queue.as_ref()),
    user StreamConnection::user_of(row.connection_details.as_ref())
}

record! {
    /// A consumer of RabbitMQ's stream protocol (`rabbitmq_stream_management`).
    pub struct StreamConsumer {
        always {}
        /// Its number on the connection.
        subscription_id: i64,
        /// The stream.
        queue: QueueName,
        /// The connection that it is on.
        connection_details: StreamConnection,
        /// How many chunks it would take yet.
        credits: i64,
        /// Messages that it got.
        consumed: i64,
        /// Where in the stream it is.
        offset: i64,
        /// How far behind the stream's end that is.
        offset_lag: i64,
        /// Whether it gets messages (3.11 and later).
        active: bool,
        /// `up`, `single_active` or `waiting` (3.11 and later).
        activity_status: String,
        /// What it was made with.
        properties: Table,
    }
}

row! {
    StreamConsumer: |row| format!(
        "{} {}",
        QueueName::name_of(row.queue.as_ref()),
        StreamConnection::name_of(row.connection_details.as_ref()),
    ),
    vhost QueueName::vhost_of(row.queue.as_ref()),
    user StreamConnection::user_of(row.connection_details.as_ref())
}

/// A connection of the stream protocol by name, and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamConnection {
    /// Its name.
    pub name: String,
    /// The node that it is open on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_host: Option<String>,
    /// The client's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_port: Option<i64>,
}

impl StreamConnection {
    fn name_of(connection: Option<&Self>) -> &str {
        connection.map_or("", |connection| &connection.name)
    }

    fn user_of(connection: Option<&Self>) -> &str {
        connection.map_or("", |connection| known(connection.user.as_ref()))
    }
}

field_table!(StreamConnection: name node user peer_host peer_port);

record! {
    /// A process of Erlang's on a node (`rabbitmq_top`).
    pub struct TopProcess {
        always {
            /// Its number, `<0.819.0>`.
            pid,
        }
        /// What it is: `type`, and `name` or, of a queue or a connection, more.
        name: Table,
        /// Bytes.
        memory: i64,
        /// Reductions, Erlang's unit of work, since it began.
        reductions: i64,
        /// Reductions in the last second.
        reduction_delta: i64,
        /// Messages of Erlang's that wait for it.
        message_queue_len: i64,
        /// What it has buffered of that; below zero where it buffers none.
        buffer_len: i64,
        /// `running`, `waiting`, …
        status: String,
    }
}
