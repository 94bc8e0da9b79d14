//! The meters that the collector feeds, with their types and units.
//!
//! A meter's name is `rabbit.` and RabbitMQ's own word. A counter gives two:
//! the counter itself (cumulative) and its rate (a gauge, per second).

use serde::{Deserialize, Serialize};

/// What a meter's volumes are, in Ceilometer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MeterType {
    /// A value that goes up and down.
    Gauge,
    /// A change since the last sample.
    Delta,
    /// A counter that only grows, until it is reset.
    Cumulative,
}

impl MeterType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::Gauge, Self::Delta, Self::Cumulative];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Delta => "delta",
            Self::Cumulative => "cumulative",
        }
    }

    /// The type of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|found| found.as_str() == name)
    }
}

/// A meter that the collector feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// RabbitMQ's name of the field.
    pub field: &'static str,
    /// The meter's name.
    pub name: &'static str,
    /// What its volumes are.
    pub meter_type: MeterType,
    /// Their unit: `message`, `message/s`, `B` …
    pub unit: &'static str,
}

/// A counter: its cumulative meter, and the gauge of its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The counter itself.
    pub total: Definition,
    /// Its change per second.
    pub rate: Definition,
}

macro_rules! gauges {
    ($($field:ident $name:literal $unit:literal;)*) => {
        &[$(Definition {
            field: stringify!($field),
            name: concat!("rabbit.", $name),
            meter_type: MeterType::Gauge,
            unit: $unit,
        }),*]
    };
}

macro_rules! counters {
    ($($unit:literal: $($field:ident)*;)*) => {
        &[$($(Counter {
            total: Definition {
                field: stringify!($field),
                name: concat!("rabbit.", stringify!($field)),
                meter_type: MeterType::Cumulative,
                unit: $unit,
            },
            rate: Definition {
                field: stringify!($field),
                name: concat!("rabbit.", stringify!($field), ".rate"),
                meter_type: MeterType::Gauge,
                unit: concat!($unit, "/s"),
            },
        }),*),*]
    };
}

/// From [`crate::overview::ObjectTotals`]; the resource is the broker.
pub const OBJECT_TOTALS: &[Definition] = gauges! {
    connections "connections" "connection";
    channels "channels" "channel";
    exchanges "exchanges" "exchange";
    queues "queues" "queue";
    consumers "consumers" "consumer";
};

/// From [`crate::overview::QueueTotals`]; the resource is the broker.
pub const QUEUE_TOTALS: &[Definition] = gauges! {
    messages "messages" "message";
    messages_ready "messages.ready" "message";
    messages_unacknowledged "messages.unacknowledged" "message";
};

/// From [`crate::overview::MessageStats`]; the resource is the broker.
pub const MESSAGE_STATS: &[Counter] = counters! {
    "message": publish publish_in publish_out confirm deliver deliver_no_ack get get_no_ack
        get_empty deliver_get redeliver ack return_unroutable drop_unroutable disk_reads disk_writes;
};

/// From [`crate::overview::ChurnRates`]; the resource is the broker.
pub const CHURN_RATES: &[Counter] = counters! {
    "connection": connection_created connection_closed;
    "channel": channel_created channel_closed;
    "queue": queue_declared queue_created queue_deleted;
};

/// From [`crate::Node`]; the resource is `{broker}/{node}`.
pub const NODE: &[Definition] = gauges! {
    mem_used "node.memory" "B";
    disk_free "node.disk_free" "B";
    fd_used "node.file_descriptors" "file descriptor";
    sockets_used "node.sockets" "socket";
    proc_used "node.processes" "process";
    run_queue "node.run_queue" "process";
};

/// Every meter, in the order of the tables above.
pub fn all() -> impl Iterator<Item = &'static Definition> {
    let counters = MESSAGE_STATS.iter().chain(CHURN_RATES);
    OBJECT_TOTALS
        .iter()
        .chain(QUEUE_TOTALS)
        .chain(counters.flat_map(|counter| [&counter.total, &counter.rate]))
        .chain(NODE)
}

/// The meter of that name.
pub fn find(name: &str) -> Option<&'static Definition> {
    all().find(|definition| definition.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::{ChurnRates, MessageStats, ObjectTotals, QueueTotals};

    fn fields(definitions: &[Definition]) -> Vec<&str> {
        definitions
            .iter()
            .map(|definition| definition.field)
            .collect()
    }

    fn counted(counters: &[Counter]) -> Vec<&str> {
        counters.iter().map(|counter| counter.total.field).collect()
    }

    #[test]
    fn every_statistic_has_its_meter() {
        let objects: Vec<_> = ObjectTotals::default()
            .iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(fields(OBJECT_TOTALS), objects);
        assert_eq!(fields(QUEUE_TOTALS), QueueTotals::NAMES);
        assert_eq!(counted(MESSAGE_STATS), MessageStats::NAMES);
        assert_eq!(counted(CHURN_RATES), ChurnRates::NAMES);
    }

    #[test]
    fn names_are_unique_and_found() {
        let mut names: Vec<_> = all().map(|definition| definition.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(
            find("rabbit.publish.rate").map(|found| found.unit),
            Some("message/s")
        );
        assert_eq!(find("rabbit.nothing"), None);
    }
}
