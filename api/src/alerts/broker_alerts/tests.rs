use metering::{AlertState, Node, Overview};

use super::*;
use crate::alerts::rules::catalog::RULES;

const TICK: Duration = Duration::from_secs(5);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// The alerts of some rules, with the nodes of their broker.
struct Watch {
    alerts: BrokerAlerts,
    nodes: Vec<Node>,
}

impl Watch {
    fn new(rules: &[&str]) -> Self {
        let rules = RULES
            .iter()
            .filter(|rule| rules.contains(&rule.id))
            .cloned();
        Self {
            alerts: BrokerAlerts::new("prod", rules.collect(), true, at(0)),
            nodes: vec![Node {
                name: "rabbit@a".into(),
                running: Some(true),
                mem_alarm: Some(false),
                mem_used: Some(50),
                mem_limit: Some(100),
                ..Node::default()
            }],
        }
    }

    fn answered(&mut self, second: i64) -> Changed {
        let answer = Answer {
            overview: &Overview::default(),
            nodes: &self.nodes,
            versions: &[],
        };
        self.alerts.answered(answer, at(second), TICK);
        self.alerts.take_changed(at(second))
    }

    fn silent(&mut self, second: i64) -> Changed {
        self.alerts.silent("connection refused", at(second), TICK);
        self.alerts.take_changed(at(second))
    }

    /// Rule and state of all that is shown, by rule.
    fn states(&self) -> Vec<(String, AlertState)> {
        let alerts = self.alerts.alerts().into_iter();
        let mut states: Vec<_> = alerts.map(|alert| (alert.rule, alert.state)).collect();
        states.sort();
        states
    }
}

/// What the notices say, by rule.
fn said(changed: &Changed) -> Vec<(&str, Status)> {
    let alerts = changed.notices.iter().flat_map(|notice| &notice.alerts);
    alerts
        .map(|(status, alert)| (alert.rule.as_str(), *status))
        .collect()
}

fn state(rule: &str, state: AlertState) -> (String, AlertState) {
    (rule.to_owned(), state)
}

#[test]
fn raised_memory_alarm_fires_at_the_first_answer_and_is_notified_once() {
    let mut watch = Watch::new(&["memory-alarm"]);
    assert!(said(&watch.answered(0)).is_empty());
    assert_eq!(watch.states(), []);
    watch.nodes[0].mem_alarm = Some(true);
    let changed = watch.answered(5);
    assert_eq!(said(&changed), [("memory-alarm", Status::Firing)]);
    assert_eq!(changed.changes[0].to, AlertState::Firing);
    assert_eq!(watch.states(), [state("memory-alarm", AlertState::Firing)]);
    assert!(said(&watch.answered(10)).is_empty(), "it fires on");

    watch.nodes[0].mem_alarm = Some(false);
    assert!(said(&watch.answered(15)).is_empty(), "it recovers");
    let mut ended = Vec::new();
    for second in (20..=320).step_by(5) {
        ended.extend(
            said(&watch.answered(second))
                .iter()
                .map(|(_, status)| (second, *status)),
        );
    }
    assert_eq!(ended, [(315, Status::Resolved)]);
    assert_eq!(
        watch.states(),
        [state("memory-alarm", AlertState::Resolved)]
    );
    for second in (325..=315 + 3600).step_by(5) {
        watch.answered(second);
    }
    assert_eq!(watch.states(), [], "shown for an hour");
}

