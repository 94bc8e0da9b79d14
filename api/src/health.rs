//! What is wrong with a broker, as far as its answers say.

use metering::health::{Checked, Finding, HealthCheck, HealthState};
use metering::{Broker, BrokerState, DeprecatedFeature, FeatureFlag, Node, Overview, Value, Vhost};

use crate::config::ExposedPassword;
use crate::lists::registry::Failure;

/// A share of its file descriptors from which on a node is about to run out of them.
const FILE_DESCRIPTORS: f64 = 0.95;
/// Share of Erlang processes. Both limits are those of RabbitMQ.
const PROCESSES: f64 = 0.75;
/// More events than this, and the broker's statistics lag behind. The broker's own too.
const EVENTS: i64 = 1000;

/// A list, or why there is none; without a reason: it is still being read.
pub(crate) type ListRows<T> = Result<Vec<T>, Option<Failure>>;

fn checked(check: HealthCheck, level: HealthState, findings: Vec<Finding>) -> Checked {
    Checked {
        check,
        state: if findings.is_empty() {
            HealthState::Ok
        } else {
            level
        },
        findings,
        reason: None,
    }
}

fn unknown(check: HealthCheck, reason: &str) -> Checked {
    Checked {
        check,
        state: HealthState::Unknown,
        findings: Vec::new(),
        reason: Some(reason.to_owned()),
    }
}

/// What a list's rows say, where there are any.
fn of_list<T>(
    check: HealthCheck,
    level: HealthState,
    rows: ListRows<T>,
    find: impl Fn(T) -> Vec<Finding>,
) -> Checked {
    match rows {
        Ok(rows) => checked(check, level, rows.into_iter().flat_map(find).collect()),
        Err(Some(Failure::Absent)) => Checked {
            state: HealthState::NotOffered,
            ..checked(check, level, Vec::new())
        },
        Err(Some(Failure::StatisticsOff)) => unknown(check, "The broker's statistics are off."),
        Err(Some(Failure::Silent(reason))) => unknown(check, &reason),
        Err(None) => unknown(check, "It was not read from the broker yet."),
    }
}

/// Whether the broker answers.
pub(crate) fn answers(broker: &Broker) -> Checked {
    let findings = match broker.state {
        BrokerState::Ok => Vec::new(),
        BrokerState::Stale | BrokerState::Down => vec![Finding {
            desc: broker.reason.clone(),
            ..Finding::default()
        }],
    };
    checked(HealthCheck::Answers, HealthState::Critical, findings)
}

/// What the nodes say of themselves, and of each other.
pub(crate) fn nodes(nodes: &[Node], has_statistics: bool) -> Vec<Checked> {
    let running = || nodes.iter().filter(|node| node.running != Some(false));
    let about = |node: &Node| Finding {
        node: Some(node.name.clone()),
        ..Finding::default()
    };
    let of = |findings: Vec<Option<Finding>>| findings.into_iter().flatten().collect::<Vec<_>>();
    let each = |find: &dyn Fn(&Node) -> Option<Finding>| of(running().map(find).collect());
    let against = |node: &Node, value, limit| Finding {
        value,
        limit,
        ..about(node)
    };
    // A node that does not report its alarms may have one.
    let alarm = |check, level, is_reported: &dyn Fn(&Node) -> bool, findings: Vec<Finding>| {
        if findings.is_empty() && !running().all(is_reported) {
            unknown(check, "Not every node reports it.")
        } else {
            checked(check, level, findings)
        }
    };
    let ticks: Vec<_> = running().filter_map(|node| node.net_ticktime).collect();
    let unequal = ticks.iter().any(|tick| Some(tick) != ticks.first());
    let short = |used: Option<i64>, total: Option<i64>, share: f64| match (used, total) {
        (Some(used), Some(total)) => total > 0 && used as f64 >= total as f64 * share,
        _ => false,
    };
    let down: Vec<_> = nodes
        .iter()
        .filter(|node| node.running == Some(false))
        .map(about)
        .collect();
    let mut checks = vec![
        checked(HealthCheck::NodesRunning, HealthState::Critical, down),
        checked(
            HealthCheck::Maintenance,
            HealthState::Warning,
            each(&|node| (node.being_drained == Some(true)).then(|| about(node))),
        ),
        alarm(
            HealthCheck::MemoryAlarm,
            HealthState::Critical,
            &|node| node.mem_alarm.is_some(),
            each(&|node| {
                (node.mem_alarm == Some(true)).then(|| against(node, node.mem_used, node.mem_limit))
            }),
        ),
        alarm(
            HealthCheck::DiskAlarm,
            HealthState::Critical,
            &|node| node.disk_free_alarm.is_some(),
            each(&|node| {
                (node.disk_free_alarm == Some(true))
                    .then(|| against(node, node.disk_free, node.disk_free_limit))
            }),
        ),
        checked(
            HealthCheck::Partitions,
            HealthState::Critical,
            // A node that the others count as gone reports it too, if it answers.
            of(nodes
                .iter()
                .map(|node| {
                    let others = node.partitions.clone().unwrap_or_default();
                    (!others.is_empty()).then(|| Finding {
                        others,
                        ..about(node)
                    })
                })
                .collect()),
        ),
        checked(
            HealthCheck::TickTimes,
            HealthState::Warning,
            each(&|node| unequal.then(|| against(node, node.net_ticktime, None))),
        ),
    ];
    let shortages = [
        (
            HealthCheck::FileDescriptors,
            each(&|node| {
                short(node.fd_used, node.fd_total, FILE_DESCRIPTORS)
                    .then(|| against(node, node.fd_used, node.fd_total))
            }),
        ),
        (
            HealthCheck::Processes,
            each(&|node| {
                short(node.proc_used, node.proc_total, PROCESSES)
                    .then(|| against(node, node.proc_used, node.proc_total))
            }),
        ),
    ];
    for (check, findings) in shortages {
        checks.push(if has_statistics {
            checked(check, HealthState::Warning, findings)
        } else {
            unknown(check, "The broker's statistics are off.")
        });
    }
    checks
}

