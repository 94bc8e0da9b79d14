//! One step of making roll-ups whose time is over.

use std::time::Instant;

use rusqlite::params;

use super::failure::Outcome;
use super::ingest::Added;
use super::maintenance_context::{MaintenanceContext, STEP};
use super::resolution::WIDTHS;
use super::rollup::Polls;

/// A bucket is rolled up so long after its end, in microseconds: polls may come late.
const LATE: i64 = 10_000_000;

/// Makes roll-ups whose time is over. Whether there were any.
pub(super) fn roll(context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<bool> {
    for (resolution, width) in WIDTHS.iter().enumerate().skip(1) {
        let over = now.saturating_sub(width + LATE);
        let mut select = context.conn.prepare_cached(
            "SELECT polled, time FROM pending WHERE level = ?1 AND time <= ?2 LIMIT 256",
        )?;
        let rows = select.query_map([resolution as i64, over], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let due: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
        drop(select);
        if !due.is_empty() {
            roll_some(context, resolution, &due)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn roll_some(
    context: &mut MaintenanceContext<'_>,
    resolution: usize,
    due: &[(i64, i64)],
) -> Outcome<()> {
    let started = Instant::now();
    let column_sets = context.catalog.read().column_sets.clone();
    let mut added = Added::default();
    let next_row = context.ingest.next_row();
    let turn = context.conn.transaction()?;
    let mut made = Vec::new();
    let mut work = || -> Outcome<()> {
        for &(poll_source, start) in due {
            let polls = Polls {
                conn: &turn,
                column_sets: &column_sets,
                poll_source,
            };
            if let Some(entry) = polls.made(resolution, start)? {
                let meters = entry.column_set.meters.iter().flatten().copied();
                let column_set = context.ingest.column_set_of(&turn, meters, &mut added)?;
                turn.prepare_cached(
                    "INSERT OR REPLACE INTO polls (level, polled, time, layout, data)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    resolution as i64,
                    poll_source,
                    start,
                    column_set,
                    entry.data()
                ])?;
            }
            turn.prepare_cached(
                "DELETE FROM pending WHERE level = ?1 AND polled = ?2 AND time = ?3",
            )?
            .execute(params![resolution as i64, poll_source, start])?;
            made.push((poll_source, start));
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
            added.publish(context.catalog, context.columns);
            for (poll_source, start) in made {
                context.ingest.rolled(resolution, poll_source, start);
            }
            Ok(())
        }
        Err(failure) => {
            context.ingest.undo(&added, next_row);
            Err(failure)
        }
    }
}
