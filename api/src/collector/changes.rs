//! What changed on a broker from one answer to the next: lines for the system log.
//!
//! The first answer is logged too, but only what is wrong in it.

use std::collections::BTreeMap;

use metering::{EventType, Node, Overview};

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) event: EventType,
    /// The node that it is about; none: the broker as a whole.
    pub(crate) node: Option<String>,
    /// In a sentence.
    pub(crate) desc: String,
}

/// The last answer of a broker.
#[derive(Debug, Default)]
pub(crate) struct PreviousState {
    /// Whether it answered before.
    before: bool,
    rabbitmq_version: Option<String>,
    erlang_version: Option<String>,
    nodes: BTreeMap<String, PreviousNode>,
}

/// The last answer about a node.
#[derive(Clone, Debug, Default)]
struct PreviousNode {
    is_down: bool,
    uptime: Option<i64>,
    memory: bool,
    disk: bool,
    partitions: Vec<String>,
}

/// What differs from the last answer.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    pub(crate) changes: Vec<Change>,
    /// Whether a node has started since it was last seen.
    pub(crate) restarted: bool,
}

impl Diff {
    fn of_broker(&mut self, event: EventType, desc: String) {
        self.changes.push(Change {
            event,
            node: None,
            desc,
        });
    }

    fn of_node(&mut self, event: EventType, node: &str, desc: impl Into<String>) {
        self.changes.push(Change {
            event,
            node: Some(node.to_owned()),
            desc: desc.into(),
        });
    }
}

impl PreviousState {
    /// Compares an answer with the last one, and remembers it.
    pub(crate) fn compare(&mut self, overview: &Overview, nodes: &[Node]) -> Diff {
        let mut diff = Diff::default();
        for (what, event, before, now) in [
            (
                "RabbitMQ",
                EventType::VersionChanged,
                &mut self.rabbitmq_version,
                &overview.rabbitmq_version,
            ),
            (
                "Erlang",
                EventType::ErlangVersionChanged,
                &mut self.erlang_version,
                &overview.erlang_version,
            ),
        ] {
            if let (Some(before), Some(now)) = (&*before, now)
                && before != now
            {
                let desc = format!("{what} is now {now}; it was {before}.");
                diff.of_broker(event, desc);
            }
            // A version that is absent once stays known.
            if now.is_some() {
                before.clone_from(now);
            }
        }
        for node in nodes {
            let is_new = !self.nodes.contains_key(&node.name);
            if is_new && self.before {
                let desc = "The node joined the cluster.";
                diff.of_node(EventType::NodeJoined, &node.name, desc);
            }
            let previous = self.nodes.entry(node.name.clone()).or_default();
            previous.compare(node, &mut diff);
        }
        self.nodes.retain(|name, _| {
            let is_there = nodes.iter().any(|node| node.name == *name);
            if !is_there {
                diff.of_node(EventType::NodeLeft, name, "The node left the cluster.");
            }
            is_there
        });
        self.before = true;
        diff
    }
}

impl PreviousNode {
    fn compare(&mut self, node: &Node, diff: &mut Diff) {
        let name = node.name.as_str();
        if node.running == Some(false) {
            if !self.is_down {
                diff.of_node(EventType::NodeDown, name, "The node is down.");
            }
            // Its alarms ended with it. The uptime stays: a smaller one later means a restart.
            *self = Self {
                is_down: true,
                uptime: self.uptime,
                ..Self::default()
            };
            return;
        }
        let restarted = self
            .uptime
            .zip(node.uptime)
            .is_some_and(|(before, now)| now < before);
        diff.restarted |= restarted;
        if self.is_down {
            let desc = if restarted {
                "The node is up again, after a restart."
            } else {
                "The node is up again."
            };
            diff.of_node(EventType::NodeUp, name, desc);
        } else if restarted {
            diff.of_node(EventType::Restart, name, "The node has restarted.");
        }
        self.is_down = false;
        self.uptime = node.uptime.or(self.uptime);
        self.alarms(node, diff);
        if let Some(partitions) = &node.partitions {
            if *partitions != self.partitions {
                if partitions.is_empty() {
                    let desc = "The node is no longer partitioned from others.";
                    diff.of_node(EventType::PartitionHealed, name, desc);
                } else {
                    let desc = format!("The node is partitioned from {}.", partitions.join(", "));
                    diff.of_node(EventType::PartitionDetected, name, desc);
                }
            }
            self.partitions.clone_from(partitions);
        }
    }

    fn alarms(&mut self, node: &Node, diff: &mut Diff) {
        if let Some(raised) = node.mem_alarm {
            if raised && !self.memory {
                let figures = figures(node.mem_used, "in use", node.mem_limit);
                let desc = format!("The memory alarm is raised{figures}. Publishers are blocked.");
                diff.of_node(EventType::MemoryAlarmSet, &node.name, desc);
            } else if !raised && self.memory {
                diff.of_node(
                    EventType::MemoryAlarmCleared,
                    &node.name,
                    "The memory alarm is cleared.",
                );
            }
            self.memory = raised;
        }
        if let Some(raised) = node.disk_free_alarm {
            if raised && !self.disk {
                let figures = figures(node.disk_free, "free", node.disk_free_limit);
                let desc = format!("The disk alarm is raised{figures}. Publishers are blocked.");
                diff.of_node(EventType::DiskAlarmSet, &node.name, desc);
            } else if !raised && self.disk {
                diff.of_node(
                    EventType::DiskAlarmCleared,
                    &node.name,
                    "The disk alarm is cleared.",
                );
            }
            self.disk = raised;
        }
    }
}

