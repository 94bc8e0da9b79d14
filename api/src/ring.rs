//! The last hour in memory: one sample a tick and meter, in columns.
//!
//! Time is cut into slots of one tick, numbered since the epoch, so that the
//! samples of all brokers, and of one broker before and after a restart of this
//! service, stand on the same grid. A column is a circle of as many values as
//! there are slots; NaN is a gap. Columns come into being with their first
//! value, and go when their last one has aged out: a node that went away, or a
//! kind of rate that a broker no longer reports, costs nothing after an hour.

use std::collections::BTreeMap;
use std::time::Duration;

use metering::series::Values;
use store::Aggregate;

use crate::audience::Class;
use crate::meters::Meter;

/// More nodes than this in one cluster are shown, but have no history.
const MAX_NODES: usize = 256;
/// So many queues and vhosts have a history at once; those that were not seen for longest go first.
const MAX_OBJECTS: usize = 128;

/// Whose samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    /// The broker as a whole.
    Broker,
    /// One of its nodes.
    Node(&'a str),
    /// The sum over the vhosts of an audience.
    Audience(Class),
    /// A queue or a vhost, by its path: see [`metering::series::queue_resource`].
    Object(&'a str),
}

/// The columns of one resource, by the number of the meter.
#[derive(Debug, Default)]
struct Table(Vec<Option<Column>>);

#[derive(Debug)]
struct Column {
    values: Box<[f64]>,
    /// The slot of the youngest value.
    last: i64,
}

/// The steps of a request: `count` of them, `step` milliseconds each, from `start` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Grid {
    /// The first step's start in milliseconds since the epoch, a multiple of `step`.
    pub(crate) start: i64,
    /// Milliseconds, a tick at least.
    pub(crate) step: i64,
    /// How many steps.
    pub(crate) count: usize,
}

/// The last hour of one broker.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Milliseconds a slot.
    tick: i64,
    /// How many slots are kept.
    slots: usize,
    /// The youngest slot; none before the first sample.
    head: Option<i64>,
    broker: Table,
    nodes: BTreeMap<String, Table>,
    audiences: BTreeMap<Class, Table>,
    objects: BTreeMap<String, Table>,
}

/// At most three decimals: what a chart can show, at half the bytes.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

