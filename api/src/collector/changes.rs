//! What changed on a broker from one answer to the next: lines for the system log.
//!
//! What is wrong when a broker is first seen is told too; what is as it should be is not.

use std::collections::BTreeMap;

use metering::{LogLevel, Node, Overview};

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) level: LogLevel,
    /// The node that it is about; none: the broker as a whole.
    pub(crate) node: Option<String>,
    /// In a sentence.
    pub(crate) desc: String,
}

/// What was last seen of a broker.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Whether it answered before.
    before: bool,
    rabbitmq_version: Option<String>,
    erlang_version: Option<String>,
    nodes: BTreeMap<String, SeenNode>,
}

/// What was last seen of a node.
#[derive(Clone, Debug, Default)]
struct SeenNode {
    is_down: bool,
    uptime: Option<i64>,
    memory: bool,
    disk: bool,
    partitions: Vec<String>,
}

/// What a look at a broker brought.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) changes: Vec<Change>,
    /// Whether a node has started since it was last seen.
    pub(crate) restarted: bool,
}

impl Looked {
    fn of_broker(&mut self, level: LogLevel, desc: String) {
        self.changes.push(Change {
            level,
            node: None,
            desc,
        });
    }

    fn of_node(&mut self, level: LogLevel, node: &str, desc: impl Into<String>) {
        self.changes.push(Change {
            level,
            node: Some(node.to_owned()),
            desc: desc.into(),
        });
    }
}

impl Seen {
    /// Compares an answer with the last one, and remembers it.
    pub(crate) fn look(&mut self, overview: &Overview, nodes: &[Node]) -> Looked {
        let mut looked = Looked::default();
        for (what, before, now) in [
            (
                "RabbitMQ",
                &mut self.rabbitmq_version,
                &overview.rabbitmq_version,
            ),
            ("Erlang", &mut self.erlang_version, &overview.erlang_version),
        ] {
            if let (Some(before), Some(now)) = (&*before, now)
                && before != now
            {
                let desc = format!("{what} is now {now}; it was {before}.");
                looked.of_broker(LogLevel::Warning, desc);
            }
            // What is left out once is not forgotten.
            if now.is_some() {
                before.clone_from(now);
            }
        }
        for node in nodes {
            let is_new = !self.nodes.contains_key(&node.name);
            if is_new && self.before {
                let desc = "The node joined the cluster.";
                looked.of_node(LogLevel::Info, &node.name, desc);
            }
            let seen = self.nodes.entry(node.name.clone()).or_default();
            seen.look(node, &mut looked);
        }
        self.nodes.retain(|name, _| {
            let is_there = nodes.iter().any(|node| node.name == *name);
            if !is_there {
                looked.of_node(LogLevel::Warning, name, "The node left the cluster.");
            }
            is_there
        });
        self.before = true;
        looked
    }
}

