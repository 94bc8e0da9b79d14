//! Reading: what one question sees, and walking over the samples that pass.

use std::sync::Arc;

use metering::Timestamp;
use metering::requests::Field;
use metering::telemetry::Sample;
use rusqlite::{Connection, OptionalExtension, params};

use super::catalog::PollSource;
use super::failure::Outcome;
use super::hit::{FoundSample, Hit, Of};
use super::id::{location, message_id};
use super::metadata::{EMPTY, Metadata};
use super::plan::{
    Named, Plan, PollSourceTarget, PostedTarget, Selection, is_always, named, needs_row, select,
};
use super::rollup::{ColumnSets, Polls, Span};
use super::shared::StoreContext;
use super::state::Horizons;
use crate::filter::Filter;
use crate::matcher::Matcher;
use crate::sample::COLLECTED_SOURCE;

/// What one question sees: a snapshot of the file, and what there is in it.
pub(super) struct Reader<'a> {
    pub(super) conn: &'a Connection,
    pub(super) shared: &'a StoreContext,
    pub(super) column_sets: ColumnSets,
    pub(super) horizons: Horizons,
    /// That of the columns in memory before the snapshot was taken.
    pub(super) generation: u64,
}

/// How much of a sample is read before it is asked whether it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Time and volume, which the index holds.
    Index,
    /// Its whole row.
    Row,
}

impl<'a> Reader<'a> {
    /// Takes a snapshot; the connection is in a transaction that has read nothing yet.
    pub(super) fn new(conn: &'a Connection, shared: &'a StoreContext) -> Outcome<Self> {
        let generation = shared.columns.generation();
        // The first read fixes the snapshot. What is looked up in memory after it is at least as new.
        conn.prepare_cached("SELECT value FROM settings WHERE key = 'tag'")?
            .query_row([], |row| row.get::<_, i64>(0))?;
        Ok(Self {
            conn,
            shared,
            generation,
            horizons: shared.state.horizons(),
            column_sets: shared.catalog.read().column_sets.clone(),
        })
    }

    /// Where the samples of a filter may stand.
    pub(super) fn plan(&self, filter: &Filter) -> Outcome<Plan> {
        let mut plan = Plan::default();
        self.select(filter, &mut plan)?;
        Ok(plan)
    }

    /// Selects what may hold samples of a filter.
    pub(super) fn select(&self, filter: &Filter, selection: &mut impl Selection) -> Outcome<()> {
        let matcher = Matcher::new(filter)?;
        let named = match named(&matcher) {
            None => None,
            Some(id) => match self.find(id)? {
                Some(named) => Some(named),
                None => return Ok(()),
            },
        };
        select(&matcher, &self.shared.catalog.read(), named, selection);
        Ok(())
    }

