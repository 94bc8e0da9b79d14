//! Which queues and vhosts get a history, and what of a list goes into it.
//!
//! This costs no request: depths and rates are read from the lists that viewers request. These
//! queues have a history: those that the operator named (`pinned_queues`), those whose charts a
//! viewer requests, and of all others the deepest and the busiest. Of vhosts those with the most
//! messages. Queues that go away with their client have none unless they are pinned; if a viewer
//! requests their chart, they have one in memory only.
//!
//! Between two fetches that were apart on purpose, gauges are interpolated in the
//! [recent history](crate::broker::recent_history). The store gets only observed values.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::time::Duration;

use metering::overview::{MessageStats, QueueTotals};
use metering::series::{queue_of_path, queue_path};
use metering::{Queue, Vhost};

use crate::broker::broker_state::BrokerHandle;
use crate::broker::meters::Meter;
use crate::broker::recent_history::Resource;
use crate::collector::{persist, rates::Counters, record};
use crate::lists::column::{Key, key};
use crate::lists::rows::Rows;

/// How many vhosts get a history.
const MAX_VHOSTS: usize = 24;
/// The busiest queues are those with the highest sum of these.
const RATES: [&str; 2] = [
    "message_stats.publish_details.rate",
    "message_stats.deliver_get_details.rate",
];

/// What a queue's name begins with where the server chose it.
const SERVER_NAMED: &str = "amq.gen-";

/// Which figures of a list are new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewFigures {
    /// Queue depths.
    Depths,
    /// Queue depths and rates.
    All,
}

/// What is remembered of a queue or vhost between two fetches.
#[derive(Default)]
struct Memory {
    counters: Counters,
    /// The bucket of the last depth, and of the last rates.
    depths: Option<i64>,
    rates: Option<i64>,
    /// A bucket that the store does not have yet.
    pending: Option<i64>,
}

/// The histories of one broker's queues and vhosts.
#[derive(Default)]
pub(crate) struct QueueHistories {
    memories: HashMap<String, Memory>,
}

/// The figures of a queue or vhost that its history holds.
struct ObjectFigures {
    messages: Option<i64>,
    messages_ready: Option<i64>,
    messages_unacknowledged: Option<i64>,
    consumers: Option<i64>,
    message_stats: Option<MessageStats>,
    /// Whether the store gets it too, beside the last hour in memory.
    stored: bool,
}

impl From<Queue> for ObjectFigures {
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

impl From<Vhost> for ObjectFigures {
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
    fresh: NewFigures,
) -> BTreeSet<u32> {
    let named = wanted.iter().filter_map(|path| {
        let (vhost, queue) = queue_of_path(path)?;
        rows.find(&vhost, queue)
    });
    let mut chosen: BTreeSet<u32> = named.collect();
    let stays = |row| !is_transient(rows, row);
    chosen.extend(greatest(rows, &["messages"], busy, stays));
    if fresh == NewFigures::All {
        chosen.extend(greatest(rows, &RATES, busy, stays));
    }
    chosen
}

/// The vhosts of a list that get a history.
pub(crate) fn vhosts(rows: &Rows) -> BTreeSet<u32> {
    if rows.len() <= MAX_VHOSTS {
        return rows.all().collect();
    }
    greatest(rows, &["messages"], MAX_VHOSTS, |_| true).collect()
}

impl QueueHistories {
    /// Takes in some rows of a list of queues.
    pub(crate) fn take_queues(
        &mut self,
        broker: &BrokerHandle,
        rows: &Rows,
        chosen: &BTreeSet<u32>,
        fresh: NewFigures,
        fetch_time: FetchTime<'_>,
    ) {
        let figures = chosen.iter().filter_map(|&row| {
            let queue: Queue = serde_json::from_slice(rows.json(row)).ok()?;
            let path = queue_path(&queue.vhost, &queue.name);
            let mut figures = ObjectFigures::from(queue);
            figures.stored = !is_transient(rows, row) || broker.charted_queues.is_pinned(&path);
            Some((path, figures))
        });
        self.take(broker, figures.collect(), fresh, fetch_time);
    }

    /// Takes in some rows of a list of vhosts.
    pub(crate) fn take_vhosts(
        &mut self,
        broker: &BrokerHandle,
        rows: &Rows,
        chosen: &BTreeSet<u32>,
        fetch_time: FetchTime<'_>,
    ) {
        let figures = chosen.iter().filter_map(|&row| {
            let vhost: Vhost = serde_json::from_slice(rows.json(row)).ok()?;
            Some((queue_path(&vhost.name, ""), ObjectFigures::from(vhost)))
        });
        self.take(broker, figures.collect(), NewFigures::All, fetch_time);
    }

