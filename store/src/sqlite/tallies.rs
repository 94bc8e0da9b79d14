//! The rows of an answer of statistics, a bounded number of them at a time.
//!
//! Samples come in the order in which they are stored, which is not that of the rows. So tallies
//! keep the first rows after a key, a bounded number of them, and leave out the rest: the next
//! search continues after the last row that was kept. Every row that is kept is whole, since the
//! rows that are left out are always the last ones.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::rolled::Rolled;
use super::rollup::Span;
use super::spread::Spread;

/// Different values that are held to count them, in all rows together; one row is kept at least.
const HELD: usize = 100_000;

/// The values that a row is grouped by.
pub(super) type Group = Arc<[Option<String>]>;

/// Where a row stands in an answer: by group, then period, then unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(super) group: Group,
    /// Its number, from the origin on.
    pub(super) period: i64,
    pub(super) unit: Arc<str>,
}

impl RowKey {
    /// A key before all rows of a resource, for groups by resource.
    pub(super) fn before_resource(resource: String) -> Self {
        Self {
            group: Arc::from([Some(resource)]),
            period: i64::MIN,
            unit: Arc::from(""),
        }
    }
}

/// Where a sample belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// To a row that came before, or to one of these.
    Here,
    /// To a row that is left out, as are all later samples of its group and unit.
    LeftOut,
}

/// Some samples in numbers.
#[derive(Clone, Debug)]
pub(super) struct Tally<'p> {
    pub(super) rolled: Rolled,
    pub(super) spread: Spread,
    pub(super) first: i64,
    pub(super) last: i64,
    /// Different values, by the place of the function.
    pub(super) values: Vec<HashSet<&'p str>>,
}

impl Tally<'_> {
    fn new() -> Self {
        Self {
            rolled: Rolled::NONE,
            spread: Spread::default(),
            first: i64::MAX,
            last: i64::MIN,
            values: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, time: i64, volume: f64) {
        self.rolled.add(Rolled::one(volume));
        self.spread.add(volume, self.rolled.count);
        self.first = self.first.min(time);
        self.last = self.last.max(time);
    }

    /// Nothing is known of how far these are spread.
    pub(super) fn add_rolled(&mut self, rolled: Rolled, first: i64, last: i64) {
        self.rolled.add(rolled);
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }

    fn merge(&mut self, other: Self) {
        let (ours, theirs) = (self.rolled.count, other.rolled.count);
        self.spread.merge(other.spread, ours, theirs);
        self.add_rolled(other.rolled, other.first, other.last);
        self.values
            .resize_with(self.values.len().max(other.values.len()), HashSet::new);
        for (ours, theirs) in self.values.iter_mut().zip(other.values) {
            ours.extend(theirs);
        }
    }

    /// The number of different values that it holds.
    fn held(&self) -> usize {
        self.values.iter().map(HashSet::len).sum()
    }
}

/// Tallies by group, period and unit.
pub(super) struct Tallies<'p> {
    /// Microseconds; none where one period is all time.
    period: Option<i64>,
    origin: i64,
    /// Rows that are kept at most.
    most: usize,
    /// Rows up to this one came before.
    after: Option<RowKey>,
    /// The first row that was left out.
    left_out: Option<RowKey>,
    rows: BTreeMap<RowKey, Tally<'p>>,
    held: usize,
    /// What was tallied last, and where it belongs: mostly the next sample does, too.
    current: Option<(RowKey, Tally<'p>)>,
}

impl<'p> Tallies<'p> {
    pub(super) fn new(
        period: Option<i64>,
        origin: i64,
        most: usize,
        after: Option<RowKey>,
    ) -> Self {
        Self {
            period,
            origin,
            most,
            after,
            left_out: None,
            rows: BTreeMap::new(),
            held: 0,
            current: None,
        }
    }

    fn start(&self, number: i64) -> i64 {
        let period = self.period.unwrap_or(0);
        self.origin.saturating_add(number.saturating_mul(period))
    }

    /// The times at which samples of a group may belong to a row of these.
    pub(super) fn span(&self, group: &Group) -> Span {
        let mut span = Span::ALL;
        let nothing = Span {
            from: i64::MAX,
            to: i64::MIN,
        };
        if let Some(after) = &self.after {
            match group.cmp(&after.group) {
                Ordering::Less => return nothing,
                Ordering::Equal if self.period.is_some() => span.from = self.start(after.period),
                Ordering::Equal | Ordering::Greater => {}
            }
        }
        if let Some(first) = &self.left_out {
            match group.cmp(&first.group) {
                Ordering::Greater => return nothing,
                Ordering::Equal if self.period.is_some() => {
                    span.to = self.start(first.period.saturating_add(1));
                }
                Ordering::Equal | Ordering::Less => {}
            }
        }
        span
    }

