//! The findings about a broker in sentences: what is wrong, since when, what to do.

use std::cmp::Reverse;
use std::sync::Arc;

use client::Session;
use metering::health::{Checked, Finding, Health, HealthCheck, HealthState};
use metering::requests::LogQuery;
use metering::{Broker, BrokerState, LogEntry, LogLevel, Timestamp};

use crate::error::AppError;
use crate::i18n::health::{EN, Health as Texts, ZH};
use crate::i18n::{Catalog, catalog, language};
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::health::{CheckView, FindingView, HealthPage, StateLabel};
use crate::view_models::level::Level;
use crate::view_models::viewer::NodeAlarm;
use crate::{format, routes};

/// The severity of a state.
fn level(state: HealthState) -> Level {
    match state {
        HealthState::Ok => Level::Good,
        HealthState::NotOffered | HealthState::Unknown => Level::Quiet,
        HealthState::Warning => Level::Warning,
        HealthState::Critical => Level::Bad,
    }
}

fn state_label(state: HealthState, texts: &Texts) -> StateLabel {
    let word = match state {
        HealthState::NotOffered => texts.not_offered,
        HealthState::Ok => texts.ok,
        HealthState::Unknown => texts.unknown,
        HealthState::Warning => texts.warning,
        HealthState::Critical => texts.critical,
    };
    StateLabel {
        level: level(state),
        word: word.to_owned(),
    }
}

/// A finding in a sentence.
fn sentence(check: HealthCheck, finding: &Finding, texts: &Texts) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let (node, name, desc) = (
        word(&finding.node),
        word(&finding.name),
        word(&finding.desc),
    );
    let amount = |value: Option<i64>, write: fn(f64) -> String| {
        value.map_or_else(|| "?".to_owned(), |value| write(value as f64))
    };
    let bytes = |value| amount(value, format::bytes);
    let count = |value| amount(value, format::count);
    match check {
        HealthCheck::Answers => desc,
        HealthCheck::NodesRunning | HealthCheck::Maintenance => node,
        HealthCheck::MemoryAlarm => {
            texts
                .memory
                .fill([&node, &bytes(finding.value), &bytes(finding.limit)])
        }
        HealthCheck::DiskAlarm => {
            texts
                .disk
                .fill([&node, &bytes(finding.value), &bytes(finding.limit)])
        }
        HealthCheck::Partitions => texts.parted.fill([&node, &finding.others.join(", ")]),
        HealthCheck::TickTimes => texts.tick_time.fill([&node, &count(finding.value)]),
        HealthCheck::FileDescriptors | HealthCheck::Processes => {
            texts
                .used
                .fill([&node, &count(finding.value), &count(finding.limit)])
        }
        HealthCheck::VhostsRunning => texts.vhost.fill([&word(&finding.vhost), &node, &name]),
        HealthCheck::Statistics => match (&*name, &finding.node) {
            ("disable_stats", _) => texts.statistics_off.to_owned(),
            ("rates_mode", None) => texts.rates_none.to_owned(),
            ("rates_mode", Some(_)) => texts.rates_of.fill([&node, &desc]),
            ("statistics_db_event_queue", _) => texts
                .events_wait
                .fill([&count(finding.value), &count(finding.limit)]),
            _ => texts.silent_node.fill([&node]),
        },
        HealthCheck::Passwords => match &*name {
            "plain_http" => texts.plain_http.fill([&desc]),
            _ => texts.readable_file.fill([&desc]),
        },
        HealthCheck::FeatureFlags | HealthCheck::DeprecatedFeatures if desc.is_empty() => name,
        HealthCheck::FeatureFlags | HealthCheck::DeprecatedFeatures => {
            texts.described.fill([&name, &desc])
        }
    }
}

/// Since when it is so: the newest entry of the system log about it.
fn since(
    check: HealthCheck,
    finding: &Finding,
    broker: &Broker,
    log: &[LogEntry],
) -> Option<Timestamp> {
    if check == HealthCheck::Answers {
        return Some(broker.since);
    }
    let begin = Texts::log_prefix(check)?;
    let source = format!("{}/{}", broker.name, finding.node.as_deref()?);
    let entry = log
        .iter()
        .find(|entry| entry.source == source && entry.desc.starts_with(begin));
    entry.map(|entry| entry.time)
}

