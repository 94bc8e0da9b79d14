//! A list at one instant, with what was found in it so far.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metering::Timestamp;
use metering::lists::ListKind;
use regex::Regex;
use tokio::time::Instant;

use super::rows::Rows;
use super::select::{Filter, Scope, Selection, Sort, order, select};

/// How many rows are searched for fields that no row has.
const SAMPLED_ROWS: usize = 200;
/// Most orders of a list that are cached, and most selections.
const MAX_CACHED: usize = 24;
/// An order that nobody asked for within this time is not computed for the next table.
const WARMED_FOR: Duration = Duration::from_mins(1);

/// A list at one instant.
#[derive(Debug)]
pub(crate) struct Table {
    /// Counts the tables of a list: another number means another content.
    pub(crate) generation: u64,
    /// When it was read; of queues only the depths, if the rest is older.
    pub(crate) observed_at: Timestamp,
    /// When the rest was read, if at another time.
    pub(crate) stats_observed_at: Option<Timestamp>,
    /// The fields that no row has, where the broker's statistics are off.
    missing: Vec<&'static str>,
    /// Whether some of it is still to come.
    pub(crate) partial: bool,
    /// How many rows could not be read.
    pub(crate) unreadable: u64,
    /// When the broker was asked for all of its rows; none where some may be missing.
    pub(crate) complete_since: Option<Instant>,
    pub(crate) rows: Rows,
    orders: Cached<Option<Sort>, Arc<[u32]>>,
    selections: Cached<(String, Option<Filter>, Option<Sort>), Selection>,
}

impl Table {
    pub(crate) fn new(
        generation: u64,
        observed_at: Timestamp,
        stats_observed_at: Option<Timestamp>,
        rows: Rows,
    ) -> Self {
        Self {
            generation,
            observed_at,
            stats_observed_at,
            missing: Vec::new(),
            partial: false,
            unreadable: 0,
            complete_since: None,
            rows,
            orders: Cached::default(),
            selections: Cached::default(),
        }
    }

    /// Looks which fields of statistics no row has.
    pub(crate) fn find_missing(&mut self, kind: ListKind) {
        let looked_at = self.rows.all().take(SAMPLED_ROWS);
        let has = |field: &str| {
            let key = format!("\"{field}\":");
            let mut rows = looked_at.clone().map(|row| self.rows.json(row));
            rows.any(|json| json.windows(key.len()).any(|part| part == key.as_bytes()))
        };
        let fields = kind.properties().statistics.iter().copied();
        self.missing = if self.rows.len() == 0 {
            Vec::new()
        } else {
            fields.filter(|field| !has(field)).collect()
        };
    }

    /// What was found before; else it takes some milliseconds with many rows, and is for a thread
    /// that may block.
    pub(crate) fn found(
        &self,
        scope: &Scope,
        filter: Option<&Filter>,
        sort: Option<&Sort>,
    ) -> Option<Selection> {
        let found = self.selections.found(&selection_key(scope, filter, sort))?;
        // So that the next table has the order too.
        self.orders.found(&sort.cloned());
        Some(found)
    }

    /// Finds the rows that a request is about, once however many ask.
    pub(crate) fn find(
        &self,
        scope: &Scope,
        filter: Option<(&Filter, &Regex)>,
        sort: Option<&Sort>,
    ) -> Selection {
        let key = selection_key(scope, filter.map(|(filter, _)| filter), sort);
        self.selections.get(key, || {
            let order = self.ordered(sort);
            select(&self.rows, &order, scope, filter.map(|(_, regex)| regex))
        })
    }

    fn ordered(&self, sort: Option<&Sort>) -> Arc<[u32]> {
        self.orders.get(sort.cloned(), || order(&self.rows, sort))
    }

    /// Finds the orders that were lately asked of an older table: whoever asks next need not wait for
    /// them.
    pub(crate) fn warm(&self, older: &Table) {
        for (sort, asked) in older.orders.asked_within(WARMED_FOR) {
            let find = || order(&self.rows, sort.as_ref());
            self.orders.get_as_of(sort.clone(), asked, find);
        }
    }

