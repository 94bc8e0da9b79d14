//! Which queues and vhosts get a history, and what of a list goes into it.
//!
//! Nothing is asked for it: depths and rates stand in the lists that are fetched for whoever looks.
//! A history have the queues that the operator named (`pinned_queues`), those whose charts somebody
//! looks at, and of all others the deepest and the busiest. Of vhosts those with the most messages.
//! Queues that go away with their client have none, unless they are pinned; those whose charts
//! somebody looks at have one in memory alone.
//!
//! Between two fetches that were apart on purpose the gauges go straight from one value to the
//! other, as everywhere in the [ring](crate::ring); the store gets what was observed alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::time::Duration;

use metering::overview::{MessageStats, QueueTotals};
use metering::series::{queue_of_path, queue_path};
use metering::{Queue, Vhost};

use super::column::{Key, key};
use super::rows::Rows;
use crate::collector::{keep, rates::Counters, record};
use crate::meters::Meter;
use crate::ring::Resource;
use crate::watched::Watched;

/// Of vhosts so many get a history.
const VHOSTS: usize = 24;
/// What a queue's place among the busiest is reckoned from.
const RATES: [&str; 2] = [
    "message_stats.publish_details.rate",
    "message_stats.deliver_get_details.rate",
];

/// What a queue's name begins with where the server chose it.
const SERVER_NAMED: &str = "amq.gen-";

/// What a list newly tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// How many messages wait.
    Depths,
    /// That, and what goes through.
    All,
}

/// What is remembered of a queue or vhost between two fetches.
#[derive(Default)]
struct Memory {
    counters: Counters,
    /// The slot of the last depth, and of the last rates.
    depths: Option<i64>,
    rates: Option<i64>,
    /// A slot that the store does not have yet.
    pending: Option<i64>,
}

/// The histories of one broker's queues and vhosts.
#[derive(Default)]
pub(crate) struct History {
    memories: HashMap<String, Memory>,
}

/// A queue or a vhost, as far as its history goes.
struct Told {
    messages: Option<i64>,
    messages_ready: Option<i64>,
    messages_unacknowledged: Option<i64>,
    consumers: Option<i64>,
    message_stats: Option<MessageStats>,
    /// Whether the store gets it too, beside the last hour in memory.
    stored: bool,
}

impl From<Queue> for Told {
    fn from(queue: Queue) -> Self {
        Self {
            messages: queue.messages,
            messages_ready: queue.messages_ready,
            messages_unacknowledged: queue.messages_unacknowledged,
            consumers: queue.consumers,
            message_stats: queue.message_stats,
            stored: true,
        }
    }
}

impl From<Vhost> for Told {
    fn from(vhost: Vhost) -> Self {
        Self {
            messages: vhost.messages,
            messages_ready: vhost.messages_ready,
            messages_unacknowledged: vhost.messages_unacknowledged,
            consumers: None,
            message_stats: vhost.message_stats,
            stored: true,
        }
    }
}

/// The rows with the greatest numbers in some columns, added up, among those that may be `kept`; rows
/// without numbers are none of them.
fn greatest(
    rows: &Rows,
    columns: &[&str],
    count: usize,
    kept: impl Fn(u32) -> bool,
) -> impl Iterator<Item = u32> {
    let number = |row: u32| {
        let sum: f64 = columns
            .iter()
            .filter_map(|column| match key(rows.json(row), column) {
                Some(Key::Number(number)) => Some(number),
                _ => None,
            })
            .sum();
        // Of numbers above zero the bits have the same order.
        (sum > 0.0).then(|| (sum.to_bits(), Reverse(row)))
    };
    let mut heap: BinaryHeap<_> = rows.all().filter_map(number).collect();
    let in_order = std::iter::from_fn(move || heap.pop());
    in_order
        .map(|(_, Reverse(row))| row)
        .filter(move |&row| kept(row))
        .take(count)
}

/// Whether a queue goes away with its client: it is exclusive or auto-delete, or the server gave it
/// its name. Its history would outlive it for nobody.
fn is_transient(rows: &Rows, row: u32) -> bool {
    let has = |flag: &str| key(rows.json(row), flag) == Some(Key::Flag(true));
    rows.name(row).starts_with(SERVER_NAMED) || has("exclusive") || has("auto_delete")
}

/// The queues of a list that get a history. Takes some milliseconds where they are many.
pub(crate) fn queues(
    rows: &Rows,
    wanted: &BTreeSet<String>,
    busy: usize,
    fresh: Fresh,
) -> BTreeSet<u32> {
    let named = wanted.iter().filter_map(|path| {
        let (vhost, queue) = queue_of_path(path)?;
        rows.find(&vhost, queue)
    });
    let mut chosen: BTreeSet<u32> = named.collect();
    let stays = |row| !is_transient(rows, row);
    chosen.extend(greatest(rows, &["messages"], busy, stays));
    if fresh == Fresh::All {
        chosen.extend(greatest(rows, &RATES, busy, stays));
    }
    chosen
}

/// The vhosts of a list that get a history.
pub(crate) fn vhosts(rows: &Rows) -> BTreeSet<u32> {
    if rows.len() <= VHOSTS {
        return rows.all().collect();
    }
    greatest(rows, &["messages"], VHOSTS, |_| true).collect()
}

impl History {
    /// Takes in some rows of a list of queues.
    pub(crate) fn take_queues(
        &mut self,
        broker: &Watched,
        rows: &Rows,
        chosen: &BTreeSet<u32>,
        fresh: Fresh,
        moment: Moment<'_>,
    ) {
        let told = chosen.iter().filter_map(|&row| {
            let queue: Queue = serde_json::from_slice(rows.json(row)).ok()?;
            let path = queue_path(&queue.vhost, &queue.name);
            let mut told = Told::from(queue);
            told.stored = !is_transient(rows, row) || broker.is_pinned(&path);
            Some((path, told))
        });
        self.take(broker, told.collect(), fresh, moment);
    }

