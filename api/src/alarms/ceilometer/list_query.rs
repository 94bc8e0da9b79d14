//! Which alarms and changes a simple query selects.

use metering::Timestamp;
use metering::alarm::Alarm;
use metering::requests::{Condition, Operator};
use store::AlarmChangeRecord;

use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};
use crate::telemetry::arguments::{parse_boolean, parse_integer};
use crate::telemetry::invalid;
use crate::telemetry::terms::{quoted, unimplemented};

/// Fields of a query of alarms.
const ALARMS: [&str; 10] = [
    "alarm_id", "enabled", "exclude", "meter", "name", "project", "severity", "state", "type",
    "user",
];
/// Fields of a query of changes.
const CHANGES: [&str; 6] = [
    "project",
    "search_offset",
    "severity",
    "timestamp",
    "type",
    "user",
];
/// A search offset is at most a century, in minutes.
const MOST_OFFSET: i64 = 100 * 366 * 24 * 60;

/// What a simple query selects.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListQuery {
    equal: Vec<(&'static str, String)>,
    times: Vec<(Operator, Timestamp)>,
    /// The project that a caller may name, for the store.
    pub(crate) project: Option<String>,
}

impl ListQuery {
    /// A query of alarms.
    ///
    /// # Errors
    /// `400` for an unknown field or operator, `401` for another project.
    pub(crate) fn of_alarms(conditions: &[Condition], scope: &AccessScope) -> Result<Self, Error> {
        let mut query = Self::read(conditions, &ALARMS, scope)?;
        for (field, value) in &mut query.equal {
            match *field {
                "enabled" => {
                    let truth = parse_boolean(value).ok_or_else(|| {
                        let why = "unable to convert to bool: accepted are True and False";
                        invalid("enabled", value, why)
                    })?;
                    *value = truth.to_string();
                }
                "exclude" => {
                    let why = "exclude is not available: leave it out";
                    return Err(invalid("field", "exclude", why));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    /// A query of changes.
    ///
    /// # Errors
    /// As [`Self::of_alarms`].
    pub(crate) fn of_changes(conditions: &[Condition], scope: &AccessScope) -> Result<Self, Error> {
        Self::read(conditions, &CHANGES, scope)
    }

    fn read(
        conditions: &[Condition],
        fields: &'static [&'static str],
        scope: &AccessScope,
    ) -> Result<Self, Error> {
        let mut query = Self::default();
        let offset = search_offset(conditions, fields)?;
        for condition in conditions {
            let short = match &*condition.field {
                "project_id" => "project",
                "user_id" => "user",
                name => name,
            };
            let known = fields.iter().find(|known| **known == short);
            let field = known.ok_or_else(|| unknown(condition, conditions, fields))?;
            let takes_order = *field == "timestamp";
            let operator = condition.operator;
            let accepted = if takes_order {
                !matches!(operator, Operator::Eq | Operator::Ne)
            } else {
                operator == Operator::Eq
            };
            if !accepted {
                return Err(unimplemented(condition));
            }
            if *field == "search_offset" {
                continue;
            }
            if takes_order {
                let time: Timestamp = condition.value.parse().map_err(|error| {
                    let why = format!("invalid timestamp format: {error}");
                    invalid("timestamp", &condition.value, &shortened(&why))
                })?;
                let away = if matches!(operator, Operator::Gt | Operator::Ge) {
                    -offset
                } else {
                    offset
                };
                let time = Timestamp::from_micros(time.as_micros() + away * 60_000_000);
                query.times.push((operator, time));
                continue;
            }
            if *field == "project" {
                scope.must_admit(&condition.value)?;
                query.project = Some(condition.value.clone());
            }
            query.equal.push((field, condition.value.clone()));
        }
        Ok(query)
    }

    /// Whether it selects an alarm.
    pub(crate) fn includes(&self, alarm: &Alarm) -> bool {
        self.equal.iter().all(|(field, value)| match *field {
            "alarm_id" => alarm.alarm_id == *value,
            "enabled" => alarm.enabled.to_string() == *value,
            "meter" => alarm
                .threshold_rule
                .as_ref()
                .is_some_and(|rule| rule.meter_name == *value),
            "name" => alarm.name == *value,
            "project" => alarm.project_id == *value,
            "severity" => alarm.severity.as_str() == value,
            "state" => alarm.state.as_str() == value,
            "type" => alarm.alarm_type.as_str() == value,
            _ => alarm.user_id == *value,
        })
    }

    /// Whether it selects a change.
    pub(crate) fn includes_change(&self, record: &AlarmChangeRecord) -> bool {
        let change = &record.change;
        let is_equal = |(field, value): &(&'static str, String)| match *field {
            "project" => change.on_behalf_of == *value,
            "severity" => record.severity.as_str() == value,
            "type" => change.change_type.as_str() == value,
            _ => change.user_id.as_ref() == Some(value),
        };
        let is_in = |(operator, time): &(Operator, Timestamp)| match operator {
            Operator::Lt => change.timestamp < *time,
            Operator::Le => change.timestamp <= *time,
            Operator::Gt => change.timestamp > *time,
            _ => change.timestamp >= *time,
        };
        self.equal.iter().all(is_equal) && self.times.iter().all(is_in)
    }
}

/// The minutes that times are moved by.
fn search_offset(conditions: &[Condition], fields: &[&str]) -> Result<i64, Error> {
    let named = |name: &'static str| conditions.iter().find(move |known| known.field == name);
    let Some(offset) = named("search_offset").filter(|_| fields.contains(&"search_offset")) else {
        return Ok(0);
    };
    if named("timestamp").is_none() {
        let why = "search_offset cannot be used without timestamp";
        return Err(invalid("field", "search_offset", why));
    }
    let minutes = parse_integer("search_offset", &offset.value)?;
    if !(-MOST_OFFSET..=MOST_OFFSET).contains(&minutes) {
        let accepted = format!("accepted are at most {MOST_OFFSET} minutes");
        return Err(invalid("search_offset", &offset.value, &accepted));
    }
    Ok(minutes)
}

fn unknown(condition: &Condition, conditions: &[Condition], fields: &[&str]) -> Error {
    let query: Vec<_> = conditions.iter().take(10).map(quoted).collect();
    let valid: Vec<_> = fields.iter().map(|field| format!("'{field}'")).collect();
    Error::BadArgument(format!(
        "Unknown argument: \"{}\": unrecognized field in query: [{}], valid keys: [{}]",
        shortened(&condition.field),
        query.join(", "),
        valid.join(", ")
    ))
}