/// Whether there is something to go by. What every account may know of it.
pub(crate) fn statistics(overview: &Overview, nodes: &[Node]) -> Checked {
    let named = |name: &str| Finding {
        name: Some(name.to_owned()),
        ..Finding::default()
    };
    let mut findings = Vec::new();
    let is_off = overview.disable_stats == Some(true);
    if is_off {
        findings.push(named("disable_stats"));
    }
    if overview.rates_mode.as_deref() == Some("none") {
        findings.push(named("rates_mode"));
    }
    let events = overview.statistics_db_event_queue;
    if events.is_some_and(|events| events > EVENTS) {
        findings.push(Finding {
            value: events,
            limit: Some(EVENTS),
            ..named("statistics_db_event_queue")
        });
    }
    let modes: Vec<_> = nodes
        .iter()
        .filter_map(|node| node.rates_mode.as_deref())
        .collect();
    if modes.iter().any(|mode| Some(mode) != modes.first()) {
        let low = nodes.iter().filter_map(|node| {
            Some(Finding {
                node: Some(node.name.clone()),
                desc: Some(node.rates_mode.clone()?),
                ..named("rates_mode")
            })
        });
        findings.extend(low);
    }
    let is_silent = |node: &&Node| node.running == Some(true) && node.mem_used.is_none();
    if !is_off {
        findings.extend(nodes.iter().filter(is_silent).map(|node| Finding {
            node: Some(node.name.clone()),
            ..named("node_statistics")
        }));
    }
    checked(HealthCheck::Statistics, HealthState::Warning, findings)
}

/// Whether vhosts run.
pub(crate) fn vhosts(rows: ListRows<Vhost>) -> Checked {
    of_list(
        HealthCheck::VhostsRunning,
        HealthState::Critical,
        rows,
        |vhost| {
            let states = vhost.cluster_state.map(|states| states.0);
            let down = states
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(node, state)| {
                    let is_running = matches!(&state, Value::Text(state) if state == "running");
                    (!is_running).then(|| Finding {
                        node: Some(node),
                        vhost: Some(vhost.name.clone()),
                        name: Some(state.to_string()),
                        ..Finding::default()
                    })
                });
            down.collect()
        },
    )
}

/// Whether all feature flags are enabled that are not experiments.
pub(crate) fn feature_flags(rows: ListRows<FeatureFlag>) -> Checked {
    of_list(
        HealthCheck::FeatureFlags,
        HealthState::Warning,
        rows,
        |flag| {
            let is_off = flag.state.as_deref() != Some("enabled")
                && flag.stability.as_deref() != Some("experimental");
            let finding = is_off.then(|| Finding {
                name: Some(flag.name.clone()),
                desc: flag.desc.clone(),
                ..Finding::default()
            });
            finding.into_iter().collect()
        },
    )
}

/// What is used that will go.
pub(crate) fn deprecated_features(rows: ListRows<DeprecatedFeature>) -> Checked {
    of_list(
        HealthCheck::DeprecatedFeatures,
        HealthState::Warning,
        rows,
        |feature| {
            vec![Finding {
                name: Some(feature.name),
                desc: feature.desc,
                ..Finding::default()
            }]
        },
    )
}

/// Whether others could read passwords for the broker.
pub(crate) fn passwords<'a>(exposed: impl Iterator<Item = &'a ExposedPassword>) -> Checked {
    let findings = exposed.map(|exposed| Finding {
        name: Some(exposed.how.as_str().to_owned()),
        desc: Some(exposed.place.clone()),
        ..Finding::default()
    });
    checked(
        HealthCheck::Passwords,
        HealthState::Warning,
        findings.collect(),
    )
}

#[cfg(test)]
mod tests;
