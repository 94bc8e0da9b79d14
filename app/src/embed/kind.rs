//! Which panels there are, and what each shows.

use metering::meter;

/// A panel that can be put into another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
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

    /// The height that is kept free for it where the page around it names none, in pixels: what
    /// comes later then pushes nothing aside.
    pub const fn height(self) -> u32 {
        match self {
            Self::Overview => 1_100,
            Self::Tiles => 128,
            Self::QueuedMessages | Self::MessageRates | Self::Objects | Self::Churn => 340,
            kind if kind.is_facts() => 640,
            kind if kind.is_of_object() => 340,
            Self::ChurnTotals | Self::About => 280,
            _ => 200,
        }
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

    /// Whether it shows something of the nodes.
    pub const fn needs_nodes(self) -> bool {
        matches!(self, Self::Overview | Self::Nodes | Self::Alarms)
    }

    /// Whether a meter is drawn in it.
    pub fn draws(self, meter: &str) -> bool {
        let is_gauge = |of: &[meter::Definition]| of.iter().any(|one| one.name == meter);
        let is_rate = |of: &[meter::Counter]| of.iter().any(|one| one.rate.name == meter);
        match self {
            Self::Overview => true,
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
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_name_is_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::find(kind.word()), Some(kind));
        }
        assert_eq!(Kind::find("../overview"), None);
    }

    #[test]
    fn facts_are_of_one_thing_and_no_chart() {
        for kind in [Kind::QueueFacts, Kind::NodeFacts] {
            assert!(kind.is_of_object() && kind.is_facts() && !kind.is_charted());
        }
        assert!(Kind::QueueDepth.is_charted() && !Kind::QueueDepth.is_facts());
    }

    #[test]
    fn a_chart_draws_its_own_meters_alone() {
        assert!(Kind::QueuedMessages.draws("rabbit.messages.ready"));
        assert!(!Kind::QueuedMessages.draws("rabbit.connections"));
        assert!(Kind::Objects.draws("rabbit.connections"));
        assert!(Kind::MessageRates.draws("rabbit.publish.rate"));
        assert!(!Kind::Nodes.draws("rabbit.messages"));
        assert!(Kind::QueueDepth.draws("rabbit.messages.ready"));
        assert!(Kind::NodeIo.draws("io_sync_count") && !Kind::NodeIo.draws("io_read_bytes"));
    }
}