    /// The same of vhosts.
    pub(crate) fn take_vhosts(
        &mut self,
        broker: &Watched,
        rows: &Rows,
        chosen: &BTreeSet<u32>,
        moment: Moment<'_>,
    ) {
        let told = chosen.iter().filter_map(|&row| {
            let vhost: Vhost = serde_json::from_slice(rows.json(row)).ok()?;
            Some((queue_path(&vhost.name, ""), Told::from(vhost)))
        });
        self.take(broker, told.collect(), Fresh::All, moment);
    }

    fn take(
        &mut self,
        broker: &Watched,
        told: BTreeMap<String, Told>,
        fresh: Fresh,
        moment: Moment<'_>,
    ) {
        let mut ring = broker.ring_mut();
        // The collector opens slots, and has none before its first answer.
        let Some(slot) = ring.head() else { return };
        let apart = moment.apart.as_millis() as i64 / ring.tick().max(1) + 1;
        for (path, mut told) in told {
            let memory = self.memories.entry(path.clone()).or_default();
            let resource = Resource::Object(&path);
            let totals = QueueTotals {
                messages: told.messages,
                messages_ready: told.messages_ready,
                messages_unacknowledged: told.messages_unacknowledged,
                ..QueueTotals::default()
            };
            let stats = told.message_stats.as_mut().filter(|_| fresh == Fresh::All);
            let stats = stats.map(|stats| {
                memory.counters.correct_messages(moment.at, stats);
                &*stats
            });
            record::messages(&mut ring, resource, slot, Some(&totals), stats);
            if let Some(consumers) = told.consumers.filter(|_| fresh == Fresh::All) {
                ring.set(resource, Meter::CONSUMERS, slot, consumers as f64);
            }
            let near =
                |last: Option<i64>| last.filter(|last| (2..=2 * apart).contains(&(slot - last)));
            if let Some(last) = near(memory.depths) {
                ring.bridge_object(&path, last, slot, false);
            }
            memory.depths = Some(slot);
            if fresh == Fresh::All {
                if let Some(last) = near(memory.rates) {
                    ring.bridge_object(&path, last, slot, true);
                }
                memory.rates = Some(slot);
            }
            if !told.stored {
                continue;
            }
            let before = memory
                .pending
                .replace(slot)
                .filter(|&before| before != slot);
            let row = before.and_then(|before| keep::object_row(broker, &ring, &path, before));
            if let Some(row) = row {
                moment.store.collect(row);
            }
        }
        // Of those that are no more among the told the last is handed on, and they are forgotten.
        let oldest = ring.oldest().unwrap_or(slot);
        self.memories.retain(|path, memory| {
            let before = memory.pending.take_if(|before| *before < slot);
            let row = before.and_then(|before| keep::object_row(broker, &ring, path, before));
            if let Some(row) = row {
                moment.store.collect(row);
            }
            memory.depths.is_some_and(|last| last >= oldest)
        });
    }
}

/// When something was told, how far such news are apart, and where they are kept.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// In milliseconds since the epoch.
    pub(crate) at: i64,
    /// Of news that are further apart some did not come.
    pub(crate) apart: Duration,
    pub(crate) store: &'a dyn store::Store,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::lists::kind::Kind;

    fn rows() -> Rows {
        let json = br#"[
            {"name":"deep","vhost":"a","messages":100},
            {"name":"deeper","vhost":"a","messages":200},
            {"name":"empty","vhost":"a","messages":0},
            {"name":"fast","vhost":"b","messages":0,"message_stats":{"publish_details":{"rate":9.0}}},
            {"name":"pinned","vhost":"/","messages":1}
        ]"#;
        Kind::Queues.read(json).expect("rows").rows
    }

    fn chosen(pinned: &[&str], busy: usize, fresh: Fresh) -> Vec<String> {
        let rows = rows();
        let wanted = pinned.iter().map(|&path| path.to_owned()).collect();
        let chosen = queues(&rows, &wanted, busy, fresh);
        chosen
            .into_iter()
            .map(|row| rows.name(row).to_owned())
            .collect()
    }

    #[test]
    fn the_deepest_the_busiest_and_the_pinned_are_chosen() {
        assert_eq!(
            chosen(&["%2F/pinned", "a/gone"], 1, Fresh::All),
            ["pinned", "deeper", "fast"]
        );
        assert_eq!(chosen(&[], 2, Fresh::Depths), ["deep", "deeper"]);
        assert_eq!(chosen(&["b/fast"], 0, Fresh::All), ["fast"]);
    }

    #[test]
    fn queues_that_go_with_their_client_are_chosen_by_name_alone() {
        let json = br#"[
            {"name":"amq.gen-x","vhost":"a","messages":900},
            {"name":"auto","vhost":"a","auto_delete":true,"messages":800},
            {"name":"mine","vhost":"a","exclusive":true,"messages":700},
            {"name":"stays","vhost":"a","auto_delete":false,"exclusive":false,"messages":1}
        ]"#;
        let rows = Kind::Queues.read(json).expect("rows").rows;
        let names = |wanted: &[&str]| {
            let wanted = wanted.iter().map(|&path| path.to_owned()).collect();
            let chosen = queues(&rows, &wanted, 10, Fresh::All).into_iter();
            chosen.map(|row| rows.name(row)).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["stays"]);
        assert_eq!(names(&["a/mine"]), ["mine", "stays"]);
    }

    #[test]
    fn what_holds_nothing_is_not_among_the_deepest() {
        assert!(!chosen(&[], 10, Fresh::Depths).contains(&"empty".to_owned()));
    }
}
