//! All alerts of a broker: what a poll changes in them.

use std::collections::BTreeMap;
use std::time::Duration;

use metering::{Alert, AlertChange, AlertState, Timestamp};
use store::AlertRow;

use super::instance::{Instance, alert_id};
use super::machine::{MAX_GAP, Timing, millis, ms};
use super::notify::message::Status;
use super::rules::threshold::Threshold;
use super::rules::verdict::{Finding, Verdict};
use super::rules::{Answer, Rule, UNREACHABLE};

/// A notification that is due: the alerts of one rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Notice {
    /// For receivers that get it twice: rule, broker and time.
    pub(super) key: String,
    pub(super) alerts: Vec<(Status, Alert)>,
}

/// What has changed, to be stored and sent.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) rows: Vec<AlertRow>,
    pub(super) changes: Vec<AlertChange>,
    pub(super) notices: Vec<Notice>,
}

/// The alerts of a broker.
#[derive(Debug)]
pub(super) struct BrokerAlerts {
    broker: String,
    /// The rules that are on, as configured for this broker.
    rules: Vec<Rule>,
    /// By rule and node.
    instances: BTreeMap<(&'static str, Option<String>), Instance>,
    /// When the rules were last checked.
    checked_at: Timestamp,
    changed: Changed,
    /// Whether anybody is notified.
    notifies: bool,
}

impl BrokerAlerts {
    pub(super) fn new(broker: &str, rules: Vec<Rule>, notifies: bool, now: Timestamp) -> Self {
        Self {
            broker: broker.to_owned(),
            rules,
            instances: BTreeMap::new(),
            checked_at: now,
            changed: Changed::default(),
            notifies,
        }
    }

    /// Takes in what an earlier run has stored. Alerts of rules that are off now are deleted.
    pub(super) fn restore(&mut self, rows: Vec<AlertRow>) {
        for row in rows {
            let read = row.body.as_deref().map(serde_json::from_str::<Instance>);
            let instance = read.and_then(|read| {
                let read = read.inspect_err(|error| {
                    tracing::warn!(alert = row.id, %error, "the stored state of an alert cannot be read");
                });
                read.ok()
            });
            let found = instance.and_then(|instance| {
                let rule = self.rules.iter().find(|rule| rule.id == instance.rule)?;
                Some((rule.id, instance))
            });
            if let Some((rule, instance)) = found {
                self.instances
                    .insert((rule, instance.node.clone()), instance);
            } else {
                self.changed.rows.push(AlertRow { body: None, ..row });
            }
        }
    }

    /// Checks the rules with the answer of a poll.
    pub(super) fn answered(&mut self, answer: Answer<'_>, now: Timestamp, interval: Duration) {
        self.checked_at = now;
        self.reachable(Verdict::Ok, String::new(), now, interval);
        for rule in self.rules.clone() {
            if rule.id != UNREACHABLE {
                let threshold = rule.threshold.unwrap_or(Threshold::NONE);
                self.apply(&rule, (rule.check)(answer, threshold), now, interval);
            }
        }
    }

    /// The broker does not answer. After three poll intervals nothing is known of its other alerts.
    pub(super) fn silent(&mut self, reason: &str, now: Timestamp, interval: Duration) {
        let summary = format!("Broker {} does not answer: {reason}", self.broker);
        self.reachable(Verdict::Violated, summary, now, interval);
        self.age(reason, now, interval);
    }

    /// Nothing new came. After three poll intervals nothing is known of alerts.
    pub(super) fn age(&mut self, reason: &str, now: Timestamp, interval: Duration) {
        if millis(self.checked_at, now) <= ms(interval * MAX_GAP) {
            return;
        }
        for rule in self.rules.clone() {
            if rule.id != UNREACHABLE {
                let finding = Finding {
                    node: None,
                    verdict: Verdict::Unknown(format!("The broker does not answer: {reason}")),
                    value: None,
                    summary: String::new(),
                };
                self.apply(&rule, vec![finding], now, interval);
            }
        }
    }

    fn reachable(&mut self, verdict: Verdict, summary: String, now: Timestamp, interval: Duration) {
        let found = self.rules.iter().find(|rule| rule.id == UNREACHABLE);
        if let Some(rule) = found.cloned() {
            let finding = Finding {
                node: None,
                verdict,
                value: None,
                summary,
            };
            self.apply(&rule, vec![finding], now, interval);
        }
    }

    /// Takes in what a rule found. Objects that it does not name are fine, unless it cannot be checked at all.
    fn apply(
        &mut self,
        rule: &Rule,
        mut findings: Vec<Finding>,
        now: Timestamp,
        interval: Duration,
    ) {
        let reason = findings.iter().find_map(|finding| match &finding.verdict {
            Verdict::Unknown(reason) if finding.node.is_none() => Some(reason.clone()),
            _ => None,
        });
        let named = self.instances.keys().filter(|(id, _)| *id == rule.id);
        let missing: Vec<_> = named
            .filter(|(_, node)| !findings.iter().any(|finding| finding.node == *node))
            .map(|(_, node)| node.clone())
            .collect();
        findings.extend(missing.into_iter().map(|node| Finding {
            node,
            verdict: reason.clone().map_or(Verdict::Ok, Verdict::Unknown),
            value: None,
            summary: String::new(),
        }));
        for finding in findings {
            let key = (rule.id, finding.node.clone());
            let is_new = finding.verdict == Verdict::Violated
                || (finding.node.is_none() && matches!(finding.verdict, Verdict::Unknown(_)));
            if is_new || self.instances.contains_key(&key) {
                self.step(rule, &key, finding, now, interval);
            }
        }
    }