impl Ring {
    /// An empty ring of slots of one tick that covers at least `history`.
    pub(crate) fn new(tick: Duration, history: Duration) -> Self {
        let tick = tick.as_millis().max(1);
        // One more for the slot that is still filling.
        let slots = history.as_millis().div_ceil(tick) + 1;
        Self {
            tick: tick as i64,
            slots: slots as usize,
            head: None,
            broker: Table::default(),
            nodes: BTreeMap::new(),
            audiences: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    /// The slot of a time in milliseconds since the epoch.
    pub(crate) fn slot(&self, millis: i64) -> i64 {
        millis.div_euclid(self.tick)
    }

    /// The start of a slot in milliseconds since the epoch.
    pub(crate) fn start(&self, slot: i64) -> i64 {
        slot * self.tick
    }

    /// The youngest slot.
    pub(crate) fn head(&self) -> Option<i64> {
        self.head
    }

    /// The oldest slot that a ring with this head keeps.
    pub(crate) fn oldest(&self) -> Option<i64> {
        self.head.map(|head| self.oldest_before(head))
    }

    /// The oldest slot that it would keep with this head.
    pub(crate) fn oldest_before(&self, head: i64) -> i64 {
        head - self.slots as i64 + 1
    }

    /// Milliseconds a slot.
    pub(crate) fn tick(&self) -> i64 {
        self.tick
    }

    /// Makes `slot` the youngest. The slots that were left out become gaps; where the clock went
    /// back, what was recorded after it is forgotten.
    pub(crate) fn open(&mut self, slot: i64) {
        let Some(head) = self.head.replace(slot) else {
            return;
        };
        let blanked = if slot > head {
            head + 1..slot + 1
        } else {
            slot..head + 1
        };
        // Beyond one turn every place has been blanked.
        let blanked = blanked.start..blanked.end.min(blanked.start + self.slots as i64);
        let oldest = slot - self.slots as i64 + 1;
        let tables = self.nodes.values_mut().chain(self.audiences.values_mut());
        let tables = tables.chain(self.objects.values_mut());
        for table in tables.chain([&mut self.broker]) {
            table.blank(blanked.clone(), oldest, slot);
        }
        self.nodes.retain(|_, table| !table.is_empty());
        self.objects.retain(|_, table| !table.is_empty());
        self.audiences.retain(|_, table| !table.is_empty());
    }

    /// Records a value. One outside of what is kept, or that is no number, is not.
    pub(crate) fn set(&mut self, resource: Resource<'_>, meter: Meter, slot: i64, value: f64) {
        let kept = self.oldest()..=self.head;
        if !value.is_finite() || !kept.contains(&Some(slot)) {
            return;
        }
        let table = match resource {
            Resource::Broker => &mut self.broker,
            Resource::Node(name) => {
                if !self.nodes.contains_key(name) {
                    if self.nodes.len() >= MAX_NODES {
                        return;
                    }
                    self.nodes.insert(name.to_owned(), Table::default());
                }
                // The line above put it there.
                let Some(table) = self.nodes.get_mut(name) else {
                    return;
                };
                table
            }
            Resource::Audience(class) => self.audiences.entry(class).or_default(),
            Resource::Object(path) => {
                if !self.objects.contains_key(path) {
                    if self.objects.len() >= MAX_OBJECTS && !self.drop_object_before(slot) {
                        return;
                    }
                    self.objects.insert(path.to_owned(), Table::default());
                }
                // The line above put it there.
                let Some(table) = self.objects.get_mut(path) else {
                    return;
                };
                table
            }
        };
        table.set(meter, slot, value, self.slots);
    }

    /// Fills the slots between two that were polled one after the other, on purpose further apart
    /// than one tick: gauges and counters go straight from one value to the other, a rate held all along.
    pub(crate) fn bridge(&mut self, from: i64, to: i64) {
        let tables = self.nodes.values_mut().chain(self.audiences.values_mut());
        for table in tables.chain([&mut self.broker]) {
            for (n, column) in table.0.iter_mut().enumerate() {
                if let Some(column) = column {
                    column.bridge(from, to, Meter::is_rate_index(n));
                }
            }
        }
    }

    /// The same of one queue or vhost, between the last two times it was told of: of its gauges, or of
    /// its counters and rates, which come less often.
    pub(crate) fn bridge_object(&mut self, path: &str, from: i64, to: i64, counters: bool) {
        let Some(table) = self.objects.get_mut(path) else {
            return;
        };
        for (meter, column) in Meter::all().zip(&mut table.0) {
            if let Some(column) = column
                && meter.is_of_counter() == counters
            {
                column.bridge(from, to, meter.is_rate());
            }
        }
    }

    /// Makes room: the queue or vhost goes that was not seen for longest. Not where all were seen in
    /// this slot.
    fn drop_object_before(&mut self, slot: i64) -> bool {
        let oldest = self
            .objects
            .iter()
            .map(|(path, table)| (table.last(), path))
            .min();
        let Some(path) = oldest
            .filter(|&(last, _)| last < Some(slot))
            .map(|(_, path)| path.clone())
        else {
            return false;
        };
        self.objects.remove(&path);
        true
    }

    /// Whether another queue or vhost has room without another's going.
    pub(crate) fn has_room(&self) -> bool {
        self.objects.len() < MAX_OBJECTS
    }

    /// Forgets the columns of audiences that nobody watches any more.
    pub(crate) fn retain_audiences(&mut self, keep: impl Fn(Class) -> bool) {
        self.audiences.retain(|&class, _| keep(class));
    }

    /// The nodes that have samples, by name.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// The slots before one in which nothing of the broker is known.
    pub(crate) fn empty_slots(&self, until: i64) -> Vec<i64> {
        let oldest = self.oldest().unwrap_or(until);
        let is_empty = |slot: &i64| self.row(Resource::Broker, *slot).is_empty();
        (oldest..until).filter(is_empty).collect()
    }

    /// What is known of a resource in one slot, in the order of the meters.
    pub(crate) fn row(&self, resource: Resource<'_>, slot: i64) -> Vec<(Meter, f64)> {
        let is_kept = (self.oldest()..=self.head).contains(&Some(slot));
        let columns = self.table(resource).filter(|_| is_kept);
        columns
            .into_iter()
            .flat_map(|table| Meter::all().zip(&table.0))
            .filter_map(|(meter, column)| {
                let value = column.as_ref()?.values[place(slot, self.slots)];
                (!value.is_nan()).then_some((meter, value))
            })
            .collect()
    }

    fn table(&self, resource: Resource<'_>) -> Option<&Table> {
        match resource {
            Resource::Broker => Some(&self.broker),
            Resource::Node(name) => self.nodes.get(name),
            Resource::Audience(class) => self.audiences.get(&class),
            Resource::Object(path) => self.objects.get(path),
        }
    }

    /// The first slot that begins at a time or after it.
    fn slot_from(&self, millis: i64) -> i64 {
        -(-millis).div_euclid(self.tick)
    }

    /// One column on a grid; `None` where the ring holds no sample of it at all.
    pub(crate) fn read(
        &self,
        resource: Resource<'_>,
        meter: Meter,
        grid: Grid,
    ) -> Option<Aggregate> {
        let table = self.table(resource)?;
        let column = table.0.get(meter.index())?.as_ref()?;
        let (oldest, head) = self.oldest().zip(self.head)?;
        let mut aggregate = Aggregate {
            min: Values(Vec::with_capacity(grid.count)),
            avg: Values(Vec::with_capacity(grid.count)),
            max: Values(Vec::with_capacity(grid.count)),
        };
        let mut first = self.slot_from(grid.start);
        for n in 1..=grid.count as i64 {
            let next = self.slot_from(grid.start + n * grid.step);
            let end = next.min(head + 1);
            let (mut count, mut sum, mut min, mut max) = (0_u32, 0.0, f64::NAN, f64::NAN);
            for slot in first.max(oldest)..end {
                let value = column.values[place(slot, self.slots)];
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

    /// The value in one slot.
    #[cfg(test)]
    pub(crate) fn value(&self, resource: Resource<'_>, meter: Meter, slot: i64) -> Option<f64> {
        let grid = Grid {
            start: self.start(slot),
            step: self.tick,
            count: 1,
        };
        self.read(resource, meter, grid)?.avg.get(0)
    }
}

/// Where in the circle a slot stands.
fn place(slot: i64, slots: usize) -> usize {
    slot.rem_euclid(slots as i64) as usize
}

impl Table {
    fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The slot of the youngest value.
    fn last(&self) -> Option<i64> {
        self.0.iter().flatten().map(|column| column.last).max()
    }

    fn set(&mut self, meter: Meter, slot: i64, value: f64, slots: usize) {
        if self.0.is_empty() {
            self.0.resize_with(Meter::COUNT, || None);
        }
        let column = self.0[meter.index()].get_or_insert_with(|| Column {
            values: vec![f64::NAN; slots].into(),
            last: slot,
        });
        column.values[place(slot, slots)] = value;
        column.last = column.last.max(slot);
    }

    /// Blanks slots, and drops the columns that have no value left.
    fn blank(&mut self, blanked: std::ops::Range<i64>, oldest: i64, head: i64) {
        for place_of_column in &mut self.0 {
            let Some(column) = place_of_column else {
                continue;
            };
            for slot in blanked.clone() {
                let slots = column.values.len();
                column.values[place(slot, slots)] = f64::NAN;
            }
            column.last = column.last.min(head);
            if column.last < oldest {
                *place_of_column = None;
            }
        }
    }
}

impl Column {
    fn bridge(&mut self, from: i64, to: i64, is_rate: bool) {
        let slots = self.values.len();
        let (start, end) = (
            self.values[place(from, slots)],
            self.values[place(to, slots)],
        );
        if start.is_nan() || end.is_nan() {
            return;
        }
        let whole = start.fract() == 0.0 && end.fract() == 0.0;
        for slot in from + 1..to {
            let share = (slot - from) as f64 / (to - from) as f64;
            let between = start + (end - start) * share;
            self.values[place(slot, slots)] = match (is_rate, whole) {
                (true, _) => end,
                (false, true) => between.round(),
                (false, false) => rounded(between),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUES: Meter = Meter::object_total(3);
    const READY: Meter = Meter::queue_total(1);
    const PUBLISH: Meter = Meter::message_stat(0).rate();

    /// Ten slots of five seconds and the one that fills.
    fn ring() -> Ring {
        Ring::new(Duration::from_secs(5), Duration::from_secs(50))
    }

    fn filled(values: &[(i64, f64)]) -> Ring {
        let mut ring = ring();
        for &(slot, value) in values {
            ring.open(slot);
            ring.set(Resource::Broker, QUEUES, slot, value);
        }
        ring
    }

    fn slots(ring: &Ring, range: std::ops::Range<i64>) -> Vec<Option<f64>> {
        range
            .map(|slot| ring.value(Resource::Broker, QUEUES, slot))
            .collect()
    }

    #[test]
    fn a_slot_left_out_is_a_gap() {
        let ring = filled(&[(100, 1.0), (101, 2.0), (104, 5.0)]);
        assert_eq!(
            slots(&ring, 100..105),
            [Some(1.0), Some(2.0), None, None, Some(5.0)]
        );
    }

    #[test]
    fn what_has_aged_out_does_not_shine_through() {
        let values: Vec<_> = (100..125).map(|slot| (slot, slot as f64)).collect();
        let ring = filled(&values);
        assert_eq!(ring.oldest(), Some(114));
        assert_eq!(
            slots(&ring, 112..116),
            [None, None, Some(114.0), Some(115.0)]
        );
    }

    #[test]
    fn a_long_silence_leaves_nothing() {
        let mut ring = filled(&[(100, 1.0), (101, 2.0)]);
        ring.open(1000);
        let grid = Grid {
            start: ring.start(100),
            step: 5000,
            count: 1000,
        };
        assert_eq!(
            ring.read(Resource::Broker, QUEUES, grid),
            None,
            "no column is left"
        );
    }

    #[test]
    fn a_clock_that_went_back_forgets_what_it_takes_back() {
        let mut ring = filled(&[(100, 1.0), (101, 2.0), (102, 3.0)]);
        ring.open(101);
        ring.set(Resource::Broker, QUEUES, 101, 20.0);
        assert_eq!(slots(&ring, 100..104), [Some(1.0), Some(20.0), None, None]);
        ring.open(103);
        assert_eq!(slots(&ring, 100..104), [Some(1.0), Some(20.0), None, None]);
    }

    #[test]
    fn a_clock_that_went_far_back_starts_anew() {
        let mut ring = filled(&[(100, 1.0), (101, 2.0)]);
        ring.open(3);
        ring.set(Resource::Broker, QUEUES, 3, 7.0);
        assert_eq!(slots(&ring, 0..5), [None, None, None, Some(7.0), None]);
    }

    #[test]
    fn nodes_that_went_away_are_forgotten() {
        let mut ring = ring();
        ring.open(100);
        ring.set(Resource::Node("rabbit@a"), Meter::node(0), 100, 1.0);
        ring.open(110);
        assert_eq!(ring.nodes().collect::<Vec<_>>(), ["rabbit@a"]);
        ring.open(111);
        assert_eq!(ring.nodes().count(), 0);
    }

    #[test]
    fn no_more_nodes_than_the_bound() {
        let mut ring = ring();
        ring.open(100);
        for n in 0..2 * MAX_NODES {
            ring.set(
                Resource::Node(&format!("rabbit@{n}")),
                Meter::node(0),
                100,
                1.0,
            );
        }
        assert_eq!(ring.nodes().count(), MAX_NODES);
    }

    #[test]
    fn steps_have_the_least_mean_and_greatest_of_their_samples() {
        let ring = filled(&[(100, 1.0), (101, 2.0), (102, 7.0), (105, 4.0)]);
        let grid = Grid {
            start: 500_000,
            step: 15_000,
            count: 3,
        };
        let read = ring
            .read(Resource::Broker, QUEUES, grid)
            .expect("has samples");
        let gap = f64::NAN;
        assert_eq!(read.min, Values(vec![1.0, 4.0, gap]));
        assert_eq!(read.avg, Values(vec![3.333, 4.0, gap]));
        assert_eq!(read.max, Values(vec![7.0, 4.0, gap]));
    }

    #[test]
    fn a_step_that_is_no_multiple_of_the_tick_has_the_slots_that_begin_in_it() {
        // Slots begin at 500, 505, 510, 515 and 520 s.
        let ring = filled(&[(100, 1.0), (101, 2.0), (102, 4.0), (103, 8.0), (104, 16.0)]);
        let grid = Grid {
            start: 497_000,
            step: 7000,
            count: 4,
        };
        let read = ring
            .read(Resource::Broker, QUEUES, grid)
            .expect("has samples");
        assert_eq!(read.avg, Values(vec![1.0, 3.0, 8.0, 16.0]));
    }

    #[test]
    fn a_row_is_what_is_known_in_a_slot() {
        let mut ring = filled(&[(100, 1.0), (102, 3.0)]);
        ring.set(Resource::Broker, READY, 102, 9.0);
        assert_eq!(
            ring.row(Resource::Broker, 102),
            [(QUEUES, 3.0), (READY, 9.0)]
        );
        assert_eq!(ring.row(Resource::Broker, 101), []);
        assert_eq!(
            ring.row(Resource::Broker, 102 - 11),
            [],
            "not kept any more"
        );
        assert_eq!(ring.empty_slots(103).len(), 9, "eleven, less two");
        assert!(!ring.empty_slots(103).contains(&100));
    }

    #[test]
    fn a_meter_without_samples_has_no_column() {
        let ring = filled(&[(100, 1.0)]);
        let grid = Grid {
            start: 500_000,
            step: 5000,
            count: 1,
        };
        assert_eq!(ring.read(Resource::Broker, READY, grid), None);
        assert_eq!(ring.read(Resource::Node("rabbit@a"), QUEUES, grid), None);
    }

    #[test]
    fn what_is_no_number_is_not_recorded() {
        let ring = filled(&[(100, f64::INFINITY)]);
        let grid = Grid {
            start: 500_000,
            step: 5000,
            count: 1,
        };
        assert_eq!(ring.read(Resource::Broker, QUEUES, grid), None);
    }

    #[test]
    fn wide_spacing_is_bridged_and_a_missing_end_is_not() {
        let mut ring = filled(&[(100, 1.0), (104, 8.0)]);
        ring.set(Resource::Broker, PUBLISH, 100, 0.5);
        ring.set(Resource::Broker, PUBLISH, 104, 2.5);
        ring.set(Resource::Broker, READY, 104, 9.0);
        ring.bridge(100, 104);
        let bridged = [1.0, 3.0, 5.0, 6.0, 8.0].map(Some);
        assert_eq!(slots(&ring, 100..105), bridged);
        assert_eq!(ring.value(Resource::Broker, PUBLISH, 102), Some(2.5));
        assert_eq!(ring.value(Resource::Broker, READY, 103), None);
    }
}
