//! Answers of statistics, page by page.
//!
//! A search goes over the samples and finds the next rows. Mostly it finds those of one page: the
//! next search starts at the group and period of the last row. Groups of metadata are different,
//! since their samples stand in any order: each search reads all samples. So it finds as many rows
//! as may be held, and the pages are taken of these.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metering::telemetry::Statistics;

use super::failure::Outcome;
use super::reader::Reader;
use super::statistics::has_metadata_groups;
use super::statistics_search::{SearchStart, search};
use crate::query::StatisticsQuery;

/// Rows of the first page of an answer, and of further ones.
const FIRST: usize = 1000;
const FURTHER: usize = 5000;
/// Rows that a search of groups of metadata finds at most, a kilobyte each.
const FOUND: usize = 20_000;
/// Rows that all answers hold together, beside one page each.
const HELD: usize = 2 * FOUND;

/// Where the next page of an answer starts.
#[derive(Debug, Default)]
pub(crate) struct StatisticsPosition {
    /// Rows that were found and not given.
    found: VecDeque<Statistics>,
    held: Option<HeldRows>,
    /// Where the next search starts.
    start: SearchStart,
    /// Whether there is nothing more to find.
    ended: bool,
    is_further: bool,
}

/// How many more rows may be held.
#[derive(Debug)]
pub(super) struct RowBudget(Arc<AtomicUsize>);

/// A part of the budget; it is given back with this.
#[derive(Debug)]
struct HeldRows {
    free: Arc<AtomicUsize>,
    count: usize,
}

impl Default for RowBudget {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(HELD)))
    }
}

impl RowBudget {
    /// As much as is left, up to the rows of a search.
    fn take(&self) -> HeldRows {
        let mut count = 0;
        let take = |free: usize| {
            count = free.min(FOUND);
            Some(free - count)
        };
        // The closure never refuses.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        HeldRows {
            free: Arc::clone(&self.0),
            count,
        }
    }
}

impl HeldRows {
    /// Gives back what so many rows do not need.
    fn shrink(&mut self, rows: usize) {
        let rows = rows.min(self.count);
        self.free.fetch_add(self.count - rows, Ordering::Relaxed);
        self.count = rows;
    }
}

impl Drop for HeldRows {
    fn drop(&mut self) {
        self.shrink(0);
    }
}

/// The next page of an answer, and where the one after it starts.
pub(super) fn page(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    mut position: StatisticsPosition,
) -> Outcome<(Vec<Statistics>, Option<StatisticsPosition>)> {
    let size = if position.is_further { FURTHER } else { FIRST };
    position.is_further = true;
    if position.found.is_empty() && !position.ended {
        let held = has_metadata_groups(query).then(|| reader.shared.row_budget.take());
        let most = held.as_ref().map_or(size, |held| held.count.max(size));
        let (found, next) = search(reader, query, position.start, most)?;
        position.found = found.into();
        position.held = held;
        position.ended = next.is_none();
        position.start = next.unwrap_or_default();
    }
    let count = size.min(position.found.len());
    let rows = position.found.drain(..count).collect();
    if let Some(held) = &mut position.held {
        held.shrink(position.found.len());
    }
    let has_more = !position.found.is_empty() || !position.ended;
    Ok((rows, has_more.then_some(position)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_hold_no_more_rows_than_the_budget() {
        let budget = RowBudget::default();
        let mut first = budget.take();
        let second = budget.take();
        assert_eq!((first.count, second.count), (FOUND, HELD - FOUND));
        assert_eq!(budget.take().count, 0);
        first.shrink(10);
        assert_eq!(budget.take().count, FOUND - 10);
        drop((first, second));
        assert_eq!(budget.0.load(Ordering::Relaxed), HELD);
    }
}
