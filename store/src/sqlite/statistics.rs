//! Numbers about samples, by group and period.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use metering::Timestamp;
use metering::telemetry::Statistics;
use rusqlite::params;

use super::columns::LONGEST;
use super::edges::Edge;
use super::failure::Outcome;
use super::packed::Rolled;
use super::plan::{MeterTarget, Plan, PolledTarget, PostedTarget, is_always};
use super::reader::{Depth, Hit, Reader};
use super::rollup::Span;
use crate::filter::Field;
use crate::matcher::Found;
use crate::query::{Function, GroupBy, StatisticsQuery};

/// What a row is about: the values that it is grouped by, and the unit.
type Key = (Vec<Option<String>>, String);

/// Some samples in numbers.
#[derive(Clone, Debug)]
struct Tally<'p> {
    rolled: Rolled,
    /// Mean, and the sum of the squares of what samples are away from it (Welford).
    mean: f64,
    spread: f64,
    first: i64,
    last: i64,
    /// Different values, by the place of the function.
    values: Vec<HashSet<&'p str>>,
}

impl Tally<'_> {
    fn new() -> Self {
        Self {
            rolled: Rolled::NONE,
            mean: 0.0,
            spread: 0.0,
            first: i64::MAX,
            last: i64::MIN,
            values: Vec::new(),
        }
    }

    fn add(&mut self, time: i64, volume: f64) {
        self.rolled.add(Rolled::one(volume));
        let away = volume - self.mean;
        self.mean += away / self.rolled.count as f64;
        self.spread += away * (volume - self.mean);
        self.first = self.first.min(time);
        self.last = self.last.max(time);
    }

    /// Nothing is known of how far these are spread.
    fn add_rolled(&mut self, rolled: Rolled, first: i64, last: i64) {
        self.rolled.add(rolled);
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }

    fn merge(&mut self, other: Self) {
        let (ours, theirs) = (self.rolled.count as f64, other.rolled.count as f64);
        let away = other.mean - self.mean;
        if ours + theirs > 0.0 {
            self.spread += other.spread + away * away * ours * theirs / (ours + theirs);
            self.mean += away * theirs / (ours + theirs);
        }
        self.add_rolled(other.rolled, other.first, other.last);
        self.values
            .resize_with(self.values.len().max(other.values.len()), HashSet::new);
        for (ours, theirs) in self.values.iter_mut().zip(other.values) {
            ours.extend(theirs);
        }
    }
}

/// Tallies by group and period.
struct Tallies<'p> {
    /// Microseconds; none where one period is all time.
    period: Option<i64>,
    origin: i64,
    numbers: HashMap<Key, usize>,
    groups: Vec<BTreeMap<i64, Tally<'p>>>,
    /// What was tallied last, and where it belongs: mostly the next sample does, too.
    current: Option<(usize, i64, Tally<'p>)>,
}

