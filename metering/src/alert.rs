//! Alerts: what the built-in rules report of the brokers. `GET /v2/rabbit/alerts`, and their history.
//!
//! A *rule* is a condition, such as `memory-alarm`. An *alert* is a rule that watches one object: a broker or one of its
//! nodes. Alarms are Ceilometer's (`GET /v2/alarms`), and resource alarms are RabbitMQ's own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A text is no name of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such name")
    }
}

impl std::error::Error for UnknownName {}

macro_rules! names {
    ($(#[$outer:meta])* $type:ident: $($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "lowercase")]
        pub enum $type {
            $($(#[$doc])* $variant,)+
        }

        impl $type {
            /// Its name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownName),
                }
            }
        }
    };
}

names! {
    /// How severe an alert is, by Ceilometer's names; the least severe first.
    AlertSeverity:
    /// Somebody should know.
    Low = "low",
    /// Somebody should look soon.
    Moderate = "moderate",
    /// Somebody should act now.
    Critical = "critical",
}

names! {
    /// The state of an alert.
    AlertState:
    /// The condition does not hold.
    Inactive = "inactive",
    /// The condition holds, but not yet for the time that the rule wants.
    Pending = "pending",
    /// The condition holds.
    Firing = "firing",
    /// The condition held until a moment ago; the alert still counts as firing.
    Recovering = "recovering",
    /// The alert was firing, and the condition no longer holds.
    Resolved = "resolved",
    /// The condition cannot be checked; see `reason`. This is not the same as `inactive`.
    Unknown = "unknown",
}

/// A rule that watches one object, in any state but `inactive`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// 16 hexadecimal digits that depend on rule, broker and node alone.
    pub id: String,
    /// The rule, such as `memory-alarm`.
    pub rule: String,
    /// The broker.
    pub broker: String,
    /// The node, if the rule watches nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How severe it is.
    pub severity: AlertSeverity,
    /// The state.
    pub state: AlertState,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// While `unknown`: the state before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<AlertState>,
    /// While `unknown`: why the condition cannot be checked, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it began to fire, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The last value that was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What the value is compared with, if the rule has a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// What is wrong, in a sentence.
    pub summary: String,
    /// What to do, in a sentence or two.
    pub action: String,
    /// The documentation of the broker about it.
    pub docs: String,
    /// The rule whose firing makes this alert redundant: while it fires, nobody is notified of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inhibited_by: Option<String>,
    /// Whether it starts and ends so often that notifications wait until it is steady.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flapping: bool,
    /// When a notification of it was last queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_at: Option<Timestamp>,
}

/// A change of an alert's state: `GET /v2/rabbit/alerts/history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertChange {
    /// When.
    pub time: Timestamp,
    /// The alert's id.
    pub alert: String,
    /// Its rule.
    pub rule: String,
    /// Its broker.
    pub broker: String,
    /// Its node, if the rule watches nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How severe it is.
    pub severity: AlertSeverity,
    /// The state before.
    pub from: AlertState,
    /// The state after.
    pub to: AlertState,
    /// The value at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What was wrong, in a sentence; for `unknown`, why the condition cannot be checked.
    pub summary: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_on_the_wire() {
        for state in [
            AlertState::Inactive,
            AlertState::Recovering,
            AlertState::Unknown,
        ] {
            let json = serde_json::to_string(&state).expect("a name");
            assert_eq!(json, format!("{:?}", state.as_str()));
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("moderate".parse(), Ok(AlertSeverity::Moderate));
        assert_eq!("warning".parse::<AlertSeverity>(), Err(UnknownName));
        assert!(AlertSeverity::Low < AlertSeverity::Critical);
    }
}
