//! Meters and resources that have samples.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use metering::Timestamp;
use metering::meter::MeterType;
use metering::telemetry::{Meter, Resource};

use super::failure::Outcome;
use super::first_last::End;
use super::hit::{Hit, Of};
use super::listing_window::{Found, Key, Listed, Window};
use super::plan::{MeterTarget, PollSourceTarget, PostedTarget};
use super::reader::Reader;
use crate::filter::Filter;
use crate::query::{ByResource, MeterQuery, ResourceQuery};
use crate::sample::{COLLECTED_SOURCE, meter_id};

/// Rows of the first page of a list, and of further ones.
const FIRST: u64 = 1000;
const FURTHER: u64 = 5000;
/// Bytes of texts in a page, about; a page ends early at this size.
const PAGE_BYTES: usize = 2 << 20;
/// Rows of a window, at least and at most: each window goes over all that there are samples of.
const WINDOW: (u64, u64) = (1000, 5000);
/// Meters of a resource that are listed; without a bound one resource could exceed all memory.
const METERS: usize = 10_000;
/// A link in an answer has about this many bytes beside the names in it.
const LINK_BYTES: usize = 150;

/// Samples of one meter of one resource.
#[derive(Clone, Copy)]
enum Source<'a> {
    Posted(&'a PostedTarget),
    PollSource(&'a PollSourceTarget, &'a MeterTarget),
}

impl<'a> Source<'a> {
    fn all(found: &'a [Found]) -> Vec<Self> {
        let mut sources = Vec::with_capacity(found.len());
        for found in found {
            match found {
                Found::Posted(target) => sources.push(Source::Posted(target)),
                Found::PollSource(target) => {
                    let meters = target.meters.iter();
                    sources.extend(meters.map(|meter| Source::PollSource(target, meter)));
                }
            }
        }
        sources
    }

    fn meter(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.meter,
            Self::PollSource(_, meter) => meter.meter.name,
        }
    }

    fn kind(self) -> MeterType {
        match self {
            Self::Posted(target) => target.series.identity.meter_type,
            Self::PollSource(_, meter) => meter.meter.meter_type,
        }
    }

    fn unit(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.unit,
            Self::PollSource(_, meter) => meter.meter.unit,
        }
    }

    fn resource_id(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.resource_id,
            Self::PollSource(target, _) => &target.poll_source.resource_id,
        }
    }

    /// No sample of it is younger.
    fn bound(self) -> i64 {
        match self {
            Self::Posted(target) => target.series.last().min(target.span.to),
            Self::PollSource(_, meter) => meter.span.to,
        }
    }

    fn end(self, reader: &Reader<'_>, end: End) -> Outcome<Option<Hit<'a>>> {
        match self {
            Self::Posted(target) => reader.posted_end(target, end),
            Self::PollSource(target, meter) => reader.meter_end(target, meter, end),
        }
    }

    /// Project, user and source of its samples.
    fn owner(self) -> (Option<String>, Option<String>, Option<String>) {
        match self {
            Self::Posted(target) => {
                let of = &target.series.identity;
                (of.project_id.clone(), of.user_id.clone(), of.source.clone())
            }
            Self::PollSource(target, _) => {
                let project = target.poll_source.project_id.as_deref().map(str::to_owned);
                (project, None, Some(COLLECTED_SOURCE.to_owned()))
            }
        }
    }
}

/// The youngest sample of several sources, and whose it is.
fn youngest<'a>(
    reader: &Reader<'_>,
    mut sources: Vec<Source<'a>>,
) -> Outcome<Option<(Hit<'a>, Source<'a>)>> {
    sources.sort_by_key(|source| std::cmp::Reverse(source.bound()));
    let mut best: Option<(Hit<'a>, Source<'a>)> = None;
    for source in sources {
        if best
            .as_ref()
            .is_some_and(|(hit, _)| hit.time > source.bound())
        {
            break;
        }
        if let Some(hit) = source.end(reader, End::Last)?
            && best
                .as_ref()
                .is_none_or(|(known, _)| hit.order() > known.order())
        {
            best = Some((hit, source));
        }
    }
    Ok(best)
}

/// Where the next page of a list starts.
#[derive(Debug, Default)]
pub(crate) struct ListPosition {
    /// The last row that was looked at.
    after: Option<Key>,
    /// The number of rows before.
    count: u64,
}

/// How much of a list is read at once.
struct PageSize {
    rows: u64,
    bytes: usize,
}

impl PageSize {
    /// Of the page at a position. The first one is small: answers of one page are held whole.
    fn at(position: &ListPosition, limit: u64) -> Self {
        let rows = if position.count == 0 { FIRST } else { FURTHER };
        Self {
            rows: rows.min(limit - position.count.min(limit)),
            bytes: PAGE_BYTES,
        }
    }

    const ALL: Self = Self {
        rows: u64::MAX,
        bytes: usize::MAX,
    };
}