fn check(checked: &Checked, broker: &Broker, log: &[LogEntry], texts: &Texts) -> CheckView {
    let about = texts.check(checked.check);
    let findings = checked.findings.iter().map(|finding| FindingView {
        text: sentence(checked.check, finding, texts),
        since: since(checked.check, finding, broker, log),
    });
    let advice = if checked.state > HealthState::Unknown {
        about.advice
    } else {
        ""
    };
    CheckView {
        title: about.title.to_owned(),
        state: state_label(checked.state, texts),
        findings: findings.collect(),
        note: checked.reason.clone().unwrap_or_default(),
        advice: advice.to_owned(),
    }
}

/// Warnings and errors of the log about a broker, for the start of each finding. The page does
/// without them if the log cannot be read.
async fn log(session: &Session, broker: &str) -> Arc<Vec<LogEntry>> {
    let query = LogQuery {
        level: Some(LogLevel::Error),
        source: Some(broker.to_owned()),
        limit: Some(500),
        ..LogQuery::default()
    };
    session.logs(&query).await.unwrap_or_default()
}

pub(crate) async fn page(name: &str) -> Result<HealthPage, AppError> {
    let texts = language().pick(&EN, &ZH);
    let (session, _) = metering_session().await?;
    let (brokers, health, log) =
        tokio::join!(session.brokers(), session.health(name), log(&session, name));
    let brokers = brokers.map_err(|error| app_error(&error))?;
    let health = health.map_err(|error| app_error(&error))?;
    let broker = brokers.iter().find(|broker| broker.name == name);
    let broker = broker.ok_or(AppError::UnknownBroker)?;
    Ok(HealthPage {
        state: state_label(health.state, texts),
        checks: checks(&health, broker, &log, texts),
        observed_at: health.observed_at,
        answers: broker.state == BrokerState::Ok,
        server_time: now(),
    })
}

/// A broker's health, for marks beside its name.
pub(crate) struct Summary {
    pub(crate) level: Level,
    /// How many checks report a problem.
    pub(crate) problems: usize,
    /// The nodes that are in alarm, down or partitioned.
    pub(crate) alarms: Vec<NodeAlarm>,
}

/// A broker's health. If it cannot be fetched, the severity of the broker's state.
pub(crate) async fn summary_of(session: &Session, broker: &Broker) -> Summary {
    let Ok(health) = session.health(&broker.name).await else {
        return Summary {
            level: Level::from(broker.state),
            problems: 0,
            alarms: Vec::new(),
        };
    };
    // A broker that does not answer is not healthy, whatever its last values were.
    let level = level(health.state).max(Level::from(broker.state));
    let is_any_raised = raised(&health).next().is_some();
    let log = if is_any_raised {
        log(session, &broker.name).await
    } else {
        Arc::default()
    };
    Summary {
        level,
        problems: problems(&health),
        alarms: alarms(&health, broker, &log),
    }
}

fn problems(health: &Health) -> usize {
    let states = health.checks.iter().map(|checked| checked.state);
    states
        .filter(|state| *state >= HealthState::Warning)
        .count()
}

/// The findings about single nodes: the check, the finding and the node.
fn raised(health: &Health) -> impl Iterator<Item = (HealthCheck, &Finding, &String)> {
    let checks = health.checks.iter();
    let checks = checks.filter(|checked| {
        checked.state == HealthState::Critical && node_word(checked.check, catalog()).is_some()
    });
    checks.flat_map(|checked| {
        let findings = checked.findings.iter();
        findings.filter_map(|finding| Some((checked.check, finding, finding.node.as_ref()?)))
    })
}

/// The name of a node's alarm, for checks about nodes.
fn node_word(check: HealthCheck, texts: &Catalog) -> Option<&'static str> {
    match check {
        HealthCheck::NodesRunning => Some(texts.node_down),
        HealthCheck::MemoryAlarm => Some(texts.node_memory_alarm),
        HealthCheck::DiskAlarm => Some(texts.node_disk_alarm),
        HealthCheck::Partitions => Some(texts.node_partitioned),
        _ => None,
    }
}

