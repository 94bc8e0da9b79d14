//! Collected samples by level: reading them, and making the coarser ones of the finer.
//!
//! Every poll marks the minute, the ten minutes and the hour that it falls in as pending, in its
//! own transaction. The writer makes what is pending once its time is over, and unmarks it. A
//! reader who meets a pending bucket makes it for itself, of the level below: so all levels always
//! agree, whatever came late and whenever the process was killed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use metering::meter::Definition;
use rusqlite::{Connection, params};

use super::catalog::ColumnSet;
use super::failure::{Failure, Outcome};
use super::resolution::{RESOLUTIONS, WIDTHS};
use super::rolled::Rolled;
use super::state::Horizons;
use super::varint_codec::{VarintReader, put_varint};

pub(super) type ColumnSets = HashMap<i64, Arc<ColumnSet>>;

/// A poll, or a roll-up of polls.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its time, or its bucket's start: microseconds since the epoch.
    pub(super) time: i64,
    /// The time of the first and the last poll in it.
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) column_set: Arc<ColumnSet>,
    /// In the layout's order.
    pub(super) values: Vec<Rolled>,
}

/// Reads the polls of one resource.
pub(super) struct Polls<'a> {
    pub(super) conn: &'a Connection,
    pub(super) column_sets: &'a ColumnSets,
    pub(super) poll_source: i64,
}

/// Which ones: microseconds since the epoch, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Span {
    pub(super) const ALL: Self = Self {
        from: i64::MIN,
        to: i64::MAX,
    };

    pub(super) fn is_empty(self) -> bool {
        self.from > self.to
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }
}

