//! Writes what came in, a batch a transaction.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use metering::LogLevel;
use metering::meter::Definition;
use rusqlite::{Connection, OptionalExtension, params};

use super::catalog::{Catalog, Identity, Layout, Polled, Series};
use super::columns::Columns;
use super::failure::Outcome;
use super::inbox::Post;
use super::level::{LEVELS, bucket};
use super::metadata::Interner;
use super::packed::put_number;
use super::state::Horizons;
use crate::sample::{Collected, LogRecord};

type PolledKey = (Arc<str>, Option<Arc<str>>);

/// What the writer knows by heart: which number stands for what.
#[derive(Debug)]
pub(super) struct Ingest {
    series: HashMap<Arc<Identity>, Arc<Series>>,
    next_series: i64,
    next_row: i64,
    metadata: Interner,
    polled: HashMap<PolledKey, Arc<Polled>>,
    next_polled: i64,
    layouts: HashMap<Vec<&'static str>, i64>,
    /// Buckets that are pending already: the last one of each level and resource.
    marked: HashMap<(usize, i64), i64>,
}

/// What a transaction added, told to the readers once it is durable.
#[derive(Debug, Default)]
pub(super) struct Added {
    series: Vec<Arc<Series>>,
    samples: Vec<(Arc<Series>, i64, f64)>,
    polled: Vec<Arc<Polled>>,
    layouts: Vec<Layout>,
    /// Whose poll, its layout, its time.
    polls: Vec<(Arc<Polled>, i64, i64)>,
}

