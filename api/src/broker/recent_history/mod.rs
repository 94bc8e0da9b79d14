//! The last hour in memory: one sample a tick and meter, in columns.
//!
//! Time is cut into buckets of one tick, numbered since the epoch, so that the
//! samples of all brokers, and of one broker before and after a restart of this
//! service, share one grid. A column is a circular buffer of as many values as
//! there are buckets; NaN is a gap. A column is created with its first value and
//! dropped when its last one has aged out: a node that went away, or a kind of
//! rate that a broker no longer reports, costs nothing after an hour.

mod columns;

use std::collections::BTreeMap;
use std::time::Duration;

use metering::series::Values;
use store::Aggregate;

use crate::broker::meters::Meter;
use crate::vhost_set::VhostSetId;
use columns::{ResourceColumns, index};

pub(crate) use columns::rounded;

/// More nodes than this in one cluster are shown, but have no history.
const MAX_NODES: usize = 256;
/// Most queues and vhosts with a history at once; the one with the oldest value goes first.
const MAX_OBJECTS: usize = 128;

/// Whose samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    /// The broker as a whole.
    Broker,
    /// One of its nodes.
    Node(&'a str),
    /// The sum over a set of vhosts.
    VhostSet(VhostSetId),
    /// A queue or a vhost, by its path: see [`metering::series::queue_resource`].
    Object(&'a str),
}

/// The steps of a request: `count` of them, `step` milliseconds each, from `start` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimeGrid {
    /// The first step's start in milliseconds since the epoch, a multiple of `step`.
    pub(crate) start: i64,
    /// Milliseconds, a tick at least.
    pub(crate) step: i64,
    /// How many steps.
    pub(crate) count: usize,
}

/// The last hour of one broker.
#[derive(Debug)]
pub(crate) struct RecentHistory {
    /// Milliseconds a bucket.
    tick: i64,
    /// How many buckets are kept.
    buckets: usize,
    /// The youngest bucket; none before the first sample.
    head: Option<i64>,
    broker: ResourceColumns,
    nodes: BTreeMap<String, ResourceColumns>,
    vhost_sets: BTreeMap<VhostSetId, ResourceColumns>,
    objects: BTreeMap<String, ResourceColumns>,
}