impl SeenNode {
    fn look(&mut self, node: &Node, looked: &mut Looked) {
        let name = node.name.as_str();
        if node.running == Some(false) {
            if !self.is_down {
                looked.of_node(LogLevel::Error, name, "The node is down.");
            }
            // What it had ended with it. Its uptime stays: the next one is another's.
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
        looked.restarted |= restarted;
        if self.is_down {
            let desc = if restarted {
                "The node is up again, after a restart."
            } else {
                "The node is up again."
            };
            looked.of_node(LogLevel::Info, name, desc);
        } else if restarted {
            looked.of_node(LogLevel::Warning, name, "The node has restarted.");
        }
        self.is_down = false;
        self.uptime = node.uptime.or(self.uptime);
        self.alarms(node, looked);
        if let Some(partitions) = &node.partitions {
            if *partitions != self.partitions {
                if partitions.is_empty() {
                    let desc = "The node is no longer partitioned from others.";
                    looked.of_node(LogLevel::Info, name, desc);
                } else {
                    let desc = format!("The node is partitioned from {}.", partitions.join(", "));
                    looked.of_node(LogLevel::Error, name, desc);
                }
            }
            self.partitions.clone_from(partitions);
        }
    }

    fn alarms(&mut self, node: &Node, looked: &mut Looked) {
        if let Some(raised) = node.mem_alarm {
            if raised && !self.memory {
                let figures = figures(node.mem_used, "in use", node.mem_limit);
                let desc = format!("The memory alarm is raised{figures}. Publishers are blocked.");
                looked.of_node(LogLevel::Error, &node.name, desc);
            } else if !raised && self.memory {
                looked.of_node(LogLevel::Info, &node.name, "The memory alarm is cleared.");
            }
            self.memory = raised;
        }
        if let Some(raised) = node.disk_free_alarm {
            if raised && !self.disk {
                let figures = figures(node.disk_free, "free", node.disk_free_limit);
                let desc = format!("The disk alarm is raised{figures}. Publishers are blocked.");
                looked.of_node(LogLevel::Error, &node.name, desc);
            } else if !raised && self.disk {
                looked.of_node(LogLevel::Info, &node.name, "The disk alarm is cleared.");
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

    /// Looks at one node a few times and gives what was told: `level node: sentence`.
    fn told(looks: &[Node]) -> Vec<String> {
        let mut seen = Seen::default();
        let looks: Vec<_> = looks
            .iter()
            .map(|node| (version("3.10.8"), vec![node.clone()]))
            .collect();
        told_by(&mut seen, &looks)
    }

    fn told_by(seen: &mut Seen, looks: &[(Overview, Vec<Node>)]) -> Vec<String> {
        let changes = looks
            .iter()
            .flat_map(|(overview, nodes)| seen.look(overview, nodes).changes);
        changes
            .map(|change| {
                let node = change.node.unwrap_or_else(|| "broker".into());
                format!("{} {node}: {}", change.level.as_str(), change.desc)
            })
            .collect()
    }

    #[test]
    fn what_is_as_it_should_be_is_not_told() {
        assert_eq!(told(&[node("a"), node("a"), node("a")]), [""; 0]);
    }

    #[test]
    fn alarms_are_told_once_when_raised_and_once_when_cleared() {
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
            told(&[
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
    fn what_is_wrong_at_first_sight_is_told() {
        let raised = Node {
            mem_alarm: Some(true),
            partitions: Some(vec!["b".into(), "c".into()]),
            ..node("a")
        };
        let told = told(&[raised]);
        assert!(told[0].contains("memory alarm"), "{told:?}");
        assert_eq!(told[1], "error a: The node is partitioned from b, c.");
    }

    #[test]
    fn a_node_goes_and_comes_back() {
        let down = Node {
            name: "a".into(),
            running: Some(false),
            ..Node::default()
        };
        let anew = Node {
            uptime: Some(5),
            ..node("a")
        };
        assert_eq!(
            told(&[node("a"), down.clone(), down, anew]),
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
        let told = told(&[raised.clone(), down, node("a"), raised]);
        assert_eq!(told.len(), 4, "raised, down, up, raised: {told:?}");
    }

    #[test]
    fn a_restart_between_two_looks_is_seen() {
        let mut seen = Seen::default();
        assert!(!seen.look(&version("1"), &[node("a")]).restarted);
        let anew = Node {
            uptime: Some(5),
            ..node("a")
        };
        let looked = seen.look(&version("1"), &[anew]);
        assert!(looked.restarted);
        assert_eq!(looked.changes[0].desc, "The node has restarted.");
        assert_eq!(looked.changes[0].level, LogLevel::Warning);
    }

    #[test]
    fn versions_change_and_nodes_come_and_go() {
        let told = told_by(
            &mut Seen::default(),
            &[
                (version("3.10.8"), vec![node("a")]),
                (Overview::default(), vec![node("a"), node("b")]),
                (version("3.11.0"), vec![node("b")]),
            ],
        );
        assert_eq!(
            told,
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
            told(&[parted, node("a")])[1],
            "info a: The node is no longer partitioned from others."
        );
    }
}
