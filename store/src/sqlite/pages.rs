//! Large answers of samples, page by page.
//!
//! A page is made in two steps. The search finds the places of the next samples in the order of
//! the answer, a few ten thousand at a time, and remembers the sort key of the last one: the next
//! search continues after that key. The samples at these places are then read in small batches.
//! No transaction stays open between two pages, so a client that reads slowly holds neither a
//! connection nor the write-ahead log.

use metering::telemetry::Sample;

use super::failure::Outcome;
use super::hit::{FoundSample, Hit};
use super::reader::{Depth, Reader};
use super::samples::{self, SortKey};
use crate::query::SampleQuery;

/// Places that one search finds, newest first.
const NEWEST: usize = 20_000;
/// Places that one search finds in another order: each such search reads all samples.
const ORDERED: usize = 40_000;
/// The same where the order needs the rows, which the search then holds in memory.
const ORDERED_BY_ROW: usize = 20_000;
/// Samples in a page.
const PAGE: usize = 1000;
/// Bytes of texts in a page, about; a page ends early at this size.
const PAGE_BYTES: usize = 2 << 20;

/// Where the next page starts.
#[derive(Debug, Default)]
pub(crate) struct Position {
    /// Found and not yet read, the next one last.
    found: Vec<FoundSample>,
    /// The last one that was found.
    last: Option<SortKey>,
    /// The number of samples that were found.
    count: u64,
    /// Whether there are no more to find.
    ended: bool,
}

/// The next page of an answer, and where the one after it starts.
pub(super) fn page(
    reader: &Reader<'_>,
    query: &SampleQuery,
    mut position: Position,
) -> Outcome<(Vec<Sample>, Option<Position>)> {
    if position.found.is_empty() && !position.ended {
        search(reader, query, &mut position)?;
    }
    let mut samples = Vec::with_capacity(PAGE.min(position.found.len()));
    let mut bytes = 0;
    while samples.len() < PAGE
        && bytes < PAGE_BYTES
        && let Some(found) = position.found.pop()
    {
        // One that was deleted since the search is left out.
        if let Some(sample) = reader.sample_at(&found)? {
            bytes += text_bytes(&sample);
            samples.push(sample);
        }
    }
    let has_more = !position.found.is_empty() || !position.ended;
    Ok((samples, has_more.then_some(position)))
}

fn search(reader: &Reader<'_>, query: &SampleQuery, position: &mut Position) -> Outcome<()> {
    let most = match samples::depth(&query.order) {
        _ if query.order.is_empty() => NEWEST,
        Depth::Index => ORDERED,
        Depth::Row => ORDERED_BY_ROW,
    };
    let left = query.limit.saturating_sub(position.count);
    let limit = most.min(usize::try_from(left).unwrap_or(usize::MAX));
    let plan = reader.plan(&query.filter)?;
    let hits = samples::find(reader, &plan, query, position.last.as_ref(), limit)?;
    position.count += hits.len() as u64;
    position.ended = hits.len() < limit || position.count >= query.limit;
    if let Some(last) = hits.last() {
        position.last = Some(SortKey::from_hit(last, &query.order));
    }
    position.found = hits.iter().rev().map(Hit::found).collect();
    Ok(())
}

/// The bytes of a sample's texts.
fn text_bytes(sample: &Sample) -> usize {
    let metadata = sample.metadata.iter();
    metadata
        .map(|(key, value)| key.len() + value.len())
        .sum::<usize>()
        + sample.meter.len()
        + sample.resource_id.len()
        + sample.unit.len()
        + sample.source.as_ref().map_or(0, String::len)
}

/// The number of samples of a project since a row.
pub(super) fn count_since(reader: &Reader<'_>, project: &str, first: i64) -> Outcome<u64> {
    let contents = reader.shared.catalog.read();
    let of_project = contents
        .series
        .values()
        .filter(|series| series.identity.project_id.as_deref() == Some(project));
    let series: std::collections::HashSet<i64> = of_project.map(|series| series.id).collect();
    drop(contents);
    if series.is_empty() {
        return Ok(0);
    }
    let mut select = reader
        .conn
        .prepare_cached("SELECT series, COUNT(*) FROM samples WHERE id >= ?1 GROUP BY series")?;
    let mut rows = select.query([first])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        if series.contains(&row.get(0)?) {
            count += row.get::<_, i64>(1)?.unsigned_abs();
        }
    }
    Ok(count)
}