    fn find(&self, id: &str) -> Outcome<Option<Named>> {
        let Some(location) = location(self.shared.state.tag, id) else {
            return Ok(None);
        };
        let row = |id: i64| {
            let mut select = self
                .conn
                .prepare_cached("SELECT series, time FROM samples WHERE id = ?1")?;
            select
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        };
        let mut failed = None;
        let named = Named::new(location, |id| {
            row(id).unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        });
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(named),
        }
    }

    pub(super) fn polls(&self, poll_source: &PollSource) -> Polls<'_> {
        Polls {
            conn: self.conn,
            column_sets: &self.column_sets,
            poll_source: poll_source.id,
        }
    }

    /// What still exists of collected samples as they came.
    pub(super) fn raw(&self) -> Span {
        Span {
            from: self.horizons.0[0],
            to: i64::MAX,
        }
    }

    /// Visits the posted samples of a target that pass, until `visit` returns false.
    pub(super) fn posted<'t>(
        &self,
        target: &'t PostedTarget,
        span: Span,
        depth: Depth,
        newest_first: bool,
        visit: &mut dyn FnMut(Hit<'t>) -> bool,
    ) -> Outcome<()> {
        let span = span.and(target.span);
        if span.is_empty() {
            return Ok(());
        }
        let whole = depth == Depth::Row || needs_row(&target.rest);
        let mut select = self.conn.prepare_cached(match (whole, newest_first) {
            (false, false) => {
                "SELECT id, time, volume FROM samples WHERE series = ?1
                AND time BETWEEN ?2 AND ?3 ORDER BY time"
            }
            (false, true) => {
                "SELECT id, time, volume FROM samples WHERE series = ?1
                AND time BETWEEN ?2 AND ?3 ORDER BY time DESC"
            }
            (true, false) => {
                "SELECT id, time, volume, recorded, metadata FROM samples
                WHERE series = ?1 AND time BETWEEN ?2 AND ?3 ORDER BY time"
            }
            (true, true) => {
                "SELECT id, time, volume, recorded, metadata FROM samples
                WHERE series = ?1 AND time BETWEEN ?2 AND ?3 ORDER BY time DESC"
            }
        })?;
        let all = is_always(&target.rest);
        let mut rows = select.query(params![target.series.id, span.from, span.to])?;
        while let Some(row) = rows.next()? {
            let mut hit = Hit {
                of: Of::Series(&target.series, row.get(0)?),
                time: row.get(1)?,
                volume: row.get(2)?,
                id: None,
                row: None,
            };
            if whole {
                let metadata = self.shared.metadata.get(self.conn, row.get(4)?)?;
                hit.row = Some((row.get(3)?, metadata));
            }
            if (all || self.admits(&target.rest, &mut hit)) && !visit(hit) {
                break;
            }
        }
        Ok(())
    }

    /// Visits the collected samples of a target as they came, until `visit` returns false.
    pub(super) fn collected<'t>(
        &self,
        target: &'t PollSourceTarget,
        span: Span,
        newest_first: bool,
        visit: &mut dyn FnMut(Hit<'t>) -> bool,
    ) -> Outcome<()> {
        let span = span.and(target.span()).and(self.raw());
        if span.is_empty() {
            return Ok(());
        }
        let mut places: Option<(i64, Vec<usize>)> = None;
        let mut stored = |entry: &super::rollup::Entry| {
            let places = match &mut places {
                Some((column_set, places)) if *column_set == entry.column_set.id => places,
                other => {
                    let found = target
                        .meters
                        .iter()
                        .map(|meter| entry.column_set.position(meter.meter).unwrap_or(usize::MAX));
                    &mut other.insert((entry.column_set.id, found.collect())).1
                }
            };
            for (meter, &position) in target.meters.iter().zip(&*places) {
                let Some(value) = entry.values.get(position) else {
                    continue;
                };
                if entry.time < meter.span.from || entry.time > meter.span.to {
                    continue;
                }
                let mut hit = Hit::collected(
                    &target.poll_source,
                    meter.meter,
                    position,
                    entry.time,
                    value.sum.total(),
                );
                if (is_always(&meter.rest) || self.admits(&meter.rest, &mut hit)) && !visit(hit) {
                    return false;
                }
            }
            true
        };
        self.polls(&target.poll_source)
            .stored(0, span, newest_first, &mut stored)
    }

    fn admits(&self, rest: &Matcher, hit: &mut Hit<'_>) -> bool {
        if asks_id(rest) {
            hit.id = Some(self.id(hit));
        }
        rest.admits(hit)
    }

    /// The id of a sample.
    pub(super) fn id(&self, hit: &Hit<'_>) -> String {
        message_id(self.shared.state.tag, hit.location())
    }

    /// The sample that was found; none where it was deleted since.
    pub(super) fn sample_at(&self, found: &FoundSample) -> Outcome<Option<Sample>> {
        match *found {
            FoundSample::Posted(row) => self.posted_at(row),
            FoundSample::Collected {
                poll_source,
                time,
                position,
                meter,
                volume,
            } => {
                let poll_source = self
                    .shared
                    .catalog
                    .read()
                    .poll_source
                    .get(&poll_source)
                    .cloned();
                let Some(poll_source) = poll_source else {
                    return Ok(None);
                };
                let hit = Hit::collected(&poll_source, meter, position, time, volume);
                self.sample(hit).map(Some)
            }
        }
    }

    fn posted_at(&self, row: i64) -> Outcome<Option<Sample>> {
        let mut select = self.conn.prepare_cached(
            "SELECT series, time, volume, recorded, metadata FROM samples WHERE id = ?1",
        )?;
        let found = select.query_row([row], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get::<_, i64>(4)?,
            ))
        });
        let Some((series, time, volume, recorded, metadata)) = found.optional()? else {
            return Ok(None);
        };
        let Some(series) = self
            .shared
            .catalog
            .read()
            .series
            .get(&series)
            .map(Arc::clone)
        else {
            return Ok(None);
        };
        let metadata = self.shared.metadata.get(self.conn, metadata)?;
        let hit = Hit {
            of: Of::Series(&series, row),
            time,
            volume,
            id: None,
            row: Some((recorded, metadata)),
        };
        self.sample(hit).map(Some)
    }

    /// Reads all of a sample, so that any of its fields can be asked for.
    pub(super) fn fill(&self, hit: &mut Hit<'_>) -> Outcome<()> {
        if hit.id.is_none() {
            hit.id = Some(self.id(hit));
        }
        if let (None, Of::Series(_, row)) = (&hit.row, hit.of) {
            let mut select = self
                .conn
                .prepare_cached("SELECT recorded, metadata FROM samples WHERE id = ?1")?;
            let (recorded, metadata) =
                select.query_row([row], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
            hit.row = Some((recorded, self.shared.metadata.get(self.conn, metadata)?));
        }
        Ok(())
    }

    /// A sample as it is answered.
    pub(super) fn sample(&self, mut hit: Hit<'_>) -> Outcome<Sample> {
        self.fill(&mut hit)?;
        let (recorded, metadata) = match hit.row.take() {
            Some((recorded, metadata)) => (recorded, metadata),
            None => (hit.time, self.shared.metadata.get(self.conn, EMPTY)?),
        };
        let id = hit.id.take().unwrap_or_default();
        let (time, recorded_at) = (hit.time, Timestamp::from_micros(recorded));
        Ok(match hit.of {
            Of::Series(series, _) => {
                let of = series.identity.as_ref().clone();
                Sample {
                    id,
                    meter: of.meter,
                    meter_type: of.meter_type,
                    unit: of.unit,
                    volume: hit.volume,
                    user_id: of.user_id,
                    project_id: of.project_id,
                    resource_id: of.resource_id,
                    source: of.source,
                    timestamp: Timestamp::from_micros(time),
                    recorded_at,
                    metadata: Arc::unwrap_or_clone(metadata),
                }
            }
            Of::PollSource(poll_source, meter, _) => Sample {
                id,
                meter: meter.name.to_owned(),
                meter_type: meter.meter_type,
                unit: meter.unit.to_owned(),
                volume: hit.volume,
                user_id: None,
                project_id: poll_source.project_id.as_deref().map(str::to_owned),
                resource_id: poll_source.resource_id.as_ref().to_owned(),
                source: Some(COLLECTED_SOURCE.to_owned()),
                timestamp: Timestamp::from_micros(time),
                recorded_at,
                metadata: Metadata::new(),
            },
        })
    }
}

fn asks_id(matcher: &Matcher) -> bool {
    match matcher {
        Matcher::All(inner) | Matcher::Any(inner) => inner.iter().any(asks_id),
        Matcher::Not(inner) => asks_id(inner),
        Matcher::Is(field, ..) | Matcher::Like(field, _) => *field == Field::MessageId,
        Matcher::Posted | Matcher::Collected(_) => false,
    }
}
