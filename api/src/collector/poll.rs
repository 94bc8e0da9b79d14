//! One poll: what is asked of a broker in one tick.

use std::time::Duration;

use metering::lenient_serde::Objects;
use metering::node::PolledNode;
use metering::{Node, Overview, Vhost};

use super::backfill::{Backfill, COARSE, FINE};
use crate::broker::broker_state::BrokerHandle;
use crate::broker::error::BrokerError;
use crate::broker::request_gate::Cost;

/// The timeout of requests that cost a broker nothing.
pub(crate) const CHEAP_TIMEOUT: Duration = Duration::from_secs(1);

/// The answers of one tick.
#[derive(Debug)]
pub(crate) struct PollResult {
    pub(crate) overview: Overview,
    pub(crate) nodes: Vec<Node>,
    /// The versions of RabbitMQ that running nodes report.
    pub(crate) versions: Vec<String>,
    /// Only while a viewer watches who sees some vhosts, and if the broker answered.
    pub(crate) vhosts: Option<Vec<Vhost>>,
    /// Only on first contact.
    pub(crate) backfill: Option<Backfill>,
}

/// What a poll requests beside the overview and the nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extras {
    pub(crate) vhosts: bool,
    pub(crate) backfill: bool,
    /// Whether the last poll was answered: a broker that is slow gets its time with the next one.
    pub(crate) first_doubt: bool,
}

impl Extras {
    /// First contact also requests the broker's own samples.
    pub(crate) fn cost(self) -> Cost {
        if self.backfill {
            Cost::Expensive
        } else {
            Cost::Cheap
        }
    }
}

/// Polls a broker, one request after the other. Extras may fail without harm to the rest. The caller
/// holds the permit: waiting for it is no cost of the poll.
pub(crate) async fn poll(
    broker: &BrokerHandle,
    extras: Extras,
    timeout: Duration,
) -> Result<PollResult, BrokerError> {
    // If the request before hangs, this one will too, and viewers shall know soon.
    let timeout = if extras.first_doubt && broker.gate.is_unresponsive() {
        CHEAP_TIMEOUT
    } else {
        timeout
    };
    let client = &broker.client;
    let overview: Overview = client
        .get(broker.credentials(), "api/overview", timeout)
        .await?;
    let nodes: Objects<PolledNode> = client
        .get(broker.credentials(), "api/nodes", timeout)
        .await?;
    let nodes = broker.readable("nodes", nodes);
    let versions = nodes.iter().filter_map(PolledNode::rabbitmq_version);
    let versions = versions.map(str::to_owned).collect();
    let nodes = nodes.into_iter().map(|polled| polled.node).collect();
    let vhosts = if extras.vhosts {
        get_vhosts(broker, timeout).await
    } else {
        None
    };
    let backfill = if extras.backfill {
        get_backfill(broker, timeout).await
    } else {
        None
    };
    Ok(PollResult {
        overview,
        nodes,
        versions,
        vhosts,
        backfill,
    })
}

/// Whether a broker whose poll timed out answers what needs no other node of its cluster. While
/// one of them hangs the others go on, but wait for its statistics until they count it as gone.
pub(crate) async fn is_alive(broker: &BrokerHandle) -> bool {
    let _permit = broker.gate.poll(Cost::Cheap).await;
    let answer = broker.client.get::<Overview>(
        broker.credentials(),
        "api/overview?disable_stats=true",
        CHEAP_TIMEOUT,
    );
    answer.await.is_ok()
}

/// Requests only the vhosts, between two ticks.
pub(crate) async fn poll_vhosts(broker: &BrokerHandle, timeout: Duration) -> Option<Vec<Vhost>> {
    let _permit = broker.gate.poll(Cost::Cheap).await;
    get_vhosts(broker, timeout).await
}

async fn get_vhosts(broker: &BrokerHandle, timeout: Duration) -> Option<Vec<Vhost>> {
    let vhosts = broker
        .client
        .get::<Objects<Vhost>>(broker.credentials(), "api/vhosts", timeout)
        .await;
    match vhosts {
        Ok(vhosts) => Some(broker.readable("vhosts", vhosts)),
        Err(error) => {
            if broker.log_limit.admits(&format!("sums {}", error.kind())) {
                tracing::warn!(broker = broker.name, %error, "the vhosts could not be read");
            }
            None
        }
    }
}

impl BrokerHandle {
    /// The rows of a list that could be read; the others are logged.
    fn readable<T>(&self, list: &str, read: Objects<T>) -> Vec<T> {
        let (broker, rows) = (&self.name, read.unreadable);
        if rows > 0 && self.log_limit.admits(&format!("{list} rows")) {
            tracing::warn!(
                broker,
                list,
                rows,
                "rows could not be read and are left out"
            );
        }
        read.rows
    }
}

async fn get_backfill(broker: &BrokerHandle, timeout: Duration) -> Option<Backfill> {
    let mut overviews = Vec::new();
    for path in [FINE, COARSE] {
        match broker
            .client
            .get::<Overview>(broker.credentials(), path, timeout)
            .await
        {
            Ok(overview) => overviews.push(overview),
            Err(error) => {
                if broker
                    .log_limit
                    .admits(&format!("samples {}", error.kind()))
                {
                    tracing::warn!(broker = broker.name, %error, "the broker's own samples could not be read");
                }
                return None;
            }
        }
    }
    let coarse = overviews.pop()?;
    Some(Backfill {
        fine: overviews.pop()?,
        coarse,
    })
}