impl Ingest {
    /// Of a file.
    pub(super) fn load(conn: &Connection, catalog: &Catalog) -> Outcome<Self> {
        let contents = catalog.read();
        let series = contents.series.values();
        let polled = contents.polled.values();
        let mut layouts = HashMap::new();
        let mut select = conn.prepare("SELECT id, meters FROM layouts")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let names: String = row.get(1)?;
            let meters: Vec<_> = names.lines().map(metering::meter::find).collect();
            // One with a meter that this version does not know never comes again.
            if let Some(meters) = meters.into_iter().map(|m| m.map(|m| m.name)).collect() {
                layouts.insert(meters, row.get(0)?);
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
            series: series
                .map(|s| (Arc::clone(&s.identity), Arc::clone(s)))
                .collect(),
            next_series: next("series")?,
            next_row: next("samples")?.max(given("rows")?),
            metadata: Interner::default(),
            polled: polled.map(|p| (key(p), Arc::clone(p))).collect(),
            next_polled: next("polled")?.max(given("polled")?),
            layouts,
            marked: HashMap::new(),
        })
    }

    /// The number that the next sample's row will have.
    pub(super) fn next_row(&self) -> i64 {
        self.next_row
    }

    /// The number that the next polled resource will have.
    pub(super) fn next_polled(&self) -> i64 {
        self.next_polled
    }

    /// Writes a post; the number of its first row.
    pub(super) fn post(
        &mut self,
        conn: &Connection,
        post: &Post,
        added: &mut Added,
    ) -> Outcome<i64> {
        let mut insert = conn.prepare_cached(
            "INSERT INTO samples (id, series, time, volume, metadata, recorded)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let first = self.next_row;
        for posted in post.samples.iter() {
            let series = self.series_of(conn, Identity::from(posted), added)?;
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
        Ok(first)
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
        let identity = Arc::new(identity);
        let series = Arc::new(Series::new(
            self.next_series,
            Arc::clone(&identity),
            i64::MIN,
        ));
        self.next_series += 1;
        self.series.insert(identity, Arc::clone(&series));
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
        let polled = self.polled_of(conn, poll, added)?;
        if time < horizons.0[0] && is_told(conn, polled.id, time, horizons)? {
            return Ok(());
        }
        let layout = self.layout_of(conn, finite().map(|(meter, _)| *meter), added)?;
        let mut data = Vec::with_capacity(4 * poll.values.len());
        for (_, value) in finite() {
            put_number(&mut data, *value);
        }
        let new = conn
            .prepare_cached(
                "INSERT OR IGNORE INTO polls (level, polled, time, layout, data)
                 VALUES (0, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![polled.id, time, layout, data])?;
        if new == 0 {
            return Ok(());
        }
        conn.prepare_cached(
            "INSERT INTO polled_layouts (polled, layout, first, last) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT DO UPDATE SET first = min(first, ?3), last = max(last, ?3)",
        )?
        .execute([polled.id, layout, time])?;
        for level in 1..LEVELS {
            let start = bucket(level, time);
            if self.marked.insert((level, polled.id), start) != Some(start) {
                mark(conn, level, polled.id, start)?;
            }
        }
        added.polls.push((polled, layout, time));
        Ok(())
    }

    fn polled_of(
        &mut self,
        conn: &Connection,
        poll: &Collected,
        added: &mut Added,
    ) -> Outcome<Arc<Polled>> {
        let key = (Arc::clone(&poll.resource_id), poll.project_id.clone());
        if let Some(found) = self.polled.get(&key) {
            return Ok(Arc::clone(found));
        }
        let id = self.next_polled;
        conn.prepare_cached(
            "INSERT INTO polled (id, resource_id, project_id) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![id, key.0, key.1])?;
        self.next_polled += 1;
        let polled = Arc::new(Polled::new(id, Arc::clone(&key.0), key.1.clone()));
        self.polled.insert(key, Arc::clone(&polled));
        added.polled.push(Arc::clone(&polled));
        Ok(polled)
    }

    /// The number of a layout.
    pub(super) fn layout_of(
        &mut self,
        conn: &Connection,
        meters: impl Iterator<Item = &'static Definition>,
        added: &mut Added,
    ) -> Outcome<i64> {
        let meters: Vec<_> = meters.collect();
        let names: Vec<_> = meters.iter().map(|meter| meter.name).collect();
        if let Some(&id) = self.layouts.get(&names) {
            return Ok(id);
        }
        let id = conn
            .prepare_cached("INSERT INTO layouts (meters) VALUES (?1)")?
            .insert([names.join("\n")])?;
        let meters = meters.into_iter().map(Some).collect();
        added.layouts.push(Layout { id, meters });
        self.layouts.insert(names, id);
        Ok(id)
    }

    /// A bucket is no longer pending.
    pub(super) fn rolled(&mut self, level: usize, polled: i64, start: i64) {
        if self.marked.get(&(level, polled)) == Some(&start) {
            self.marked.remove(&(level, polled));
        }
    }

    /// Forgets what a failed transaction added; `next_row` is the number its first row would have had.
    pub(super) fn undo(&mut self, added: &Added, next_row: i64) {
        for series in &added.series {
            self.series.remove(&series.identity);
        }
        for polled in &added.polled {
            self.polled.remove(&key(polled));
        }
        let layouts: HashSet<i64> = added.layouts.iter().map(|layout| layout.id).collect();
        self.layouts.retain(|_, id| !layouts.contains(id));
        self.next_row = next_row;
        self.metadata.clear();
        self.marked.clear();
    }

    /// Forgets polled resources that are being deleted: a poll that comes later makes a new one.
    pub(super) fn forget_polled(&mut self, polled: &[Arc<Polled>]) {
        let mut gone = HashSet::new();
        for polled in polled {
            gone.insert(polled.id);
            let key = key(polled);
            if self
                .polled
                .get(&key)
                .is_some_and(|known| known.id == polled.id)
            {
                self.polled.remove(&key);
            }
        }
        self.marked.retain(|(_, id), _| !gone.contains(id));
    }

    /// Forgets series that were deleted, and metadata that may have been.
    pub(super) fn forget(&mut self, series: &[Arc<Series>]) {
        for series in series {
            self.series.remove(&series.identity);
        }
        self.metadata.clear();
    }
}

impl Added {
    /// Tells the readers: it is durable.
    pub(super) fn publish(self, catalog: &Catalog, columns: &Columns) {
        for (series, time, _) in &self.samples {
            series.reach(*time);
        }
        let mut spans: BTreeMap<(i64, i64), (Arc<Polled>, i64, i64)> = BTreeMap::new();
        for (polled, layout, time) in self.polls {
            let span = spans
                .entry((polled.id, layout))
                .or_insert((polled, time, time));
            *span = (Arc::clone(&span.0), span.1.min(time), span.2.max(time));
        }
        for ((_, layout), (polled, first, last)) in spans {
            polled.reach(layout, first, last);
        }
        if !(self.series.is_empty() && self.polled.is_empty() && self.layouts.is_empty()) {
            let mut contents = catalog.write();
            contents
                .series
                .extend(self.series.into_iter().map(|s| (s.id, s)));
            contents
                .polled
                .extend(self.polled.into_iter().map(|p| (p.id, p)));
            let layouts = self.layouts.into_iter().map(|l| (l.id, Arc::new(l)));
            contents.layouts.extend(layouts);
        }
        if !self.samples.is_empty() {
            let samples = self.samples.iter();
            columns.committed(samples.map(|(series, time, volume)| (series.id, *time, *volume)));
        }
    }
}

/// Whether a roll-up that can no longer be made anew, for want of what it was made of, tells of a time.
fn is_told(conn: &Connection, polled: i64, time: i64, horizons: &Horizons) -> Outcome<bool> {
    let mut select =
        conn.prepare_cached("SELECT 1 FROM polls WHERE level = ?1 AND polled = ?2 AND time = ?3")?;
    for level in 1..LEVELS {
        let start = bucket(level, time);
        if start < horizons.0[level - 1] && select.exists([level as i64, polled, start])? {
            return Ok(true);
        }
    }
    Ok(time < horizons.0[LEVELS - 1])
}

/// Marks a roll-up as one that is to be made.
pub(super) fn mark(conn: &Connection, level: usize, polled: i64, start: i64) -> Outcome<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO pending (level, polled, time) VALUES (?1, ?2, ?3)")?
        .execute(params![level as i64, polled, start])?;
    Ok(())
}

/// Writes lines of the system log.
pub(super) fn lines(conn: &Connection, lines: &VecDeque<LogRecord>) -> Outcome<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO log (time, level, source, desc, broker) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for line in lines {
        insert.execute(params![
            line.time.as_micros(),
            level_number(line.level),
            line.source,
            line.desc,
            line.broker
        ])?;
    }
    Ok(())
}

/// A level of the log as it is kept: graver ones are greater.
pub(super) fn level_number(level: LogLevel) -> i64 {
    match level {
        LogLevel::Info => 0,
        LogLevel::Warning => 1,
        LogLevel::Error => 2,
    }
}

fn key(polled: &Polled) -> PolledKey {
    (Arc::clone(&polled.resource_id), polled.project_id.clone())
}
