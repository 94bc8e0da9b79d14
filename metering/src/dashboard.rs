//! All that a dashboard or a panel shows of one broker, in one answer: `GET /v2/rabbit/dashboard`,
//! `POST /v2/rabbit/panels`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Broker, LogEntry, Node, Overview, Series, Timestamp};

/// All that a dashboard shows of one broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// Whether the broker answers.
    pub broker: Broker,
    /// Its totals; absent until it has answered once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overview: Option<Arc<Overview>>,
    /// Its nodes; absent until it has answered once, and for accounts that may not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Arc<Vec<Node>>>,
    /// Every gauge's mean in the hour up to now, or from the time on that the caller has it to.
    #[serde(default)]
    pub series: Arc<Series>,
    /// The same over the span that the caller named; absent where none was, and where it cannot be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charts: Option<Arc<Series>>,
    /// What happened to the broker in that span, or else in the last hour, where it was no matter
    /// of course, newest first.
    #[serde(default)]
    pub events: Arc<Vec<LogEntry>>,
    /// The service's clock at the answer, for ages: a viewer's may be wrong. The validator
    /// (`ETag`) leaves it out.
    pub server_time: Timestamp,
}

/// The answer to one [`PanelRequest`](crate::requests::PanelRequest).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PanelAnswer {
    /// The part of the dashboard that the panel shows.
    Ok(Box<Dashboard>),
    /// Why there is none.
    Err(PanelError),
}

/// Why a panel has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PanelError {
    /// There is no such panel, or the caller may not see it.
    Forbidden,
    /// There is no such broker, or the caller may not see it.
    UnknownBroker,
    /// A field of the request cannot be used.
    BadArgument {
        /// What is wrong with it.
        reason: String,
    },
    /// A fault of the service; its log has the cause.
    Internal,
}
