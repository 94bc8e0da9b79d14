//! Columns for charts, of the level that fits their step.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::catalog::PollSource;
use super::failure::Outcome;
use super::reader::Reader;
use super::resolution::{COARSEST, RESOLUTIONS, WIDTHS};
use super::rolled::Rolled;
use super::rollup::{Entry, Span};
use crate::query::{Aggregate, Range};

/// The coarsest level whose buckets fill a step.
fn resolution_of(step: i64) -> usize {
    let fits = |resolution: &usize| WIDTHS[*resolution] > 0 && step % WIDTHS[*resolution] == 0;
    (0..RESOLUTIONS).rev().find(fits).unwrap_or(0)
}

/// Columns of one resource's collected meters.
pub(super) fn series(reader: &Reader<'_>, range: &Range) -> Outcome<Vec<Option<Aggregate>>> {
    let (start, step) = (
        range.start.saturating_mul(1000),
        range.step.saturating_mul(1000).max(1),
    );
    let end = start.saturating_add(step.saturating_mul(range.count as i64));
    let resolution = resolution_of(step);
    // Of a coarser level the first bucket may begin before the first step.
    let reach = if start < reader.horizons.0[resolution] {
        COARSEST
    } else {
        0
    };
    let span = Span {
        from: start.saturating_sub(reach),
        to: end.saturating_sub(1),
    };
    let contents = reader.shared.catalog.read();
    let ours: Vec<_> = contents
        .poll_source
        .values()
        .filter(|poll_source| poll_source.resource_id == range.resource_id)
        .cloned()
        .collect();
    drop(contents);
    let mut columns = vec![vec![Rolled::NONE; range.count]; range.meters.len()];
    for poll_source in &ours {
        let mut places: Option<(i64, Vec<Option<usize>>)> = None;
        let mut add = |entry: &Entry, width: i64| {
            let end = (entry.time + width.max(1) - 1 - start).div_euclid(step);
            if end < 0 {
                return;
            }
            // A bucket that is wider than a step fills all the steps that it spans.
            let first = (entry.time - start).div_euclid(step).max(0) as usize;
            let last = (end as usize).min(range.count.saturating_sub(1));
            let known = places
                .take()
                .filter(|(id, _)| *id == entry.column_set.id && *id != 0);
            let (id, found) = known.unwrap_or_else(|| {
                let found = range
                    .meters
                    .iter()
                    .map(|meter| entry.column_set.position(meter));
                (entry.column_set.id, found.collect())
            });
            for (column, position) in columns.iter_mut().zip(&found) {
                if let Some(position) = position {
                    for cell in column.get_mut(first..=last).into_iter().flatten() {
                        cell.add(entry.values[*position]);
                    }
                }
            }
            places = Some((id, found));
        };
        let polls = reader.polls(poll_source);
        for resolution in (resolution..RESOLUTIONS).rev() {
            let kept = reader.horizons.kept(resolution, resolution_of(step));
            polls.resolution(resolution, span.and(kept), &mut |entry| {
                add(entry, WIDTHS[resolution]);
                true
            })?;
        }
    }
    Ok(columns
        .into_iter()
        .map(|column| aggregate(&column))
        .collect())
}

fn aggregate(column: &[Rolled]) -> Option<Aggregate> {
    let of = |by: fn(&Rolled) -> f64| {
        column
            .iter()
            .map(|cell| (cell.count > 0).then(|| by(cell)))
            .collect()
    };
    column.iter().any(|cell| cell.count > 0).then(|| Aggregate {
        min: of(|cell| cell.min),
        avg: of(Rolled::mean),
        max: of(|cell| cell.max),
    })
}

/// Resources of a broker that were polled in a span.
pub(super) fn resources(reader: &Reader<'_>, broker: &str, span: Span) -> Outcome<Vec<Arc<str>>> {
    let is_of_broker = |poll_source: &&Arc<PollSource>| {
        let rest = poll_source.resource_id.strip_prefix(broker);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let contents = reader.shared.catalog.read();
    let all = contents.poll_source.values();
    let poll_source: Vec<_> = all.filter(is_of_broker).cloned().collect();
    drop(contents);
    let mut found = BTreeSet::new();
    for poll_source in poll_source {
        let polls = reader.polls(&poll_source);
        for resolution in 0..RESOLUTIONS {
            let mut any = false;
            let kept = span.and(reader.horizons.kept(resolution, 0));
            if !kept.is_empty() {
                polls.stored(resolution, kept, true, &mut |_| {
                    any = true;
                    false
                })?;
            }
            if any {
                found.insert(Arc::clone(&poll_source.resource_id));
                break;
            }
        }
    }
    Ok(found.into_iter().collect())
}
