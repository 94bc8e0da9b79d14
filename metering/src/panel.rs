//! The panels that can be put into another page, and what each needs of the metering API.
//!
//! The page that draws panels and the API that answers for a guest token both go by this list:
//! what a panel does not need, a token for it does not open.

use crate::meter;
use crate::{Node, Overview};

/// A panel that can be put into another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Panel {
    /// The overview of a broker, whole.
    Overview,
    /// Object totals as tiles.
    Tiles,
    /// The chart of queued messages.
    QueuedMessages,
    /// The chart of message rates.
    MessageRates,
    /// The chart of object totals.
    Objects,
    /// The chart of churn.
    Churn,
    /// Churn in numbers.
    ChurnTotals,
    /// The table of nodes.
    Nodes,
    /// The list of alarms in effect.
    Alarms,
    /// Versions and names.
    About,
    /// Where the broker listens.
    Listeners,
    /// What its web server serves.
    Contexts,
    /// The kinds of exchanges that it knows.
    ExchangeTypes,
    /// The chart of messages in a queue.
    QueueDepth,
    /// The chart of messages through a queue.
    QueueRates,
    /// The chart of a node's memory.
    NodeMemory,
    /// The chart of a node's free disk space.
    NodeDisk,
    /// The chart of a node's file descriptors and sockets.
    NodeFiles,
    /// The chart of a node's Erlang processes.
    NodeProcesses,
    /// The chart of a node's reads and writes.
    NodeIo,
    /// The same in bytes.
    NodeIoBytes,
    /// What is known of a queue, in groups of facts.
    QueueFacts,
    /// What is known of a node, likewise.
    NodeFacts,
}

/// What a panel is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A broker.
    Broker,
    /// A queue, or a stream.
    Queue,
    /// A node.
    Node,
}

impl Panel {
    /// Every panel.
    pub const ALL: [Self; 23] = [
        Self::Overview,
        Self::Tiles,
        Self::QueuedMessages,
        Self::MessageRates,
        Self::Objects,
        Self::Churn,
        Self::ChurnTotals,
        Self::Nodes,
        Self::Alarms,
        Self::About,
        Self::Listeners,
        Self::Contexts,
        Self::ExchangeTypes,
        Self::QueueDepth,
        Self::QueueRates,
        Self::NodeMemory,
        Self::NodeDisk,
        Self::NodeFiles,
        Self::NodeProcesses,
        Self::NodeIo,
        Self::NodeIoBytes,
        Self::QueueFacts,
        Self::NodeFacts,
    ];