    /// Tallies a sample; `values` are those whose different ones are counted.
    pub(super) fn add(
        &mut self,
        (group, unit): (&Group, &Arc<str>),
        time: i64,
        values: &[Option<&'p str>],
        add: impl FnOnce(&mut Tally<'p>),
    ) -> Placement {
        let number = self.period.map_or(0, |period| {
            time.saturating_sub(self.origin).div_euclid(period)
        });
        let is_current = self.current.as_ref().is_some_and(|(key, _)| {
            key.period == number && Arc::ptr_eq(&key.group, group) && Arc::ptr_eq(&key.unit, unit)
        });
        if !is_current {
            self.flush();
            let location = (&**group, number, &**unit);
            let compare = |key: &RowKey| location.cmp(&(&*key.group, key.period, &*key.unit));
            if self
                .left_out
                .as_ref()
                .is_some_and(|key| compare(key).is_ge())
            {
                return Placement::LeftOut;
            }
            if self.after.as_ref().is_some_and(|key| compare(key).is_le()) {
                return Placement::Here;
            }
        }
        let (_, tally) = self.current.get_or_insert_with(|| {
            let key = RowKey {
                group: Arc::clone(group),
                period: number,
                unit: Arc::clone(unit),
            };
            (key, Tally::new())
        });
        if !values.is_empty() && tally.values.is_empty() {
            tally.values.resize_with(values.len(), HashSet::new);
            for (set, value) in tally.values.iter_mut().zip(values) {
                set.extend(value);
            }
        }
        add(tally);
        Placement::Here
    }

    /// Takes what was tallied last among the rows.
    pub(super) fn flush(&mut self) {
        let Some((key, tally)) = self.current.take() else {
            return;
        };
        let row = self.rows.entry(key).or_insert_with(Tally::new);
        let held = row.held();
        row.merge(tally);
        self.held += row.held() - held;
        while self.rows.len() > 1 && (self.rows.len() > self.most || self.held > HELD) {
            let Some((key, tally)) = self.rows.pop_last() else {
                break;
            };
            self.held -= tally.held();
            self.left_out = Some(key);
        }
    }

    /// The rows in their order, with the start of each one's period, and whether some were left out.
    pub(super) fn finish(mut self) -> (Vec<(RowKey, i64, Tally<'p>)>, bool) {
        self.flush();
        let rows = std::mem::take(&mut self.rows).into_iter();
        let rows = rows.map(|(key, tally)| {
            let start = self.start(key.period);
            (key, start, tally)
        });
        let rows = rows.collect();
        (rows, self.left_out.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        Arc::from([Some(name.to_owned())])
    }

    #[test]
    fn no_more_rows_are_held_than_were_asked_for_and_these_are_whole() {
        let mut tallies = Tallies::new(Some(10), 0, 3, None);
        let unit = Arc::from("B");
        let groups = [group("b"), group("a"), group("c")];
        for time in (0..1000).rev() {
            for group in &groups {
                tallies.add((group, &unit), time, &[], |tally| tally.add(time, 1.0));
                assert!(tallies.rows.len() <= 3, "{} rows", tallies.rows.len());
            }
        }
        let (rows, has_more) = tallies.finish();
        assert!(has_more);
        let found: Vec<_> = rows
            .iter()
            .map(|(key, start, tally)| (key.group[0].as_deref(), *start, tally.rolled.count))
            .collect();
        assert_eq!(
            found,
            [(Some("a"), 0, 10), (Some("a"), 10, 10), (Some("a"), 20, 10)]
        );
    }

    #[test]
    fn different_values_are_bounded_in_all_rows_together() {
        let names: Vec<String> = (0..HELD / 2).map(|number| number.to_string()).collect();
        let mut tallies = Tallies::new(Some(10), 0, 1000, None);
        let (group, unit) = (group("a"), Arc::from("B"));
        for time in 0..5 {
            for name in &names {
                tallies.flush();
                tallies.add((&group, &unit), time * 10, &[Some(name)], |tally| {
                    tally.add(time * 10, 1.0);
                });
            }
        }
        assert!(tallies.held <= HELD, "{} values", tallies.held);
        let (rows, has_more) = tallies.finish();
        assert!(has_more);
        assert_eq!(rows.len(), 2);
        assert!(
            rows.iter()
                .all(|(.., tally)| tally.values[0].len() == HELD / 2)
        );
    }
}
