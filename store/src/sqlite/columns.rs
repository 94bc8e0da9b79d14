//! The recent past of posted series in memory: times and volumes, in the order of time.
//!
//! A reader that has just read the end of a series leaves it here, and the writer adds to it what
//! it commits. A reader notes the generation before it reads: where a commit came between, what it
//! read may lack it, and is not taken.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;

/// What all columns together may cost, in samples of 16 bytes each.
const ALL: usize = 512 << 10;
/// What a column costs beside its samples.
const OVERHEAD: usize = 16;
/// The most that one may have.
pub(super) const LONGEST: usize = 64 << 10;

/// Times and volumes of one series, the oldest first.
pub(super) type Column = Arc<Vec<(i64, f64)>>;

#[derive(Debug)]
struct CachedColumn {
    /// Nothing from here on is missing.
    since: i64,
    samples: Column,
}

#[derive(Debug)]
struct Inner {
    /// The least recently used first.
    by_series: LruCache<i64, CachedColumn>,
    cost: usize,
    generation: u64,
}

/// The recent past of posted series.
#[derive(Debug)]
pub(super) struct Columns(Mutex<Inner>);

impl Default for Columns {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            by_series: LruCache::new_unbounded(),
            cost: 0,
            generation: 0,
        }))
    }
}

impl CachedColumn {
    fn cost(&self) -> usize {
        OVERHEAD + self.samples.len()
    }
}

impl Columns {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u64 {
        self.inner().generation
    }

    /// The column of a series that lacks nothing from `from` on.
    pub(super) fn get(&self, series: i64, from: i64) -> Option<Column> {
        let mut inner = self.inner();
        let known = inner.by_series.get(&series)?;
        (known.since <= from).then(|| Arc::clone(&known.samples))
    }

    /// Keeps what was read of a series from `since` on, where nothing was committed meanwhile.
    pub(super) fn keep(&self, series: i64, since: i64, samples: Column, generation: u64) {
        let mut inner = self.inner();
        if inner.generation != generation {
            return;
        }
        let column = CachedColumn { since, samples };
        inner.cost += column.cost();
        if let Some(old) = inner.by_series.insert(series, column) {
            inner.cost -= old.cost();
        }
        inner.bound();
    }

    /// Takes in what was committed: series, time and volume.
    pub(super) fn committed(&self, samples: impl Iterator<Item = (i64, i64, f64)>) {
        let mut inner = self.inner();
        inner.generation += 1;
        for (series, time, volume) in samples {
            let Some(known) = inner.by_series.peek_mut(&series) else {
                continue;
            };
            if time < known.since {
                continue;
            }
            if known.samples.len() >= LONGEST {
                inner.forget(series);
                continue;
            }
            // A reader that still holds the column keeps its own.
            let column = Arc::make_mut(&mut known.samples);
            let location = column.partition_point(|&(earlier, _)| earlier <= time);
            column.insert(location, (time, volume));
            inner.cost += 1;
        }
        inner.bound();
    }

    /// Forgets all: samples were deleted.
    pub(super) fn clear(&self) {
        let mut inner = self.inner();
        inner.generation += 1;
        inner.cost = 0;
        inner.by_series.clear();
    }
}

impl Inner {
    fn forget(&mut self, series: i64) {
        if let Some(known) = self.by_series.remove(&series) {
            self.cost -= known.cost();
        }
    }

    /// Forgets the least recently used where all cost too much.
    fn bound(&mut self) {
        while self.cost > ALL {
            let Some((_, oldest)) = self.by_series.remove_lru() else {
                return;
            };
            self.cost -= oldest.cost();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(times: std::ops::Range<i64>) -> Column {
        Arc::new(times.map(|time| (time, 1.0)).collect())
    }

    #[test]
    fn committed_samples_are_added_in_the_order_of_time() {
        let columns = Columns::default();
        columns.keep(
            1,
            10,
            Arc::new(vec![(10, 1.0), (20, 2.0)]),
            columns.generation(),
        );
        columns.committed([(1, 15, 9.0), (1, 5, 9.0), (2, 15, 9.0)].into_iter());
        let found = columns.get(1, 10).expect("kept");
        assert_eq!(*found, [(10, 1.0), (15, 9.0), (20, 2.0)]);
        assert!(columns.get(1, 9).is_none(), "older ones are not all there");
        assert!(columns.get(2, 10).is_none());
    }

    #[test]
    fn samples_read_before_a_commit_are_not_kept() {
        let columns = Columns::default();
        let before = columns.generation();
        columns.committed(std::iter::empty());
        columns.keep(1, 0, column(0..3), before);
        assert!(columns.get(1, 0).is_none());
    }

    #[test]
    fn number_of_short_columns_is_bounded() {
        let columns = Columns::default();
        for series in 0..100_000 {
            columns.keep(series, 0, column(0..1), columns.generation());
        }
        let inner = columns.inner();
        assert!(inner.cost <= ALL, "{}", inner.cost);
        assert_eq!(inner.by_series.len(), ALL / (OVERHEAD + 1));
    }

    #[test]
    fn least_recently_used_columns_are_forgotten() {
        let columns = Columns::default();
        for series in 0..20 {
            columns.keep(series, 0, column(0..LONGEST as i64), columns.generation());
            columns.get(0, 0).expect("the first is used all the time");
        }
        assert!(columns.inner().cost <= ALL);
        assert!(columns.get(1, 0).is_none(), "the least used went");
        columns.committed([(0, 5, 1.0)].into_iter());
        assert!(
            columns.get(0, 0).is_none(),
            "it would have grown beyond its bound"
        );
    }
}
