//! Metadata, each different one kept once.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::{Failure, Outcome};

pub(super) type Metadata = BTreeMap<String, String>;

/// The number of no metadata at all.
pub(super) const EMPTY: i64 = 0;

/// So many are kept at hand, by readers and by the writer.
const AT_HAND: usize = 10_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Metadata that readers have at hand, by their numbers.
#[derive(Debug, Default)]
pub(super) struct MetadataCache(Mutex<HashMap<i64, Arc<Metadata>>>);

impl MetadataCache {
    pub(super) fn get(&self, conn: &Connection, id: i64) -> Outcome<Arc<Metadata>> {
        if id == EMPTY {
            return Ok(Arc::default());
        }
        let at_hand = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = at_hand().get(&id) {
            return Ok(Arc::clone(found));
        }
        let mut select = conn.prepare_cached("SELECT body FROM metadata WHERE id = ?1")?;
        let body: Option<String> = select.query_row([id], |row| row.get(0)).optional()?;
        let body = body.ok_or_else(|| Failure::damaged(format!("metadata {id} are missing")))?;
        let read = serde_json::from_str(&body)
            .map_err(|error| Failure::damaged(format!("metadata {id}: {error}")))?;
        let found = Arc::new(read);
        let mut at_hand = at_hand();
        if at_hand.len() >= AT_HAND {
            at_hand.clear();
        }
        at_hand.insert(id, Arc::clone(&found));
        Ok(found)
    }
}

/// The writer's: gives numbers to metadata.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// By the text: its number, and the day of its last use that the file knows.
    known: HashMap<String, (i64, i64)>,
}

impl Interner {
    /// The number of metadata that are used at that time.
    pub(super) fn number(
        &mut self,
        conn: &Connection,
        metadata: &Metadata,
        recorded: i64,
    ) -> Outcome<i64> {
        if metadata.is_empty() {
            return Ok(EMPTY);
        }
        // A map of texts always has a JSON.
        let body = serde_json::to_string(metadata).unwrap_or_default();
        let day = recorded.div_euclid(MICROS_PER_DAY);
        if let Some(&(id, used)) = self.known.get(&body)
            && used >= day
        {
            return Ok(id);
        }
        let hash = hash(&body);
        let mut select =
            conn.prepare_cached("SELECT id, used FROM metadata WHERE hash = ?1 AND body = ?2")?;
        let found: Option<(i64, i64)> = select
            .query_row(params![hash, body], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let id = match found {
            Some((id, used)) => {
                if used < day {
                    conn.prepare_cached("UPDATE metadata SET used = ?2 WHERE id = ?1")?
                        .execute([id, day])?;
                }
                id
            }
            None => conn
                .prepare_cached("INSERT INTO metadata (hash, used, body) VALUES (?1, ?2, ?3)")?
                .insert(params![hash, day, body])?,
        };
        if self.known.len() >= AT_HAND {
            self.known.clear();
        }
        self.known.insert(body, (id, day));
        Ok(id)
    }

    /// Forgets what a transaction that failed, or deleted, made untrue.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}

/// The day before which metadata were last used that no sample recorded from `time` on can have.
pub(super) fn unused_before(time: i64) -> i64 {
    time.div_euclid(MICROS_PER_DAY)
}

/// Another version of Rust may give other numbers: then a text is kept once more, no harm.
fn hash(body: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish().cast_signed()
}
