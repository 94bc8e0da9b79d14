//! Samples by any filter and order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use metering::Timestamp;
use metering::requests::{Field, Order};
use metering::telemetry::Sample;

use super::failure::Outcome;
use super::hit::Hit;
use super::plan::Plan;
use super::reader::{Depth, Reader};
use super::rollup::Span;
use crate::matcher::{Fields, Found, compare_fields};
use crate::query::SampleQuery;

/// Samples by any filter and order.
pub(super) fn samples(reader: &Reader<'_>, query: &SampleQuery) -> Outcome<Vec<Sample>> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let plan = reader.plan(&query.filter)?;
    let hits = find(reader, &plan, query, None, limit)?;
    hits.into_iter().map(|hit| reader.sample(hit)).collect()
}

/// The first samples of a query in its order, at most `limit`, that come after a key.
pub(super) fn find<'p>(
    reader: &Reader<'_>,
    plan: &'p Plan,
    query: &SampleQuery,
    after: Option<&SortKey>,
    limit: usize,
) -> Outcome<Vec<Hit<'p>>> {
    if query.order.is_empty() {
        newest(reader, plan, after.map(|key| key.order), limit)
    } else {
        ordered(reader, plan, &query.order, after, limit)
    }
}

/// What of a sample must be read to sort it.
pub(super) fn depth(orders: &[Order]) -> Depth {
    let by_row = orders.iter().any(|order| {
        matches!(
            order.field,
            Field::RecordedAt | Field::MessageId | Field::Metadata(_)
        )
    });
    if by_row { Depth::Row } else { Depth::Index }
}

/// Where a sample stands in the order of an answer; outlives the sample.
#[derive(Debug)]
pub(super) struct SortKey {
    fields: Vec<(Field, Option<OwnedValue>)>,
    order: (i64, bool, i64, usize),
}

#[derive(Debug)]
enum OwnedValue {
    Text(String),
    Number(f64),
    Time(Timestamp),
}

impl SortKey {
    pub(super) fn from_hit(hit: &Hit<'_>, orders: &[Order]) -> Self {
        let value = |field: &Field| {
            hit.field(field).map(|found| match found {
                Found::Text(text) => OwnedValue::Text(text.to_owned()),
                Found::Number(number) => OwnedValue::Number(number),
                Found::Time(time) => OwnedValue::Time(time),
            })
        };
        let fields = orders.iter().map(|order| &order.field);
        Self {
            fields: fields.map(|field| (field.clone(), value(field))).collect(),
            order: hit.order(),
        }
    }
}

impl Fields for SortKey {
    fn field(&self, field: &Field) -> Option<Found<'_>> {
        let (_, value) = self.fields.iter().find(|(known, _)| known == field)?;
        value.as_ref().map(|value| match value {
            OwnedValue::Text(text) => Found::Text(text),
            OwnedValue::Number(number) => Found::Number(*number),
            OwnedValue::Time(time) => Found::Time(*time),
        })
    }
}

/// The newest hits, the oldest of them at hand.
struct Newest<'a> {
    limit: usize,
    /// Only older ones than this are among them.
    before: Option<(i64, bool, i64, usize)>,
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
        if self.before.is_some_and(|before| hit.order() >= before) {
            return true;
        }
        self.heap.push(Reverse(ByAge(hit)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
        true
    }
}

fn newest<'p>(
    reader: &Reader<'_>,
    plan: &'p Plan,
    before: Option<(i64, bool, i64, usize)>,
    limit: usize,
) -> Outcome<Vec<Hit<'p>>> {
    let mut newest = Newest {
        limit,
        before,
        heap: BinaryHeap::new(),
    };
    let latest = before.map_or(i64::MAX, |(time, ..)| time);
    let since = |newest: &Newest<'_>| Span {
        from: newest.bound(),
        to: latest,
    };
    for target in &plan.poll_source {
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
    orders: &[Order],
    after: Option<&SortKey>,
    limit: usize,
) -> Outcome<Vec<Hit<'p>>> {
    let depth = depth(orders);
    let by = |a: &Hit<'_>, b: &Hit<'_>| {
        compare(orders, a, b).unwrap_or_else(|| b.order().cmp(&a.order()))
    };
    let is_after = |hit: &Hit<'_>| {
        after.is_none_or(|key| {
            let ordering = compare(orders, key, hit);
            ordering
                .unwrap_or_else(|| hit.order().cmp(&key.order))
                .is_lt()
        })
    };
    let mut hits: Vec<Hit<'p>> = Vec::new();
    let mut failed = None;
    let mut take = |mut hit: Hit<'p>| {
        if depth == Depth::Row
            && let Err(failure) = reader.fill(&mut hit)
        {
            failed = Some(failure);
            return false;
        }
        if !is_after(&hit) {
            return true;
        }
        hits.push(hit);
        // No more are held than twice what is asked for.
        if hits.len() / 2 > limit.max(1000) {
            hits.select_nth_unstable_by(limit, by);
            hits.truncate(limit);
        }
        true
    };
    for target in &plan.poll_source {
        reader.collected(target, Span::ALL, true, &mut take)?;
    }
    for target in &plan.posted {
        reader.posted(target, Span::ALL, depth, true, &mut take)?;
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    hits.sort_by(by);
    hits.truncate(limit);
    Ok(hits)
}

/// The order of two samples by the fields alone; none where they are the same.
fn compare(orders: &[Order], a: &impl Fields, b: &impl Fields) -> Option<Ordering> {
    let one = |order: &Order| {
        let ordering = compare_fields(a.field(&order.field), b.field(&order.field));
        if order.descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    orders.iter().map(one).find(|ordering| ordering.is_ne())
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
