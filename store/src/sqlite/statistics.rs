//! Tallies the samples of a plan, by group and period.

use std::sync::Arc;

use metering::requests::{AggregateFunction, Field, GroupBy};
use rusqlite::params;

use super::columns::LONGEST;
use super::failure::Outcome;
use super::hit::Hit;
use super::plan::{MeterTarget, Plan, PollSourceTarget, PostedTarget, is_always};
use super::reader::{Depth, Reader};
use super::resolution::COARSEST;
use super::rollup::Span;
use super::tallies::{Group, Placement, Tallies, Tally};
use crate::matcher::Found;
use crate::query::StatisticsQuery;

/// Tallies the samples of all targets of a plan.
pub(super) fn tally<'p>(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    plan: &'p Plan,
    tallies: &mut Tallies<'p>,
) -> Outcome<()> {
    let by_metadata = has_metadata_groups(query);
    for target in &plan.posted {
        if by_metadata {
            posted_by_metadata(reader, query, target, tallies)?;
        } else {
            posted(reader, query, target, tallies)?;
        }
    }
    let raw_only = query.functions.contains(&AggregateFunction::Stddev);
    for target in &plan.poll_source {
        poll_source(reader, query, target, raw_only, tallies)?;
    }
    Ok(())
}

/// Whether samples of one series may belong to different groups.
pub(super) fn has_metadata_groups(query: &StatisticsQuery) -> bool {
    let is_metadata = |by: &GroupBy| matches!(by, GroupBy::Metadata(_));
    query.groupby.iter().any(is_metadata)
}

/// Tallies the samples of a posted series.
fn posted<'p>(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    target: &'p PostedTarget,
    tallies: &mut Tallies<'p>,
) -> Outcome<()> {
    tallies.flush();
    let of = &target.series.identity;
    let known = |field: &Field| of.field(field).flatten();
    let values = counted(query, &known);
    let group: Group = key(query, &known, &|_| None).into();
    let unit: Arc<str> = Arc::from(of.unit.as_str());
    let span = tallies.span(&group);
    volumes(reader, target, span, &mut |time, volume| {
        let tally = |tally: &mut Tally<'p>| tally.add(time, volume);
        tallies.add((&group, &unit), time, &values, tally) == Placement::Here
    })
}

/// The same where samples of one series belong to different groups.
fn posted_by_metadata<'p>(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    target: &'p PostedTarget,
    tallies: &mut Tallies<'p>,
) -> Outcome<()> {
    tallies.flush();
    let of = &target.series.identity;
    let known = |field: &Field| of.field(field).flatten();
    let values = counted(query, &known);
    let unit: Arc<str> = Arc::from(of.unit.as_str());
    let mut last: Option<Group> = None;
    reader.posted(target, Span::ALL, Depth::Row, false, &mut |hit: Hit<'_>| {
        let found = key(query, &known, &|key| hit.metadata(key).map(str::to_owned));
        let group = match last.take() {
            Some(group) if *group == *found => group,
            _ => found.into(),
        };
        tallies.add((&group, &unit), hit.time, &values, |tally| {
            tally.add(hit.time, hit.volume);
        });
        last = Some(group);
        true
    })
}

/// Tallies the samples of a polled resource.
fn poll_source<'p>(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    target: &'p PollSourceTarget,
    raw_only: bool,
    tallies: &mut Tallies<'p>,
) -> Outcome<()> {
    let span = if raw_only {
        target.span().and(reader.raw())
    } else {
        target.span()
    };
    for meter in &target.meters {
        tallies.flush();
        let known = |field: &Field| target.poll_source.field(meter.meter, field).flatten();
        let values = counted(query, &known);
        let group: Group = key(query, &known, &|_| None).into();
        let unit: Arc<str> = Arc::from(meter.meter.unit);
        let asked = tallies.span(&group);
        if asked.is_empty() {
            continue;
        }
        if !is_always(&meter.rest) {
            one_meter(reader, target, meter, asked, &mut |hit| {
                let tally = |tally: &mut Tally<'p>| tally.add(hit.time, hit.volume);
                tallies.add((&group, &unit), hit.time, &values, tally) == Placement::Here
            })?;
            continue;
        }
        // A roll-up counts for its first sample, which comes after the roll-up's own time.
        let asked = Span {
            from: asked.from.saturating_sub(COARSEST),
            ..asked
        };
        let mut location: Option<(i64, Option<usize>)> = None;
        let span = span.and(meter.span).and(asked);
        reader
            .polls(&target.poll_source)
            .history(0, span, &reader.horizons, &mut |entry| {
                // Layouts of roll-ups that were made just now have no number yet.
                let known = location.filter(|(id, _)| *id == entry.column_set.id && *id != 0);
                let (_, position) = *location.insert(known.unwrap_or_else(|| {
                    (entry.column_set.id, entry.column_set.position(meter.meter))
                }));
                let Some(position) = position else {
                    return true;
                };
                let value = entry.values[position];
                let tally = |tally: &mut Tally<'p>| {
                    if raw_only {
                        tally.add(entry.time, value.sum.total());
                    } else {
                        tally.add_rolled(value, entry.first, entry.last);
                    }
                };
                tallies.add((&group, &unit), entry.first, &values, tally) == Placement::Here
            })?;
    }
    Ok(())
}