fn alarms(health: &Health, broker: &Broker, log: &[LogEntry]) -> Vec<NodeAlarm> {
    let base = crate::server::context::base_path();
    let alarm = |(check, finding, node): (HealthCheck, &Finding, &String)| {
        let path = routes::object(&broker.name, "nodes", &[node]);
        Some(NodeAlarm {
            broker: broker.name.clone(),
            node: node.clone(),
            word: node_word(check, catalog())?.to_owned(),
            since: since(check, finding, broker, log),
            href: format!("{base}{path}"),
            blocks: matches!(check, HealthCheck::MemoryAlarm | HealthCheck::DiskAlarm),
        })
    };
    raised(health).filter_map(alarm).collect()
}

fn checks(health: &Health, broker: &Broker, log: &[LogEntry], texts: &Texts) -> Vec<CheckView> {
    let mut checks: Vec<_> = health.checks.iter().collect();
    checks.sort_by_key(|checked| Reverse(checked.state));
    let views = checks
        .into_iter()
        .map(|checked| check(checked, broker, log, texts));
    views.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker() -> Broker {
        Broker {
            name: "prod".to_owned(),
            state: BrokerState::Ok,
            since: Timestamp::from_millis(7_000),
            reason: None,
            last_seen: None,
            tick: 5000,
            description: None,
            rabbitmq_version: None,
            cluster_name: None,
        }
    }

    fn checked(check: HealthCheck, state: HealthState, findings: Vec<Finding>) -> Checked {
        Checked {
            check,
            state,
            findings,
            reason: None,
        }
    }

    fn alarm() -> Checked {
        let finding = Finding {
            node: Some("rabbit@a".to_owned()),
            value: Some(3 << 30),
            limit: Some(2 << 30),
            ..Finding::default()
        };
        checked(
            HealthCheck::MemoryAlarm,
            HealthState::Critical,
            vec![finding],
        )
    }

    fn line(time: i64, source: &str, desc: &str) -> LogEntry {
        LogEntry {
            id: 1,
            desc: desc.to_owned(),
            time: Timestamp::from_millis(time),
            level: LogLevel::Error,
            source: source.to_owned(),
        }
    }

    #[test]
    fn finding_has_its_cause_time_and_advice() {
        let log = [
            line(9_000, "prod/rabbit@b", "The memory alarm is raised."),
            line(5_000, "prod/rabbit@a", "The memory alarm is raised: 3 GB."),
            line(1_000, "prod/rabbit@a", "The memory alarm is raised."),
        ];
        let view = check(&alarm(), &broker(), &log, &EN);
        assert_eq!(
            view.findings[0].text,
            "rabbit@a: 3 GiB in use, the limit is 2 GiB"
        );
        assert_eq!(view.findings[0].since, Some(Timestamp::from_millis(5_000)));
        assert!(view.advice.contains("vm_memory_high_watermark"));
        let chinese = check(&alarm(), &broker(), &[], &ZH);
        assert_eq!(chinese.findings[0].text, "rabbit@a：已用 3 GiB，上限 2 GiB");
        assert_eq!(chinese.findings[0].since, None, "nobody saw it begin");
    }

    #[test]
    fn the_worst_stands_first_and_what_is_fine_needs_no_advice() {
        let fine = checked(HealthCheck::Answers, HealthState::Ok, Vec::new());
        let unknown = checked(HealthCheck::Processes, HealthState::Unknown, Vec::new());
        let health = Health {
            broker: "prod".to_owned(),
            state: HealthState::Critical,
            checks: vec![fine, unknown, alarm()],
            observed_at: None,
        };
        assert_eq!(problems(&health), 1, "what is unknown is no problem");
        let views = checks(&health, &broker(), &[], &EN);
        let summary: Vec<_> = views
            .iter()
            .map(|view| (&*view.title, view.advice.is_empty()))
            .collect();
        assert_eq!(
            summary,
            [
                ("Memory alarms", false),
                ("Erlang processes", true),
                ("Answers", true)
            ]
        );
    }
}
