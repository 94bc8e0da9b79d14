//! The queries of alerts (`GET /v2/rabbit/alerts`) and of their history.

use crate::Timestamp;
use crate::alert::{AlertSeverity, AlertState};

/// Which alerts, the newest state first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertQuery {
    /// Of this broker; if absent, of all that the caller sees.
    pub broker: Option<String>,
    /// In one of these states; in any if empty.
    pub states: Vec<AlertState>,
    /// This severe, or more.
    pub severity: Option<AlertSeverity>,
    /// Of this rule.
    pub rule: Option<String>,
}

/// Which changes of alerts, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertHistoryQuery {
    /// Of this broker; if absent, of all that the caller sees.
    pub broker: Option<String>,
    /// This severe, or more.
    pub severity: Option<AlertSeverity>,
    /// Of this rule.
    pub rule: Option<String>,
    /// Only changes at this time and later.
    pub from: Option<Timestamp>,
    /// Only changes before this time.
    pub to: Option<Timestamp>,
    /// Maximum number, 1 to 1000; if absent, [`Self::DEFAULT_LIMIT`].
    pub limit: Option<u64>,
}

impl AlertHistoryQuery {
    /// The number of changes if the request does not say.
    pub const DEFAULT_LIMIT: u64 = 100;
    /// The largest number of changes.
    pub const MAX_LIMIT: u64 = 1000;
}
