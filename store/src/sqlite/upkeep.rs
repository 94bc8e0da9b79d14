//! The writer's work between commits: roll-ups, deletion of what is old, giving room back.
//!
//! All of it is done in steps of some milliseconds, each a transaction of its own, so that posts
//! never wait for more than one, and a kill loses nothing but the step.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use metering::{LogLevel, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::clock::RetentionClock;
use super::failure::Outcome;
use super::level::{COARSEST, LEVELS};
use super::metadata::unused_before;
use super::options::{Options, Retention};
use super::resource_bound::ResourceBound;
use super::roll_up_step::roll;
use super::site::{ROWS, STEP, Site};
use super::state::{Horizons, put};
use crate::sample::LogRecord;

/// Time between two looks for what is too old.
const PASS: Duration = Duration::from_mins(10);
/// Lines of the system log that are kept at most.
const LINES: i64 = 50_000;
/// Free pages that are not worth giving back.
const FREE_PAGES: i64 = 2_000;

/// How far a look for what is too old has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Resting,
    /// Resources that leave before their retention ends.
    Resources,
    /// A level, and the resource up to which it was looked at.
    Polls(usize, i64),
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
    bound: ResourceBound,
    clock: RetentionClock,
    /// The time by which the pass deletes, in microseconds since the epoch.
    pass_time: i64,
    stage: Stage,
    next_pass: Instant,
}

impl Upkeep {
    pub(super) fn new(options: &Options, clock: RetentionClock) -> Self {
        Self {
            retention: options.retention,
            bound: ResourceBound::new(options),
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
            if Instant::now() < self.next_pass && !self.bound.is_exceeded(site) {
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
        if let Some(dropped) = self.bound.report() {
            log(site, now, &dropped.to_string())?;
        }
        Ok(self.stage != Stage::Resting)
    }

    /// One step of deletion; where the next one goes on.
    fn delete(&mut self, site: &mut Site<'_>, now: i64) -> Outcome<Stage> {
        let before = |kept: Duration| now.saturating_sub(kept.as_micros() as i64);
        let recorded = before(self.retention.posted);
        Ok(match self.stage {
            Stage::Resting => Stage::Resources,
            Stage::Resources => {
                if self.bound.step(site, now)? {
                    self.stage
                } else {
                    Stage::Polls(0, i64::MIN)
                }
            }
            Stage::Polls(LEVELS, _) => {
                forget_layouts(site)?;
                Stage::Samples(first_row_since(site.conn, recorded)?)
            }
            Stage::Polls(level, after) => match delete_polls(site, level, after)? {
                Some(last) => Stage::Polls(level, last),
                None => Stage::Polls(level + 1, i64::MIN),
            },
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

/// Writes a line to the service's log and to the system log.
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

/// Deletes rows of a level that are before its horizon, of resources after a number, until the step's
/// time is over. The last resource that was looked at; none after all.
fn delete_polls(site: &Site<'_>, level: usize, after: i64) -> Outcome<Option<i64>> {
    let started = Instant::now();
    let Horizons(horizons) = site.state.horizons();
    let from = after.saturating_add(1);
    let contents = site.catalog.read();
    let polled: Vec<i64> = contents.polled.range(from..).map(|(id, _)| *id).collect();
    drop(contents);
    let mut delete = site.conn.prepare_cached(
        "DELETE FROM polls WHERE level = ?1 AND polled = ?2 AND time IN
         (SELECT time FROM polls WHERE level = ?1 AND polled = ?2 AND time < ?3
          ORDER BY time LIMIT ?4)",
    )?;
    for polled in polled {
        while delete.execute([level as i64, polled, horizons[level], ROWS])? as i64 == ROWS {
            if started.elapsed() > STEP {
                return Ok(Some(polled - 1));
            }
        }
        if started.elapsed() > STEP {
            return Ok(Some(polled));
        }
    }
    Ok(None)
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
