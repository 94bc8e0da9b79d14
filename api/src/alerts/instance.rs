//! An alert: a rule that watches one broker or node.

use metering::{Alert, AlertState, Timestamp};
use serde::{Deserialize, Serialize};

use super::machine::{Machine, millis};
use super::notify::message::Status;
use super::rules::Rule;

/// A resolved alert is shown for this many milliseconds.
const SHOWN_AFTER_END: i64 = 3_600_000;
/// While time is counted for an alert, its state is stored every this many milliseconds.
const STORED_EVERY: i64 = 10_000;
/// An alert that fires on is notified of again after this many milliseconds.
const REPEATED_EVERY: i64 = 4 * 3_600_000;

/// An alert, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Instance {
    pub(super) rule: String,
    pub(super) node: Option<String>,
    pub(super) machine: Machine,
    pub(super) value: Option<f64>,
    pub(super) summary: String,
    /// Whether the last notification said that it fires, and when that was.
    notified: Option<(bool, Timestamp)>,
    /// Whether a notification said that it flaps.
    notified_of_flapping: bool,
    #[serde(skip)]
    stored_at: Option<Timestamp>,
}

impl Instance {
    pub(super) fn new(rule: &Rule, node: Option<String>, now: Timestamp) -> Self {
        Self {
            rule: rule.id.to_owned(),
            node,
            machine: Machine::new(now),
            value: None,
            summary: String::new(),
            notified: None,
            notified_of_flapping: false,
            stored_at: None,
        }
    }

    /// Whether there is something to show of it: it is not inactive, and not resolved for long.
    pub(super) fn is_shown(&self, now: Timestamp) -> bool {
        match self.machine.state() {
            AlertState::Inactive => false,
            AlertState::Resolved => millis(self.machine.since(), now) < SHOWN_AFTER_END,
            _ => true,
        }
    }

    /// Whether the store must have it. What is unknown and was inactive is found again at the next poll.
    pub(super) fn is_kept(&self) -> bool {
        self.machine.known != AlertState::Inactive
    }

    /// Whether its counted time is to be stored again.
    pub(super) fn is_due_to_store(&self, now: Timestamp) -> bool {
        matches!(
            self.machine.state(),
            AlertState::Pending | AlertState::Recovering
        ) && self
            .stored_at
            .is_none_or(|at| millis(at, now) >= STORED_EVERY)
    }

    pub(super) fn stored(&mut self, now: Timestamp) {
        self.stored_at = Some(now);
    }

    /// What a notification has to say now, if one is due.
    pub(super) fn due(&self, now: Timestamp) -> Option<Status> {
        if self.machine.state() == AlertState::Unknown {
            return None;
        }
        let status = if self.machine.fires() {
            Status::Firing
        } else if self.machine.known == AlertState::Resolved {
            Status::Resolved
        } else {
            return None;
        };
        if self.machine.flapping {
            return (!self.notified_of_flapping).then_some(status);
        }
        let is_due = match (status, self.notified) {
            (Status::Firing, Some((true, at))) => millis(at, now) >= REPEATED_EVERY,
            (Status::Firing, _) | (Status::Resolved, Some((true, _))) => true,
            (Status::Resolved, _) => false,
        };
        is_due.then_some(status)
    }

    /// A notification is queued.
    pub(super) fn notified(&mut self, status: Status, now: Timestamp) {
        self.notified = Some((status == Status::Firing, now));
        self.notified_of_flapping = self.machine.flapping;
    }

    /// As the API shows it.
    pub(super) fn alert(&self, broker: &str, rule: &Rule, inhibited_by: Option<&str>) -> Alert {
        let machine = &self.machine;
        let unknown = machine.unknown.as_ref();
        Alert {
            id: alert_id(rule.id, broker, self.node.as_deref()),
            rule: rule.id.to_owned(),
            broker: broker.to_owned(),
            node: self.node.clone(),
            severity: rule.severity,
            state: machine.state(),
            since: machine.since(),
            last_known: unknown.map(|_| machine.known),
            reason: unknown.map(|(reason, _)| reason.clone()),
            started_at: machine.started_at,
            value: self.value,
            threshold: rule.threshold.map(|threshold| threshold.fire),
            summary: self.summary.clone(),
            action: rule.action.to_owned(),
            docs: rule.docs.to_owned(),
            inhibited_by: inhibited_by.map(str::to_owned),
            flapping: machine.flapping,
            notified_at: self.notified.map(|(_, at)| at),
        }
    }
}

/// 16 hexadecimal digits that depend on rule, broker and node alone (FNV-1a): the same after a restart.
pub(super) fn alert_id(rule: &str, broker: &str, node: Option<&str>) -> String {
    let parts = [rule, broker, node.unwrap_or_default()];
    let bytes = parts
        .into_iter()
        .flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