/// Visits the samples of one meter of a target as they came, until the visitor stops.
fn one_meter<'p>(
    reader: &Reader<'_>,
    target: &'p PollSourceTarget,
    meter: &'p MeterTarget,
    span: Span,
    visit: &mut dyn FnMut(Hit<'p>) -> bool,
) -> Outcome<()> {
    reader.collected(target, meter.span.and(span), false, &mut |hit| {
        !hit.is_of(meter.meter) || visit(hit)
    })
}

/// Visits times and volumes of a posted target in a span, from memory where they are, until the visitor
/// stops.
fn volumes(
    reader: &Reader<'_>,
    target: &PostedTarget,
    span: Span,
    visit: &mut dyn FnMut(i64, f64) -> bool,
) -> Outcome<()> {
    if !is_always(&target.rest) {
        return reader.posted(target, span, Depth::Index, false, &mut |hit| {
            visit(hit.time, hit.volume)
        });
    }
    let (id, span) = (target.series.id, target.span.and(span));
    if span.is_empty() {
        return Ok(());
    }
    if let Some(column) = reader.shared.columns.get(id, span.from) {
        let from = column.partition_point(|&(time, _)| time < span.from);
        for &(time, volume) in column[from..]
            .iter()
            .take_while(|(time, _)| *time <= span.to)
        {
            if !visit(time, volume) {
                break;
            }
        }
        return Ok(());
    }
    // Only what reaches to the end can be added to.
    let mut column = (span.to >= target.series.last()).then(Vec::new);
    let mut select = reader.conn.prepare_cached(
        "SELECT time, volume FROM samples WHERE series = ?1 AND time BETWEEN ?2 AND ?3
         ORDER BY time",
    )?;
    let mut rows = select.query(params![id, span.from, span.to])?;
    while let Some(row) = rows.next()? {
        let (time, volume) = (row.get(0)?, row.get(1)?);
        if !visit(time, volume) {
            return Ok(());
        }
        if let Some(kept) = &mut column {
            kept.push((time, volume));
            if kept.len() > LONGEST {
                column = None;
            }
        }
    }
    if let Some(column) = column {
        reader
            .shared
            .columns
            .keep(id, span.from, Arc::new(column), reader.generation);
    }
    Ok(())
}

/// The values of a series' samples whose different ones are counted, in the order of the functions.
fn counted<'p>(
    query: &StatisticsQuery,
    known: &dyn Fn(&Field) -> Option<Found<'p>>,
) -> Vec<Option<&'p str>> {
    let fields = query.functions.iter();
    let fields = fields.filter_map(|function| function.counted_field());
    fields.map(|field| text(known(&field))).collect()
}

fn text(found: Option<Found<'_>>) -> Option<&str> {
    match found {
        Some(Found::Text(text)) => Some(text),
        _ => None,
    }
}

fn key<'p>(
    query: &StatisticsQuery,
    known: &dyn Fn(&Field) -> Option<Found<'p>>,
    metadata: &dyn Fn(&str) -> Option<String>,
) -> Vec<Option<String>> {
    let value = |by: &GroupBy| match by {
        GroupBy::UserId => text(known(&Field::UserId)).map(str::to_owned),
        GroupBy::ResourceId => text(known(&Field::ResourceId)).map(str::to_owned),
        GroupBy::ProjectId => text(known(&Field::ProjectId)).map(str::to_owned),
        GroupBy::Source => text(known(&Field::Source)).map(str::to_owned),
        GroupBy::Metadata(key) => metadata(key),
    };
    query.groupby.iter().map(value).collect()
}