#[test]
fn alert_that_fires_on_is_notified_of_every_four_hours() {
    let mut watch = Watch::new(&["memory-alarm"]);
    watch.nodes[0].mem_alarm = Some(true);
    let hours = (0..=9).map(|hour| said(&watch.answered(hour * 3600)).len());
    assert_eq!(hours.collect::<Vec<_>>(), [1, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
}

#[test]
fn silent_broker_is_unreachable_and_its_other_rules_are_unknown() {
    let mut watch = Watch::new(&[UNREACHABLE, "memory-alarm", "even-nodes"]);
    watch.nodes[0].mem_alarm = Some(true);
    watch.answered(0);
    for second in [5, 10, 15] {
        watch.silent(second);
    }
    assert_eq!(
        watch.states(),
        [
            state(UNREACHABLE, AlertState::Pending),
            state("memory-alarm", AlertState::Firing)
        ],
        "three polls may be missed"
    );
    for second in [20, 25, 30] {
        assert!(said(&watch.silent(second)).is_empty());
    }
    let mut unreachable = watch.silent(35);
    assert_eq!(
        said(&unreachable),
        [(UNREACHABLE, Status::Firing)],
        "after 30 s"
    );
    let summary = unreachable.notices.remove(0).alerts.remove(0).1.summary;
    assert!(summary.contains("connection refused"), "{summary}");
    let alerts = watch.alerts.alerts();
    let is_of_node = |alert: &&Alert| alert.rule == "memory-alarm" && alert.node.is_some();
    let memory = alerts.iter().find(is_of_node).expect("shown");
    assert_eq!(
        (memory.state, memory.last_known),
        (AlertState::Unknown, Some(AlertState::Firing))
    );
    let even = alerts
        .iter()
        .find(|alert| alert.rule == "even-nodes")
        .expect("shown");
    assert_eq!(
        (even.state, even.last_known),
        (AlertState::Unknown, Some(AlertState::Inactive))
    );

    let changed = watch.answered(40);
    assert_eq!(
        said(&changed),
        [(UNREACHABLE, Status::Resolved)],
        "the memory alarm was notified before"
    );
    let pairs: Vec<_> = changed
        .changes
        .iter()
        .map(|change| (change.rule.as_str(), change.to))
        .collect();
    assert_eq!(
        pairs,
        [
            (UNREACHABLE, AlertState::Resolved),
            ("memory-alarm", AlertState::Firing)
        ]
    );
}

#[test]
fn memory_alarm_inhibits_high_memory_of_the_same_node() {
    let mut watch = Watch::new(&["memory-alarm", "memory-high"]);
    watch.nodes[0].mem_used = Some(95);
    watch.nodes[0].mem_alarm = Some(true);
    let mut words = Vec::new();
    for second in (0..=150).step_by(5) {
        let changed = watch.answered(second);
        words.extend(
            said(&changed)
                .iter()
                .map(|(rule, _)| (second, (*rule).to_owned())),
        );
    }
    assert_eq!(words, [(0, "memory-alarm".to_owned())]);
    let alerts = watch.alerts.alerts();
    let high = alerts
        .iter()
        .find(|alert| alert.rule == "memory-high")
        .expect("shown");
    assert_eq!(
        (high.state, high.inhibited_by.as_deref()),
        (AlertState::Firing, Some("memory-alarm"))
    );
    assert_eq!((high.value, high.threshold), (Some(0.95), Some(0.9)));
}

#[test]
fn node_that_leaves_ends_its_alerts() {
    let mut watch = Watch::new(&["node-down"]);
    watch.nodes.push(Node {
        name: "rabbit@b".into(),
        running: Some(false),
        ..Node::default()
    });
    for second in (0..=60).step_by(5) {
        watch.answered(second);
    }
    assert_eq!(watch.states(), [state("node-down", AlertState::Firing)]);
    watch.nodes.pop();
    assert_eq!(said(&watch.answered(65)), [("node-down", Status::Resolved)]);
}

#[test]
fn states_and_counted_time_survive_a_restart() {
    let mut watch = Watch::new(&["memory-high", "memory-alarm"]);
    watch.nodes[0].mem_used = Some(95);
    let mut stored = BTreeMap::new();
    let mut keep = |changed: Changed| {
        for row in changed.rows {
            stored.insert(row.id.clone(), row);
        }
    };
    for second in (0..=100).step_by(5) {
        keep(watch.answered(second));
    }
    let rows: Vec<_> = stored
        .into_values()
        .filter(|row| row.body.is_some())
        .collect();
    let mut restarted = Watch::new(&["memory-high", "memory-alarm"]);
    restarted.nodes = watch.nodes;
    restarted.alerts.restore(rows.clone());
    assert_eq!(
        restarted.states(),
        [state("memory-high", AlertState::Pending)]
    );
    let fired = (0..100)
        .map(|n| 1000 + n * 5)
        .find(|&second| !said(&restarted.answered(second)).is_empty());
    // The last stored state is at most 10 s older than the stop; 2 min are needed.
    assert!(matches!(fired, Some(1020 | 1025 | 1030)), "{fired:?}");

    let mut off = Watch::new(&["memory-alarm"]);
    off.alerts.restore(rows);
    let deleted = off.alerts.take_changed(at(1000)).rows;
    assert_eq!(
        (deleted.len(), deleted[0].body.as_ref()),
        (1, None),
        "its rule is off now"
    );
}

#[test]
fn flapping_alert_is_notified_once_until_it_is_steady() {
    use Status::{Firing, Resolved};
    let mut watch = Watch::new(&["memory-alarm"]);
    watch.alerts.rules[0].keep = Duration::ZERO;
    let mut words = Vec::new();
    for turn in 0..20 {
        watch.nodes[0].mem_alarm = Some(turn % 2 == 0);
        let changed = watch.answered(turn * 5);
        let alerts = changed.notices.iter().flat_map(|notice| &notice.alerts);
        words.extend(alerts.map(|(status, alert)| (turn, *status, alert.flapping)));
    }
    let expected = [
        (0, Firing, false),
        (1, Resolved, false),
        (2, Firing, false),
        (3, Resolved, false),
        (4, Firing, true),
    ];
    assert_eq!(words, expected);
    let steady = (100..2000)
        .step_by(5)
        .find(|&second| !said(&watch.answered(second)).is_empty());
    assert_eq!(
        steady,
        Some(95 + 15 * 60),
        "resolved, and steady for 15 min"
    );
}