    /// Some of the rows that were found, as a list in JSON.
    pub(crate) fn write(&self, found: &[u32], to: &mut Vec<u8>) {
        let length: usize = found.iter().map(|&row| self.rows.json(row).len() + 1).sum();
        to.reserve(length + 2);
        to.push(b'[');
        for (n, &row) in found.iter().enumerate() {
            if n > 0 {
                to.push(b',');
            }
            to.extend_from_slice(self.rows.json(row));
        }
        to.push(b']');
    }

    /// A page in JSON, as [`metering::Page`] has it.
    pub(crate) fn page(&self, selection: &Selection, page: usize, page_size: usize) -> Vec<u8> {
        let rows = &selection.rows;
        let start = page
            .saturating_sub(1)
            .saturating_mul(page_size)
            .min(rows.len());
        let items = &rows[start..start.saturating_add(page_size).min(rows.len())];
        let page_count = rows.len().div_ceil(page_size).max(1);
        let mut head = format!(
            r#"{{"page":{page},"page_size":{page_size},"page_count":{page_count},"item_count":{},"filtered_count":{},"total_count":{},"observed_at":"{}","#,
            items.len(),
            rows.len(),
            selection.total,
            self.observed_at,
        );
        if let Some(at) = self.stats_observed_at {
            // Writing to a text does not fail.
            let _ = write!(head, r#""stats_observed_at":"{at}","#);
        }
        if !self.missing.is_empty() {
            // Names of fields need no escaping.
            let _ = write!(head, r#""missing":["{}"],"#, self.missing.join("\",\""));
        }
        if self.unreadable > 0 {
            let _ = write!(head, r#""unreadable":{},"#, self.unreadable);
        }
        head.push_str(r#""items":"#);
        let mut body = head.into_bytes();
        self.write(items, &mut body);
        body.push(b'}');
        body
    }
}

fn selection_key(
    scope: &Scope,
    filter: Option<&Filter>,
    sort: Option<&Sort>,
) -> (String, Option<Filter>, Option<Sort>) {
    (scope.key(), filter.cloned(), sort.cloned())
}

/// What was computed, by what it was computed for; a little of it.
#[derive(Debug)]
struct Cached<K, V>(Mutex<HashMap<K, Entry<V>>>);

#[derive(Debug)]
struct Entry<V> {
    value: Arc<OnceLock<V>>,
    /// When somebody last asked for it.
    asked: Instant,
}

impl<K, V> Default for Cached<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Cached<K, V> {
    fn found(&self, key: &K) -> Option<V> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = cached.get_mut(key)?;
        entry.asked = Instant::now();
        entry.value.get().cloned()
    }

    fn get(&self, key: K, compute: impl FnOnce() -> V) -> V {
        self.get_as_of(key, Instant::now(), compute)
    }

    fn get_as_of(&self, key: K, asked: Instant, compute: impl FnOnce() -> V) -> V {
        let value = {
            let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if cached.len() >= MAX_CACHED && !cached.contains_key(&key) {
                cached.clear();
            }
            let entry = cached.entry(key).or_insert_with(|| Entry {
                value: Arc::default(),
                asked,
            });
            entry.asked = entry.asked.max(asked);
            Arc::clone(&entry.value)
        };
        // Not under the lock: whoever asks for another need not wait.
        value.get_or_init(compute).clone()
    }

    fn asked_within(&self, time: Duration) -> Vec<(K, Instant)> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = cached.iter().map(|(key, entry)| (key, entry.asked));
        let lately = all.filter(|(_, asked)| asked.elapsed() < time);
        lately.map(|(key, asked)| (key.clone(), asked)).collect()
    }
}

#[cfg(test)]
mod tests {
    use metering::{Page, Queue};

    use super::*;
    use crate::lists::rows;

    /// A little random number generator, so that a failure can be had again.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }
    }

    fn queues(random: &mut Random) -> Vec<Queue> {
        let names = ["alpha", "Beta", "gamma.α", "de\"lta", "<b>", "x/y", ""];
        let count = random.below(200);
        let queue = |n: u64| Queue {
            name: format!("{}{n}", names[random.below(7) as usize]),
            vhost: ["/", "a", "b"][random.below(3) as usize].into(),
            messages: Some(random.below(5) as i64).filter(|&count| count > 0),
            policy: Some(names[random.below(7) as usize].into())
                .filter(|name: &String| !name.is_empty()),
            ..Queue::default()
        };
        (0..count).map(queue).collect()
    }

    /// The expected page, computed without caches.
    fn naive(
        queues: &[Queue],
        text: &str,
        sort: Option<&Sort>,
        page: usize,
        size: usize,
    ) -> Page<Queue> {
        let mut found: Vec<_> = queues.to_vec();
        found.sort_by_key(|queue| (queue.vhost.clone(), queue.name.clone()));
        let total = found.len();
        found.retain(|queue| queue.name.to_lowercase().contains(&text.to_lowercase()));
        if let Some(Sort { column, reverse }) = sort {
            let (mut with, without): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|queue| match column.as_str() {
                    "messages" => queue.messages.is_some(),
                    _ => queue.policy.is_some(),
                });
            with.sort_by(|a, b| {
                let order = match column.as_str() {
                    "messages" => a.messages.cmp(&b.messages),
                    _ => a.policy.cmp(&b.policy),
                };
                if *reverse { order.reverse() } else { order }
            });
            found = [with, without].concat();
        }
        let filtered = found.len();
        let items: Vec<_> = found
            .into_iter()
            .skip((page - 1) * size)
            .take(size)
            .collect();
        Page {
            page: page as u64,
            page_size: size as u64,
            page_count: filtered.div_ceil(size).max(1) as u64,
            item_count: items.len() as u64,
            filtered_count: filtered as u64,
            total_count: total as u64,
            observed_at: Some(Timestamp::from_millis(0)),
            stats_observed_at: None,
            missing: Vec::new(),
            unreadable: 0,
            items,
        }
    }

