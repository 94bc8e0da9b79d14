//! What the file knows of itself: its tag, and from when on each level is whole.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};

use super::failure::Outcome;
use super::resolution::RESOLUTIONS;
use super::rollup::Span;

/// Before these times the samples of a level were deleted, or are about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Horizons(pub(super) [i64; RESOLUTIONS]);

impl Horizons {
    /// The times that a level answers for, where none finer than `finest` does.
    pub(super) fn kept(&self, resolution: usize, finest: usize) -> Span {
        let to = if resolution <= finest {
            i64::MAX
        } else {
            self.0[resolution - 1].saturating_sub(1)
        };
        Span {
            from: self.0[resolution],
            to,
        }
    }
}

/// What the file knows of itself.
#[derive(Debug)]
pub(super) struct State {
    /// In the ids of its samples.
    pub(super) tag: u32,
    /// Counts the changes of the system log since the start.
    log: AtomicU64,
    horizons: Mutex<Horizons>,
}

impl State {
    /// Of a file; a new one is given a tag.
    pub(super) fn load(conn: &Connection) -> Outcome<Self> {
        conn.execute(
            "INSERT OR IGNORE INTO settings (key, value) VALUES ('tag', random() & 0xffffffff)",
            [],
        )?;
        let mut horizons = Horizons([i64::MIN; RESOLUTIONS]);
        let mut tag = 0;
        let mut select = conn.prepare("SELECT key, value FROM settings")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            let value: i64 = row.get(1)?;
            if key == "tag" {
                tag = value as u32;
            }
            if let Some(resolution) =
                (0..RESOLUTIONS).find(|&resolution| key == horizon_key(resolution))
            {
                horizons.0[resolution] = value;
            }
        }
        Ok(Self {
            tag,
            log: AtomicU64::new(0),
            horizons: Mutex::new(horizons),
        })
    }

    /// Counts the changes of the system log since the start.
    pub(super) fn log_generation(&self) -> u64 {
        self.log.load(Ordering::Acquire)
    }

    /// Lines came or went, and whoever asks from now on sees it.
    pub(super) fn log_changed(&self) {
        self.log.fetch_add(1, Ordering::Release);
    }

    pub(super) fn horizons(&self) -> Horizons {
        *self.horizons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves them on; what is before is no longer answered, and may be deleted.
    pub(super) fn advance(&self, conn: &Connection, horizons: Horizons) -> Outcome<()> {
        let turn = conn.unchecked_transaction()?;
        for (resolution, time) in horizons.0.iter().enumerate() {
            put(&turn, &horizon_key(resolution), *time)?;
        }
        turn.commit()?;
        *self.horizons.lock().unwrap_or_else(PoisonError::into_inner) = horizons;
        Ok(())
    }
}

/// Keeps a setting.
pub(super) fn put(conn: &Connection, key: &str, value: i64) -> Outcome<()> {
    conn.execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET value = excluded.value",
        params![key, value],
    )?;
    Ok(())
}

fn horizon_key(resolution: usize) -> String {
    format!("horizon {resolution}")
}
