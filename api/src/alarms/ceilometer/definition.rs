//! Reads an alarm, and says what is wrong with it.

use metering::Timestamp;
use metering::alarm::{Alarm, AlarmState, AlarmType, Severity, ThresholdRule};
use serde_json::Value as Json;
use url::Url;

use super::fields::{Fields, missing, text};
use super::{composite_rule, rules, time_constraints};
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};
use crate::telemetry::invalid;

/// Types that are evaluated here.
const AVAILABLE: [AlarmType; 3] = [
    AlarmType::Threshold,
    AlarmType::Combination,
    AlarmType::Composite,
];
/// Types of the old service that are not evaluated here.
const UNAVAILABLE: [&str; 4] = [
    "event",
    "gnocchi_resources_threshold",
    "gnocchi_aggregation_by_metrics_threshold",
    "gnocchi_aggregation_by_resources_threshold",
];
/// Schemes of actions that anybody may name.
const SCHEMES: [&str; 2] = ["http", "https"];
/// The scheme that writes to the system log.
pub(super) const LOG: &str = "log";
/// More actions than an alarm needs.
const MOST_ACTIONS: usize = 100;
/// Bytes of a name, a description or an action.
const LONGEST_TEXT: usize = 4096;

/// An alarm as a caller sends it.
pub(super) struct Definition {
    /// With an empty id and empty owners where the caller names none.
    pub(super) alarm: Alarm,
    /// The owners that the caller names.
    pub(super) project_id: Option<String>,
    pub(super) user_id: Option<String>,
}

/// Reads an alarm; `scope` is that of who saves it.
pub(super) fn read(body: Option<Json>, scope: &AccessScope) -> Result<Definition, Error> {
    let mut fields = match body {
        Some(body @ Json::Object(_)) => Fields::of("data", body)?,
        None | Some(Json::Null) => return Err(missing("data")),
        Some(_) => {
            return Err(Error::BadArgument(
                "Invalid input for field/attribute data. The body should be one JSON object".into(),
            ));
        }
    };
    let name = bounded("name", fields.needed_text("name")?)?;
    let alarm_type = alarm_type(&mut fields)?;
    // What the service decides.
    for given in ["alarm_id", "timestamp", "state_timestamp"] {
        fields.take(given);
    }
    let owners = (fields.text("project_id")?, fields.text("user_id")?);
    let ok_actions = actions(&mut fields, "ok_actions", scope)?;
    let alarm_actions = actions(&mut fields, "alarm_actions", scope)?;
    let insufficient_data_actions = actions(&mut fields, "insufficient_data_actions", scope)?;
    let state = fields.word("state", AlarmState::ALL, AlarmState::as_str)?;
    let severity = fields.word("severity", Severity::ALL, Severity::as_str)?;
    let description = fields.text("description")?.unwrap_or_default();
    let mut alarm = Alarm {
        alarm_id: String::new(),
        name,
        description: bounded("description", description)?,
        enabled: fields.truth("enabled")?.unwrap_or(true),
        ok_actions,
        alarm_actions,
        insufficient_data_actions,
        repeat_actions: fields.truth("repeat_actions")?.unwrap_or(false),
        alarm_type,
        time_constraints: Vec::new(),
        project_id: String::new(),
        user_id: String::new(),
        timestamp: Timestamp::default(),
        state: state.unwrap_or(AlarmState::InsufficientData),
        state_timestamp: Timestamp::default(),
        severity: severity.unwrap_or(Severity::Low),
        threshold_rule: None,
        combination_rule: None,
        composite_rule: None,
        event_rule: None,
    };
    let constraints = fields.list("time_constraints")?.unwrap_or_default();
    alarm.time_constraints = time_constraints::read(constraints)?;
    read_rule(&mut fields, &mut alarm, scope)?;
    if alarm.description.is_empty() {
        alarm.description = default_description(&alarm);
    }
    fields.finish("data")?;
    Ok(Definition {
        alarm,
        project_id: owners.0,
        user_id: owners.1,
    })
}