impl RecentHistory {
    /// An empty history of buckets of one tick that covers at least `history`.
    pub(crate) fn new(tick: Duration, history: Duration) -> Self {
        let tick = tick.as_millis().max(1);
        // One more for the bucket that is still filling.
        let buckets = history.as_millis().div_ceil(tick) + 1;
        Self {
            tick: tick as i64,
            buckets: buckets as usize,
            head: None,
            broker: ResourceColumns::default(),
            nodes: BTreeMap::new(),
            vhost_sets: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    /// The bucket of a time in milliseconds since the epoch.
    pub(crate) fn bucket(&self, millis: i64) -> i64 {
        millis.div_euclid(self.tick)
    }

    /// The start of a bucket in milliseconds since the epoch.
    pub(crate) fn start(&self, bucket: i64) -> i64 {
        bucket * self.tick
    }

    /// The youngest bucket.
    pub(crate) fn head(&self) -> Option<i64> {
        self.head
    }

    /// The oldest bucket that a recent history with this head keeps.
    pub(crate) fn oldest(&self) -> Option<i64> {
        self.head.map(|head| self.oldest_before(head))
    }

    /// The oldest bucket that it would keep with this head.
    pub(crate) fn oldest_before(&self, head: i64) -> i64 {
        head - self.buckets as i64 + 1
    }

    /// Milliseconds a bucket.
    pub(crate) fn tick(&self) -> i64 {
        self.tick
    }

    /// Makes `bucket` the youngest. The buckets that were left out become gaps; where the clock went
    /// back, what was recorded after it is forgotten.
    pub(crate) fn open(&mut self, bucket: i64) {
        let Some(head) = self.head.replace(bucket) else {
            return;
        };
        let cleared = if bucket > head {
            head + 1..bucket + 1
        } else {
            bucket..head + 1
        };
        // After one round every index has been cleared.
        let cleared = cleared.start..cleared.end.min(cleared.start + self.buckets as i64);
        let oldest = bucket - self.buckets as i64 + 1;
        let tables = self.nodes.values_mut().chain(self.vhost_sets.values_mut());
        let tables = tables.chain(self.objects.values_mut());
        for table in tables.chain([&mut self.broker]) {
            table.clear(cleared.clone(), oldest, bucket);
        }
        self.nodes.retain(|_, table| !table.is_empty());
        self.objects.retain(|_, table| !table.is_empty());
        self.vhost_sets.retain(|_, table| !table.is_empty());
    }

    /// Records a value. Ignores one outside of the kept time, and one that is not finite.
    pub(crate) fn set(&mut self, resource: Resource<'_>, meter: Meter, bucket: i64, value: f64) {
        let kept = self.oldest()..=self.head;
        if !value.is_finite() || !kept.contains(&Some(bucket)) {
            return;
        }
        let table = match resource {
            Resource::Broker => &mut self.broker,
            Resource::Node(name) => {
                if !self.nodes.contains_key(name) {
                    if self.nodes.len() >= MAX_NODES {
                        return;
                    }
                    self.nodes
                        .insert(name.to_owned(), ResourceColumns::default());
                }
                // Inserted above.
                let Some(table) = self.nodes.get_mut(name) else {
                    return;
                };
                table
            }
            Resource::VhostSet(id) => self.vhost_sets.entry(id).or_default(),
            Resource::Object(path) => {
                if !self.objects.contains_key(path) {
                    if self.objects.len() >= MAX_OBJECTS && !self.drop_object_before(bucket) {
                        return;
                    }
                    self.objects
                        .insert(path.to_owned(), ResourceColumns::default());
                }
                // Inserted above.
                let Some(table) = self.objects.get_mut(path) else {
                    return;
                };
                table
            }
        };
        table.set(meter, bucket, value, self.buckets);
    }

    /// Fills the buckets between two that were polled one after the other, on purpose further apart
    /// than one tick: gauges and counters go straight from one value to the other, a rate held all along.
    pub(crate) fn interpolate(&mut self, from: i64, to: i64) {
        let tables = self.nodes.values_mut().chain(self.vhost_sets.values_mut());
        for table in tables.chain([&mut self.broker]) {
            for (n, column) in table.0.iter_mut().enumerate() {
                if let Some(column) = column {
                    column.interpolate(from, to, Meter::is_rate_index(n));
                }
            }
        }
    }

    /// The same for one queue or vhost, between its last two answers: for its gauges, or for its
    /// counters and rates, which are read less often.
    pub(crate) fn interpolate_object(&mut self, path: &str, from: i64, to: i64, counters: bool) {
        let Some(table) = self.objects.get_mut(path) else {
            return;
        };
        for (meter, column) in Meter::all().zip(&mut table.0) {
            if let Some(column) = column
                && meter.is_of_counter() == counters
            {
                column.interpolate(from, to, meter.is_rate());
            }
        }
    }

    /// Drops the queue or vhost with the oldest value. Returns false if all have a value in this
    /// bucket.
    fn drop_object_before(&mut self, bucket: i64) -> bool {
        let oldest = self
            .objects
            .iter()
            .map(|(path, table)| (table.last(), path))
            .min();
        let Some(path) = oldest
            .filter(|&(last, _)| last < Some(bucket))
            .map(|(_, path)| path.clone())
        else {
            return false;
        };
        self.objects.remove(&path);
        true
    }

    /// Whether a further queue or vhost fits without dropping another.
    pub(crate) fn has_room(&self) -> bool {
        self.objects.len() < MAX_OBJECTS
    }

    /// Drops the columns of vhost sets that no viewer watches any more.
    pub(crate) fn retain_vhost_sets(&mut self, keep: impl Fn(VhostSetId) -> bool) {
        self.vhost_sets.retain(|&id, _| keep(id));
    }

    /// The nodes that have samples, by name.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// The buckets before one in which nothing of the broker is known.
    pub(crate) fn empty_buckets(&self, until: i64) -> Vec<i64> {
        let oldest = self.oldest().unwrap_or(until);
        let is_empty = |bucket: &i64| self.row(Resource::Broker, *bucket).is_empty();
        (oldest..until).filter(is_empty).collect()
    }

    /// What is known of a resource in one bucket, in the order of the meters.
    pub(crate) fn row(&self, resource: Resource<'_>, bucket: i64) -> Vec<(Meter, f64)> {
        let is_kept = (self.oldest()..=self.head).contains(&Some(bucket));
        let columns = self.table(resource).filter(|_| is_kept);
        columns
            .into_iter()
            .flat_map(|table| Meter::all().zip(&table.0))
            .filter_map(|(meter, column)| {
                let value = column.as_ref()?.values[index(bucket, self.buckets)];
                (!value.is_nan()).then_some((meter, value))
            })
            .collect()
    }

    fn table(&self, resource: Resource<'_>) -> Option<&ResourceColumns> {
        match resource {
            Resource::Broker => Some(&self.broker),
            Resource::Node(name) => self.nodes.get(name),
            Resource::VhostSet(id) => self.vhost_sets.get(&id),
            Resource::Object(path) => self.objects.get(path),
        }
    }

    /// The first bucket that begins at a time or after it.
    fn bucket_from(&self, millis: i64) -> i64 {
        -(-millis).div_euclid(self.tick)
    }

    /// One column on a grid; `None` where the recent history holds no sample of it at all.
    pub(crate) fn read(
        &self,
        resource: Resource<'_>,
        meter: Meter,
        grid: TimeGrid,
    ) -> Option<Aggregate> {
        let table = self.table(resource)?;
        let column = table.0.get(meter.index())?.as_ref()?;
        let (oldest, head) = self.oldest().zip(self.head)?;
        let mut aggregate = Aggregate {
            min: Values(Vec::with_capacity(grid.count)),
            avg: Values(Vec::with_capacity(grid.count)),
            max: Values(Vec::with_capacity(grid.count)),
        };
        let mut first = self.bucket_from(grid.start);
        for n in 1..=grid.count as i64 {
            let next = self.bucket_from(grid.start + n * grid.step);
            let end = next.min(head + 1);
            let (mut count, mut sum, mut min, mut max) = (0_u32, 0.0, f64::NAN, f64::NAN);
            for bucket in first.max(oldest)..end {
                let value = column.values[index(bucket, self.buckets)];
                if !value.is_nan() {
                    count += 1;
                    sum += value;
                    // Where one of two is NaN, these give the other.
                    min = value.min(min);
                    max = value.max(max);
                }
            }
            aggregate.min.0.push(min);
            aggregate.avg.0.push(if count == 0 {
                f64::NAN
            } else {
                rounded(sum / f64::from(count))
            });
            aggregate.max.0.push(max);
            first = next;
        }
        Some(aggregate)
    }

    /// The value in one bucket.
    #[cfg(test)]
    pub(crate) fn value(&self, resource: Resource<'_>, meter: Meter, bucket: i64) -> Option<f64> {
        let grid = TimeGrid {
            start: self.start(bucket),
            step: self.tick,
            count: 1,
        };
        self.read(resource, meter, grid)?.avg.get(0)
    }
}

#[cfg(test)]
mod tests;
