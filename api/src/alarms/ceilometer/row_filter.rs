//! Which rows of alarms and changes pass a filter.

use std::cmp::Ordering;

use metering::Timestamp;
use metering::alarm::{Alarm, AlarmChange};
use metering::requests::Operator;
use regex::Regex;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Alarms.
    Alarms,
    /// Changes of alarms.
    Changes,
}

impl Subject {
    /// The fields that a query may name.
    pub(super) const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Alarms => &[
                "alarm_id",
                "description",
                "enabled",
                "name",
                "project_id",
                "repeat_actions",
                "severity",
                "state",
                "state_timestamp",
                "timestamp",
                "type",
                "user_id",
            ],
            Self::Changes => &[
                "alarm_id",
                "detail",
                "event_id",
                "on_behalf_of",
                "project_id",
                "timestamp",
                "type",
                "user_id",
            ],
        }
    }

    /// A field by its name, or by the old service's short name.
    pub(super) fn field(self, name: &str) -> Option<&'static str> {
        let name = match name {
            "project" => "project_id",
            "user" => "user_id",
            name => name,
        };
        self.fields().iter().copied().find(|known| *known == name)
    }

    /// The field that limits a caller to its project.
    pub(super) const fn owner(self) -> &'static str {
        match self {
            Self::Alarms => "project_id",
            Self::Changes => "on_behalf_of",
        }
    }
}

/// A row as its fields.
pub(super) type Row = Map<String, Json>;

/// The fields of an alarm or a change.
pub(super) fn fields(row: &impl Serialize) -> Row {
    match serde_json::to_value(row) {
        Ok(Json::Object(fields)) => fields,
        // Structs serialize as objects.
        _ => Map::new(),
    }
}

/// A row that can be selected.
pub(crate) trait Queried: Serialize {}
impl Queried for Alarm {}
impl Queried for AlarmChange {}

/// Which rows pass.
#[derive(Debug)]
pub(super) enum RowFilter {
    All(Vec<RowFilter>),
    Any(Vec<RowFilter>),
    Not(Box<RowFilter>),
    Is(&'static str, Operator, Json),
    Like(&'static str, Regex),
}

impl RowFilter {
    /// Whether a row passes.
    pub(super) fn admits(&self, row: &Row) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.admits(row)),
            Self::Any(any) => any.iter().any(|one| one.admits(row)),
            Self::Not(not) => !not.admits(row),
            Self::Is(field, operator, value) => {
                let ordering = row.get(*field).and_then(|found| order_of(found, value));
                match operator {
                    Operator::Lt => ordering == Some(Ordering::Less),
                    Operator::Le => ordering.is_some_and(Ordering::is_le),
                    Operator::Ne => ordering != Some(Ordering::Equal),
                    Operator::Ge => ordering.is_some_and(Ordering::is_ge),
                    Operator::Gt => ordering == Some(Ordering::Greater),
                    _ => ordering == Some(Ordering::Equal),
                }
            }
            Self::Like(field, regex) => row
                .get(*field)
                .and_then(Json::as_str)
                .is_some_and(|text| regex.is_match(text)),
        }
    }
}

/// The order of two values of one type.
pub(super) fn order_of(a: &Json, b: &Json) -> Option<Ordering> {
    match (a, b) {
        (Json::String(a), Json::String(b)) => {
            // Times of one instant have different texts.
            let times = (a.parse::<Timestamp>(), b.parse::<Timestamp>());
            Some(match times {
                (Ok(a), Ok(b)) => a.cmp(&b),
                _ => a.cmp(b),
            })
        }
        (Json::Number(a), Json::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Json::Bool(a), Json::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
