//! Creates, changes and deletes alarms.

use metering::alarm::{Alarm, AlarmChangeType, AlarmState};
use serde_json::{Map, Value as Json};
use store::{AlarmRecord, AlarmWrite, StoreError};

use super::{composite_rule, definition, history, rules};
use crate::auth::access_scope::AccessScope;
use crate::auth::identity::tokens::TokenData;
use crate::context::Context;
use crate::http::error::{Error, shortened};
use crate::ids::uuid;

/// Finds an alarm that the caller may see and change.
///
/// # Errors
/// `404` if absent, or of another project.
pub(crate) async fn find(
    context: &Context,
    caller: &TokenData,
    id: &str,
) -> Result<AlarmRecord, Error> {
    let project = (!caller.is_admin()).then(|| caller.project_id());
    find_in(context, id, project.as_deref()).await
}

async fn find_in(context: &Context, id: &str, project: Option<&str>) -> Result<AlarmRecord, Error> {
    let found = context.store.alarm(id).await?;
    let found = found.filter(|found| project.is_none_or(|own| own == found.alarm.project_id));
    found.ok_or_else(|| {
        let id = shortened(id);
        Error::NoAlarm(match project {
            Some(project) => format!("Alarm {id} not found in project {project}"),
            None => format!("Alarm {id} not found"),
        })
    })
}

/// Creates an alarm.
///
/// # Errors
/// `400` for a definition that cannot be used, `401` for another owner, `403` for one alarm too many.
pub(crate) async fn create(
    context: &Context,
    caller: &TokenData,
    body: Option<Json>,
) -> Result<Alarm, Error> {
    let scope = AccessScope::for_caller(context, caller);
    let definition = definition::read(body, &scope)?;
    let mut alarm = definition.alarm;
    let owner = |named: Option<String>, own: String, what: &str| match named {
        Some(named) if !caller.is_admin() && named != own => Err(Error::NotAuthorized(format!(
            "Not Authorized to access {what} {}",
            shortened(&named)
        ))),
        Some(named) => Ok(named),
        None => Ok(own),
    };
    alarm.user_id = owner(definition.user_id, caller.user_id(), "user")?;
    alarm.project_id = owner(definition.project_id, caller.project_id(), "project")?;
    alarm.alarm_id = uuid();
    let _writing = context.alarm_writes.lock().await;
    if let Some(most) = context.config.alarm_quota
        && context.store.count_alarms(&alarm.project_id).await? >= most.get()
    {
        return Err(Error::AlarmQuota(format!(
            "Alarm quota exceeded for user {} on project {}",
            alarm.user_id, alarm.project_id
        )));
    }
    limit_rule(context, caller, &mut alarm).await?;
    let now = context.config.clock.now();
    (alarm.timestamp, alarm.state_timestamp) = (now, now);
    let change = history::by_caller(
        caller,
        &alarm,
        AlarmChangeType::Creation,
        history::stored(&alarm),
        now,
    );
    let write = AlarmWrite {
        change: Some(change),
        ..put(alarm.clone(), &scope)?
    };
    context.store.write_alarms(write).await?;
    Ok(alarm)
}

