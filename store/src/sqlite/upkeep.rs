//! The writer's work between commits: roll-ups, deletion of what is old, giving room back.
//!
//! All of it is done in steps of some milliseconds, each a transaction of its own, so that posts
//! never wait for more than one, and a kill loses nothing but the step.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use metering::{LogLevel, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::catalog::Catalog;
use super::clock::RetentionClock;
use super::columns::Columns;
use super::failure::Outcome;
use super::ingest::{Added, Ingest};
use super::level::{COARSEST, LEVELS, WIDTHS};
use super::metadata::unused_before;
use super::options::Retention;
use super::rollup::Polls;
use super::state::{Horizons, State, put};
use crate::sample::LogRecord;

/// A step takes about so long.
const STEP: Duration = Duration::from_millis(5);
/// Rows that one step deletes.
const ROWS: i64 = 500;
/// Time between two looks for what is too old.
const PASS: Duration = Duration::from_mins(10);
/// A bucket is rolled up so long after its end, in microseconds: polls may come late.
const LATE: i64 = 10_000_000;
/// Lines of the system log that are kept at most.
const LINES: i64 = 50_000;
/// Free pages that are not worth giving back.
const FREE_PAGES: i64 = 2_000;

/// What the writer works on.
pub(super) struct Site<'a> {
    pub(super) conn: &'a mut Connection,
    pub(super) catalog: &'a Catalog,
    pub(super) columns: &'a Columns,
    pub(super) state: &'a State,
    pub(super) ingest: &'a mut Ingest,
}

/// How far a look for what is too old has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Resting,
    Polls(usize),
    /// Rows below this number are too old.
    Samples(i64),
    /// Series up to this number were looked at.
    Series(i64),
    Metadata,
    Lines,
    Room,
}

/// What is to be done, and how far it has come.
#[derive(Debug)]
pub(super) struct Upkeep {
    retention: Retention,
    clock: RetentionClock,
    /// The time by which the pass deletes, in microseconds since the epoch.
    pass_time: i64,
    stage: Stage,
    next_pass: Instant,
}

impl Upkeep {
    pub(super) fn new(retention: Retention, clock: RetentionClock) -> Self {
        Self {
            retention,
            clock,
            pass_time: i64::MIN,
            stage: Stage::Resting,
            next_pass: Instant::now(),
        }
    }

    /// Looks for what is too old at the next step.
    pub(super) fn start_pass(&mut self) {
        self.next_pass = Instant::now();
    }

    /// One step. Whether there is more to do.
    pub(super) fn step(&mut self, site: &mut Site<'_>, now: i64) -> Outcome<bool> {
        let looked = Instant::now();
        let (time, event) = self.clock.look(now, looked);
        if let Some(event) = event {
            self.clock.keep(site.conn, looked)?;
            log(site, now, &event.to_string())?;
        }
        recede(site, now)?;
        if roll(site, now)? {
            return Ok(true);
        }
        if self.stage == Stage::Resting {
            if Instant::now() < self.next_pass {
                return Ok(false);
            }
            self.next_pass = Instant::now() + PASS;
            self.clock.keep(site.conn, looked)?;
            self.pass_time = time;
            advance(site, &self.retention, time)?;
        }
        // Should the clock move in the middle of a pass, the pass goes on by the earlier time.
        self.pass_time = self.pass_time.min(time);
        self.stage = self.delete(site, self.pass_time)?;
        Ok(self.stage != Stage::Resting)
    }

    /// One step of deletion; where the next one goes on.
    fn delete(&self, site: &mut Site<'_>, now: i64) -> Outcome<Stage> {
        let before = |kept: Duration| now.saturating_sub(kept.as_micros() as i64);
        let recorded = before(self.retention.posted);
        Ok(match self.stage {
            Stage::Resting => Stage::Polls(0),
            Stage::Polls(LEVELS) => {
                forget_layouts(site)?;
                Stage::Samples(first_row_since(site.conn, recorded)?)
            }
            Stage::Polls(level) => {
                if delete_polls(site, level)? {
                    self.stage
                } else {
                    Stage::Polls(level + 1)
                }
            }
            Stage::Samples(below) => {
                if delete_samples(site, below, recorded)? {
                    self.stage
                } else {
                    Stage::Series(0)
                }
            }
            Stage::Series(after) => match drop_series(site, after)? {
                Some(last) => Stage::Series(last),
                None => Stage::Metadata,
            },
            Stage::Metadata => {
                let deleted = site.conn.execute(
                    "DELETE FROM metadata WHERE id IN
                     (SELECT id FROM metadata WHERE used < ?1 LIMIT ?2)",
                    [unused_before(recorded), ROWS],
                )?;
                site.ingest.forget(&[]);
                if deleted > 0 {
                    self.stage
                } else {
                    Stage::Lines
                }
            }
            Stage::Lines => {
                let deleted = site.conn.execute(
                    "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE time < ?1
                     OR id <= (SELECT max(id) FROM log) - ?2 ORDER BY id LIMIT ?3)",
                    [before(self.retention.log), LINES, ROWS],
                )?;
                if deleted > 0 {
                    site.state.log_changed();
                    self.stage
                } else {
                    Stage::Room
                }
            }
            Stage::Room => {
                if give_room_back(site.conn)? {
                    self.stage
                } else {
                    Stage::Resting
                }
            }
        })
    }
}

