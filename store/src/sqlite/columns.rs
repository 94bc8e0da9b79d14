//! The recent past of posted series in memory: times and volumes, in the order of time.
//!
//! A reader that has just read the end of a series leaves it here, and the writer adds to it what
//! it commits. A reader notes the generation before it reads: where a commit came between, what it
//! read may lack it, and is not taken.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Samples of all columns together: 16 bytes each.
const ALL: usize = 512 << 10;
/// The most that one may have.
pub(super) const LONGEST: usize = 64 << 10;

/// Times and volumes of one series, the oldest first.
pub(super) type Column = Arc<Vec<(i64, f64)>>;

#[derive(Debug)]
struct CachedColumn {
    /// Nothing from here on is missing.
    since: i64,
    samples: Column,
    used: u64,
}

#[derive(Debug, Default)]
struct Inner {
    by_series: HashMap<i64, CachedColumn>,
    samples: usize,
    generation: u64,
    clock: u64,
}

/// The recent past of posted series.
#[derive(Debug, Default)]
pub(super) struct Columns(Mutex<Inner>);

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
        inner.clock += 1;
        let now = inner.clock;
        let known = inner.by_series.get_mut(&series)?;
        known.used = now;
        (known.since <= from).then(|| Arc::clone(&known.samples))
    }

    /// Keeps what was read of a series from `since` on, where nothing was committed meanwhile.
    pub(super) fn keep(&self, series: i64, since: i64, samples: Column, generation: u64) {
        let mut inner = self.inner();
        if inner.generation != generation {
            return;
        }
        inner.clock += 1;
        let used = inner.clock;
        inner.samples += samples.len();
        if let Some(old) = inner.by_series.insert(
            series,
            CachedColumn {
                since,
                samples,
                used,
            },
        ) {
            inner.samples -= old.samples.len();
        }
        while inner.samples > ALL {
            let oldest = inner.by_series.iter().min_by_key(|(_, known)| known.used);
            let Some(series) = oldest.map(|(&series, _)| series) else {
                return;
            };
            inner.forget(series);
        }
    }

    /// Takes in what was committed: series, time and volume.
    pub(super) fn committed(&self, samples: impl Iterator<Item = (i64, i64, f64)>) {
        let mut inner = self.inner();
        inner.generation += 1;
        for (series, time, volume) in samples {
            let Some(known) = inner.by_series.get_mut(&series) else {
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
            inner.samples += 1;
        }
    }

    /// Forgets all: samples were deleted.
    pub(super) fn clear(&self) {
        let mut inner = self.inner();
        inner.generation += 1;
        inner.samples = 0;
        inner.by_series.clear();
    }
}

impl Inner {
    fn forget(&mut self, series: i64) {
        if let Some(known) = self.by_series.remove(&series) {
            self.samples -= known.samples.len();
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
    fn what_is_committed_is_added_in_its_place() {
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
    fn what_was_read_before_a_commit_is_not_kept() {
        let columns = Columns::default();
        let before = columns.generation();
        columns.committed(std::iter::empty());
        columns.keep(1, 0, column(0..3), before);
        assert!(columns.get(1, 0).is_none());
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let columns = Columns::default();
        for series in 0..20 {
            columns.keep(series, 0, column(0..LONGEST as i64), columns.generation());
            columns.get(0, 0).expect("the first is used all the time");
        }
        assert!(columns.inner().samples <= ALL);
        assert!(columns.get(1, 0).is_none(), "the least used went");
        columns.committed([(0, 5, 1.0)].into_iter());
        assert!(
            columns.get(0, 0).is_none(),
            "it would have grown beyond its bound"
        );
    }
}