    fn take(
        &mut self,
        broker: &BrokerHandle,
        figures: BTreeMap<String, ObjectFigures>,
        fresh: NewFigures,
        fetch_time: FetchTime<'_>,
    ) {
        let mut history = broker.history_mut();
        // The collector opens buckets, and has none before its first answer.
        let Some(bucket) = history.head() else { return };
        let apart = fetch_time.apart.as_millis() as i64 / history.tick().max(1) + 1;
        for (path, mut figures) in figures {
            let memory = self.memories.entry(path.clone()).or_default();
            let resource = Resource::Object(&path);
            let totals = QueueTotals {
                messages: figures.messages,
                messages_ready: figures.messages_ready,
                messages_unacknowledged: figures.messages_unacknowledged,
                ..QueueTotals::default()
            };
            let stats = figures
                .message_stats
                .as_mut()
                .filter(|_| fresh == NewFigures::All);
            let stats = stats.map(|stats| {
                memory.counters.correct_messages(fetch_time.at, stats);
                &*stats
            });
            record::messages(&mut history, resource, bucket, Some(&totals), stats);
            if let Some(consumers) = figures.consumers.filter(|_| fresh == NewFigures::All) {
                history.set(resource, Meter::CONSUMERS, bucket, consumers as f64);
            }
            let near =
                |last: Option<i64>| last.filter(|last| (2..=2 * apart).contains(&(bucket - last)));
            if let Some(last) = near(memory.depths) {
                history.interpolate_object(&path, last, bucket, false);
            }
            memory.depths = Some(bucket);
            if fresh == NewFigures::All {
                if let Some(last) = near(memory.rates) {
                    history.interpolate_object(&path, last, bucket, true);
                }
                memory.rates = Some(bucket);
            }
            if !figures.stored {
                continue;
            }
            let before = memory
                .pending
                .replace(bucket)
                .filter(|&before| before != bucket);
            let row =
                before.and_then(|before| persist::object_row(broker, &history, &path, before));
            if let Some(row) = row {
                fetch_time.store.collect(row);
            }
        }
        // Those that are no longer chosen are stored once more, then dropped.
        let oldest = history.oldest().unwrap_or(bucket);
        self.memories.retain(|path, memory| {
            let before = memory.pending.take_if(|before| *before < bucket);
            let row = before.and_then(|before| persist::object_row(broker, &history, path, before));
            if let Some(row) = row {
                fetch_time.store.collect(row);
            }
            memory.depths.is_some_and(|last| last >= oldest)
        });
    }
}

/// The time of an answer, the time between two of them, and the store.
#[derive(Clone, Copy)]
pub(crate) struct FetchTime<'a> {
    /// In milliseconds since the epoch.
    pub(crate) at: i64,
    /// Of news that are further apart some did not come.
    pub(crate) apart: Duration,
    pub(crate) store: &'a dyn store::Store,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::rows;
    use metering::lists::ListKind;

    fn rows() -> Rows {
        let json = br#"[
            {"name":"deep","vhost":"a","messages":100},
            {"name":"deeper","vhost":"a","messages":200},
            {"name":"empty","vhost":"a","messages":0},
            {"name":"fast","vhost":"b","messages":0,"message_stats":{"publish_details":{"rate":9.0}}},
            {"name":"pinned","vhost":"/","messages":1}
        ]"#;
        rows::read(ListKind::Queues, json, false)
            .expect("rows")
            .rows
    }

    fn chosen(pinned: &[&str], busy: usize, fresh: NewFigures) -> Vec<String> {
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
            chosen(&["%2F/pinned", "a/gone"], 1, NewFigures::All),
            ["pinned", "deeper", "fast"]
        );
        assert_eq!(chosen(&[], 2, NewFigures::Depths), ["deep", "deeper"]);
        assert_eq!(chosen(&["b/fast"], 0, NewFigures::All), ["fast"]);
    }

    #[test]
    fn queues_that_go_with_their_client_are_chosen_by_name_alone() {
        let json = br#"[
            {"name":"amq.gen-x","vhost":"a","messages":900},
            {"name":"auto","vhost":"a","auto_delete":true,"messages":800},
            {"name":"mine","vhost":"a","exclusive":true,"messages":700},
            {"name":"stays","vhost":"a","auto_delete":false,"exclusive":false,"messages":1}
        ]"#;
        let rows = rows::read(ListKind::Queues, json, false)
            .expect("rows")
            .rows;
        let names = |wanted: &[&str]| {
            let wanted = wanted.iter().map(|&path| path.to_owned()).collect();
            let chosen = queues(&rows, &wanted, 10, NewFigures::All).into_iter();
            chosen.map(|row| rows.name(row)).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["stays"]);
        assert_eq!(names(&["a/mine"]), ["mine", "stays"]);
    }

    #[test]
    fn empty_queues_are_not_among_the_deepest() {
        assert!(!chosen(&[], 10, NewFigures::Depths).contains(&"empty".to_owned()));
    }
}