/// Reads rows of a list from a position on: `row` makes one of its samples, if any pass, and gives its
/// size in bytes. Where the next page starts; none after the last row.
fn read<T>(
    reader: &Reader<'_>,
    (filter, limit, listed): (&Filter, u64, Listed),
    mut position: ListPosition,
    size: &PageSize,
    row: impl Fn(Vec<Source<'_>>) -> Outcome<Option<(T, usize)>>,
) -> Outcome<(Vec<T>, Option<ListPosition>)> {
    let mut rows = Vec::new();
    let mut bytes = 0;
    while position.count < limit {
        let most = size
            .rows
            .min(limit - position.count)
            .clamp(WINDOW.0, WINDOW.1);
        let start = position
            .after
            .as_ref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let mut window = Window::new(listed, start, most as usize);
        reader.select(filter, &mut window)?;
        let Window {
            rows: found,
            left_out,
            ..
        } = window;
        for (key, found) in found {
            if let Some((row, size)) = row(Source::all(&found))? {
                rows.push(row);
                bytes += size;
                position.count += 1;
            }
            position.after = Some(key);
            if position.count >= limit {
                return Ok((rows, None));
            }
            if rows.len() as u64 >= size.rows || bytes >= size.bytes {
                return Ok((rows, Some(position)));
            }
        }
        if left_out.is_none() {
            break;
        }
    }
    Ok((rows, None))
}

/// A page of the meters that have samples that pass, by name and resource.
pub(super) fn meters_page(
    reader: &Reader<'_>,
    query: &MeterQuery,
    position: ListPosition,
) -> Outcome<(Vec<Meter>, Option<ListPosition>)> {
    let size = PageSize::at(&position, query.limit);
    read_meters(reader, query, position, &size)
}

/// Meters that have samples that pass, by name and resource.
pub(super) fn meters(reader: &Reader<'_>, query: &MeterQuery) -> Outcome<Vec<Meter>> {
    let (meters, _) = read_meters(reader, query, ListPosition::default(), &PageSize::ALL)?;
    Ok(meters)
}

fn read_meters(
    reader: &Reader<'_>,
    query: &MeterQuery,
    position: ListPosition,
    size: &PageSize,
) -> Outcome<(Vec<Meter>, Option<ListPosition>)> {
    let listed = if query.unique {
        Listed::UniqueMeter
    } else {
        Listed::Meter
    };
    read(
        reader,
        (&query.filter, query.limit, listed),
        position,
        size,
        |sources| {
            let Some((_, source)) = youngest(reader, sources)? else {
                return Ok(None);
            };
            let (project_id, user_id, from) = source.owner();
            let name = source.meter();
            let resource = (!query.unique).then(|| source.resource_id());
            let own = |value: Option<String>| value.filter(|_| !query.unique);
            let meter = Meter {
                name: name.to_owned(),
                meter_type: source.kind(),
                unit: source.unit().to_owned(),
                resource_id: resource.map(str::to_owned),
                project_id: own(project_id),
                user_id: own(user_id),
                source: own(from),
                meter_id: meter_id(resource, name),
            };
            // The name and the resource stand in the id too.
            let bytes = 3 * (name.len() + resource.map_or(0, str::len)) + meter.unit.len();
            Ok(Some((meter, bytes)))
        },
    )
}

/// A page of the resources that have samples that pass, by id.
pub(super) fn resources_page(
    reader: &Reader<'_>,
    query: &ResourceQuery,
    position: ListPosition,
) -> Outcome<(Vec<ByResource>, Option<ListPosition>)> {
    let size = PageSize::at(&position, query.limit);
    read_resources(reader, query, position, &size)
}

/// Resources that have samples that pass, by id.
pub(super) fn resources(reader: &Reader<'_>, query: &ResourceQuery) -> Outcome<Vec<ByResource>> {
    let (resources, _) = read_resources(reader, query, ListPosition::default(), &PageSize::ALL)?;
    Ok(resources)
}

fn read_resources(
    reader: &Reader<'_>,
    query: &ResourceQuery,
    position: ListPosition,
    size: &PageSize,
) -> Outcome<(Vec<ByResource>, Option<ListPosition>)> {
    let list = (&query.filter, query.limit, Listed::Resource);
    read(reader, list, position, size, |sources| {
        let found = resource(reader, sources)?;
        Ok(found.map(|found| {
            let bytes = bytes_of(&found);
            (found, bytes)
        }))
    })
}

/// A resource of its sources, if any sample passes.
fn resource(reader: &Reader<'_>, sources: Vec<Source<'_>>) -> Outcome<Option<ByResource>> {
    let mut first = i64::MAX;
    let mut meters: BTreeSet<&str> = BTreeSet::new();
    let mut last: Option<(Hit<'_>, Source<'_>)> = None;
    for source in sources {
        let Some(oldest) = source.end(reader, End::First)? else {
            continue;
        };
        first = first.min(oldest.time);
        meters.insert(source.meter());
        if meters.len() > METERS {
            meters.pop_last();
        }
        if last
            .as_ref()
            .is_some_and(|(known, _)| known.time > source.bound())
        {
            continue;
        }
        if let Some(hit) = source.end(reader, End::Last)?
            && last
                .as_ref()
                .is_none_or(|(known, _)| hit.order() > known.order())
        {
            last = Some((hit, source));
        }
    }
    let Some((mut hit, source)) = last else {
        return Ok(None);
    };
    reader.fill(&mut hit)?;
    let (project_id, user_id, from) = source.owner();
    Ok(Some(ByResource {
        resource: Resource {
            resource_id: source.resource_id().to_owned(),
            project_id,
            user_id,
            first_sample_timestamp: Some(Timestamp::from_micros(first)),
            last_sample_timestamp: Some(Timestamp::from_micros(hit.time)),
            metadata: match hit.of {
                Of::Series(..) => hit.all_metadata(),
                Of::PollSource(..) => BTreeMap::new(),
            },
            source: from,
            links: Vec::new(),
        },
        meters: meters.into_iter().map(Arc::from).collect(),
    }))
}

/// The bytes of a resource's texts in an answer, about, the links to its meters among them.
fn bytes_of(found: &ByResource) -> usize {
    let id = found.resource.resource_id.len();
    let metadata = found.resource.metadata.iter();
    let links = found
        .meters
        .iter()
        .map(|meter| LINK_BYTES + id + meter.len());
    metadata
        .map(|(key, value)| key.len() + value.len())
        .chain(links)
        .sum()
}
