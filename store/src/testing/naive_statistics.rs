//! Statistics by their plain definition.

use std::collections::BTreeSet;

use metering::requests::{AggregateFunction, Field, GroupBy};
use metering::telemetry::{Sample, Statistics};

use crate::matcher::Found;

/// A row about samples, the oldest first; as if no period had been asked for.
pub(super) fn statistics_of(samples: &[&Sample], functions: &[AggregateFunction]) -> Statistics {
    let start = samples[0].timestamp;
    let end = samples[samples.len() - 1].timestamp;
    let volumes: Vec<f64> = samples.iter().map(|sample| sample.volume).collect();
    let count = volumes.len() as f64;
    // In units of the largest one, sums and squares of finite volumes are finite, too.
    let unit = unit_of(&volumes);
    let shares = || volumes.iter().map(|volume| volume / unit);
    let share: f64 = shares().sum::<f64>() / count;
    let of = |function: &AggregateFunction| match function {
        AggregateFunction::Min => volumes.iter().copied().fold(f64::INFINITY, f64::min),
        AggregateFunction::Max => volumes.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        AggregateFunction::Avg => mean(&volumes),
        AggregateFunction::Sum => (shares().sum::<f64>() * unit).clamp(f64::MIN, f64::MAX),
        AggregateFunction::Count => count,
        AggregateFunction::Stddev => {
            let spread = shares().map(|volume| (volume - share).powi(2));
            (spread.sum::<f64>() / count).sqrt() * unit
        }
        AggregateFunction::Resources | AggregateFunction::Users | AggregateFunction::Projects => {
            let field = function.counted_field().expect("one of those that count");
            let values = samples
                .iter()
                .filter_map(|sample| match field_of(sample, &field) {
                    Some(Found::Text(text)) => Some(text),
                    _ => None,
                });
            values.collect::<BTreeSet<_>>().len() as f64
        }
    };
    let plain = |function| {
        let asked = functions.is_empty() || functions.contains(&function);
        asked.then(|| of(&function))
    };
    let named = functions
        .iter()
        .map(|function| (function.name().to_owned(), of(function)));
    Statistics {
        groupby: None,
        unit: None,
        min: plain(AggregateFunction::Min),
        max: plain(AggregateFunction::Max),
        avg: plain(AggregateFunction::Avg),
        sum: plain(AggregateFunction::Sum),
        count: plain(AggregateFunction::Count).map(|count| count as u64),
        aggregate: (!functions.is_empty()).then(|| named.collect()),
        duration: (end.as_micros() - start.as_micros()) as f64 / 1e6,
        duration_start: start,
        duration_end: end,
        period: 0,
        period_start: start,
        period_end: end,
    }
}

/// The mean of finite volumes.
pub(super) fn mean(volumes: &[f64]) -> f64 {
    let unit = unit_of(volumes);
    let shares = volumes.iter().map(|volume| volume / unit);
    shares.sum::<f64>() / volumes.len() as f64 * unit
}

/// The power of two of the largest volume: a division by it is exact.
fn unit_of(volumes: &[f64]) -> f64 {
    let largest = volumes
        .iter()
        .fold(0.0_f64, |most, one| most.max(one.abs()));
    f64::from_bits(largest.max(f64::MIN_POSITIVE).to_bits() & f64::INFINITY.to_bits())
}

/// The value of a sample that a group is formed by.
pub(super) fn group_value(by: &GroupBy, sample: &Sample) -> Option<String> {
    match by {
        GroupBy::UserId => sample.user_id.clone(),
        GroupBy::ResourceId => Some(sample.resource_id.clone()),
        GroupBy::ProjectId => sample.project_id.clone(),
        GroupBy::Source => sample.source.clone(),
        GroupBy::Metadata(key) => sample.metadata.get(key).cloned(),
    }
}

/// What a field of a sample holds; none where it is not there.
pub(super) fn field_of<'a>(sample: &'a Sample, field: &Field) -> Option<Found<'a>> {
    match field {
        Field::Meter => Some(Found::Text(&sample.meter)),
        Field::Type => Some(Found::Text(sample.meter_type.as_str())),
        Field::Unit => Some(Found::Text(&sample.unit)),
        Field::Volume => Some(Found::Number(sample.volume)),
        Field::ResourceId => Some(Found::Text(&sample.resource_id)),
        Field::ProjectId => sample.project_id.as_deref().map(Found::Text),
        Field::UserId => sample.user_id.as_deref().map(Found::Text),
        Field::Source => sample.source.as_deref().map(Found::Text),
        Field::Timestamp => Some(Found::Time(sample.timestamp)),
        Field::RecordedAt => Some(Found::Time(sample.recorded_at)),
        Field::MessageId => Some(Found::Text(&sample.id)),
        Field::Metadata(key) => sample.metadata.get(key).map(|value| Found::Text(value)),
    }
}
