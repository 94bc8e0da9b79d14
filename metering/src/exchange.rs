//! Exchanges and their bindings: `GET /v2/rabbit/exchanges`, `GET /v2/rabbit/bindings`.

use serde::Serialize;

use crate::field_table::field_table;
use crate::list_row::{known, row};
use crate::overview::MessageStats;
use crate::queue::Flow;
use crate::record::record;
use crate::table::Table;

record! {
    /// An exchange.
    pub struct Exchange {
        always {
            /// Its name; the default exchange's is empty.
            name,
            /// The vhost that it is in.
            vhost,
        }
        /// `direct`, `topic`, `fanout`, `headers`, or a plugin's.
        exchange_type = "type": String,
        /// Whether it survives a restart of the broker.
        durable: bool,
        /// Whether it goes with its last binding.
        auto_delete: bool,
        /// Whether only other exchanges may publish into it.
        internal: bool,
        /// What it was declared with.
        arguments: Table,
        /// The policy that applies to it.
        policy: String,
        /// The account that declared it.
        user_who_performed_action: String,
        /// Messages into it and out of it.
        message_stats: MessageStats,
    }
}

row!(Exchange: |row| row.name.as_str(), vhost &row.vhost);

record! {
    /// What leads from an exchange to a queue or another exchange.
    pub struct Binding {
        always {
            /// The exchange; the default exchange's name is empty.
            source,
            /// The vhost that both are in.
            vhost,
            /// The queue or exchange.
            destination,
        }
        /// `queue` or `exchange`.
        destination_type: String,
        /// With which messages.
        routing_key: String,
        /// With which messages, for exchanges that go by headers.
        arguments: Table,
        /// Distinguishes it from other bindings between the same two.
        properties_key: String,
    }
}

row! {
    Binding: |row| format!("{} {} {}", row.source, row.destination, known(row.routing_key.as_ref())),
    vhost &row.vhost
}

/// An exchange in full: `GET /v2/rabbit/exchanges/{vhost}/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub exchange: Exchange,
    /// What comes from each channel, where rates are kept in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Vec<Flow>>,
    /// What goes to each queue, where rates are kept in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outgoing: Option<Vec<Flow>>,
    /// The bindings that lead from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bindings_source: Option<Vec<Binding>>,
    /// The bindings that lead to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bindings_destination: Option<Vec<Binding>>,
}

field_table!(ExchangeDetails: incoming outgoing bindings_source bindings_destination; exchange);
