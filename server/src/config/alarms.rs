//! Changes of built-in rules, and who is notified of their alerts.

use std::time::Duration;

use api::{AlertConfig, BrokerConfig, RuleOverride, Webhook};
use url::Url;

use super::keys::{ALARM, ALARM_WEBHOOK};
use super::raw::Raw;
use super::refusal::{Origin, Refusal};
use super::tables::{Kind, Table};
use super::{duration, values};

/// What stands in an `[[alarm]]` table.
pub(super) const TABLE: Kind = Kind {
    key: &ALARM,
    single: &[
        "rule",
        "broker",
        "enabled",
        "for",
        "keep_firing_for",
        "threshold",
    ],
    several: &[],
};

const TIME: &str = "a duration from 0s to 30d, such as 5m";
/// The longest time.
const MAX_HOLD: Duration = Duration::from_hours(30 * 24);

/// The rules as changed, and the receivers.
pub(super) fn resolve(
    raw: &Raw,
    brokers: &[BrokerConfig],
    refusals: &mut Vec<Refusal>,
) -> AlertConfig {
    let mut config = AlertConfig::default();
    for setting in raw.all(&ALARM_WEBHOOK) {
        match webhook(&setting.text) {
            Ok(webhook) if config.webhooks.contains(&webhook) => {}
            Ok(webhook) => config.webhooks.push(webhook),
            // Its path may hold a secret.
            Err(reason) => refusals.push(Refusal {
                value: None,
                ..Refusal::new(&ALARM_WEBHOOK, &setting.origin, "", reason)
            }),
        }
    }
    for table in &raw.alarms {
        match of_table(table, brokers) {
            Ok(changed) => config.overrides.push(changed),
            Err(refused) => refusals.extend(refused),
        }
    }
    config
}

fn webhook(text: &str) -> Result<Webhook, String> {
    let url: Url = text
        .parse()
        .map_err(|error| format!("not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("not an address of HTTP".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a login".to_owned());
    }
    if url.fragment().is_some() {
        return Err("it has a fragment".to_owned());
    }
    Ok(Webhook { url })
}

/// A value of a key, or why it is refused.
struct Reader<'a> {
    table: &'a Table,
    refusals: Vec<Refusal>,
}

impl Reader<'_> {
    fn read<T>(
        &mut self,
        key: &'static str,
        accepts: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (text, origin) = self.table.one(key)?;
        let read = read(text);
        read.map_err(|reason| {
            self.refusals
                .push(refusal(key, origin, Some(text), reason, accepts));
        })
        .ok()
    }
}

fn refusal(
    key: &str,
    origin: &Origin,
    value: Option<&str>,
    reason: String,
    accepts: &str,
) -> Refusal {
    Refusal {
        key: format!("{}.{key}", ALARM.name).into(),
        origin: origin.clone(),
        value: value.map(str::to_owned),
        reason: reason.into(),
        accepts: accepts.into(),
    }
}

fn of_table(table: &Table, brokers: &[BrokerConfig]) -> Result<RuleOverride, Vec<Refusal>> {
    let ids: Vec<_> = api::alert_rules().map(|rule| rule.id).collect();
    let ids = ids.join(", ");
    let names: Vec<_> = brokers.iter().map(|broker| broker.name.as_str()).collect();
    let mut reader = Reader {
        table,
        refusals: Vec::new(),
    };
    let rule = reader.read("rule", &ids, |text| {
        let found = api::alert_rules().find(|rule| rule.id == text);
        found.ok_or_else(|| "there is no such rule".to_owned())
    });
    let broker = reader.read("broker", &names.join(", "), |text| {
        let found = names.iter().find(|name| **name == text);
        found
            .map(|&name| name.to_owned())
            .ok_or_else(|| "there is no such broker".to_owned())
    });
    let enabled = reader.read("enabled", "true or false", values::truth);
    let time = |text: &str| duration::parse(text, Duration::ZERO..=MAX_HOLD);
    let hold = reader.read("for", TIME, time);
    let keep = reader.read("keep_firing_for", TIME, time);
    let threshold = reader.read(
        "threshold",
        "a number that is not negative, such as 0.8",
        |text| {
            if rule.as_ref().is_some_and(|rule| !rule.has_threshold) {
                return Err("the rule has no threshold".to_owned());
            }
            let number = text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite() && *number >= 0.0);
            number.ok_or_else(|| "not such a number".to_owned())
        },
    );
    let mut refusals = reader.refusals;
    if table.one("rule").is_none() {
        refusals.push(refusal(
            "rule",
            &table.origin,
            None,
            "it is missing".to_owned(),
            &ids,
        ));
    }
    match rule {
        Some(rule) if refusals.is_empty() => Ok(RuleOverride {
            rule: rule.id.to_owned(),
            broker,
            enabled,
            hold,
            keep,
            threshold,
        }),
        _ => Err(refusals),
    }
}