/// `: 812 MB in use, the limit is 800 MB`, as far as it is known.
fn figures(value: Option<i64>, what: &str, limit: Option<i64>) -> String {
    let value = value.map(|value| format!("{} {what}", megabytes(value)));
    let limit = limit.map(|limit| format!("the limit is {}", megabytes(limit)));
    let known: Vec<_> = value.into_iter().chain(limit).collect();
    if known.is_empty() {
        return String::new();
    }
    format!(": {}", known.join(", "))
}

fn megabytes(bytes: i64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> Node {
        Node {
            name: name.into(),
            running: Some(true),
            uptime: Some(1_000_000),
            mem_used: Some(50_000_000),
            mem_limit: Some(40_000_000),
            mem_alarm: Some(false),
            disk_free_alarm: Some(false),
            partitions: Some(Vec::new()),
            ..Node::default()
        }
    }

    fn version(version: &str) -> Overview {
        Overview {
            rabbitmq_version: Some(version.into()),
            ..Overview::default()
        }
    }

    /// The log lines after some answers about one node: `level node: sentence`.
    fn lines(looks: &[Node]) -> Vec<String> {
        let mut previous = PreviousState::default();
        let looks: Vec<_> = looks
            .iter()
            .map(|node| (version("3.10.8"), vec![node.clone()]))
            .collect();
        lines_by(&mut previous, &looks)
    }

    fn lines_by(previous: &mut PreviousState, looks: &[(Overview, Vec<Node>)]) -> Vec<String> {
        let changes = looks
            .iter()
            .flat_map(|(overview, nodes)| previous.compare(overview, nodes).changes);
        changes
            .map(|change| {
                let node = change.node.unwrap_or_else(|| "broker".into());
                format!("{} {node}: {}", change.event.level().as_str(), change.desc)
            })
            .collect()
    }

    #[test]
    fn healthy_node_logs_nothing() {
        assert_eq!(lines(&[node("a"), node("a"), node("a")]), [""; 0]);
    }

    #[test]
    fn alarms_are_logged_once_when_raised_and_once_when_cleared() {
        let raised = Node {
            mem_alarm: Some(true),
            ..node("a")
        };
        let disk = Node {
            disk_free_alarm: Some(true),
            disk_free: Some(1_000_000),
            ..node("a")
        };
        assert_eq!(
            lines(&[
                node("a"),
                raised.clone(),
                raised,
                node("a"),
                disk,
                node("a")
            ]),
            [
                "error a: The memory alarm is raised: 50.0 MB in use, the limit is 40.0 MB. Publishers are blocked.",
                "info a: The memory alarm is cleared.",
                "error a: The disk alarm is raised: 1.0 MB free. Publishers are blocked.",
                "info a: The disk alarm is cleared.",
            ]
        );
    }

    #[test]
    fn first_answer_logs_what_is_wrong() {
        let raised = Node {
            mem_alarm: Some(true),
            partitions: Some(vec!["b".into(), "c".into()]),
            ..node("a")
        };
        let logged = lines(&[raised]);
        assert!(logged[0].contains("memory alarm"), "{logged:?}");
        assert_eq!(logged[1], "error a: The node is partitioned from b, c.");
    }

    #[test]
    fn a_node_goes_and_comes_back() {
        let down = Node {
            name: "a".into(),
            running: Some(false),
            ..Node::default()
        };
        let restarted = Node {
            uptime: Some(5),
            ..node("a")
        };
        assert_eq!(
            lines(&[node("a"), down.clone(), down, restarted]),
            [
                "error a: The node is down.",
                "info a: The node is up again, after a restart.",
            ]
        );
    }

    #[test]
    fn an_alarm_of_a_node_that_went_down_is_not_cleared_but_gone() {
        let raised = Node {
            mem_alarm: Some(true),
            ..node("a")
        };
        let down = Node {
            running: Some(false),
            ..node("a")
        };
        let logged = lines(&[raised.clone(), down, node("a"), raised]);
        assert_eq!(logged.len(), 4, "raised, down, up, raised: {logged:?}");
    }

    #[test]
    fn restart_between_two_answers_is_detected() {
        let mut previous = PreviousState::default();
        assert!(!previous.compare(&version("1"), &[node("a")]).restarted);
        let restarted = Node {
            uptime: Some(5),
            ..node("a")
        };
        let diff = previous.compare(&version("1"), &[restarted]);
        assert!(diff.restarted);
        assert_eq!(diff.changes[0].desc, "The node has restarted.");
        assert_eq!(diff.changes[0].event, EventType::Restart);
    }

    #[test]
    fn versions_change_and_nodes_come_and_go() {
        let logged = lines_by(
            &mut PreviousState::default(),
            &[
                (version("3.10.8"), vec![node("a")]),
                (Overview::default(), vec![node("a"), node("b")]),
                (version("3.11.0"), vec![node("b")]),
            ],
        );
        assert_eq!(
            logged,
            [
                "info b: The node joined the cluster.",
                "warning broker: RabbitMQ is now 3.11.0; it was 3.10.8.",
                "warning a: The node left the cluster.",
            ]
        );
    }

    #[test]
    fn partitions_heal() {
        let parted = Node {
            partitions: Some(vec!["b".into()]),
            ..node("a")
        };
        assert_eq!(
            lines(&[parted, node("a")])[1],
            "info a: The node is no longer partitioned from others."
        );
    }
}
