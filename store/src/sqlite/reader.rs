//! Reading: what one question sees, and walking over the samples that pass.

use std::sync::Arc;

use metering::Timestamp;
use metering::meter::Definition;
use metering::telemetry::Sample;
use rusqlite::{Connection, OptionalExtension, params};

use super::catalog::{Polled, Series};
use super::failure::Outcome;
use super::id::{Place, message_id, place};
use super::metadata::{EMPTY, Metadata};
use super::plan::{
    Named, Plan, PolledTarget, PostedTarget, Selection, is_always, named, needs_row, select,
};
use super::rollup::{Layouts, Polls, Span};
use super::shared::Shared;
use super::state::Horizons;
use crate::filter::{Field, Filter};
use crate::matcher::{Fields, Found, Matcher, Origin, Stored};
use crate::sample::COLLECTED_SOURCE;

/// What one question sees: a snapshot of the file, and what there is in it.
pub(super) struct Reader<'a> {
    pub(super) conn: &'a Connection,
    pub(super) shared: &'a Shared,
    pub(super) layouts: Layouts,
    pub(super) horizons: Horizons,
    /// That of the columns in memory before the snapshot was taken.
    pub(super) generation: u64,
}

/// A sample that was met, as far as it was read.
#[derive(Clone, Debug)]
pub(super) struct Hit<'a> {
    pub(super) of: Of<'a>,
    pub(super) time: i64,
    pub(super) volume: f64,
    /// Its id, where the question is about ids.
    id: Option<String>,
    row: Option<(i64, Arc<Metadata>)>,
}