    /// Its name, in attributes, addresses and tokens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Tiles => "tiles",
            Self::QueuedMessages => "queued-messages",
            Self::MessageRates => "message-rates",
            Self::Objects => "objects",
            Self::Churn => "churn",
            Self::ChurnTotals => "churn-totals",
            Self::Nodes => "nodes",
            Self::Alarms => "alarms",
            Self::About => "about",
            Self::Listeners => "listeners",
            Self::Contexts => "contexts",
            Self::ExchangeTypes => "exchange-types",
            Self::QueueDepth => "queue-depth",
            Self::QueueRates => "queue-rates",
            Self::NodeMemory => "node-memory",
            Self::NodeDisk => "node-disk",
            Self::NodeFiles => "node-files",
            Self::NodeProcesses => "node-processes",
            Self::NodeIo => "node-io",
            Self::NodeIoBytes => "node-io-bytes",
            Self::QueueFacts => "queue-facts",
            Self::NodeFacts => "node-facts",
        }
    }

    /// What it is about.
    pub const fn subject(self) -> Subject {
        match self {
            Self::QueueDepth | Self::QueueRates | Self::QueueFacts => Subject::Queue,
            Self::NodeMemory
            | Self::NodeDisk
            | Self::NodeFiles
            | Self::NodeProcesses
            | Self::NodeIo
            | Self::NodeIoBytes
            | Self::NodeFacts => Subject::Node,
            _ => Subject::Broker,
        }
    }

    /// Whether it is about one thing within a broker.
    pub const fn is_of_object(self) -> bool {
        !matches!(self.subject(), Subject::Broker)
    }

    /// Whether it is what is known of one thing, in words and numbers.
    pub const fn is_facts(self) -> bool {
        matches!(self, Self::QueueFacts | Self::NodeFacts)
    }

    /// The panel of a name.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The names of all, for messages.
    pub fn accepted() -> String {
        Self::ALL.map(Self::word).join(", ")
    }

    /// Whether it draws lines over the time that is chosen.
    pub const fn is_charted(self) -> bool {
        (self.is_of_object() && !self.is_facts())
            || matches!(
                self,
                Self::Overview
                    | Self::QueuedMessages
                    | Self::MessageRates
                    | Self::Objects
                    | Self::Churn
            )
    }

    /// Whether it needs the last hour whatever time is chosen, as tiles do.
    pub const fn needs_hour(self) -> bool {
        matches!(self, Self::Overview | Self::Tiles)
    }

    /// Whether it shows something of all nodes.
    pub const fn needs_nodes(self) -> bool {
        matches!(self, Self::Overview | Self::Nodes | Self::Alarms)
    }

    /// Whether it shows something of a broker's totals, beside their time.
    pub const fn needs_overview(self) -> bool {
        matches!(
            self,
            Self::Overview
                | Self::Tiles
                | Self::ChurnTotals
                | Self::About
                | Self::Listeners
                | Self::Contexts
                | Self::ExchangeTypes
        )
    }

    /// Whether a meter is drawn in it.
    pub fn draws(self, meter: &str) -> bool {
        let is_gauge = |of: &[meter::Definition]| of.iter().any(|one| one.name == meter);
        let is_rate = |of: &[meter::Counter]| of.iter().any(|one| one.rate.name == meter);
        match self {
            // What belongs to a node has panels of its own.
            Self::Overview => meter::NODE.iter().all(|one| one.name != meter),
            Self::Tiles | Self::Objects => is_gauge(meter::OBJECT_TOTALS),
            Self::QueuedMessages | Self::QueueDepth => is_gauge(meter::QUEUE_TOTALS),
            Self::MessageRates | Self::QueueRates => is_rate(meter::MESSAGE_STATS),
            Self::Churn => is_rate(meter::CHURN_RATES),
            Self::NodeMemory => meter == "rabbit.node.memory",
            Self::NodeDisk => meter == "rabbit.node.disk_free",
            Self::NodeFiles => {
                matches!(
                    meter,
                    "rabbit.node.file_descriptors" | "rabbit.node.sockets"
                )
            }
            Self::NodeProcesses => meter == "rabbit.node.processes",
            Self::NodeIo => meter.starts_with("io_") && meter.ends_with("_count"),
            Self::NodeIoBytes => meter.starts_with("io_") && meter.ends_with("_bytes"),
            _ => false,
        }
    }

    /// Whether it draws values over time, of whatever span.
    pub const fn needs_series(self) -> bool {
        self.is_charted() || self.needs_hour()
    }

    /// Whether marks of the log stand in it: warnings and errors of its broker.
    pub const fn needs_log(self) -> bool {
        self.is_charted()
    }

    /// Whether it shows a field of the queue or the node that it is about, by the API's name.
    pub fn shows_field(self, field: &str) -> bool {
        let of = |fields: &[&str]| {
            let field = field.strip_suffix("_details").unwrap_or(field);
            fields.contains(&field)
        };
        match self {
            // Who consumes and who publishes stands on the queue's own page alone.
            Self::QueueFacts => !matches!(field, "consumer_details" | "incoming" | "deliveries"),
            Self::NodeFacts => true,
            Self::QueueDepth => of(&["messages", "messages_ready", "messages_unacknowledged"]),
            Self::QueueRates => of(&["message_stats"]),
            Self::NodeMemory => of(&["mem_used"]),
            Self::NodeDisk => of(&["disk_free"]),
            Self::NodeFiles => of(&["fd_used", "sockets_used"]),
            Self::NodeProcesses => of(&["proc_used"]),
            Self::NodeIo => of(&["io_read_count", "io_write_count", "io_sync_count"]),
            Self::NodeIoBytes => of(&["io_read_bytes", "io_write_bytes"]),
            _ => false,
        }
    }
}

fn keep<T: Clone>(field: Option<&T>, shown: bool) -> Option<T> {
    field.filter(|_| shown).cloned()
}

/// The part of a broker's totals that some panels show together.
pub fn overview_of(panels: &[Panel], overview: &Overview) -> Overview {
    let whole = panels.contains(&Panel::Overview);
    let any = |panel| whole || panels.contains(&panel);
    Overview {
        object_totals: keep(overview.object_totals.as_ref(), any(Panel::Tiles)),
        queue_totals: keep(overview.queue_totals.as_ref(), whole),
        message_stats: keep(overview.message_stats.as_ref(), whole),
        churn_rates: keep(overview.churn_rates.as_ref(), any(Panel::ChurnTotals)),
        listeners: keep(overview.listeners.as_ref(), any(Panel::Listeners)),
        contexts: keep(overview.contexts.as_ref(), any(Panel::Contexts)),
        exchange_types: keep(overview.exchange_types.as_ref(), any(Panel::ExchangeTypes)),
        observed_at: overview.observed_at,
        ..if any(Panel::About) {
            overview.clone()
        } else {
            Overview::default()
        }
    }
}

