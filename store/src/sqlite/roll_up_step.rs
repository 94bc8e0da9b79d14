//! One step of making roll-ups whose time is over.

use std::time::Instant;

use rusqlite::params;

use super::failure::Outcome;
use super::ingest::Added;
use super::level::WIDTHS;
use super::rollup::Polls;
use super::site::{STEP, Site};

/// A bucket is rolled up so long after its end, in microseconds: polls may come late.
const LATE: i64 = 10_000_000;

/// Makes roll-ups whose time is over. Whether there were any.
pub(super) fn roll(site: &mut Site<'_>, now: i64) -> Outcome<bool> {
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
