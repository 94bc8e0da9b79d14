//! Samples by any filter and order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use metering::telemetry::Sample;

use super::failure::Outcome;
use super::plan::Plan;
use super::reader::{Depth, Hit, Reader};
use super::rollup::Span;
use crate::compare_fields;
use crate::filter::Field;
use crate::matcher::Fields;
use crate::query::{Order, SampleQuery};

/// Samples by any filter and order.
pub(super) fn samples(reader: &Reader<'_>, query: &SampleQuery) -> Outcome<Vec<Sample>> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let plan = reader.plan(&query.filter)?;
    let hits = if query.order.is_empty() {
        newest(reader, &plan, limit)?
    } else {
        ordered(reader, &plan, &query.order, limit)?
    };
    hits.into_iter().map(|hit| reader.sample(hit)).collect()
}

/// The newest hits, the oldest of them at hand.
struct Newest<'a> {
    limit: usize,
    heap: BinaryHeap<Reverse<ByAge<'a>>>,
}

struct ByAge<'a>(Hit<'a>);

impl<'a> Newest<'a> {
    /// Nothing older than this can be among them.
    fn bound(&self) -> i64 {
        match self.heap.peek() {
            Some(Reverse(ByAge(oldest))) if self.heap.len() >= self.limit => oldest.time,
            _ => i64::MIN,
        }
    }

    /// Whether older ones of the same target may still be among them.
    fn push(&mut self, hit: Hit<'a>) -> bool {
        if hit.time < self.bound() {
            return false;
        }
        self.heap.push(Reverse(ByAge(hit)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
        true
    }
}

fn newest<'p>(reader: &Reader<'_>, plan: &'p Plan, limit: usize) -> Outcome<Vec<Hit<'p>>> {
    let mut newest = Newest {
        limit,
        heap: BinaryHeap::new(),
    };
    let since = |newest: &Newest<'_>| Span {
        from: newest.bound(),
        to: i64::MAX,
    };
    for target in &plan.polled {
        let span = since(&newest);
        reader.collected(target, span, true, &mut |hit| newest.push(hit))?;
    }
    // The youngest series first: soon the others cannot have any that are young enough.
    let mut posted: Vec<_> = plan.posted.iter().collect();
    posted.sort_by_key(|target| Reverse(target.series.last().min(target.span.to)));
    for target in posted {
        let span = since(&newest);
        if target.series.last() >= span.from {
            reader.posted(target, span, Depth::Index, true, &mut |hit| {
                newest.push(hit)
            })?;
        }
    }
    let sorted = newest.heap.into_sorted_vec();
    Ok(sorted.into_iter().map(|Reverse(ByAge(hit))| hit).collect())
}

fn ordered<'p>(
    reader: &Reader<'_>,
    plan: &'p Plan,
    order: &[Order],
    limit: usize,
) -> Outcome<Vec<Hit<'p>>> {
    let deep = order.iter().any(|order| {
        matches!(
            order.field,
            Field::RecordedAt | Field::MessageId | Field::Metadata(_)
        )
    });
    let by = |a: &Hit<'_>, b: &Hit<'_>| {
        let one = |order: &Order| {
            let ordering = compare_fields(a.field(&order.field), b.field(&order.field));
            if order.descending {
                ordering.reverse()
            } else {
                ordering
            }
        };
        let first = order.iter().map(one).find(|ordering| ordering.is_ne());
        first.unwrap_or_else(|| b.order().cmp(&a.order()))
    };
    let mut hits: Vec<Hit<'p>> = Vec::new();
    let mut failed = None;
    let mut take = |mut hit: Hit<'p>| {
        if deep && let Err(failure) = reader.fill(&mut hit) {
            failed = Some(failure);
            return false;
        }
        hits.push(hit);
        // No more are held than twice what is asked for.
        if hits.len() / 2 > limit.max(1000) {
            hits.select_nth_unstable_by(limit, by);
            hits.truncate(limit);
        }
        true
    };
    for target in &plan.polled {
        reader.collected(target, Span::ALL, true, &mut take)?;
    }
    for target in &plan.posted {
        let depth = if deep { Depth::Row } else { Depth::Index };
        reader.posted(target, Span::ALL, depth, true, &mut take)?;
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    hits.sort_by(by);
    hits.truncate(limit);
    Ok(hits)
}

impl Ord for ByAge<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order().cmp(&other.0.order())
    }
}

impl PartialOrd for ByAge<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByAge<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByAge<'_> {}
