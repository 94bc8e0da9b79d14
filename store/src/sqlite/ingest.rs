//! Writes what came in, a batch a transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use metering::meter::Definition;
use rusqlite::{Connection, OptionalExtension, params};

use super::catalog::{Catalog, ColumnSet, Identity, PollSource, Series};
use super::columns::Columns;
use super::failure::Outcome;
use super::inbox::Post;
use super::metadata::Interner;
use super::posted_series::PostedSeries;
use super::resolution::{RESOLUTIONS, bucket};
use super::state::Horizons;
use super::varint_codec::put_number;
use crate::error::StoreError;
use crate::sample::Collected;

type PollSourceKey = (Arc<str>, Option<Arc<str>>);

/// What the writer knows by heart: which number stands for what.
#[derive(Debug)]
pub(super) struct Ingest {
    series: PostedSeries,
    next_series: i64,
    next_row: i64,
    metadata: Interner,
    poll_source: HashMap<PollSourceKey, Arc<PollSource>>,
    next_poll_source: i64,
    column_sets: HashMap<Vec<&'static str>, i64>,
    /// Buckets that are pending already: the last one of each level and resource.
    marked: HashMap<(usize, i64), i64>,
}

/// What a transaction added; readers see it once it is durable.
#[derive(Debug, Default)]
pub(super) struct Added {
    series: Vec<Arc<Series>>,
    samples: Vec<(Arc<Series>, i64, f64)>,
    poll_source: Vec<Arc<PollSource>>,
    column_sets: Vec<ColumnSet>,
    /// Whose poll, its layout, its time.
    polls: Vec<(Arc<PollSource>, i64, i64)>,
}