    #[test]
    fn pages_are_what_a_naive_sort_gives() {
        let mut random = Random(4);
        for round in 0..300 {
            let queues = queues(&mut random);
            let json = serde_json::to_vec(&queues).expect("serialises");
            let rows = rows::read(ListKind::Queues, &json, false)
                .expect("rows")
                .rows;
            let table = Table::new(1, Timestamp::from_millis(0), None, rows);
            for _ in 0..5 {
                let text = ["", "a", "TA", "<", "\"", "1", "α"][random.below(7) as usize];
                let filter = Filter {
                    text: text.into(),
                    is_regex: false,
                };
                let regex = filter.compile().expect("a filter");
                let column = ["messages", "policy"][random.below(2) as usize].to_owned();
                let sort = Sort {
                    column,
                    reverse: random.below(2) == 1,
                };
                let sort = (random.below(3) > 0).then_some(sort);
                let (page, size) = (1 + random.below(4) as usize, 1 + random.below(60) as usize);
                let selection = table.find(&Scope::All, Some((&filter, &regex)), sort.as_ref());
                let ours = table.page(&selection, page, size);
                let ours: Page<Queue> = serde_json::from_slice(&ours).expect("a page");
                let theirs = naive(&queues, text, sort.as_ref(), page, size);
                assert_eq!(ours, theirs, "round {round}: {text:?} {sort:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn recent_orders_are_computed_for_a_new_table_at_once() {
        let rows = || {
            rows::read(ListKind::Queues, br#"[{"name":"a","vhost":"/"}]"#, false)
                .expect("rows")
                .rows
        };
        let at = Timestamp::from_millis(0);
        let (old, new) = (
            Table::new(1, at, None, rows()),
            Table::new(2, at, None, rows()),
        );
        let sort = Sort {
            column: "messages".into(),
            reverse: true,
        };
        assert!(old.found(&Scope::All, None, Some(&sort)).is_none());
        old.find(&Scope::All, None, Some(&sort));
        assert!(old.found(&Scope::All, None, Some(&sort)).is_some());
        new.warm(&old);
        assert!(new.orders.found(&Some(sort.clone())).is_some());

        // A request that finds the rows counts as well.
        tokio::time::advance(WARMED_FOR / 2).await;
        assert!(old.found(&Scope::All, None, Some(&sort)).is_some());
        tokio::time::advance(WARMED_FOR / 2).await;
        let next = Table::new(3, at, None, rows());
        next.warm(&new);
        assert!(next.orders.asked_within(Duration::MAX).is_empty());
        next.warm(&old);
        assert_eq!(next.orders.asked_within(Duration::MAX).len(), 1);
    }

    #[test]
    fn cache_is_bounded() {
        let cached = Cached::default();
        for n in 0..1000 {
            assert_eq!(cached.get(n, || n), n);
        }
        assert!(cached.asked_within(Duration::MAX).len() <= MAX_CACHED);
    }
}
