//! What all viewers are answered from: one immutable picture of a broker, swapped as a whole.
//!
//! The bodies of the answers are written once a tick, not once a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use metering::overview::ObjectTotals;
use metering::{Broker, BrokerState, Overview, Timestamp};

use crate::audience::Class;

/// A broker at its last poll.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Counts the pictures: another number means another content.
    pub(crate) generation: u64,
    /// Whether it answers.
    pub(crate) broker: Broker,
    /// The same as JSON.
    pub(crate) broker_json: Bytes,
    /// What it said when it last answered; none before its first answer.
    pub(crate) facts: Option<Facts>,
}

/// What a broker said.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// When.
    pub(crate) observed_at: Timestamp,
    /// The part of the overview that every account of the broker may see.
    pub(crate) common: Overview,
    /// How many things there are, of whomever.
    pub(crate) object_totals: Option<ObjectTotals>,
    /// The overview as JSON, for those who see all.
    pub(crate) overview_json: Bytes,
    /// The nodes as JSON, for those who see all.
    pub(crate) nodes_json: Bytes,
    /// The overviews of those who see some vhosts, as far as one of them asked of late.
    pub(crate) members: BTreeMap<Class, MemberView>,
}

/// The overview of those who see some vhosts.
#[derive(Clone, Debug)]
pub(crate) struct MemberView {
    /// When their vhosts were last asked for.
    pub(crate) observed_at: Timestamp,
    /// As JSON.
    pub(crate) overview_json: Bytes,
}

impl Snapshot {
    /// Before the first poll.
    pub(crate) fn new(broker: Broker) -> Self {
        let broker_json = json(&broker);
        Self {
            generation: 0,
            broker,
            broker_json,
            facts: None,
        }
    }

    /// Whether what it says is older than the last poll.
    pub(crate) fn is_stale(&self) -> bool {
        self.broker.state != BrokerState::Ok
    }
}

/// As JSON, for the types of `metering`.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Bytes {
    // Structs with string keys and finite numbers always serialize.
    serde_json::to_vec(value).map_or_else(|_| Bytes::from_static(b"null"), Bytes::from)
}
