//! Texts that the service keeps for itself, by area and name.

use rusqlite::{Connection, params};

use super::failure::Outcome;
use super::inbox::KvWrite;
use super::reader::Reader;

/// Keeps and forgets, in the order in which it was asked for.
pub(super) fn write(conn: &Connection, kv_writes: &[KvWrite]) -> Outcome<()> {
    for KvWrite {
        area, key, text, ..
    } in kv_writes
    {
        if let Some(text) = text {
            let mut put = conn.prepare_cached(
                "INSERT INTO notes (area, key, text) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET text = excluded.text",
            )?;
            put.execute(params![area, key, text])?;
        } else {
            let mut delete =
                conn.prepare_cached("DELETE FROM notes WHERE area = ?1 AND key = ?2")?;
            delete.execute(params![area, key])?;
        }
    }
    Ok(())
}

/// An area, by name.
pub(super) fn read(reader: &Reader<'_>, area: &str) -> Outcome<Vec<(String, String)>> {
    let mut select = reader
        .conn
        .prepare_cached("SELECT key, text FROM notes WHERE area = ?1 ORDER BY key")?;
    let rows = select.query_map([area], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
