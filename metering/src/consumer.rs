//! Consumers: `GET /v2/rabbit/consumers`.

use serde::Serialize;

use crate::field_table::field_table;
use crate::list_row::{known, row};
use crate::record::record;
use crate::table::Table;

record! {
    /// A consumer.
    pub struct Consumer {
        always {
            /// Distinguishes it from other consumers of its channel.
            consumer_tag,
        }
        /// The queue that it consumes from.
        queue: QueueName,
        /// The channel that it is on.
        channel_details: ChannelName,
        /// Whether it acknowledges.
        ack_required: bool,
        /// Whether it gets messages (3.8 and later).
        active: bool,
        /// `up`, `single_active`, `waiting`, `suspected_down`, …
        activity_status: String,
        /// Whether it has the queue for itself.
        exclusive: bool,
        /// How many messages it may hold unacknowledged; 0 is any number.
        prefetch_count: i64,
        /// Milliseconds that it may take to acknowledge.
        consumer_timeout: i64,
        /// What it was made with.
        arguments: Table,
    }
}

row! {
    Consumer: |row| format!("{} {}", QueueName::name_of(row.queue.as_ref()), row.consumer_tag),
    vhost QueueName::vhost_of(row.queue.as_ref()),
    user row.channel_details.as_ref().map_or("", |channel| known(channel.user.as_ref()))
}

/// A queue by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueName {
    /// Its name.
    pub name: String,
    /// The vhost that it is in.
    pub vhost: String,
}

impl QueueName {
    /// The vhost of the queue that a row is about; empty if absent.
    pub(crate) fn vhost_of(queue: Option<&Self>) -> &str {
        queue.map_or("", |queue| &queue.vhost)
    }

    /// Its name.
    pub(crate) fn name_of(queue: Option<&Self>) -> &str {
        queue.map_or("", |queue| &queue.name)
    }
}

field_table!(QueueName: name vhost);

/// A channel by name, and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelName {
    /// Its name.
    pub name: String,
    /// Its number on the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The connection that it is open on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_name: Option<String>,
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

field_table!(ChannelName: name number connection_name node user peer_host peer_port);
