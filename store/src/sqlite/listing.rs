//! Meters and resources that have samples.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metering::Timestamp;
use metering::meter::MeterType;
use metering::telemetry::{Meter, Resource};

use super::edges::Edge;
use super::failure::Outcome;
use super::plan::{MeterTarget, Plan, PolledTarget, PostedTarget};
use super::reader::{Hit, Of, Reader};
use crate::meter_id;
use crate::query::{ByResource, MeterQuery, ResourceQuery};
use crate::sample::COLLECTED_SOURCE;

/// Samples of one meter of one resource.
#[derive(Clone, Copy)]
enum Source<'a> {
    Posted(&'a PostedTarget),
    Polled(&'a PolledTarget, &'a MeterTarget),
}

impl<'a> Source<'a> {
    fn all(plan: &'a Plan) -> impl Iterator<Item = Self> {
        let polled = plan.polled.iter().flat_map(|target| {
            target
                .meters
                .iter()
                .map(move |meter| Source::Polled(target, meter))
        });
        plan.posted.iter().map(Source::Posted).chain(polled)
    }

    fn meter(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.meter,
            Self::Polled(_, meter) => meter.meter.name,
        }
    }

    fn kind(self) -> MeterType {
        match self {
            Self::Posted(target) => target.series.identity.meter_type,
            Self::Polled(_, meter) => meter.meter.meter_type,
        }
    }

    fn unit(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.unit,
            Self::Polled(_, meter) => meter.meter.unit,
        }
    }

    fn resource_id(self) -> &'a str {
        match self {
            Self::Posted(target) => &target.series.identity.resource_id,
            Self::Polled(target, _) => &target.polled.resource_id,
        }
    }

    /// No sample of it is younger.
    fn bound(self) -> i64 {
        match self {
            Self::Posted(target) => target.series.last().min(target.span.to),
            Self::Polled(_, meter) => meter.span.to,
        }
    }

    fn edge(self, reader: &Reader<'_>, edge: Edge) -> Outcome<Option<Hit<'a>>> {
        match self {
            Self::Posted(target) => reader.posted_edge(target, edge),
            Self::Polled(target, meter) => reader.meter_edge(target, meter, edge),
        }
    }

    /// Project, user and source of its samples.
    fn owner(self) -> (Option<String>, Option<String>, Option<String>) {
        match self {
            Self::Posted(target) => {
                let of = &target.series.identity;
                (of.project_id.clone(), of.user_id.clone(), of.source.clone())
            }
            Self::Polled(target, _) => {
                let project = target.polled.project_id.as_deref().map(str::to_owned);
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
        if let Some(hit) = source.edge(reader, Edge::Last)?
            && best
                .as_ref()
                .is_none_or(|(known, _)| hit.order() > known.order())
        {
            best = Some((hit, source));
        }
    }
    Ok(best)
}

/// Meters that have samples that pass, by name and resource.
pub(super) fn meters(reader: &Reader<'_>, query: &MeterQuery) -> Outcome<Vec<Meter>> {
    let plan = reader.plan(&query.filter)?;
    let mut rows: BTreeMap<_, Vec<Source<'_>>> = BTreeMap::new();
    for source in Source::all(&plan) {
        let key = if query.unique {
            (source.meter(), "", "", "")
        } else {
            (
                source.meter(),
                source.resource_id(),
                source.kind().as_str(),
                source.unit(),
            )
        };
        rows.entry(key).or_default().push(source);
    }
    let mut meters = Vec::new();
    for sources in rows.into_values() {
        if meters.len() as u64 >= query.limit {
            break;
        }
        let Some((_, source)) = youngest(reader, sources)? else {
            continue;
        };
        let (project_id, user_id, from) = source.owner();
        let name = source.meter();
        let resource = (!query.unique).then(|| source.resource_id());
        let own = |value: Option<String>| value.filter(|_| !query.unique);
        meters.push(Meter {
            name: name.to_owned(),
            meter_type: source.kind(),
            unit: source.unit().to_owned(),
            resource_id: resource.map(str::to_owned),
            project_id: own(project_id),
            user_id: own(user_id),
            source: own(from),
            meter_id: meter_id(resource, name),
        });
    }
    Ok(meters)
}

/// Resources that have samples that pass, by id.
pub(super) fn resources(reader: &Reader<'_>, query: &ResourceQuery) -> Outcome<Vec<ByResource>> {
    let plan = reader.plan(&query.filter)?;
    let mut rows: BTreeMap<&str, Vec<Source<'_>>> = BTreeMap::new();
    for source in Source::all(&plan) {
        rows.entry(source.resource_id()).or_default().push(source);
    }
    let mut resources = Vec::new();
    for (resource_id, sources) in rows {
        if resources.len() as u64 >= query.limit {
            break;
        }
        let mut first = i64::MAX;
        let mut meters: BTreeSet<&str> = BTreeSet::new();
        let mut last: Option<(Hit<'_>, Source<'_>)> = None;
        for source in sources {
            let Some(oldest) = source.edge(reader, Edge::First)? else {
                continue;
            };
            first = first.min(oldest.time);
            meters.insert(source.meter());
            if last
                .as_ref()
                .is_some_and(|(known, _)| known.time > source.bound())
            {
                continue;
            }
            if let Some(hit) = source.edge(reader, Edge::Last)?
                && last
                    .as_ref()
                    .is_none_or(|(known, _)| hit.order() > known.order())
            {
                last = Some((hit, source));
            }
        }
        let Some((mut hit, source)) = last else {
            continue;
        };
        reader.fill(&mut hit)?;
        let (project_id, user_id, from) = source.owner();
        resources.push(ByResource {
            resource: Resource {
                resource_id: resource_id.to_owned(),
                project_id,
                user_id,
                first_sample_timestamp: Some(Timestamp::from_micros(first)),
                last_sample_timestamp: Some(Timestamp::from_micros(hit.time)),
                metadata: match hit.of {
                    Of::Series(..) => hit.all_metadata(),
                    Of::Polled(..) => BTreeMap::new(),
                },
                source: from,
                links: Vec::new(),
            },
            meters: meters.into_iter().map(Arc::from).collect(),
        });
    }
    Ok(resources)
}