impl<'p> Tallies<'p> {
    fn group(&mut self, key: Key) -> usize {
        let next = self.numbers.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.groups.push(BTreeMap::new());
        }
        number
    }

    /// Where samples of a group and time are tallied; `values` are those whose different ones are counted.
    fn at(&mut self, group: usize, time: i64, values: &[Option<&'p str>]) -> &mut Tally<'p> {
        let number = self
            .period
            .map_or(0, |period| (time - self.origin).div_euclid(period));
        let same = matches!(&self.current, Some((g, n, _)) if (*g, *n) == (group, number));
        if !same {
            self.flush();
        }
        let (_, _, tally) = self
            .current
            .get_or_insert_with(|| (group, number, Tally::new()));
        if !values.is_empty() && (!same || tally.values.is_empty()) {
            tally.values.resize_with(values.len(), HashSet::new);
            for (set, value) in tally.values.iter_mut().zip(values) {
                set.extend(value);
            }
        }
        tally
    }

    fn flush(&mut self) {
        if let Some((group, number, tally)) = self.current.take() {
            self.groups[group]
                .entry(number)
                .or_insert_with(Tally::new)
                .merge(tally);
        }
    }
}

/// Numbers about the samples of a filter.
///
/// Collected samples that are older than what is kept of them as they came are told by their
/// roll-ups, each of which counts for where it starts; the standard deviation has no roll-ups.
pub(super) fn statistics(reader: &Reader<'_>, query: &StatisticsQuery) -> Outcome<Vec<Statistics>> {
    let plan = reader.plan(&query.filter)?;
    let period = query.period_micros();
    let origin = match (query.from, period) {
        (Some(from), _) => from.as_micros(),
        (None, None) => 0,
        (None, Some(_)) => match first(reader, &plan)? {
            Some(first) => first,
            None => return Ok(Vec::new()),
        },
    };
    let mut tallies = Tallies {
        period,
        origin,
        numbers: HashMap::new(),
        groups: Vec::new(),
        current: None,
    };
    let by_metadata = query
        .groupby
        .iter()
        .any(|by| matches!(by, GroupBy::Metadata(_)));
    for target in &plan.posted {
        tallies.flush();
        let of = &target.series.identity;
        let known = |field: &Field| of.field(field).flatten();
        let values = counted(query, &known);
        if by_metadata {
            reader.posted(target, Span::ALL, Depth::Row, false, &mut |hit: Hit<'_>| {
                let group = tallies.group((
                    key(query, &known, &|key| hit.metadata(key).map(str::to_owned)),
                    of.unit.clone(),
                ));
                tallies
                    .at(group, hit.time, &values)
                    .add(hit.time, hit.volume);
                true
            })?;
            continue;
        }
        let mut group = None;
        volumes(reader, target, &mut |time, volume| {
            let group = *group.get_or_insert_with(|| {
                tallies.group((key(query, &known, &|_| None), of.unit.clone()))
            });
            tallies.at(group, time, &values).add(time, volume);
        })?;
    }
    let raw_only = query.functions.contains(&Function::Stddev);
    for target in &plan.polled {
        polled(reader, query, target, raw_only, &mut tallies)?;
    }
    tallies.flush();
    Ok(rows(query, tallies))
}

/// Tallies the samples of a polled resource.
fn polled<'p>(
    reader: &Reader<'_>,
    query: &StatisticsQuery,
    target: &'p PolledTarget,
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
        let known = |field: &Field| target.polled.field(meter.meter, field).flatten();
        let values = counted(query, &known);
        let mut group = None;
        let unit = meter.meter.unit;
        let mut number = |tallies: &mut Tallies<'p>| {
            *group.get_or_insert_with(|| {
                tallies.group((key(query, &known, &|_| None), unit.to_owned()))
            })
        };
        if is_always(&meter.rest) {
            let mut place: Option<(i64, Option<usize>)> = None;
            let span = span.and(meter.span);
            reader
                .polls(&target.polled)
                .history(0, span, &reader.horizons, &mut |entry| {
                    // Layouts of roll-ups that were made just now have no number yet.
                    let known = place.filter(|(id, _)| *id == entry.layout.id && *id != 0);
                    let (_, position) =
                        *place.insert(known.unwrap_or_else(|| {
                            (entry.layout.id, entry.layout.position(meter.meter))
                        }));
                    if let Some(position) = position {
                        let group = number(tallies);
                        let tally = tallies.at(group, entry.first, &values);
                        let value = entry.values[position];
                        if raw_only {
                            tally.add(entry.time, value.sum);
                        } else {
                            tally.add_rolled(value, entry.first, entry.last);
                        }
                    }
                })?;
        } else {
            one_meter(reader, target, meter, &mut |hit| {
                let group = number(tallies);
                tallies
                    .at(group, hit.time, &values)
                    .add(hit.time, hit.volume);
            })?;
        }
    }
    Ok(())
}

/// Visits the samples of one meter of a target as they came.
fn one_meter<'p>(
    reader: &Reader<'_>,
    target: &'p PolledTarget,
    meter: &'p MeterTarget,
    visit: &mut dyn FnMut(Hit<'p>),
) -> Outcome<()> {
    reader.collected(target, meter.span, false, &mut |hit| {
        if hit.is_of(meter.meter) {
            visit(hit);
        }
        true
    })
}

