//! Queues and streams: `GET /v2/rabbit/queues`.

use serde::Serialize;

use crate::consumer::Consumer;
use crate::field_table::field_table;
use crate::list_row::row;
use crate::overview::MessageStats;
use crate::record::record;
use crate::stats::Details;
use crate::table::Table;
use crate::timestamp::Timestamp;

record! {
    /// A queue or a stream.
    ///
    /// Of what is known of it the depths are younger than the rest where a broker has many: see
    /// [`Page`](crate::Page).
    pub struct Queue {
        always {
            /// Its name.
            name,
            /// The vhost that it is in.
            vhost,
        }
        /// `classic`, `quorum` or `stream` (3.8 and later).
        queue_type = "type": String,
        /// `running`, `idle`, `flow`, `down`, …
        state: String,
        /// The node that it, or its leader, is on.
        node: String,
        /// Whether it survives a restart of the broker.
        durable: bool,
        /// Whether it goes with its last consumer.
        auto_delete: bool,
        /// Whether it belongs to one connection.
        exclusive: bool,
        /// What it was declared with.
        arguments: Table,
        /// The policy that applies to it.
        policy: String,
        /// The operator's policy that applies to it.
        operator_policy: String,
        /// What the policies come to.
        effective_policy_definition: Table,
        /// Messages: ready and unacknowledged.
        messages: i64,
        /// Messages ready to be delivered.
        messages_ready: i64,
        /// Messages delivered and not yet acknowledged.
        messages_unacknowledged: i64,
        /// Change of `messages` per second.
        messages_details: Details,
        /// Change of `messages_ready` per second.
        messages_ready_details: Details,
        /// Change of `messages_unacknowledged` per second.
        messages_unacknowledged_details: Details,
        /// How many consumers it has.
        consumers: i64,
        /// The part of the time in which its consumers could take messages, 0 to 1.
        consumer_capacity: f64,
        /// The same, as brokers before 3.9 call it.
        consumer_utilisation: f64,
        /// Messages through it.
        message_stats: MessageStats,
        /// Bytes that its process holds.
        memory: i64,
        /// Messages held in memory.
        messages_ram: i64,
        /// Persistent messages.
        messages_persistent: i64,
        /// Messages on disk alone.
        messages_paged_out: i64,
        /// Bytes of all messages.
        message_bytes: i64,
        /// Bytes of those that are ready.
        message_bytes_ready: i64,
        /// Bytes of those that are unacknowledged.
        message_bytes_unacknowledged: i64,
        /// Bytes of those held in memory.
        message_bytes_ram: i64,
        /// Bytes of those that are persistent.
        message_bytes_persistent: i64,
        /// Bytes of those on disk alone.
        message_bytes_paged_out: i64,
        /// Messages of a quorum queue on their way to a dead letter exchange.
        messages_dlx: i64,
        /// Their bytes.
        message_bytes_dlx: i64,
        /// Since when nothing has happened in it, whatever form the broker writes it in.
        idle_since: Timestamp,
        /// When its oldest message was published, in seconds since the epoch, where messages say so.
        head_message_timestamp: i64,
        /// The consumer that has it for itself.
        exclusive_consumer_tag: String,
        /// The one that is active where only one may be.
        single_active_consumer_tag: String,
        /// The connection that an exclusive one belongs to.
        owner_pid_details: Owner,
        /// The node of a quorum queue's or a stream's leader.
        leader: String,
        /// The nodes with a replica.
        members: Vec<String>,
        /// Those of them that are running.
        online: Vec<String>,
        /// Nodes with a mirror (up to 3.13).
        slave_nodes: Vec<String>,
        /// Those of them that have all of it.
        synchronised_slave_nodes: Vec<String>,
        /// Files that are open, by node.
        open_files: Table,
        /// How often a message may be delivered.
        delivery_limit: i64,
        /// Files that a stream consists of.
        segments: i64,
        /// Readers of a stream, by node.
        readers: Table,
        /// The version of a classic queue's files.
        storage_version: i64,
        /// How many publish to it (4.0 and later).
        publishers: i64,
        /// Messages of a quorum queue that came back (4.0 and later).
        messages_ready_returned: i64,
        /// Messages of a quorum queue that are held back for a time (4.0 and later).
        messages_delayed: i64,
        /// Priorities of a quorum queue that have messages.
        messages_active_priorities: i64,
        /// Messages of a quorum queue by priority.
        messages_by_priority: Table,
        /// When a stream's oldest message came, in milliseconds since the epoch.
        first_timestamp: i64,
    }
}

row!(Queue: |row| row.name.as_str(), vhost &row.vhost);

/// The connection that an exclusive queue belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_host: Option<String>,
    /// The client's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_port: Option<i64>,
}

field_table!(Owner: name peer_host peer_port);

/// A queue in full: `GET /v2/rabbit/queues/{vhost}/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub queue: Queue,
    /// Who consumes from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_details: Option<Vec<Consumer>>,
    /// What comes from each exchange, where rates are kept in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Vec<Flow>>,
    /// What goes to each channel, where rates are kept in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<Vec<Flow>>,
    /// Erlang's measure of the work that its process has done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reductions: Option<i64>,
    /// Rate of `reductions`, per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reductions_details: Option<Details>,
    /// How its process collects garbage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage_collection: Option<Table>,
}

field_table! { QueueDetails:
    consumer_details incoming deliveries reductions reductions_details garbage_collection; queue
}

/// One of the flows that make up an object's rates.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flow {
    /// The exchange, where it comes from or goes to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Table>,
    /// The queue, where it comes from or goes to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Table>,
    /// The channel, where it comes from or goes to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_details: Option<Table>,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<MessageStats>,
}

field_table!(Flow: exchange queue channel_details stats);