fn alarm_type(fields: &mut Fields) -> Result<AlarmType, Error> {
    let name = fields.needed_text("type")?;
    if UNAVAILABLE.contains(&name.as_str()) {
        return Err(Error::BadArgument("Unavailable alarm type".into()));
    }
    let found = AlarmType::find(&name).filter(|found| AVAILABLE.contains(found));
    found.ok_or_else(|| {
        let known = AVAILABLE.map(AlarmType::as_str).join(", ");
        invalid("type", &name, &format!("Value should be one of: {known}"))
    })
}

/// Reads the rule of the type, and refuses another beside it.
fn read_rule(fields: &mut Fields, alarm: &mut Alarm, scope: &AccessScope) -> Result<(), Error> {
    let mut found = Vec::new();
    for known in AlarmType::ALL {
        let name = format!("{known}_rule");
        if let Some(rule) = fields.take(&name) {
            found.push((*known, name, rule));
        }
    }
    let kind = alarm.alarm_type;
    if !found.iter().any(|(known, ..)| *known == kind) {
        return Err(Error::BadArgument(format!(
            "{kind}_rule must be set for {kind} type alarm"
        )));
    }
    if let [(_, first, _), (_, second, _), ..] = &found[..] {
        return Err(Error::BadArgument(format!(
            "{second} and {first} cannot be set at the same time"
        )));
    }
    for (_, name, rule) in found {
        let fields = |rule| Fields::of(&name, rule);
        match kind {
            AlarmType::Threshold => {
                alarm.threshold_rule = Some(rules::threshold(fields(rule)?, &name, scope)?);
            }
            AlarmType::Combination => {
                alarm.combination_rule = Some(rules::combination(fields(rule)?)?);
            }
            AlarmType::Composite => alarm.composite_rule = Some(composite_rule::read(rule, scope)?),
            AlarmType::Event => {}
        }
    }
    Ok(())
}

/// Addresses, each once. A list that is null stays null.
fn actions(
    fields: &mut Fields,
    name: &str,
    scope: &AccessScope,
) -> Result<Option<Vec<String>>, Error> {
    if fields.is_null(name) {
        fields.take(name);
        return Ok(None);
    }
    let mut actions: Vec<String> = Vec::new();
    for action in fields.list(name)?.unwrap_or_default() {
        let action = bounded(name, text(name, action)?)?;
        check_action(&action, scope)?;
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    if actions.len() > MOST_ACTIONS {
        let count = actions.len().to_string();
        let why = format!("{name} count exceeds maximum value {MOST_ACTIONS}");
        return Err(invalid(name, &count, &why));
    }
    Ok(Some(actions))
}

fn check_action(action: &str, scope: &AccessScope) -> Result<(), Error> {
    let unsupported = || Error::BadArgument(format!("Unsupported action {}", shortened(action)));
    let scheme = action
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some(LOG) if *scope == AccessScope::All => Ok(()),
        Some(scheme @ (LOG | "test")) => Err(Error::NotAuthorized(format!(
            "You are not authorized to create action: {scheme}://"
        ))),
        Some(scheme) if SCHEMES.contains(&scheme) => {
            let is_address = Url::parse(action).is_ok_and(|url| url.has_host());
            if is_address {
                Ok(())
            } else {
                Err(unsupported())
            }
        }
        _ => Err(unsupported()),
    }
}

fn bounded(name: &str, text: String) -> Result<String, Error> {
    if text.len() <= LONGEST_TEXT {
        return Ok(text);
    }
    let why = format!("accepted are at most {LONGEST_TEXT} bytes");
    Err(invalid(name, &text, &why))
}

fn default_description(alarm: &Alarm) -> String {
    if let Some(rule) = &alarm.threshold_rule {
        let ThresholdRule {
            meter_name,
            comparison_operator,
            statistic,
            threshold,
            period,
            ..
        } = rule;
        return format!(
            "Alarm when {meter_name} is {comparison_operator} a {statistic} of {threshold:?} over {period} seconds"
        );
    }
    if let Some(rule) = &alarm.combination_rule {
        let between = format!(" {} ", rule.operator);
        return format!("Combined state of alarms {}", rule.alarm_ids.join(&between));
    }
    "composite alarm rule".to_owned()
}
