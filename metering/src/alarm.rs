//! Alarms of Ceilometer's v2 protocol, and the history of each.
//!
//! Names, defaults and the order of fields are those of Aodh 4.0.3.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value of a text.
            pub fn find(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What an alarm is computed from.
    AlarmType {
        /// Statistics of a meter.
        Threshold = "threshold",
        /// States of other alarms.
        Combination = "combination",
        /// A tree of thresholds.
        Composite = "composite",
        /// Events.
        Event = "event",
    }
}

words! {
    /// The state of an alarm.
    AlarmState {
        /// The condition does not hold.
        Ok = "ok",
        /// The condition holds.
        Alarm = "alarm",
        /// There are too few values to decide.
        InsufficientData = "insufficient data",
    }
}

words! {
    /// How a statistic is compared with a threshold.
    Comparison {
        /// Less.
        Lt = "lt",
        /// Less or equal.
        Le = "le",
        /// Equal.
        Eq = "eq",
        /// Not equal.
        Ne = "ne",
        /// Greater or equal.
        Ge = "ge",
        /// Greater.
        Gt = "gt",
    }
}

words! {
    /// A statistic of the samples of a period.
    AlarmStatistic {
        /// The greatest volume.
        Max = "max",
        /// The least volume.
        Min = "min",
        /// The mean.
        Avg = "avg",
        /// The sum.
        Sum = "sum",
        /// The number of samples.
        Count = "count",
    }
}

words! {
    /// How states or rules are combined.
    CombinationOperator {
        /// One is enough.
        Or = "or",
        /// All are needed.
        And = "and",
    }
}

words! {
    /// How severe an alarm is.
    Severity {
        /// Of note.
        Low = "low",
        /// A warning.
        Moderate = "moderate",
        /// Somebody must act.
        Critical = "critical",
    }
}

words! {
    /// What happened to an alarm.
    AlarmChangeType {
        /// It was created.
        Creation = "creation",
        /// Its definition changed.
        RuleChange = "rule change",
        /// Its state changed.
        StateTransition = "state transition",
        /// It was deleted.
        Deletion = "deletion",
    }
}

/// One condition of a rule's query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleCondition {
    /// Of samples: `resource_id`, `metadata.size` and the others of `/v2/samples`, but no time. Of events: `traits.X`.
    pub field: String,
    /// `eq` unless it is for events.
    #[serde(default = "eq")]
    pub op: String,
    /// The value that it is compared with.
    pub value: String,
    /// The type of the value; guessed if absent or empty.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub value_type: Option<String>,
}

fn eq() -> String {
    "eq".to_owned()
}

/// Compares statistics of a meter with a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThresholdRule {
    /// The meter's name.
    pub meter_name: String,
    /// Which samples. The last condition may be the project, which the service adds.
    pub query: Vec<RuleCondition>,
    /// Seconds of a period.
    pub period: u64,
    /// How the statistic is compared; by default `eq`.
    pub comparison_operator: Comparison,
    /// The number that it is compared with.
    pub threshold: f64,
    /// By default `avg`.
    pub statistic: AlarmStatistic,
    /// How many periods in a row must agree.
    pub evaluation_periods: u64,
    /// Whether periods with an unusual number of samples are left out.
    pub exclude_outliers: bool,
}

/// Combines states of other alarms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CombinationRule {
    /// By default `and`.
    pub operator: CombinationOperator,
    /// Ids of two or more alarms.
    pub alarm_ids: Vec<String>,
}

/// Selects events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventRule {
    /// A type of events, with `*`, `?` and `[…]` as in names of files.
    pub event_type: String,
    /// Which of these.
    pub query: Vec<RuleCondition>,
}

/// A threshold within a composite rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompositePart {
    /// `threshold`.
    #[serde(rename = "type")]
    pub rule_type: String,
    /// The threshold.
    #[serde(flatten)]
    pub rule: ThresholdRule,
}

/// A tree of thresholds: each of its nodes has `or`, `and` or a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(no_recursion))]
pub enum CompositeRule {
    /// One of these is enough.
    Or {
        /// Two or more rules.
        or: Vec<CompositeRule>,
    },
    /// All of these are needed.
    And {
        /// Two or more rules.
        and: Vec<CompositeRule>,
    },
    /// A threshold.
    Threshold(CompositePart),
}

/// When an alarm is evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeConstraint {
    /// Unique in its alarm.
    pub name: String,
    /// By default a text of start and duration.
    pub description: String,
    /// When it starts: cron, five or six fields.
    pub start: String,
    /// For how many seconds.
    pub duration: u64,
    /// The name of a time zone by IANA; UTC if empty.
    pub timezone: String,
}

/// An alarm: `GET /v2/alarms`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alarm {
    /// Its id, a UUID.
    pub alarm_id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// In words; by default a text of the rule.
    pub description: String,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// Addresses that are called when the state becomes `ok`.
    pub ok_actions: Option<Vec<String>>,
    /// Addresses that are called when the state becomes `alarm`.
    pub alarm_actions: Option<Vec<String>>,
    /// Addresses that are called when the state becomes `insufficient data`.
    pub insufficient_data_actions: Option<Vec<String>>,
    /// Whether actions are called at each evaluation.
    pub repeat_actions: bool,
    /// What it is computed from. The rule is in the field `{type}_rule`.
    #[serde(rename = "type")]
    pub alarm_type: AlarmType,
    /// When it is evaluated; without any: always.
    pub time_constraints: Vec<TimeConstraint>,
    /// The project that owns it.
    pub project_id: String,
    /// The user that owns it.
    pub user_id: String,
    /// When its definition changed last.
    pub timestamp: Timestamp,
    /// By its last evaluation, or as it was set.
    pub state: AlarmState,
    /// When the state changed last.
    pub state_timestamp: Timestamp,
    /// How severe.
    pub severity: Severity,
    /// Of the type `threshold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_rule: Option<ThresholdRule>,
    /// Of the type `combination`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combination_rule: Option<CombinationRule>,
    /// Of the type `composite`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite_rule: Option<CompositeRule>,
    /// Of the type `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_rule: Option<EventRule>,
}

impl Alarm {
    /// The addresses that are called in a state.
    pub fn actions(&self, state: AlarmState) -> &[String] {
        let actions = match state {
            AlarmState::Ok => &self.ok_actions,
            AlarmState::Alarm => &self.alarm_actions,
            AlarmState::InsufficientData => &self.insufficient_data_actions,
        };
        actions.as_deref().unwrap_or_default()
    }
}

/// A change of an alarm: `GET /v2/alarms/{alarm_id}/history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlarmChange {
    /// Its id, a UUID.
    pub event_id: String,
    /// The alarm's id.
    pub alarm_id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub change_type: AlarmChangeType,
    /// A text of JSON: what changed.
    pub detail: String,
    /// The project of who changed it.
    pub project_id: Option<String>,
    /// Who changed it; absent for an evaluation.
    pub user_id: Option<String>,
    /// The project that owns the alarm.
    pub on_behalf_of: String,
    /// When.
    pub timestamp: Timestamp,
}
