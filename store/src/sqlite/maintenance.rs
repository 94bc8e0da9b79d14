//! The writer's work between commits: roll-ups, deletion of what is old, giving room back.
//!
//! All of it is done in steps of some milliseconds, each a transaction of its own, so that posts
//! never wait for more than one, and a kill loses nothing but the step.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use metering::{EventType, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::clock::RetentionClock;
use super::failure::Outcome;
use super::maintenance_context::{MaintenanceContext, ROWS, STEP};
use super::metadata::unused_before;
use super::options::{Options, Retention};
use super::resolution::{COARSEST, RESOLUTIONS};
use super::resource_bound::ResourceBound;
use super::roll_up_step::roll;
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
pub(super) struct Maintenance {
    retention: Retention,
    bound: ResourceBound,
    clock: RetentionClock,
    /// The time by which the pass deletes, in microseconds since the epoch.
    pass_time: i64,
    stage: Stage,
    next_pass: Instant,
}

impl Maintenance {
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
    pub(super) fn step(&mut self, context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<bool> {
        let looked = Instant::now();
        let (time, event) = self.clock.look(now, looked);
        if let Some(event) = event {
            self.clock.keep(context.conn, looked)?;
            log(context, now, &event.to_string())?;
        }
        recede(context, now)?;
        if roll(context, now)? {
            return Ok(true);
        }
        if self.stage == Stage::Resting {
            if Instant::now() < self.next_pass && !self.bound.is_exceeded(context) {
                return Ok(false);
            }
            self.next_pass = Instant::now() + PASS;
            self.clock.keep(context.conn, looked)?;
            self.pass_time = time;
            advance(context, &self.retention, time)?;
        }
        // Should the clock move in the middle of a pass, the pass goes on by the earlier time.
        self.pass_time = self.pass_time.min(time);
        self.stage = self.delete(context, self.pass_time)?;
        if let Some(dropped) = self.bound.report() {
            log(context, now, &dropped.to_string())?;
        }
        Ok(self.stage != Stage::Resting)
    }

    /// One step of deletion; where the next one goes on.
    fn delete(&mut self, context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<Stage> {
        let before = |kept: Duration| now.saturating_sub(kept.as_micros() as i64);
        let recorded = before(self.retention.posted);
        Ok(match self.stage {
            Stage::Resting => Stage::Resources,
            Stage::Resources => {
                if self.bound.step(context, now)? {
                    self.stage
                } else {
                    Stage::Polls(0, i64::MIN)
                }
            }
            Stage::Polls(RESOLUTIONS, _) => {
                delete_column_sets(context)?;
                Stage::Samples(first_row_since(context.conn, recorded)?)
            }
            Stage::Polls(resolution, after) => match delete_polls(context, resolution, after)? {
                Some(last) => Stage::Polls(resolution, last),
                None => Stage::Polls(resolution + 1, i64::MIN),
            },
            Stage::Samples(below) => {
                if delete_samples(context, below, recorded)? {
                    self.stage
                } else {
                    Stage::Series(0)
                }
            }
            Stage::Series(after) => match drop_series(context, after)? {
                Some(last) => Stage::Series(last),
                None => Stage::Metadata,
            },
            Stage::Metadata => {
                let deleted = context.conn.execute(
                    "DELETE FROM metadata WHERE id IN
                     (SELECT id FROM metadata WHERE used < ?1 LIMIT ?2)",
                    [unused_before(recorded), ROWS],
                )?;
                context.ingest.forget(&[]);
                if deleted > 0 {
                    self.stage
                } else {
                    Stage::Lines
                }
            }
            Stage::Lines => {
                let deleted = context.conn.execute(
                    "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE time < ?1
                     OR id <= (SELECT max(id) FROM log) - ?2 ORDER BY id LIMIT ?3)",
                    [before(self.retention.log), LINES, ROWS],
                )?;
                let changes = context.conn.execute(
                    "DELETE FROM alarm_changes WHERE id IN
                     (SELECT id FROM alarm_changes WHERE time < ?1 LIMIT ?2)",
                    [before(self.retention.log), ROWS],
                )?;
                if deleted + changes > 0 {
                    context.state.log_changed();
                    self.stage
                } else {
                    Stage::Room
                }
            }
            Stage::Room => {
                if release_pages(context.conn)? {
                    self.stage
                } else {
                    Stage::Resting
                }
            }
        })
    }
}

/// Moves the horizons on: never beyond what is yet to be rolled up, and to full hours, where all levels meet.
fn advance(context: &mut MaintenanceContext<'_>, retention: &Retention, now: i64) -> Outcome<()> {
    let pending: Option<i64> =
        context
            .conn
            .query_row("SELECT min(time) FROM pending", [], |row| row.get(0))?;
    let pending = pending.unwrap_or(i64::MAX);
    let mut horizons = context.state.horizons();
    for (horizon, kept) in horizons.0.iter_mut().zip(retention.resolutions()) {
        let wanted = now.saturating_sub(kept.as_micros() as i64).min(pending);
        *horizon = (*horizon).max(wanted.div_euclid(COARSEST) * COARSEST);
    }
    if horizons != context.state.horizons() {
        context.state.advance(context.conn, horizons)?;
    }
    Ok(())
}

/// Takes horizons back that a clock which was ahead has moved into the future: else no new sample
/// would be kept until then.
fn recede(context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<()> {
    let mut horizons = context.state.horizons();
    let this_hour = now.div_euclid(COARSEST) * COARSEST;
    let mut lost = None;
    for horizon in horizons.0.iter_mut().filter(|horizon| **horizon > now) {
        lost = lost.max(Some(std::mem::replace(horizon, this_hour)));
    }
    let Some(lost) = lost else {
        return Ok(());
    };
    context.state.advance(context.conn, horizons)?;
    let words = format!(
        "Collected samples were deleted up to {} UTC, which the clock of this machine showed before. \
         From now on new samples are kept again.",
        Timestamp::from_micros(lost)
    );
    log(context, now, &words)
}

/// Writes a line to the service's log and to the system log.
fn log(context: &mut MaintenanceContext<'_>, now: i64, desc: &str) -> Outcome<()> {
    tracing::warn!("{desc}");
    let line = LogRecord {
        time: Timestamp::from_micros(now),
        event: EventType::StoreMaintenance,
        level: EventType::StoreMaintenance.level(),
        source: "store".to_owned(),
        desc: desc.to_owned(),
        broker: None,
    };
    super::log_entries::write(context.conn, &VecDeque::from([line]))?;
    context.state.log_changed();
    Ok(())
}

/// Deletes rows of a level that are before its horizon, of resources after a number, until the step's
/// time is over. The last resource that was looked at; none after all.
fn delete_polls(
    context: &MaintenanceContext<'_>,
    resolution: usize,
    after: i64,
) -> Outcome<Option<i64>> {
    let started = Instant::now();
    let Horizons(horizons) = context.state.horizons();
    let from = after.saturating_add(1);
    let contents = context.catalog.read();
    let poll_source: Vec<i64> = contents
        .poll_source
        .range(from..)
        .map(|(id, _)| *id)
        .collect();
    drop(contents);
    let mut delete = context.conn.prepare_cached(
        "DELETE FROM polls WHERE level = ?1 AND polled = ?2 AND time IN
         (SELECT time FROM polls WHERE level = ?1 AND polled = ?2 AND time < ?3
          ORDER BY time LIMIT ?4)",
    )?;
    for poll_source in poll_source {
        while delete.execute([resolution as i64, poll_source, horizons[resolution], ROWS])? as i64
            == ROWS
        {
            if started.elapsed() > STEP {
                return Ok(Some(poll_source - 1));
            }
        }
        if started.elapsed() > STEP {
            return Ok(Some(poll_source));
        }
    }
    Ok(None)
}

/// Forgets which layouts resources had before all that is kept.
fn delete_column_sets(context: &mut MaintenanceContext<'_>) -> Outcome<()> {
    let Horizons(horizons) = context.state.horizons();
    context.conn.execute(
        "DELETE FROM polled_layouts WHERE last < ?1",
        [horizons[RESOLUTIONS - 1]],
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
fn delete_samples(
    context: &mut MaintenanceContext<'_>,
    below: i64,
    recorded: i64,
) -> Outcome<bool> {
    let turn = context.conn.transaction()?;
    // What was given once is never given again.
    put(&turn, "rows", context.ingest.next_row())?;
    let deleted = turn.execute(
        "DELETE FROM samples WHERE id IN
         (SELECT id FROM samples WHERE id < ?1 AND recorded < ?3 ORDER BY id LIMIT ?2)",
        [below, ROWS, recorded],
    )?;
    turn.commit()?;
    if deleted > 0 {
        context.columns.clear();
    }
    Ok(deleted > 0)
}

/// Forgets series without samples, some at a time; the last one that was looked at.
fn drop_series(context: &mut MaintenanceContext<'_>, after: i64) -> Outcome<Option<i64>> {
    let contents = context.catalog.read();
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
    let turn = context.conn.transaction()?;
    for series in some {
        let mut select = turn.prepare_cached("SELECT 1 FROM samples WHERE series = ?1 LIMIT 1")?;
        if !select.exists([series.id])? {
            turn.execute("DELETE FROM series WHERE id = ?1", [series.id])?;
            gone.push(series);
        }
    }
    turn.commit()?;
    context.ingest.forget(&gone);
    let mut contents = context.catalog.write();
    for series in gone {
        contents.series.remove(&series.id);
    }
    Ok(Some(last))
}

/// Gives some pages back to the disk. Whether there are more.
fn release_pages(conn: &Connection) -> Outcome<bool> {
    let free: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let all: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if free < FREE_PAGES || free < all / 10 {
        return Ok(false);
    }
    conn.execute_batch("PRAGMA incremental_vacuum(200)")?;
    let left: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    Ok(left < free)
}
