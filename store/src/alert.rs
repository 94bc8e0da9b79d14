//! What is kept of alerts: their states, the changes of these, and the notifications that are not delivered yet.

use metering::requests::AlertHistoryQuery;
use metering::{AlertChange, Timestamp};

/// Changes that are kept; beyond, the oldest are deleted.
pub(crate) const MAX_CHANGES: usize = 100_000;

/// The state of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// The alert's id.
    pub id: String,
    /// The broker's name.
    pub broker: String,
    /// The state, in the words of the caller; `None`: delete it.
    pub body: Option<String>,
}

/// A notification that a channel has not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The channel's id.
    pub channel: String,
    /// The notification's own key, for receivers that get it twice.
    pub key: String,
    /// When it was queued.
    pub time: Timestamp,
    /// What is sent.
    pub body: String,
}

/// What changes at once: all of it is stored, or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertWrite {
    /// States.
    pub rows: Vec<AlertRow>,
    /// Changes, for the history.
    pub changes: Vec<AlertChange>,
    /// Notifications to deliver.
    pub notifications: Vec<Notification>,
    /// Notifications that need no delivery any more, by channel and key.
    pub delivered: Vec<(String, String)>,
}

/// Of which broker a reader of the history sees changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertScope {
    /// The broker's name.
    pub broker: String,
    /// The only rule that the reader sees there; `None`: every rule.
    pub rule: Option<String>,
}

/// Whether a reader sees a change that is asked for.
pub(crate) fn includes(
    query: &AlertHistoryQuery,
    scopes: &[AlertScope],
    change: &AlertChange,
) -> bool {
    let is_seen = scopes.iter().any(|scope| {
        scope.broker == change.broker && scope.rule.as_ref().is_none_or(|rule| *rule == change.rule)
    });
    is_seen
        && query
            .broker
            .as_ref()
            .is_none_or(|broker| *broker == change.broker)
        && query.rule.as_ref().is_none_or(|rule| *rule == change.rule)
        && query
            .severity
            .is_none_or(|severity| change.severity >= severity)
        && query.from.is_none_or(|from| change.time >= from)
        && query.to.is_none_or(|to| change.time < to)
}