/// Replaces the definition of an alarm.
///
/// # Errors
/// As [`create`], and `404` for no such alarm.
pub(crate) async fn replace(
    context: &Context,
    caller: &TokenData,
    id: &str,
    body: Option<Json>,
) -> Result<Alarm, Error> {
    let scope = AccessScope::for_caller(context, caller);
    let _writing = context.alarm_writes.lock().await;
    let old = find(context, caller, id).await?;
    let definition = definition::read(body, &scope)?;
    let mut alarm = definition.alarm;
    if caller.is_admin() {
        alarm.user_id = definition.user_id.unwrap_or(old.alarm.user_id.clone());
        alarm.project_id = definition
            .project_id
            .unwrap_or(old.alarm.project_id.clone());
    } else {
        alarm.user_id = caller.user_id();
        alarm.project_id = caller.project_id();
    }
    alarm.alarm_id = old.alarm.alarm_id.clone();
    limit_rule(context, caller, &mut alarm).await?;
    let now = context.config.clock.now();
    alarm.timestamp = now;
    alarm.state_timestamp = if alarm.state == old.alarm.state {
        old.alarm.state_timestamp
    } else {
        now
    };
    let difference = history::difference(&old.alarm, &alarm);
    let mut write = put(alarm.clone(), &scope)?;
    if !difference.is_empty() {
        write.change = Some(history::by_caller(
            caller,
            &alarm,
            AlarmChangeType::RuleChange,
            difference,
            now,
        ));
    }
    context.store.write_alarms(write).await?;
    Ok(alarm)
}

/// Deletes an alarm and its history.
///
/// # Errors
/// `404` for no such alarm.
pub(crate) async fn delete(context: &Context, caller: &TokenData, id: &str) -> Result<(), Error> {
    let _writing = context.alarm_writes.lock().await;
    let found = find(context, caller, id).await?;
    let write = AlarmWrite {
        delete: Some(found.alarm.alarm_id),
        ..AlarmWrite::default()
    };
    Ok(context.store.write_alarms(write).await?)
}

/// Sets the state of an alarm. No action is called.
///
/// # Errors
/// `400` for what is not a state, `404` for no such alarm.
pub(crate) async fn set_state(
    context: &Context,
    caller: &TokenData,
    id: &str,
    body: Option<Json>,
) -> Result<AlarmState, Error> {
    let _writing = context.alarm_writes.lock().await;
    let mut record = find(context, caller, id).await?;
    let state = body
        .as_ref()
        .and_then(Json::as_str)
        .and_then(AlarmState::find);
    let state = state.ok_or_else(|| Error::BadArgument("state invalid".into()))?;
    let now = context.config.clock.now();
    record.alarm.state = state;
    record.alarm.state_timestamp = now;
    let detail = Map::from_iter([("state".to_owned(), Json::from(state.as_str()))]);
    let change = history::by_caller(
        caller,
        &record.alarm,
        AlarmChangeType::StateTransition,
        detail,
        now,
    );
    let write = AlarmWrite {
        put: Some(record),
        change: Some(change),
        ..AlarmWrite::default()
    };
    context.store.write_alarms(write).await?;
    Ok(state)
}

fn put(alarm: Alarm, scope: &AccessScope) -> Result<AlarmWrite, Error> {
    let scope = serde_json::to_string(scope)
        .map_err(|error| StoreError::Unavailable(format!("the access scope: {error}")))?;
    let record = AlarmRecord {
        alarm,
        scope,
        seen_event: 0,
    };
    Ok(AlarmWrite {
        put: Some(record),
        ..AlarmWrite::default()
    })
}

/// Limits a rule to the project of the alarm, unless an admin saves an alarm of its own project.
async fn limit_rule(context: &Context, caller: &TokenData, alarm: &mut Alarm) -> Result<(), Error> {
    let is_free = caller.is_admin() && alarm.project_id == caller.project_id();
    let project = (!is_free).then(|| alarm.project_id.clone());
    if let Some(rule) = &mut alarm.threshold_rule
        && let Some(project) = &project
    {
        rules::limit_to_project(rule, project)?;
    }
    if let Some(rule) = &mut alarm.composite_rule
        && let Some(project) = &project
    {
        for rule in composite_rule::thresholds(rule) {
            rules::limit_to_project(rule, project)?;
        }
    }
    if let Some(rule) = &alarm.combination_rule {
        for id in &rule.alarm_ids {
            if *id == alarm.alarm_id {
                return Err(Error::BadArgument(format!(
                    "Cannot specify alarm {id} itself in combination rule"
                )));
            }
            find_in(context, id, project.as_deref()).await?;
        }
    }
    Ok(())
}