/// What a sample is one of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    /// Posted: its series and row.
    Series(&'a Series, i64),
    /// Collected: its resource, meter and the meter's place in the poll.
    Polled(&'a Polled, &'static Definition, usize),
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
    pub(super) fn new(conn: &'a Connection, shared: &'a Shared) -> Outcome<Self> {
        let generation = shared.columns.generation();
        // The first read fixes the snapshot. What is looked up in memory after it is at least as new.
        conn.prepare_cached("SELECT value FROM settings WHERE key = 'tag'")?
            .query_row([], |row| row.get::<_, i64>(0))?;
        Ok(Self {
            conn,
            shared,
            generation,
            horizons: shared.state.horizons(),
            layouts: shared.catalog.read().layouts.clone(),
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
        let Some(place) = place(self.shared.state.tag, id) else {
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
        let named = Named::new(place, |id| {
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

    pub(super) fn polls(&self, polled: &Polled) -> Polls<'_> {
        Polls {
            conn: self.conn,
            layouts: &self.layouts,
            polled: polled.id,
        }
    }

    /// What still exists of collected samples as they came.
    pub(super) fn raw(&self) -> Span {
        Span {
            from: self.horizons.0[0],
            to: i64::MAX,
        }
    }

    /// Visits the posted samples of a target that pass, until told to stop.
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

    /// Visits the collected samples of a target as they came, until told to stop.
    pub(super) fn collected<'t>(
        &self,
        target: &'t PolledTarget,
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
                Some((layout, places)) if *layout == entry.layout.id => places,
                other => {
                    let found = target
                        .meters
                        .iter()
                        .map(|meter| entry.layout.position(meter.meter).unwrap_or(usize::MAX));
                    &mut other.insert((entry.layout.id, found.collect())).1
                }
            };
            for (meter, &position) in target.meters.iter().zip(&*places) {
                let Some(value) = entry.values.get(position) else {
                    continue;
                };
                if entry.time < meter.span.from || entry.time > meter.span.to {
                    continue;
                }
                let mut hit =
                    Hit::collected(&target.polled, meter.meter, position, entry.time, value.sum);
                if (is_always(&meter.rest) || self.admits(&meter.rest, &mut hit)) && !visit(hit) {
                    return false;
                }
            }
            true
        };
        self.polls(&target.polled)
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
        message_id(self.shared.state.tag, hit.place())
    }

    /// The sample that was found; none where it was deleted since.
    pub(super) fn sample_at(&self, found: &FoundSample) -> Outcome<Option<Sample>> {
        match *found {
            FoundSample::Posted(row) => self.posted_at(row),
            FoundSample::Collected {
                polled,
                time,
                position,
                meter,
                volume,
            } => {
                let polled = self.shared.catalog.read().polled.get(&polled).cloned();
                let Some(polled) = polled else {
                    return Ok(None);
                };
                let hit = Hit::collected(&polled, meter, position, time, volume);
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
            Of::Polled(polled, meter, _) => Sample {
                id,
                meter: meter.name.to_owned(),
                meter_type: meter.meter_type,
                unit: meter.unit.to_owned(),
                volume: hit.volume,
                user_id: None,
                project_id: polled.project_id.as_deref().map(str::to_owned),
                resource_id: polled.resource_id.as_ref().to_owned(),
                source: Some(COLLECTED_SOURCE.to_owned()),
                timestamp: Timestamp::from_micros(time),
                recorded_at,
                metadata: Metadata::new(),
            },
        })
    }
}

/// A sample that was found, to be read later: a few bytes, which outlive the snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) enum FoundSample {
    /// A posted one: its row.
    Posted(i64),
    /// A collected one, of which nothing is left to read.
    Collected {
        /// Whose poll.
        polled: i64,
        time: i64,
        /// The meter's place in the poll's layout.
        position: usize,
        meter: &'static Definition,
        volume: f64,
    },
}

impl<'a> Hit<'a> {
    /// What is kept of it to read it later.
    pub(super) fn found(&self) -> FoundSample {
        match self.of {
            Of::Series(_, row) => FoundSample::Posted(row),
            Of::Polled(polled, meter, position) => FoundSample::Collected {
                polled: polled.id,
                time: self.time,
                position,
                meter,
                volume: self.volume,
            },
        }
    }

    /// Where it stands.
    fn place(&self) -> Place {
        match self.of {
            Of::Series(_, row) => Place::Row(row),
            Of::Polled(polled, _, position) => Place::Poll {
                polled: polled.id,
                time: self.time,
                position,
            },
        }
    }

    /// A collected one.
    pub(super) fn collected(
        polled: &'a Polled,
        meter: &'static Definition,
        position: usize,
        time: i64,
        volume: f64,
    ) -> Self {
        Self {
            of: Of::Polled(polled, meter, position),
            time,
            volume,
            id: None,
            row: None,
        }
    }

    /// Whether it is a collected one of that meter.
    pub(super) fn is_of(&self, meter: &Definition) -> bool {
        matches!(self.of, Of::Polled(_, of, _) if of.name == meter.name)
    }

    /// Its metadata, where its row was read.
    pub(super) fn all_metadata(&self) -> Metadata {
        self.row
            .as_ref()
            .map(|(_, metadata)| metadata.as_ref().clone())
            .unwrap_or_default()
    }

    /// Of two samples of one time, the one that came later is greater. Collected ones come first.
    pub(super) fn order(&self) -> (i64, bool, i64, usize) {
        match self.of {
            Of::Series(_, row) => (self.time, true, row, 0),
            Of::Polled(polled, _, position) => (self.time, false, polled.id, position),
        }
    }

    /// Its metadata, where its row was read.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        let (_, metadata) = self.row.as_ref()?;
        metadata.get(key).map(String::as_str)
    }
}

impl Fields for Hit<'_> {
    fn field(&self, field: &Field) -> Option<Found<'_>> {
        let known = match self.of {
            Of::Series(series, _) => series.identity.field(field),
            Of::Polled(polled, meter, _) => polled.field(meter, field),
        };
        known.unwrap_or_else(|| match field {
            Field::Volume => Some(Found::Number(self.volume)),
            Field::Timestamp => Some(Found::Time(Timestamp::from_micros(self.time))),
            Field::RecordedAt => {
                let recorded = self
                    .row
                    .as_ref()
                    .map_or(self.time, |(recorded, _)| *recorded);
                Some(Found::Time(Timestamp::from_micros(recorded)))
            }
            Field::MessageId => self.id.as_deref().map(Found::Text),
            Field::Metadata(key) => self.metadata(key).map(Found::Text),
            _ => None,
        })
    }
}

impl Stored for Hit<'_> {
    fn origin(&self) -> Origin<'_> {
        match self.of {
            Of::Series(..) => Origin::Posted,
            Of::Polled(polled, ..) => Origin::Collected(&polled.resource_id),
        }
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
