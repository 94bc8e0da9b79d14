//! The rows of an answer of statistics from a start on.
//!
//! Groups by resource are searched window by window: a window has the targets of the next
//! resources, so that neither their number nor the number of pages counts. Other groups need all
//! targets of the filter.

use std::ops::Bound;

use metering::Timestamp;
use metering::requests::GroupBy;
use metering::telemetry::Statistics;

use super::failure::Outcome;
use super::first_last::End;
use super::listing_window::{Found, Listed, Window};
use super::plan::{Plan, is_always};
use super::reader::Reader;
use super::rollup::Span;
use super::statistics::tally;
use super::statistics_row::row;
use super::tallies::{RowKey, Tallies};
use crate::query::StatisticsQuery;

/// Resources of a window, at least and at most: each window goes over the whole catalog.
const WINDOW: (usize, usize) = (1000, 5000);

/// Where a search starts. The default is the start of the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchStart {
    /// The last row before.
    after: Option<RowKey>,
    /// Where periods begin, once it is known.
    origin: Option<i64>,
}

/// Some targets of a filter.
struct Part {
    plan: Plan,
    /// The first resource of the next part.
    next: Option<String>,
}

/// Numbers about the samples of a filter.
pub(super) fn statistics(reader: &Reader<'_>, query: &StatisticsQuery) -> Outcome<Vec<Statistics>> {
    let (rows, _) = search(reader, query, SearchStart::default(), usize::MAX)?;
    Ok(rows)
}

/// At most some rows from a start on, and where the next ones start.
///
/// Collected samples that are older than the kept polls are read from their roll-ups, each of which
/// counts at its start; the standard deviation has no roll-ups.
pub(super) fn search(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    start: SearchStart,
    most: usize,
) -> Outcome<(Vec<Statistics>, Option<SearchStart>)> {
    let period = query.period_micros();
    let origin = match (query.from, period, start.origin) {
        (Some(from), ..) => from.as_micros(),
        (None, None, _) => 0,
        (None, Some(_), Some(origin)) => origin,
        (None, Some(_), None) => match origin(reader, query)? {
            Some(first) => first,
            None => return Ok((Vec::new(), None)),
        },
    };
    let mut after = start.after;
    let mut rows = Vec::new();
    loop {
        let Part { plan, next } = part(reader, query, after.as_ref(), most - rows.len())?;
        let mut tallies = Tallies::new(period, origin, most - rows.len(), after.take());
        tally(reader, query, &plan, &mut tallies)?;
        let (found, has_more) = tallies.finish();
        let last = found.last().filter(|_| has_more);
        after = last
            .map(|(key, ..)| key.clone())
            .or_else(|| next.map(RowKey::before_resource));
        rows.extend(found.into_iter().map(|(key, start, tally)| {
            let mut row = row(query, &key, &tally);
            if let Some(period) = period {
                row.period = query.period;
                row.period_start = Timestamp::from_micros(start);
                row.period_end = Timestamp::from_micros(start.saturating_add(period));
            }
            row
        }));
        if has_more || rows.len() >= most || after.is_none() {
            let origin = Some(origin);
            let next = after.map(|key| SearchStart {
                after: Some(key),
                origin,
            });
            return Ok((rows, next));
        }
    }
}

/// The targets of the next resources, `most` at most, if groups are by resource; else all.
fn part(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    after: Option<&RowKey>,
    most: usize,
) -> Outcome<Part> {
    if query.groupby.first() != Some(&GroupBy::ResourceId) {
        let plan = reader.plan(&query.filter)?;
        return Ok(Part { plan, next: None });
    }
    // Further rows of the last row's resource may follow.
    let resource = after.and_then(|key| key.group.first().cloned().flatten());
    window(reader, query, resource, most)
}

/// The targets of some resources, from one on.
fn window(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    resource: Option<String>,
    most: usize,
) -> Outcome<Part> {
    let start = resource.map(Listed::resource_key);
    let start = start.as_ref().map_or(Bound::Unbounded, Bound::Included);
    let mut window = Window::new(Listed::Resource, start, most.clamp(WINDOW.0, WINDOW.1));
    reader.select(&query.filter, &mut window)?;
    let mut plan = Plan::default();
    for found in window.rows.into_values().flatten() {
        match found {
            Found::Posted(target) => plan.posted.push(target),
            Found::PollSource(target) => plan.poll_source.push(target),
        }
    }
    let next = window.left_out.map(|[resource, ..]| resource);
    Ok(Part { plan, next })
}

/// Where periods begin: at the first sample.
fn origin(reader: &Reader<'_>, query: &StatisticsQuery) -> Outcome<Option<i64>> {
    let mut origin: Option<i64> = None;
    let mut resource = None;
    loop {
        let Part { plan, next } = window(reader, query, resource, WINDOW.1)?;
        if let Some(first) = first(reader, &plan)? {
            origin = Some(origin.map_or(first, |known| known.min(first)));
        }
        if next.is_none() {
            return Ok(origin);
        }
        resource = next;
    }
}

/// The first sample's time.
fn first(reader: &Reader<'_>, plan: &Plan) -> Outcome<Option<i64>> {
    let mut first: Option<i64> = None;
    let mut take = |time: i64| first = Some(first.map_or(time, |known| known.min(time)));
    for target in &plan.posted {
        if let Some(hit) = reader.posted_end(target, End::First)? {
            take(hit.time);
        }
    }
    for target in &plan.poll_source {
        for meter in &target.meters {
            if let Some(hit) = reader.meter_end(target, meter, End::First)? {
                take(hit.time);
            }
        }
        let rolled = target.meters.iter().any(|meter| is_always(&meter.rest));
        let old = Span {
            from: i64::MIN,
            to: reader.horizons.0[0].saturating_sub(1),
        };
        if rolled {
            let span = target.span().and(old);
            reader
                .polls(&target.poll_source)
                .history(1, span, &reader.horizons, &mut |entry| {
                    let asked = target.meters.iter().any(|meter| {
                        entry.column_set.position(meter.meter).is_some()
                            && meter.span.from <= entry.time
                            && entry.time <= meter.span.to
                    });
                    if asked {
                        take(entry.first);
                    }
                    // Later ones of a level are no earlier, but a meter may be missing in this one.
                    !asked
                })?;
        }
    }
    Ok(first)
}
