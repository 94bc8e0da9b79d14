//! The task of a broker that checks the rules after each poll.

use std::sync::Arc;
use std::time::Duration;

use metering::{BrokerState, Timestamp};
use store::AlertWrite;
use tokio::task::JoinSet;

use super::broker_alerts::{BrokerAlerts, Changed};
use super::notify::message::message;
use super::notify::outbox::Outbox;
use super::rules::catalog::RULES;
use super::rules::{Answer, Rule};
use crate::broker::broker_state::BrokerHandle;
use crate::config::AlertConfig;
use crate::context::Context;

/// The next check waits no longer than this for the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// Checks the rules of a broker, and starts again after a panic.
pub(crate) async fn supervise(broker: Arc<BrokerHandle>, context: Arc<Context>, outbox: Outbox) {
    loop {
        let mut task = JoinSet::new();
        task.spawn(run(
            Arc::clone(&broker),
            Arc::clone(&context),
            outbox.clone(),
        ));
        // It ends only by a panic, which the panic hook logs.
        task.join_next().await;
        tokio::time::sleep(context.config.tick).await;
    }
}

async fn run(broker: Arc<BrokerHandle>, context: Arc<Context>, outbox: Outbox) {
    let clock = context.config.clock;
    let mut alerts = BrokerAlerts::new(
        &broker.name,
        rules(&context.config.alerts, &broker.name),
        outbox.has_receivers(),
        clock.now(),
    );
    let stored = tokio::time::timeout(STORE_TIMEOUT, context.store.alerts(&broker.name)).await;
    match stored {
        Ok(Ok(rows)) => alerts.restore(rows),
        Ok(Err(error)) => {
            tracing::warn!(broker = broker.name, %error, "the states of alerts could not be read");
        }
        Err(_) => tracing::warn!(
            broker = broker.name,
            "the states of alerts could not be read in {STORE_TIMEOUT:?}"
        ),
    }
    broker.publish_alerts(alerts.alerts());
    let mut changes = broker.changes();
    let mut checked = None;
    loop {
        changes.borrow_and_update();
        let interval = check(&broker, &mut alerts, &mut checked, clock.now());
        let result = alerts.take_changed(clock.now());
        broker.publish_alerts(alerts.alerts());
        commit(&broker, &context, &outbox, result).await;
        // The sender lives as long as the broker.
        let _ = tokio::time::timeout(interval, changes.changed()).await;
    }
}

/// Checks the rules if a poll has brought new values. Gives the time between two polls.
fn check(
    broker: &BrokerHandle,
    alerts: &mut BrokerAlerts,
    checked: &mut Option<Timestamp>,
    now: Timestamp,
) -> Duration {
    let snapshot = broker.snapshot();
    let described = &snapshot.broker;
    let interval = Duration::from_millis(u64::from(described.tick));
    if !broker.was_polled() {
        return interval;
    }
    let reason = described.reason.as_deref().unwrap_or("it is late.");
    let fresh = snapshot
        .poll_data
        .as_ref()
        .filter(|data| Some(data.observed_at) != *checked);
    match (described.state, fresh) {
        (BrokerState::Ok, Some(data)) => {
            *checked = Some(data.observed_at);
            let answer = Answer {
                overview: &data.overview,
                nodes: &data.nodes,
                versions: &data.versions,
            };
            alerts.answered(answer, data.observed_at, interval);
        }
        (BrokerState::Ok, None) => alerts.age(reason, now, interval),
        (BrokerState::Stale | BrokerState::Down, _) => alerts.silent(reason, now, interval),
    }
    interval
}

/// Stores what has changed, notifications among it, and then sends these.
async fn commit(broker: &BrokerHandle, context: &Context, outbox: &Outbox, changed: Changed) {
    let now = context.config.clock.now();
    let notices = changed.notices.iter().flat_map(|notice| {
        outbox.notifications(&notice.key, now, &message(&notice.alerts, &context.base))
    });
    let notifications: Vec<_> = notices.collect();
    let write = AlertWrite {
        rows: changed.rows,
        changes: changed.changes,
        notifications: notifications.clone(),
        delivered: Vec::new(),
    };
    if write == AlertWrite::default() {
        return;
    }
    let stored = tokio::time::timeout(STORE_TIMEOUT, context.store.write_alerts(write)).await;
    let error = match stored {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("not in {STORE_TIMEOUT:?}")),
    };
    if let Some(error) = error
        && broker.log_limit.admits("alerts store")
    {
        tracing::warn!(
            broker = broker.name,
            error,
            "the states of alerts could not be stored"
        );
    }
    // A store that fails keeps nobody from being notified.
    outbox.send(notifications);
}

/// The rules of a broker that are on, as configured.
fn rules(config: &AlertConfig, broker: &str) -> Vec<Rule> {
    let mut rules = RULES.clone();
    let (general, own): (Vec<_>, Vec<_>) = config
        .overrides
        .iter()
        .partition(|changed| changed.broker.is_none());
    let own = own
        .into_iter()
        .filter(|changed| changed.broker.as_deref() == Some(broker));
    for changed in general.into_iter().chain(own) {
        for rule in rules.iter_mut().filter(|rule| rule.id == changed.rule) {
            rule.enabled = changed.enabled.unwrap_or(rule.enabled);
            rule.hold = changed.hold.unwrap_or(rule.hold);
            rule.keep = changed.keep.unwrap_or(rule.keep);
            if let (Some(known), Some(value)) = (rule.threshold, changed.threshold) {
                rule.threshold = Some(known.with(value));
            }
        }
    }
    rules.retain(|rule| rule.enabled);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RuleOverride;

    fn changed(rule: &str, broker: Option<&str>) -> RuleOverride {
        RuleOverride {
            rule: rule.into(),
            broker: broker.map(str::to_owned),
            enabled: None,
            hold: None,
            keep: None,
            threshold: None,
        }
    }

    #[test]
    fn rules_follow_the_configuration_and_that_of_their_broker_first() {
        let config = AlertConfig {
            overrides: vec![
                RuleOverride {
                    threshold: Some(0.5),
                    ..changed("fd-high", Some("prod"))
                },
                RuleOverride {
                    hold: Some(Duration::ZERO),
                    threshold: Some(0.7),
                    ..changed("fd-high", None)
                },
                RuleOverride {
                    enabled: Some(false),
                    ..changed("basic-get", None)
                },
            ],
            ..AlertConfig::default()
        };
        let of = |broker: &str| {
            let rules = rules(&config, broker);
            assert!(rules.iter().all(|rule| rule.id != "basic-get"), "it is off");
            let rule = rules
                .into_iter()
                .find(|rule| rule.id == "fd-high")
                .expect("it is on");
            (rule.hold, rule.threshold.map(|threshold| threshold.fire))
        };
        assert_eq!(of("prod"), (Duration::ZERO, Some(0.5)));
        assert_eq!(of("test"), (Duration::ZERO, Some(0.7)));
    }
}
