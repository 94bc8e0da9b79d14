//! Channels of connections: `GET /v2/rabbit/channels`.

use serde::Serialize;

use crate::consumer::Consumer;
use crate::field_table::field_table;
use crate::list_row::{known, row};
use crate::overview::MessageStats;
use crate::queue::{Flow, Owner};
use crate::record::record;
use crate::stats::Details;
use crate::table::Table;
use crate::timestamp::Timestamp;

record! {
    /// A channel.
    pub struct Channel {
        always {
            /// Its connection's name and, in brackets, its number.
            name,
        }
        /// Its number on the connection.
        number: i64,
        /// The vhost that it is open in.
        vhost: String,
        /// The node that it is open on.
        node: String,
        /// The account.
        user: String,
        /// The connection that it is open on.
        connection_details: Owner,
        /// `running`, `flow`, `closing`, …
        state: String,
        /// Since when nothing has happened on it, whatever form the broker writes it in.
        idle_since: Timestamp,
        /// Whether it is in transaction mode.
        transactional: bool,
        /// Whether its publishers get confirmations.
        confirm: bool,
        /// How many consumers it has.
        consumer_count: i64,
        /// How many messages each new consumer may hold unacknowledged; 0 is any number.
        prefetch_count: i64,
        /// How many the channel may; 0 is any number.
        global_prefetch_count: i64,
        /// Messages delivered and not yet acknowledged.
        messages_unacknowledged: i64,
        /// Messages published and not yet confirmed.
        messages_unconfirmed: i64,
        /// Messages published in a transaction that is open.
        messages_uncommitted: i64,
        /// Acknowledgements in a transaction that is open.
        acks_uncommitted: i64,
        /// Commands to quorum queues that wait.
        pending_raft_commands: i64,
        /// Messages through it.
        message_stats: MessageStats,
    }
}

row!(Channel: |row| row.name.as_str(), vhost known(row.vhost.as_ref()), user known(row.user.as_ref()));

/// A channel in full: `GET /v2/rabbit/channels/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub channel: Channel,
    /// Its consumers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_details: Option<Vec<Consumer>>,
    /// What goes to each exchange, where rates are kept in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publishes: Option<Vec<Flow>>,
    /// What comes from each queue, where rates are kept in detail.
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

field_table! { ChannelDetails:
    consumer_details publishes deliveries reductions reductions_details garbage_collection; channel
}
