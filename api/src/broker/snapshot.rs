//! What is known of a broker now. All viewers are answered from it; it is immutable and is replaced as
//! a whole.
//!
//! The bodies of the answers are written once a tick, not once a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use metering::overview::ObjectTotals;
use metering::{Broker, BrokerState, Node, Overview, Timestamp};

use crate::http::json::json;
use crate::vhost_set::VhostSetId;

/// A broker at its last poll.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Grows with every snapshot: another number means other content.
    pub(crate) generation: u64,
    /// Its state and name, as in the list of brokers.
    pub(crate) broker: Broker,
    /// `broker` as JSON.
    pub(crate) broker_json: Bytes,
    /// Its last answer; `None` before the first.
    pub(crate) poll_data: Option<PollData>,
}

/// What a poll read.
#[derive(Clone, Debug)]
pub(crate) struct PollData {
    pub(crate) observed_at: Timestamp,
    /// The part of the overview that every account of the broker may see.
    pub(crate) common: Overview,
    /// Object totals of the whole broker.
    pub(crate) object_totals: Option<ObjectTotals>,
    /// The overview.
    pub(crate) overview: Arc<Overview>,
    /// The nodes.
    pub(crate) nodes: Arc<[Node]>,
    /// The versions of RabbitMQ that running nodes report.
    pub(crate) versions: Arc<[String]>,
    /// The overview as JSON, for callers who see all of the broker.
    pub(crate) overview_json: Bytes,
    /// The nodes as JSON, for callers who see all of the broker.
    pub(crate) nodes_json: Bytes,
    /// The overviews of vhost sets that a caller requested of late.
    pub(crate) scoped_overviews: BTreeMap<VhostSetId, ScopedOverview>,
}

/// The overview of a vhost set.
#[derive(Clone, Debug)]
pub(crate) struct ScopedOverview {
    /// When the vhosts were last read.
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
            poll_data: None,
        }
    }

    /// Whether the last poll failed, so that the figures are old.
    pub(crate) fn is_stale(&self) -> bool {
        self.broker.state != BrokerState::Ok
    }
}
