//! A broker's totals, rates, listeners: `GET /v2/rabbit/overview`.
//!
//! The field names are those of RabbitMQ's `GET /api/overview`; one schema
//! covers every broker from 3.2.4 to 4.x.

use serde::Serialize;

use crate::field_table::field_table;
use crate::stats::stats;
use crate::table::Table;
use crate::timestamp::Timestamp;

/// A broker, or a cluster of nodes that is one broker, at one instant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// The node that answered. Absent for accounts without the tag `monitoring`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The broker's version, `3.2.4` to `4.x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rabbitmq_version: Option<String>,
    /// The management plugin's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_version: Option<String>,
    /// Erlang/OTP's release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erlang_version: Option<String>,
    /// The cluster's name; brokers before 3.3 have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_name: Option<String>,
    /// How finely the broker keeps rates: `none`, `basic` or `detailed` (3.4 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates_mode: Option<String>,
    /// Whether the broker's statistics are switched off (3.8 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_stats: Option<bool>,
    /// Whether the broker reports depths while statistics are off (3.8.3 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_queue_totals: Option<bool>,
    /// Events that the broker's statistics have still to take in (3.5 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_db_event_queue: Option<i64>,
    /// What a distribution calls itself, where that is not RabbitMQ (3.8 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// The type of queues that are declared without one (4.0 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_queue_type: Option<String>,
    /// What the operator marked the cluster with (4.0 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_tags: Option<Table>,
    /// What the operator marked the node with (4.0 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_tags: Option<Table>,
    /// Fields that are missing because statistics are off: `message_stats`,
    /// `object_totals.channels`, and `nodes` for what nodes use. Absent where they are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<String>>,
    /// How many connections, channels, exchanges, queues and consumers there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_totals: Option<ObjectTotals>,
    /// Messages in all queues. Empty on a fresh broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_totals: Option<QueueTotals>,
    /// Messages through all channels. Empty on an idle broker: a kind appears with its first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_stats: Option<MessageStats>,
    /// How often connections, channels and queues come and go (3.7.9 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub churn_rates: Option<ChurnRates>,
    /// Where the nodes listen. Absent for accounts without the tag `monitoring`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listeners: Option<Vec<Listener>>,
    /// Web contexts of the plugins. Absent for accounts without the tag `monitoring`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contexts: Option<Vec<Context>>,
    /// The exchange types that the broker knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_types: Option<Vec<ExchangeType>>,
    /// When the broker gave this answer. Absent in the broker's own answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

field_table! { Overview:
    node rabbitmq_version management_version erlang_version cluster_name rates_mode
    disable_stats enable_queue_totals statistics_db_event_queue product_name product_version
    default_queue_type cluster_tags node_tags missing object_totals queue_totals message_stats churn_rates listeners contexts
    exchange_types observed_at
}

/// How many of each object there are. A broker keeps no history of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectTotals {
    /// Client connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<i64>,
    /// Channels in all connections. Absent where statistics are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<i64>,
    /// Exchanges, the predeclared ones too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<i64>,
    /// Queues and streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queues: Option<i64>,
    /// Consumers. Absent where statistics are off and for accounts without the tag `monitoring`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumers: Option<i64>,
}

field_table! { ObjectTotals:
    connections channels exchanges queues consumers
}

impl ObjectTotals {
    /// Every total with RabbitMQ's name of it, reported or not.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<i64>)> {
        [
            ("connections", self.connections),
            ("channels", self.channels),
            ("exchanges", self.exchanges),
            ("queues", self.queues),
            ("consumers", self.consumers),
        ]
        .into_iter()
    }
}

stats! {
    /// Messages in all queues: gauges; a rate here is the depth's change per second.
    pub struct QueueTotals {
        /// All messages: ready and unacknowledged.
        messages, messages_details;
        /// Messages ready to be delivered.
        messages_ready, messages_ready_details;
        /// Messages delivered and not yet acknowledged.
        messages_unacknowledged, messages_unacknowledged_details;
    }
}

stats! {
    /// Messages through all channels: counters since the broker's statistics began.
    pub struct MessageStats {
        /// Published by clients.
        publish, publish_details;
        /// Published into an exchange (3.2 and 3.3 report it in the overview).
        publish_in, publish_in_details;
        /// Published from an exchange into queues (3.2 and 3.3 report it in the overview).
        publish_out, publish_out_details;
        /// Confirmed to publishers.
        confirm, confirm_details;
        /// Delivered to consumers that acknowledge.
        deliver, deliver_details;
        /// Delivered to consumers in automatic acknowledgement mode.
        deliver_no_ack, deliver_no_ack_details;
        /// Got with `basic.get`, to be acknowledged.
        get, get_details;
        /// Got with `basic.get` in automatic acknowledgement mode.
        get_no_ack, get_no_ack_details;
        /// `basic.get` on an empty queue.
        get_empty, get_empty_details;
        /// The sum of `deliver`, `deliver_no_ack`, `get` and `get_no_ack`.
        deliver_get, deliver_get_details;
        /// Of these, those with the redelivered flag.
        redeliver, redeliver_details;
        /// Acknowledged by consumers.
        ack, ack_details;
        /// Returned to publishers as unroutable (mandatory flag).
        return_unroutable, return_unroutable_details;
        /// Dropped as unroutable.
        drop_unroutable, drop_unroutable_details;
        /// Read from disk (until 4.0, where it says little).
        disk_reads, disk_reads_details;
        /// Written to disk (until 4.0, where it says little).
        disk_writes, disk_writes_details;
    }
}

stats! {
    /// How often objects come and go: counters since the broker's statistics began.
    pub struct ChurnRates {
        /// Connections opened.
        connection_created, connection_created_details;
        /// Connections closed.
        connection_closed, connection_closed_details;
        /// Channels opened.
        channel_created, channel_created_details;
        /// Channels closed.
        channel_closed, channel_closed_details;
        /// Queue declarations, of queues that were there too.
        queue_declared, queue_declared_details;
        /// Queues created.
        queue_created, queue_created_details;
        /// Queues deleted.
        queue_deleted, queue_deleted_details;
    }
}

/// A port on which a node takes connections. (`socket_opts` is not passed on: it says nothing to a viewer.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listener {
    /// The node that listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// `amqp`, `amqp/ssl`, `mqtt`, `stream`, `http`, `clustering` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The address it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
    /// Whether it speaks TLS (4.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<bool>,
}

field_table! { Listener:
    node protocol ip_address port tls
}

/// A web context of one of the broker's plugins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Context {
    /// The node that serves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What it is, `RabbitMQ Management` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The address it is bound to; absent where it is all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
    /// Whether it speaks TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssl: Option<bool>,
}

field_table! { Context:
    node description path ip port ssl
}

/// A type of exchange that the broker knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeType {
    /// `direct`, `fanout`, `headers`, `topic`, or a plugin's.
    pub name: String,
    /// In the broker's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

field_table! { ExchangeType:
    name description enabled
}

impl Overview {
    /// Takes the broker's own samples out of every detail: they are for the collector, not for viewers.
    pub fn drop_samples(&mut self) {
        if let Some(totals) = &mut self.queue_totals {
            totals.drop_samples();
        }
        if let Some(stats) = &mut self.message_stats {
            stats.drop_samples();
        }
        if let Some(rates) = &mut self.churn_rates {
            rates.drop_samples();
        }
    }
}
