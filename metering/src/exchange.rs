//! Exchanges and their bindings: `GET /v2/rabbit/exchanges`, `GET /v2/rabbit/bindings`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::field_table::field_table;
use crate::list_row::{Row, known, row};
use crate::overview::MessageStats;
use crate::queue::Flow;
use crate::record::record;
use crate::table::{Table, Value};

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

record! {
    /// A super stream: an exchange with the argument `x-super-stream`, whose bindings lead to the
    /// streams that are its partitions.
    pub struct SuperStream {
        always {
            /// The exchange's name.
            name,
            /// The vhost that it is in.
            vhost,
        }
        /// How many partitions it has.
        partition_count: i64,
        /// The streams, by the bindings' argument `x-stream-partition-order`.
        partitions: Vec<String>,
        /// The routing key of each partition's binding.
        routing_keys: Vec<String>,
        /// What the exchange was declared with.
        arguments: Table,
        /// The policy that applies to the exchange.
        policy: String,
        /// The account that declared it.
        user_who_performed_action: String,
    }
}

impl Row for SuperStream {
    type Part = Binding;

    fn has_column(path: &str) -> bool {
        Self::has_column(path)
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::from(&self.name)
    }

    fn vhost(&self) -> Option<&str> {
        Some(&self.vhost)
    }

    fn is_listed(&self) -> bool {
        let arguments = self.arguments.as_ref();
        arguments.and_then(|table| table.get("x-super-stream")) == Some(&Value::Flag(true))
    }

    fn complete(rows: &mut Vec<Self>, parts: Vec<Binding>) {
        let key = |vhost: &str, name: &str| (vhost.to_owned(), name.to_owned());
        let known: HashSet<_> = rows.iter().map(|row| key(&row.vhost, &row.name)).collect();
        let mut partitions: HashMap<_, Vec<_>> = HashMap::new();
        for part in parts {
            let exchange = key(&part.vhost, &part.source);
            if part.destination_type.as_deref() == Some("queue") && known.contains(&exchange) {
                partitions.entry(exchange).or_default().push(part);
            }
        }
        for row in rows {
            let mut own = partitions.remove(&key(&row.vhost, &row.name));
            let own = own.get_or_insert_default();
            own.sort_by_cached_key(|part| (part.partition_order(), part.destination.clone()));
            row.partition_count = Some(own.len() as i64);
            row.partitions = Some(own.iter().map(|part| part.destination.clone()).collect());
            let keys = own
                .iter()
                .map(|part| part.routing_key.clone().unwrap_or_default());
            row.routing_keys = Some(keys.collect());
        }
    }
}

impl Binding {
    /// The number of a super stream's partition; partitions without one come last.
    fn partition_order(&self) -> i64 {
        let arguments = self.arguments.as_ref();
        match arguments.and_then(|table| table.get("x-stream-partition-order")) {
            Some(Value::Integer(order)) => *order,
            _ => i64::MAX,
        }
    }
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