impl Polls<'_> {
    /// The rows of a level as they stand in the file, pending ones too.
    pub(super) fn stored(
        &self,
        resolution: usize,
        span: Span,
        newest_first: bool,
        visit: &mut dyn FnMut(&Entry) -> bool,
    ) -> Outcome<()> {
        let mut select = self.conn.prepare_cached(if newest_first {
            "SELECT time, layout, data FROM polls WHERE level = ?1 AND polled = ?2
             AND time BETWEEN ?3 AND ?4 ORDER BY time DESC"
        } else {
            "SELECT time, layout, data FROM polls WHERE level = ?1 AND polled = ?2
             AND time BETWEEN ?3 AND ?4 ORDER BY time"
        })?;
        let mut rows = select.query(params![
            resolution as i64,
            self.poll_source,
            span.from,
            span.to
        ])?;
        let mut entry: Option<Entry> = None;
        while let Some(row) = rows.next()? {
            let column_set: i64 = row.get(1)?;
            let mut next = match entry.take() {
                Some(entry) if entry.column_set.id == column_set => entry,
                _ => {
                    // A poll that was committed after the layouts were looked up has no layout here.
                    let Some(column_set) = self.column_sets.get(&column_set) else {
                        continue;
                    };
                    Entry {
                        time: 0,
                        first: 0,
                        last: 0,
                        column_set: Arc::clone(column_set),
                        values: vec![],
                    }
                }
            };
            next.time = row.get(0)?;
            let data = row
                .get_ref(2)?
                .as_blob()
                .map_err(|_| damaged(self.poll_source, next.time))?;
            next.read(resolution, data)
                .ok_or_else(|| damaged(self.poll_source, next.time))?;
            if !visit(&next) {
                break;
            }
            entry = Some(next);
        }
        Ok(())
    }

    /// The entries of a level, in the order of time but for pending ones, which come last. Where
    /// `visit` gives false, the later ones of that order are left out.
    pub(super) fn resolution(
        &self,
        resolution: usize,
        span: Span,
        visit: &mut dyn FnMut(&Entry) -> bool,
    ) -> Outcome<()> {
        if span.is_empty() {
            return Ok(());
        }
        let pending = if resolution == 0 {
            BTreeSet::new()
        } else {
            self.pending(resolution, span)?
        };
        self.stored(resolution, span, false, &mut |entry| {
            pending.contains(&entry.time) || visit(entry)
        })?;
        for start in pending {
            if let Some(entry) = self.made(resolution, start)? {
                visit(&entry);
            }
        }
        Ok(())
    }

    /// The entries of a span, of the finest level that is kept, but none finer than `finest`. Where
    /// `visit` gives false, later ones of that level are left out.
    pub(super) fn history(
        &self,
        finest: usize,
        span: Span,
        horizons: &Horizons,
        visit: &mut dyn FnMut(&Entry) -> bool,
    ) -> Outcome<()> {
        for resolution in (finest..RESOLUTIONS).rev() {
            self.resolution(
                resolution,
                span.and(horizons.kept(resolution, finest)),
                visit,
            )?;
        }
        Ok(())
    }

    fn pending(&self, resolution: usize, span: Span) -> Outcome<BTreeSet<i64>> {
        let mut select = self.conn.prepare_cached(
            "SELECT time FROM pending WHERE level = ?1 AND polled = ?2 AND time BETWEEN ?3 AND ?4",
        )?;
        let rows = select.query_map(
            params![resolution as i64, self.poll_source, span.from, span.to],
            |row| row.get(0),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A bucket, made of the level below; none where there is nothing in it.
    pub(super) fn made(&self, resolution: usize, start: i64) -> Outcome<Option<Entry>> {
        let mut sum = Sum::default();
        let span = Span {
            from: start,
            to: start + WIDTHS[resolution] - 1,
        };
        self.resolution(resolution - 1, span, &mut |entry| {
            sum.add(entry);
            true
        })?;
        Ok(sum.into_entry(start))
    }
}

impl Entry {
    /// Reads what [`Entry::data`] or a poll's row holds. None where it is damaged.
    fn read(&mut self, resolution: usize, data: &[u8]) -> Option<()> {
        let mut bytes = VarintReader(data);
        self.values.clear();
        (self.first, self.last) = (self.time, self.time);
        if resolution > 0 {
            self.first = self.time.checked_add_unsigned(bytes.varint()?)?;
            self.last = self.first.checked_add_unsigned(bytes.varint()?)?;
        }
        for _ in 0..self.column_set.meters.len() {
            self.values.push(if resolution == 0 {
                Rolled::one(bytes.number()?)
            } else {
                Rolled::get(&mut bytes)?
            });
        }
        Some(())
    }

    /// A roll-up as it is kept.
    pub(super) fn data(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 * self.values.len());
        put_varint(&mut out, self.first.abs_diff(self.time));
        put_varint(&mut out, self.last.abs_diff(self.first));
        for value in &self.values {
            value.put(&mut out);
        }
        out
    }
}

/// Entries, added up.
#[derive(Debug, Default)]
struct Sum {
    span: Option<(i64, i64)>,
    meters: Vec<(&'static Definition, Rolled)>,
}

impl Sum {
    fn add(&mut self, entry: &Entry) {
        let (first, last) = self.span.unwrap_or((entry.first, entry.last));
        self.span = Some((first.min(entry.first), last.max(entry.last)));
        for (index, (meter, value)) in entry
            .column_set
            .meters
            .iter()
            .zip(&entry.values)
            .enumerate()
        {
            // One that this version does not know is not rolled up.
            let Some(meter) = *meter else { continue };
            // Nearly always the layout of the one before.
            let place = match self.meters.get(index) {
                Some((found, _)) if found.name == meter.name => Some(index),
                _ => self
                    .meters
                    .iter()
                    .position(|(found, _)| found.name == meter.name),
            };
            match place {
                Some(place) => self.meters[place].1.add(*value),
                None => self.meters.push((meter, *value)),
            }
        }
    }

    fn into_entry(self, time: i64) -> Option<Entry> {
        let (first, last) = self.span?;
        let (meters, values) = self
            .meters
            .into_iter()
            .map(|(meter, value)| (Some(meter), value))
            .unzip();
        let column_set = Arc::new(ColumnSet { id: 0, meters });
        Some(Entry {
            time,
            first,
            last,
            column_set,
            values,
        })
    }
}

fn damaged(poll_source: i64, time: i64) -> Failure {
    Failure::damaged(format!("the poll {poll_source} of {time} cannot be read"))
}
