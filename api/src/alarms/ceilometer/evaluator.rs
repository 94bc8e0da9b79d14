//! Evaluates all alarms, again and again.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use metering::alarm::{Alarm, AlarmChangeType, AlarmState, AlarmType, Severity};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use store::{AlarmCursor, AlarmRecord, AlarmSelection, AlarmWrite, StoreError};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::verdict::Verdict;
use super::{combination, composite, history, threshold, time_constraints};
use crate::alarms::outbox;
use crate::auth::access_scope::AccessScope;
use crate::context::Context;
use crate::http::error::Error;

/// Evaluates all alarms once an interval. Runs until it is dropped.
pub(crate) async fn run(context: &Context) {
    let interval = context.config.alarm_interval;
    // At the start no broker was polled yet.
    let mut ticks = interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match AssertUnwindSafe(evaluate_all(context)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "alarms cannot be evaluated"),
            Err(_) => tracing::error!("the evaluation of alarms panicked; it runs again"),
        }
    }
}

async fn evaluate_all(context: &Context) -> Result<(), StoreError> {
    let mut combinations = Vec::new();
    let mut cursor = Some(AlarmCursor::default());
    while let Some(next) = cursor {
        let page = context
            .store
            .alarms_page(AlarmSelection::default(), next)
            .await?;
        for record in page.rows.into_iter().filter(|record| record.alarm.enabled) {
            if record.alarm.alarm_type == AlarmType::Combination {
                combinations.push(record.alarm.alarm_id);
            } else {
                evaluate(context, record).await;
            }
        }
        cursor = page.next;
    }
    // After what they combine, so that they follow in the same interval.
    for id in combinations {
        let record = context.store.alarm(&id).await?;
        if let Some(record) = record.filter(|record| record.alarm.enabled) {
            evaluate(context, record).await;
        }
    }
    Ok(())
}

/// Evaluates an alarm. One that fails is evaluated again in the next interval, and hides no other.
async fn evaluate(context: &Context, record: AlarmRecord) {
    let id = record.alarm.alarm_id.clone();
    let done = async {
        match judge(context, &record).await? {
            Some(verdict) => apply(context, &record.alarm, verdict).await,
            None => Ok(()),
        }
    };
    if let Err(error) = done.await {
        tracing::warn!(alarm = id, %error, "an alarm cannot be evaluated");
    }
}

async fn judge(context: &Context, record: &AlarmRecord) -> Result<Option<Verdict>, Error> {
    let alarm = &record.alarm;
    let (previous, repeats) = (alarm.state, alarm.repeat_actions);
    let scope = || {
        let scope = serde_json::from_str::<AccessScope>(&record.scope);
        scope.map_err(|error| StoreError::Corrupt(format!("the scope of an alarm: {error}")))
    };
    if !time_constraints::admit(&alarm.time_constraints, context.config.clock.now()) {
        return Ok(None);
    }
    if let Some(rule) = &alarm.composite_rule {
        return composite::evaluate(context, rule, &scope()?, previous, repeats).await;
    }
    if let Some(rule) = &alarm.threshold_rule {
        let finding = threshold::find(context, rule, &scope()?).await?;
        return Ok(threshold::judge(rule, &finding, previous, repeats));
    }
    if let Some(rule) = &alarm.combination_rule {
        let mut states = Vec::with_capacity(rule.alarm_ids.len());
        for id in &rule.alarm_ids {
            let found = context.store.alarm(id).await?;
            states.push((id.clone(), found.map(|found| found.alarm.state)));
        }
        return Ok(combination::judge(rule, &states, previous, repeats));
    }
    Ok(None)
}

/// What an action is called with.
#[derive(Serialize)]
struct Notification<'a> {
    alarm_name: &'a str,
    alarm_id: &'a str,
    severity: Severity,
    previous: AlarmState,
    current: AlarmState,
    reason: &'a str,
    reason_data: &'a Json,
}

/// Stores a state and its history together with the messages about it.
async fn apply(context: &Context, evaluated: &Alarm, verdict: Verdict) -> Result<(), Error> {
    let Verdict {
        state,
        reason,
        reason_data,
    } = verdict;
    let _writing = context.alarm_writes.lock().await;
    let Some(mut record) = context.store.alarm(&evaluated.alarm_id).await? else {
        return Ok(());
    };
    // The next interval evaluates what was changed meanwhile.
    if record.alarm != *evaluated {
        return Ok(());
    }
    let (previous, now) = (record.alarm.state, context.config.clock.now());
    let body = serde_json::to_string(&Notification {
        alarm_name: &evaluated.name,
        alarm_id: &evaluated.alarm_id,
        severity: evaluated.severity,
        previous,
        current: state,
        reason: &reason,
        reason_data: &reason_data,
    });
    let body = body.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let messages = evaluated.actions(state).iter().map(|action| {
        let topic = format!("{} {action}", evaluated.alarm_id);
        outbox::message(topic, action.clone(), body.clone(), state == previous, now)
    });
    let mut write = AlarmWrite {
        send: messages.collect(),
        ..AlarmWrite::default()
    };
    if state != previous {
        let detail = Map::from_iter([
            ("state".to_owned(), Json::from(state.as_str())),
            ("transition_reason".to_owned(), Json::from(reason)),
        ]);
        record.alarm.state = state;
        record.alarm.state_timestamp = now;
        let kind = AlarmChangeType::StateTransition;
        write.change = Some(history::by_evaluation(&record.alarm, kind, detail, now));
        write.put = Some(record);
    }
    context.store.write_alarms(write).await?;
    context.outbox_filled.notify_one();
    Ok(())
}