/// Makes roll-ups whose time is over. Whether there were any.
fn roll(site: &mut Site<'_>, now: i64) -> Outcome<bool> {
    for (level, width) in WIDTHS.iter().enumerate().skip(1) {
        let over = now.saturating_sub(width + LATE);
        let mut select = site.conn.prepare_cached(
            "SELECT polled, time FROM pending WHERE level = ?1 AND time <= ?2 LIMIT 256",
        )?;
        let rows = select.query_map([level as i64, over], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let due: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
        drop(select);
        if !due.is_empty() {
            roll_some(site, level, &due)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn roll_some(site: &mut Site<'_>, level: usize, due: &[(i64, i64)]) -> Outcome<()> {
    let started = Instant::now();
    let layouts = site.catalog.read().layouts.clone();
    let mut added = Added::default();
    let next_row = site.ingest.next_row();
    let turn = site.conn.transaction()?;
    let mut made = Vec::new();
    let mut work = || -> Outcome<()> {
        for &(polled, start) in due {
            let polls = Polls {
                conn: &turn,
                layouts: &layouts,
                polled,
            };
            if let Some(entry) = polls.made(level, start)? {
                let meters = entry.layout.meters.iter().flatten().copied();
                let layout = site.ingest.layout_of(&turn, meters, &mut added)?;
                turn.prepare_cached(
                    "INSERT OR REPLACE INTO polls (level, polled, time, layout, data)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    level as i64,
                    polled,
                    start,
                    layout,
                    entry.data()
                ])?;
            }
            turn.prepare_cached(
                "DELETE FROM pending WHERE level = ?1 AND polled = ?2 AND time = ?3",
            )?
            .execute(params![level as i64, polled, start])?;
            made.push((polled, start));
            if started.elapsed() > STEP {
                break;
            }
        }
        Ok(())
    };
    let result = work();
    let result = result.and_then(|()| Ok(turn.commit()?));
    match result {
        Ok(()) => {
            added.publish(site.catalog, site.columns);
            for (polled, start) in made {
                site.ingest.rolled(level, polled, start);
            }
            Ok(())
        }
        Err(failure) => {
            site.ingest.undo(&added, next_row);
            Err(failure)
        }
    }
}

/// Moves the horizons on: never beyond what is yet to be rolled up, and to full hours, where all levels meet.
fn advance(site: &mut Site<'_>, retention: &Retention, now: i64) -> Outcome<()> {
    let pending: Option<i64> = site
        .conn
        .query_row("SELECT min(time) FROM pending", [], |row| row.get(0))?;
    let pending = pending.unwrap_or(i64::MAX);
    let mut horizons = site.state.horizons();
    for (horizon, kept) in horizons.0.iter_mut().zip(retention.levels()) {
        let wanted = now.saturating_sub(kept.as_micros() as i64).min(pending);
        *horizon = (*horizon).max(wanted.div_euclid(COARSEST) * COARSEST);
    }
    if horizons != site.state.horizons() {
        site.state.advance(site.conn, horizons)?;
    }
    Ok(())
}

/// Takes horizons back that a clock which was ahead has moved into the future: else no new sample
/// would be kept until then.
fn recede(site: &mut Site<'_>, now: i64) -> Outcome<()> {
    let mut horizons = site.state.horizons();
    let this_hour = now.div_euclid(COARSEST) * COARSEST;
    let mut lost = None;
    for horizon in horizons.0.iter_mut().filter(|horizon| **horizon > now) {
        lost = lost.max(Some(std::mem::replace(horizon, this_hour)));
    }
    let Some(lost) = lost else {
        return Ok(());
    };
    site.state.advance(site.conn, horizons)?;
    let words = format!(
        "Collected samples were deleted up to {} UTC, which the clock of this machine showed before. \
         From now on new samples are kept again.",
        Timestamp::from_micros(lost)
    );
    log(site, now, &words)
}

/// Writes a line about the clock to the service's log and to the system log.
fn log(site: &mut Site<'_>, now: i64, desc: &str) -> Outcome<()> {
    tracing::warn!("{desc}");
    let line = LogRecord {
        time: Timestamp::from_micros(now),
        level: LogLevel::Warning,
        source: "store".to_owned(),
        desc: desc.to_owned(),
        broker: None,
    };
    super::ingest::lines(site.conn, &VecDeque::from([line]))?;
    site.state.log_changed();
    Ok(())
}

/// Deletes some rows of a level that are before its horizon. Whether there may be more.
fn delete_polls(site: &Site<'_>, level: usize) -> Outcome<bool> {
    let Horizons(horizons) = site.state.horizons();
    let polled: Vec<i64> = site.catalog.read().polled.keys().copied().collect();
    let mut deleted = 0;
    for polled in polled {
        let mut delete = site.conn.prepare_cached(
            "DELETE FROM polls WHERE level = ?1 AND polled = ?2 AND time IN
             (SELECT time FROM polls WHERE level = ?1 AND polled = ?2 AND time < ?3
              ORDER BY time LIMIT ?4)",
        )?;
        deleted += delete.execute([level as i64, polled, horizons[level], ROWS])? as i64;
        if deleted >= ROWS {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets which layouts resources had before all that is kept.
fn forget_layouts(site: &mut Site<'_>) -> Outcome<()> {
    let Horizons(horizons) = site.state.horizons();
    site.conn.execute(
        "DELETE FROM polled_layouts WHERE last < ?1",
        [horizons[LEVELS - 1]],
    )?;
    Ok(())
}

/// The first row that was recorded since a time: rows stand in the order in which they came.
pub(super) fn first_row_since(conn: &Connection, recorded: i64) -> Outcome<i64> {
    let bound = |order: &str| -> Outcome<Option<i64>> {
        let sql = format!("SELECT id FROM samples ORDER BY id {order} LIMIT 1");
        Ok(conn.query_row(&sql, [], |row| row.get(0)).optional()?)
    };
    let (Some(mut low), Some(last)) = (bound("ASC")?, bound("DESC")?) else {
        return Ok(0);
    };
    let mut high = last + 1;
    let mut select =
        conn.prepare_cached("SELECT recorded FROM samples WHERE id >= ?1 ORDER BY id LIMIT 1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found: i64 = select.query_row([middle], |row| row.get(0))?;
        if found < recorded {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Deletes some samples. Whether there may be more.
///
/// Rows stand in the order of time but where the clock went back: so each is asked for its time too.
fn delete_samples(site: &mut Site<'_>, below: i64, recorded: i64) -> Outcome<bool> {
    let turn = site.conn.transaction()?;
    // What was given once is never given again.
    put(&turn, "rows", site.ingest.next_row())?;
    let deleted = turn.execute(
        "DELETE FROM samples WHERE id IN
         (SELECT id FROM samples WHERE id < ?1 AND recorded < ?3 ORDER BY id LIMIT ?2)",
        [below, ROWS, recorded],
    )?;
    turn.commit()?;
    if deleted > 0 {
        site.columns.clear();
    }
    Ok(deleted > 0)
}

/// Forgets series without samples, some at a time; the last one that was looked at.
fn drop_series(site: &mut Site<'_>, after: i64) -> Outcome<Option<i64>> {
    let contents = site.catalog.read();
    let some: Vec<_> = contents
        .series
        .range(after + 1..)
        .take(ROWS as usize)
        .map(|(_, series)| series.clone())
        .collect();
    drop(contents);
    let Some(last) = some.last().map(|series| series.id) else {
        return Ok(None);
    };
    let mut gone = Vec::new();
    let turn = site.conn.transaction()?;
    for series in some {
        let mut select = turn.prepare_cached("SELECT 1 FROM samples WHERE series = ?1 LIMIT 1")?;
        if !select.exists([series.id])? {
            turn.execute("DELETE FROM series WHERE id = ?1", [series.id])?;
            gone.push(series);
        }
    }
    turn.commit()?;
    site.ingest.forget(&gone);
    let mut contents = site.catalog.write();
    for series in gone {
        contents.series.remove(&series.id);
    }
    Ok(Some(last))
}

/// Gives some pages back to the disk. Whether there are more.
fn give_room_back(conn: &Connection) -> Outcome<bool> {
    let free: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let all: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if free < FREE_PAGES || free < all / 10 {
        return Ok(false);
    }
    conn.execute_batch("PRAGMA incremental_vacuum(200)")?;
    let left: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    Ok(left < free)
}
