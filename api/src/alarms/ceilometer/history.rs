//! Changes of an alarm, for its history.

use metering::Timestamp;
use metering::alarm::{Alarm, AlarmChange, AlarmChangeType};
use serde_json::{Map, Value as Json};
use store::AlarmChangeRecord;

use crate::auth::identity::tokens::TokenData;
use crate::ids::uuid;

/// What a change does not mention.
const TIMES: [&str; 2] = ["timestamp", "state_timestamp"];

/// An alarm as its history has it: the rule is in the field `rule`.
pub(super) fn stored(alarm: &Alarm) -> Map<String, Json> {
    let mut fields = match serde_json::to_value(alarm) {
        Ok(Json::Object(fields)) => fields,
        // An alarm always serializes as an object.
        _ => Map::new(),
    };
    if let Some(rule) = fields.remove(&format!("{}_rule", alarm.alarm_type)) {
        fields.insert("rule".to_owned(), rule);
    }
    fields
}

/// The fields of the second that the first does not have equal.
pub(super) fn difference(old: &Alarm, new: &Alarm) -> Map<String, Json> {
    let (old, mut new) = (stored(old), stored(new));
    new.retain(|name, value| !TIMES.contains(&name.as_str()) && old.get(name) != Some(value));
    new
}

/// A change that a caller made.
pub(super) fn by_caller(
    caller: &TokenData,
    alarm: &Alarm,
    change_type: AlarmChangeType,
    detail: Map<String, Json>,
    now: Timestamp,
) -> AlarmChangeRecord {
    let mut record = by_evaluation(alarm, change_type, detail, now);
    record.change.project_id = Some(caller.project_id());
    record.change.user_id = Some(caller.user_id());
    record
}

/// A change that the evaluation of the alarm made.
pub(super) fn by_evaluation(
    alarm: &Alarm,
    change_type: AlarmChangeType,
    detail: Map<String, Json>,
    now: Timestamp,
) -> AlarmChangeRecord {
    AlarmChangeRecord {
        change: AlarmChange {
            event_id: uuid(),
            alarm_id: alarm.alarm_id.clone(),
            change_type,
            detail: Json::Object(detail).to_string(),
            project_id: Some(alarm.project_id.clone()),
            user_id: None,
            on_behalf_of: alarm.project_id.clone(),
            timestamp: now,
        },
        severity: alarm.severity,
    }
}