    fn step(
        &mut self,
        rule: &Rule,
        key: &(&'static str, Option<String>),
        finding: Finding,
        now: Timestamp,
        interval: Duration,
    ) {
        let Finding {
            node,
            verdict,
            value,
            summary,
        } = finding;
        let instance = self
            .instances
            .entry(key.clone())
            .or_insert_with(|| Instance::new(rule, node, now));
        let timing = Timing {
            hold: rule.hold(interval),
            keep: rule.keep,
        };
        let (known, was_kept) = (instance.machine.known, instance.is_kept());
        let change = instance.machine.step(&verdict, now, interval, timing);
        if value.is_some() {
            instance.value = value;
        }
        // What was wrong stays while it recovers.
        if !summary.is_empty()
            && (matches!(verdict, Verdict::Violated | Verdict::Between) || !instance.is_kept())
        {
            instance.summary = summary;
        }
        let is_shown = instance.is_shown(now);
        if let Some(change) = change {
            let is_over = |state| matches!(state, AlertState::Inactive | AlertState::Resolved);
            let is_about_unknown = [change.from, change.to].contains(&AlertState::Unknown);
            // Nobody wants to know that what was fine is unknown, and is fine again.
            let is_noise = is_about_unknown && is_over(known) && is_over(instance.machine.known);
            if !is_noise {
                let reason = instance.machine.unknown.as_ref().map(|(reason, _)| reason);
                self.changed.changes.push(AlertChange {
                    time: now,
                    alert: alert_id(rule.id, &self.broker, key.1.as_deref()),
                    rule: rule.id.to_owned(),
                    broker: self.broker.clone(),
                    node: key.1.clone(),
                    severity: rule.severity,
                    from: change.from,
                    to: change.to,
                    value: instance.value,
                    summary: reason.unwrap_or(&instance.summary).clone(),
                });
            }
        }
        if change.is_some() || instance.is_due_to_store(now) || !is_shown {
            let is_kept = instance.is_kept() && is_shown;
            if is_kept {
                instance.stored(now);
            }
            if is_kept || was_kept {
                let row = row(&self.broker, instance, is_kept);
                self.changed.rows.push(row);
            }
        }
        if !is_shown {
            self.instances.remove(key);
        }
    }

    /// The rule that makes an alert redundant now.
    fn inhibited_by(&self, rule: &Rule, node: Option<&String>) -> Option<&'static str> {
        let by = rule.inhibited_by?;
        let fires = |instance: &Instance| instance.machine.fires();
        let found = self.instances.get(&(by, node.cloned()));
        found.is_some_and(fires).then_some(by)
    }

    fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// What is to be stored and sent since this was last called.
    pub(super) fn take_changed(&mut self, now: Timestamp) -> Changed {
        if self.notifies {
            self.notify(now);
        }
        std::mem::take(&mut self.changed)
    }

    /// Queues what is due: of each rule one notice, with all of its alerts that fire or have just ended.
    fn notify(&mut self, now: Timestamp) {
        let mut due = Vec::new();
        for ((id, node), instance) in &self.instances {
            let inhibited = self
                .rule(id)
                .and_then(|rule| self.inhibited_by(rule, node.as_ref()));
            if inhibited.is_none()
                && let Some(status) = instance.due(now)
            {
                due.push(((*id, node.clone()), status));
            }
        }
        let mut rules: Vec<_> = due.iter().map(|((id, _), _)| *id).collect();
        rules.dedup();
        for (key, status) in &due {
            if let Some(instance) = self.instances.get_mut(key) {
                instance.notified(*status, now);
                let row = row(&self.broker, instance, true);
                self.changed.rows.push(row);
            }
        }
        for id in rules {
            let Some(rule) = self.rule(id) else { continue };
            let of_rule = self.instances.iter().filter(|((of, _), _)| *of == id);
            let alerts = of_rule.filter_map(|((_, node), instance)| {
                let status = due.iter().find(|((of, at), _)| *of == id && at == node);
                let status = match status {
                    Some((_, status)) => *status,
                    None if instance.machine.fires() => Status::Firing,
                    None => return None,
                };
                let inhibited = self.inhibited_by(rule, node.as_ref());
                Some((status, instance.alert(&self.broker, rule, inhibited)))
            });
            let alerts = alerts
                .filter(|(_, alert)| alert.inhibited_by.is_none())
                .collect();
            let key = format!("{}-{}", alert_id(id, &self.broker, None), now.as_micros());
            self.changed.notices.push(Notice { key, alerts });
        }
    }

    /// All that is to be shown, the newest state first.
    pub(super) fn alerts(&self) -> Vec<Alert> {
        let alerts = self.instances.iter().filter_map(|((id, node), instance)| {
            let rule = self.rule(id)?;
            Some(instance.alert(&self.broker, rule, self.inhibited_by(rule, node.as_ref())))
        });
        let mut alerts: Vec<_> = alerts.collect();
        alerts.sort_by(|a, b| b.since.cmp(&a.since).then(b.severity.cmp(&a.severity)));
        alerts
    }
}

/// A row of the store: the state of an alert, or that it is gone.
fn row(broker: &str, instance: &Instance, is_kept: bool) -> AlertRow {
    AlertRow {
        id: alert_id(&instance.rule, broker, instance.node.as_deref()),
        broker: broker.to_owned(),
        // A struct of texts and numbers always serializes.
        body: is_kept
            .then(|| serde_json::to_string(instance).ok())
            .flatten(),
    }
}

#[cfg(test)]
mod tests;