/// Visits times and volumes of a posted target, from memory where they are.
fn volumes(
    reader: &Reader<'_>,
    target: &PostedTarget,
    visit: &mut dyn FnMut(i64, f64),
) -> Outcome<()> {
    if !is_always(&target.rest) {
        return reader.posted(target, Span::ALL, Depth::Index, false, &mut |hit| {
            visit(hit.time, hit.volume);
            true
        });
    }
    let (id, span) = (target.series.id, target.span);
    if let Some(column) = reader.shared.columns.get(id, span.from) {
        let from = column.partition_point(|&(time, _)| time < span.from);
        for &(time, volume) in column[from..]
            .iter()
            .take_while(|(time, _)| *time <= span.to)
        {
            visit(time, volume);
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
        visit(time, volume);
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

/// The first sample's time.
fn first(reader: &Reader<'_>, plan: &Plan) -> Outcome<Option<i64>> {
    let mut first: Option<i64> = None;
    let mut take = |time: i64| first = Some(first.map_or(time, |known| known.min(time)));
    for target in &plan.posted {
        if let Some(hit) = reader.posted_edge(target, Edge::First)? {
            take(hit.time);
        }
    }
    for target in &plan.polled {
        for meter in &target.meters {
            if let Some(hit) = reader.meter_edge(target, meter, Edge::First)? {
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
                .polls(&target.polled)
                .history(1, span, &reader.horizons, &mut |entry| {
                    let asked = target.meters.iter().any(|meter| {
                        entry.layout.position(meter.meter).is_some()
                            && meter.span.from <= entry.time
                            && entry.time <= meter.span.to
                    });
                    if asked {
                        take(entry.first);
                    }
                })?;
        }
    }
    Ok(first)
}

/// The values of a series' samples whose different ones are counted, in the order of the functions.
fn counted<'p>(
    query: &StatisticsQuery,
    known: &dyn Fn(&Field) -> Option<Found<'p>>,
) -> Vec<Option<&'p str>> {
    let fields = query
        .functions
        .iter()
        .filter_map(|function| match function {
            Function::Cardinality(field) => Some(field),
            _ => None,
        });
    fields.map(|field| text(known(field))).collect()
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

/// Rows by period, group and unit.
fn rows(query: &StatisticsQuery, tallies: Tallies<'_>) -> Vec<Statistics> {
    let mut groups: Vec<(Key, BTreeMap<i64, Tally<'_>>)> = Vec::new();
    let mut keys: Vec<_> = tallies.numbers.into_iter().collect();
    keys.sort_unstable_by_key(|(_, number)| *number);
    for ((key, _), periods) in keys.into_iter().zip(tallies.groups) {
        groups.push((key, periods));
    }
    groups.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut rows = Vec::new();
    for (place, (key, periods)) in groups.iter().enumerate() {
        for (&number, tally) in periods {
            let mut row = row(query, key, tally);
            if let Some(period) = tallies.period {
                let start = tallies.origin.saturating_add(number.saturating_mul(period));
                row.period = query.period;
                row.period_start = Timestamp::from_micros(start);
                row.period_end = Timestamp::from_micros(start.saturating_add(period));
            }
            rows.push(((&key.0, number, place), row));
        }
    }
    rows.sort_by_key(|(order, _)| *order);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(query: &StatisticsQuery, (group, unit): &Key, tally: &Tally<'_>) -> Statistics {
    let rolled = &tally.rolled;
    let mut sets = tally.values.iter();
    let mut aggregate = BTreeMap::new();
    for function in &query.functions {
        let value = match function {
            Function::Min => rolled.min,
            Function::Max => rolled.max,
            Function::Avg => rolled.mean(),
            Function::Sum => rolled.sum,
            Function::Count => rolled.count as f64,
            Function::Stddev => (tally.spread / rolled.count as f64).max(0.0).sqrt(),
            Function::Cardinality(_) => sets.next().map_or(0, HashSet::len) as f64,
        };
        aggregate.insert(function.name(), value);
    }
    let plain = |function: &Function, value: f64| {
        (query.functions.is_empty() || query.functions.contains(function)).then_some(value)
    };
    let (start, end) = (
        Timestamp::from_micros(tally.first),
        Timestamp::from_micros(tally.last),
    );
    let names = query.groupby.iter().map(GroupBy::name);
    Statistics {
        groupby: (!query.groupby.is_empty()).then(|| names.zip(group.iter().cloned()).collect()),
        unit: Some(unit.clone()),
        min: plain(&Function::Min, rolled.min),
        max: plain(&Function::Max, rolled.max),
        avg: plain(&Function::Avg, rolled.mean()),
        sum: plain(&Function::Sum, rolled.sum),
        count: plain(&Function::Count, 0.0).map(|_| rolled.count),
        aggregate: (!query.functions.is_empty()).then_some(aggregate),
        duration: tally.last.saturating_sub(tally.first) as f64 / 1e6,
        duration_start: start,
        duration_end: end,
        period: 0,
        period_start: start,
        period_end: end,
    }
}