impl Ingest {
    /// Of a file.
    pub(super) fn load(
        conn: &Connection,
        catalog: &Catalog,
        max_posted_series: usize,
    ) -> Outcome<Self> {
        let contents = catalog.read();
        let poll_source = contents.poll_source.values();
        let mut column_sets = HashMap::new();
        let mut select = conn.prepare("SELECT id, meters FROM layouts")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let names: String = row.get(1)?;
            let meters: Vec<_> = names.lines().map(metering::meter::find).collect();
            // One with a meter that this version does not know never comes again.
            if let Some(meters) = meters.into_iter().map(|m| m.map(|m| m.name)).collect() {
                column_sets.insert(meters, row.get(0)?);
            }
        }
        let next = |table: &str| -> Outcome<i64> {
            let sql = format!("SELECT coalesce(max(id), 0) + 1 FROM {table}");
            Ok(conn.query_row(&sql, [], |row| row.get(0))?)
        };
        // Numbers are never given twice, even where the last one's owner was deleted.
        let given = |key: &str| -> Outcome<i64> {
            let mut select = conn.prepare("SELECT value FROM settings WHERE key = ?1")?;
            let given = select.query_row([key], |row| row.get(0)).optional()?;
            Ok(given.unwrap_or(0))
        };
        Ok(Self {
            series: PostedSeries::new(contents.series.values(), max_posted_series),
            next_series: next("series")?,
            next_row: next("samples")?.max(given("rows")?),
            metadata: Interner::default(),
            poll_source: poll_source.map(|p| (key(p), Arc::clone(p))).collect(),
            next_poll_source: next("polled")?.max(given("polled")?),
            column_sets,
            marked: HashMap::new(),
        })
    }

    /// The number that the next sample's row will have.
    pub(super) fn next_row(&self) -> i64 {
        self.next_row
    }

    /// The number that the next polled resource will have.
    pub(super) fn next_poll_source(&self) -> i64 {
        self.next_poll_source
    }

    /// Writes a post; the number of its first row, or why the post is refused.
    pub(super) fn post(
        &mut self,
        conn: &Connection,
        post: &Post,
        added: &mut Added,
    ) -> Outcome<Result<i64, StoreError>> {
        let identities: Vec<_> = post.samples.iter().map(Identity::from).collect();
        if let Err(refusal) = self.series.check(&identities) {
            return Ok(Err(refusal));
        }
        let mut insert = conn.prepare_cached(
            "INSERT INTO samples (id, series, time, volume, metadata, recorded)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let first = self.next_row;
        for (posted, identity) in post.samples.iter().zip(identities) {
            let series = self.series_of(conn, identity, added)?;
            let recorded = posted.recorded_at.as_micros();
            let metadata = self.metadata.number(conn, &posted.metadata, recorded)?;
            let time = posted.timestamp.as_micros();
            insert.execute(params![
                self.next_row,
                series.id,
                time,
                posted.volume,
                metadata,
                recorded
            ])?;
            self.next_row += 1;
            added.samples.push((series, time, posted.volume));
        }
        Ok(Ok(first))
    }

    fn series_of(
        &mut self,
        conn: &Connection,
        identity: Identity,
        added: &mut Added,
    ) -> Outcome<Arc<Series>> {
        if let Some(found) = self.series.get(&identity) {
            return Ok(Arc::clone(found));
        }
        conn.prepare_cached(
            "INSERT INTO series (id, meter, type, unit, resource_id, project_id, user_id, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            self.next_series,
            identity.meter,
            identity.meter_type.as_str(),
            identity.unit,
            identity.resource_id,
            identity.project_id,
            identity.user_id,
            identity.source
        ])?;
        let series = Arc::new(Series::new(self.next_series, Arc::new(identity), i64::MIN));
        self.next_series += 1;
        self.series.insert(Arc::clone(&series));
        added.series.push(Arc::clone(&series));
        Ok(series)
    }

    /// Writes a poll, unless it is there already or older than what is kept. One that is too old to
    /// be kept as it came still goes into the roll-ups, where these are yet to be made.
    pub(super) fn poll(
        &mut self,
        conn: &Connection,
        poll: &Collected,
        horizons: &Horizons,
        added: &mut Added,
    ) -> Outcome<()> {
        let time = poll.timestamp.as_micros();
        let finite = || poll.values.iter().filter(|(_, value)| value.is_finite());
        let poll_source = self.polled_of(conn, poll, added)?;
        if time < horizons.0[0] && is_rolled_up(conn, poll_source.id, time, horizons)? {
            return Ok(());
        }
        let column_set = self.column_set_of(conn, finite().map(|(meter, _)| *meter), added)?;
        let mut data = Vec::with_capacity(4 * poll.values.len());
        for (_, value) in finite() {
            put_number(&mut data, *value);
        }
        let new = conn
            .prepare_cached(
                "INSERT OR IGNORE INTO polls (level, polled, time, layout, data)
                 VALUES (0, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![poll_source.id, time, column_set, data])?;
        if new == 0 {
            return Ok(());
        }
        conn.prepare_cached(
            "INSERT INTO polled_layouts (polled, layout, first, last) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT DO UPDATE SET first = min(first, ?3), last = max(last, ?3)",
        )?
        .execute([poll_source.id, column_set, time])?;
        for resolution in 1..RESOLUTIONS {
            let start = bucket(resolution, time);
            if self.marked.insert((resolution, poll_source.id), start) != Some(start) {
                mark(conn, resolution, poll_source.id, start)?;
            }
        }
        added.polls.push((poll_source, column_set, time));
        Ok(())
    }

    fn polled_of(
        &mut self,
        conn: &Connection,
        poll: &Collected,
        added: &mut Added,
    ) -> Outcome<Arc<PollSource>> {
        let key = (Arc::clone(&poll.resource_id), poll.project_id.clone());
        if let Some(found) = self.poll_source.get(&key) {
            return Ok(Arc::clone(found));
        }
        let id = self.next_poll_source;
        conn.prepare_cached(
            "INSERT INTO polled (id, resource_id, project_id) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![id, key.0, key.1])?;
        self.next_poll_source += 1;
        let poll_source = Arc::new(PollSource::new(id, Arc::clone(&key.0), key.1.clone()));
        self.poll_source.insert(key, Arc::clone(&poll_source));
        added.poll_source.push(Arc::clone(&poll_source));
        Ok(poll_source)
    }

    /// The number of a layout.
    pub(super) fn column_set_of(
        &mut self,
        conn: &Connection,
        meters: impl Iterator<Item = &'static Definition>,
        added: &mut Added,
    ) -> Outcome<i64> {
        let meters: Vec<_> = meters.collect();
        let names: Vec<_> = meters.iter().map(|meter| meter.name).collect();
        if let Some(&id) = self.column_sets.get(&names) {
            return Ok(id);
        }
        let id = conn
            .prepare_cached("INSERT INTO layouts (meters) VALUES (?1)")?
            .insert([names.join("\n")])?;
        let meters = meters.into_iter().map(Some).collect();
        added.column_sets.push(ColumnSet { id, meters });
        self.column_sets.insert(names, id);
        Ok(id)
    }

    /// A bucket is no longer pending.
    pub(super) fn rolled(&mut self, resolution: usize, poll_source: i64, start: i64) {
        if self.marked.get(&(resolution, poll_source)) == Some(&start) {
            self.marked.remove(&(resolution, poll_source));
        }
    }

    /// Forgets what a failed transaction added; `next_row` is the number its first row would have had.
    pub(super) fn undo(&mut self, added: &Added, next_row: i64) {
        for series in &added.series {
            self.series.remove(series);
        }
        for poll_source in &added.poll_source {
            self.poll_source.remove(&key(poll_source));
        }
        let column_sets: HashSet<i64> = added
            .column_sets
            .iter()
            .map(|column_set| column_set.id)
            .collect();
        self.column_sets.retain(|_, id| !column_sets.contains(id));
        self.next_row = next_row;
        self.metadata.clear();
        self.marked.clear();
    }

    /// Forgets polled resources that are being deleted: a poll that comes later makes a new one.
    pub(super) fn forget_poll_sources(&mut self, poll_source: &[Arc<PollSource>]) {
        let mut gone = HashSet::new();
        for poll_source in poll_source {
            gone.insert(poll_source.id);
            let key = key(poll_source);
            if self
                .poll_source
                .get(&key)
                .is_some_and(|known| known.id == poll_source.id)
            {
                self.poll_source.remove(&key);
            }
        }
        self.marked.retain(|(_, id), _| !gone.contains(id));
    }

    /// Forgets series that were deleted, and metadata that may have been.
    pub(super) fn forget(&mut self, series: &[Arc<Series>]) {
        for series in series {
            self.series.remove(series);
        }
        self.metadata.clear();
    }
}

impl Added {
    /// Notifies the readers: it is durable.
    pub(super) fn publish(self, catalog: &Catalog, columns: &Columns) {
        for (series, time, _) in &self.samples {
            series.reach(*time);
        }
        let mut spans: BTreeMap<(i64, i64), (Arc<PollSource>, i64, i64)> = BTreeMap::new();
        for (poll_source, column_set, time) in self.polls {
            let span =
                spans
                    .entry((poll_source.id, column_set))
                    .or_insert((poll_source, time, time));
            *span = (Arc::clone(&span.0), span.1.min(time), span.2.max(time));
        }
        for ((_, column_set), (poll_source, first, last)) in spans {
            poll_source.reach(column_set, first, last);
        }
        if !(self.series.is_empty() && self.poll_source.is_empty() && self.column_sets.is_empty()) {
            let mut contents = catalog.write();
            contents
                .series
                .extend(self.series.into_iter().map(|s| (s.id, s)));
            contents
                .poll_source
                .extend(self.poll_source.into_iter().map(|p| (p.id, p)));
            let column_sets = self.column_sets.into_iter().map(|l| (l.id, Arc::new(l)));
            contents.column_sets.extend(column_sets);
        }
        if !self.samples.is_empty() {
            let samples = self.samples.iter();
            columns.committed(samples.map(|(series, time, volume)| (series.id, *time, *volume)));
        }
    }
}

/// Whether a roll-up that cannot be computed again, because its polls were deleted, covers a time.
fn is_rolled_up(
    conn: &Connection,
    poll_source: i64,
    time: i64,
    horizons: &Horizons,
) -> Outcome<bool> {
    let mut select =
        conn.prepare_cached("SELECT 1 FROM polls WHERE level = ?1 AND polled = ?2 AND time = ?3")?;
    for resolution in 1..RESOLUTIONS {
        let start = bucket(resolution, time);
        if start < horizons.0[resolution - 1]
            && select.exists([resolution as i64, poll_source, start])?
        {
            return Ok(true);
        }
    }
    Ok(time < horizons.0[RESOLUTIONS - 1])
}

/// Marks a roll-up as one that is to be made.
pub(super) fn mark(
    conn: &Connection,
    resolution: usize,
    poll_source: i64,
    start: i64,
) -> Outcome<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO pending (level, polled, time) VALUES (?1, ?2, ?3)")?
        .execute(params![resolution as i64, poll_source, start])?;
    Ok(())
}

fn key(poll_source: &PollSource) -> PollSourceKey {
    (
        Arc::clone(&poll_source.resource_id),
        poll_source.project_id.clone(),
    )
}