/// The part of a broker's nodes that some panels show together; absent: nothing of them.
pub fn nodes_of(panels: &[Panel], nodes: &[Node]) -> Option<Vec<Node>> {
    let needs = |panel: Panel| panel.needs_nodes() || panel == Panel::NodeFacts;
    if !panels.iter().copied().any(needs) {
        return None;
    }
    let shows_all = |panel: &Panel| needs(*panel) && *panel != Panel::Alarms;
    if panels.iter().any(shows_all) {
        return Some(nodes.to_vec());
    }
    let alarms = |node: &Node| Node {
        name: node.name.clone(),
        running: node.running,
        being_drained: node.being_drained,
        mem_alarm: node.mem_alarm,
        disk_free_alarm: node.disk_free_alarm,
        partitions: node.partitions.clone(),
        ..Node::default()
    };
    Some(nodes.iter().map(alarms).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for kind in Panel::ALL {
            assert_eq!(Panel::find(kind.word()), Some(kind));
        }
        assert_eq!(Panel::find("../overview"), None);
    }

    #[test]
    fn facts_are_of_one_thing_and_no_chart() {
        for kind in [Panel::QueueFacts, Panel::NodeFacts] {
            assert!(kind.is_of_object() && kind.is_facts() && !kind.is_charted());
        }
        assert!(Panel::QueueDepth.is_charted() && !Panel::QueueDepth.is_facts());
    }

    #[test]
    fn a_chart_draws_its_own_meters_alone() {
        assert!(Panel::QueuedMessages.draws("rabbit.messages.ready"));
        assert!(!Panel::QueuedMessages.draws("rabbit.connections"));
        assert!(Panel::Objects.draws("rabbit.connections"));
        assert!(Panel::MessageRates.draws("rabbit.publish.rate"));
        assert!(!Panel::Nodes.draws("rabbit.messages"));
        assert!(Panel::QueueDepth.draws("rabbit.messages.ready"));
        assert!(Panel::NodeIo.draws("io_sync_count") && !Panel::NodeIo.draws("io_read_bytes"));
        assert!(Panel::Overview.draws("rabbit.queue_created.rate"));
        assert!(!Panel::Overview.draws("rabbit.node.memory"));
    }

    #[test]
    fn a_chart_of_an_object_gets_the_fields_that_it_draws() {
        let shown = |panel: Panel, fields: [&str; 4]| fields.map(|field| panel.shows_field(field));
        let fields = [
            "messages_ready_details",
            "message_stats",
            "consumer_details",
            "policy",
        ];
        assert_eq!(
            shown(Panel::QueueDepth, fields),
            [true, false, false, false]
        );
        assert_eq!(
            shown(Panel::QueueRates, fields),
            [false, true, false, false]
        );
        assert_eq!(shown(Panel::QueueFacts, fields), [true, true, false, true]);
        assert_eq!(shown(Panel::QueuedMessages, fields), [false; 4]);
    }

    #[test]
    fn a_panel_gets_what_it_shows_and_nothing_else() {
        let full: Overview = test_fixtures::broker_answer_as("4.0.5", "overview");
        let keys = |kind: Panel| -> Vec<String> {
            let shown = serde_json::to_value(overview_of(&[kind], &full)).expect("JSON");
            let shown = shown.as_object().expect("an object");
            assert_eq!(kind.needs_overview(), !shown.is_empty(), "{kind:?}");
            shown.keys().cloned().collect()
        };
        assert_eq!(keys(Panel::Tiles), ["object_totals"]);
        assert_eq!(keys(Panel::Listeners), ["listeners"]);
        assert_eq!(keys(Panel::ChurnTotals), ["churn_rates"]);
        for chart in [Panel::QueuedMessages, Panel::Nodes, Panel::Alarms] {
            assert!(keys(chart).is_empty(), "{chart:?}");
        }
        assert!(!keys(Panel::About).contains(&"listeners".to_owned()));
        assert!(keys(Panel::Overview).len() > 8);
    }

    #[test]
    fn alarms_show_nothing_of_a_node_but_its_alarms() {
        let node = Node {
            name: "rabbit@a".into(),
            mem_alarm: Some(true),
            mem_used: Some(5),
            ..Node::default()
        };
        let of = |panels: &[Panel]| nodes_of(panels, std::slice::from_ref(&node));
        assert_eq!(of(&[Panel::Tiles, Panel::NodeMemory]), None);
        let alarms = of(&[Panel::Tiles, Panel::Alarms]).expect("nodes");
        assert_eq!(
            (alarms[0].mem_alarm, alarms[0].mem_used),
            (Some(true), None)
        );
        assert_eq!(of(&[Panel::Alarms, Panel::Nodes]), Some(vec![node.clone()]));
    }
}
