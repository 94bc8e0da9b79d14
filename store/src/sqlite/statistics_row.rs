//! A row of statistics from what was added up for it.

use std::collections::{BTreeMap, HashSet};

use metering::Timestamp;
use metering::requests::AggregateFunction;
use metering::telemetry::Statistics;

use super::tallies::{RowKey, Tally};
use crate::query::StatisticsQuery;

/// The row of a group, unit and period.
pub(super) fn row(query: &StatisticsQuery, key: &RowKey, tally: &Tally<'_>) -> Statistics {
    let rolled = &tally.rolled;
    let mut sets = tally.values.iter();
    let mut aggregate = BTreeMap::new();
    for function in &query.functions {
        let value = match function {
            AggregateFunction::Min => rolled.min,
            AggregateFunction::Max => rolled.max,
            AggregateFunction::Avg => rolled.mean(),
            AggregateFunction::Sum => rolled.sum.total(),
            AggregateFunction::Count => rolled.count as f64,
            AggregateFunction::Stddev => tally.spread.deviation(rolled.count),
            AggregateFunction::Resources
            | AggregateFunction::Users
            | AggregateFunction::Projects => sets.next().map_or(0, HashSet::len) as f64,
        };
        aggregate.insert(function.name().to_owned(), value);
    }
    let plain = |function: &AggregateFunction, value: f64| {
        (query.functions.is_empty() || query.functions.contains(function)).then_some(value)
    };
    let (start, end) = (
        Timestamp::from_micros(tally.first),
        Timestamp::from_micros(tally.last),
    );
    let names = query.groupby.iter().map(|by| by.name().into_owned());
    Statistics {
        groupby: (!query.groupby.is_empty())
            .then(|| names.zip(key.group.iter().cloned()).collect()),
        unit: Some(key.unit.as_ref().to_owned()),
        min: plain(&AggregateFunction::Min, rolled.min),
        max: plain(&AggregateFunction::Max, rolled.max),
        avg: plain(&AggregateFunction::Avg, rolled.mean()),
        sum: plain(&AggregateFunction::Sum, rolled.sum.total()),
        count: plain(&AggregateFunction::Count, 0.0).map(|_| rolled.count),
        aggregate: (!query.functions.is_empty()).then_some(aggregate),
        duration: tally.last.saturating_sub(tally.first) as f64 / 1e6,
        duration_start: start,
        duration_end: end,
        period: 0,
        period_start: start,
        period_end: end,
    }
}
