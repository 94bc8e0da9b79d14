//! One poll: what is asked of a broker in one tick.

use std::time::Duration;

use metering::lenient::Objects;
use metering::{Node, Overview, Vhost};

use super::backfill::{Backfill, COARSE, FINE};
use super::broker_error::BrokerError;
use crate::request_gate::Cost;
use crate::watched::Watched;

/// So long it is waited for what costs a broker nothing.
pub(crate) const CHEAP_PATIENCE: Duration = Duration::from_secs(1);

/// What a broker answered in one tick.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) overview: Overview,
    pub(crate) nodes: Vec<Node>,
    /// Only while somebody watches who may not see all, and where the broker gave them.
    pub(crate) vhosts: Option<Vec<Vhost>>,
    /// Only on first contact.
    pub(crate) backfill: Option<Backfill>,
}

/// What is asked for beside the overview and the nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extras {
    pub(crate) vhosts: bool,
    pub(crate) backfill: bool,
    /// Whether the last poll was answered: a broker that is slow gets its time with the next one.
    pub(crate) first_doubt: bool,
}

impl Extras {
    /// First contact asks for the broker's own samples too.
    pub(crate) fn cost(self) -> Cost {
        if self.backfill {
            Cost::Expensive
        } else {
            Cost::Cheap
        }
    }
}

/// Asks a broker, one request after the other. What is extra may fail without harm to the rest. The
/// caller holds the permit: waiting for it is no cost of the poll.
pub(crate) async fn gather(
    broker: &Watched,
    extras: Extras,
    patience: Duration,
) -> Result<Gathered, BrokerError> {
    // What was asked before it hangs: then this will, and whoever looks is to know soon.
    let patience = if extras.first_doubt && broker.gate.is_unresponsive() {
        CHEAP_PATIENCE
    } else {
        patience
    };
    let client = &broker.client;
    let overview: Overview = client
        .get(broker.credentials(), "api/overview", patience)
        .await?;
    let nodes: Objects<Node> = client
        .get(broker.credentials(), "api/nodes", patience)
        .await?;
    let nodes = broker.readable("nodes", nodes);
    let vhosts = if extras.vhosts {
        get_vhosts(broker, patience).await
    } else {
        None
    };
    let backfill = if extras.backfill {
        get_backfill(broker, patience).await
    } else {
        None
    };
    Ok(Gathered {
        overview,
        nodes,
        vhosts,
        backfill,
    })
}

/// Whether a broker that was waited for in vain tells what needs no other node of its cluster. While
/// one of them hangs the others go on, but wait for its statistics until they count it as gone.
pub(crate) async fn is_alive(broker: &Watched) -> bool {
    let _permit = broker.gate.poll(Cost::Cheap).await;
    let answer = broker.client.get::<Overview>(
        broker.credentials(),
        "api/overview?disable_stats=true",
        CHEAP_PATIENCE,
    );
    answer.await.is_ok()
}

/// Asks for the vhosts alone, between two ticks.
pub(crate) async fn gather_vhosts(broker: &Watched, patience: Duration) -> Option<Vec<Vhost>> {
    let _permit = broker.gate.poll(Cost::Cheap).await;
    get_vhosts(broker, patience).await
}

async fn get_vhosts(broker: &Watched, patience: Duration) -> Option<Vec<Vhost>> {
    let vhosts = broker
        .client
        .get::<Objects<Vhost>>(broker.credentials(), "api/vhosts", patience)
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

impl Watched {
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

async fn get_backfill(broker: &Watched, patience: Duration) -> Option<Backfill> {
    let mut overviews = Vec::new();
    for path in [FINE, COARSE] {
        match broker
            .client
            .get::<Overview>(broker.credentials(), path, patience)
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
