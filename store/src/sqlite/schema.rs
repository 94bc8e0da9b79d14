//! The tables, and how an older file becomes one of today.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::{Failure, Outcome};
use crate::error::StoreError;

/// Says in the file's header whose it is.
const APPLICATION_ID: i32 = 0x5761_7272;

/// One step a version. A step that was released is never changed: add another.
pub(super) const STEPS: &[&str] = &[
    r"
    -- What is known of the file itself.
    CREATE TABLE settings (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

    -- Posted samples, each a row in the order in which they came; what they share stands once.
    CREATE TABLE series (
        id INTEGER PRIMARY KEY, meter TEXT NOT NULL, type TEXT NOT NULL, unit TEXT NOT NULL,
        resource_id TEXT NOT NULL, project_id TEXT, user_id TEXT, source TEXT
    );
    CREATE TABLE metadata (
        id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, used INTEGER NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX metadata_by_hash ON metadata (hash);
    CREATE TABLE samples (
        id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time INTEGER NOT NULL,
        volume REAL NOT NULL, metadata INTEGER NOT NULL, recorded INTEGER NOT NULL
    );
    CREATE INDEX samples_by_series ON samples (series, time, volume);

    -- Collected samples: level 0 has a row a poll, 1 to 3 a row a minute, ten minutes, an hour.
    CREATE TABLE polled (id INTEGER PRIMARY KEY, resource_id TEXT NOT NULL, project_id TEXT);
    CREATE TABLE layouts (id INTEGER PRIMARY KEY, meters TEXT NOT NULL);
    CREATE TABLE polled_layouts (
        polled INTEGER NOT NULL, layout INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY (polled, layout)
    ) WITHOUT ROWID;
    CREATE TABLE polls (
        level INTEGER NOT NULL, polled INTEGER NOT NULL, time INTEGER NOT NULL,
        layout INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (level, polled, time)
    ) WITHOUT ROWID;
    -- Roll-ups that must be computed, or computed again.
    CREATE TABLE pending (
        level INTEGER NOT NULL, polled INTEGER NOT NULL, time INTEGER NOT NULL,
        PRIMARY KEY (level, polled, time)
    ) WITHOUT ROWID;

    CREATE TABLE log (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, level INTEGER NOT NULL,
        source TEXT NOT NULL, desc TEXT NOT NULL, broker TEXT
    );
",
    r"
    -- Texts that the service keeps for itself: keys, share links, what was revoked.
    CREATE TABLE notes (
        area TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (area, key)
    ) WITHOUT ROWID;
",
    r"
    -- Lines of the system log are events: each has a type, and they are read in the order of their times.
    ALTER TABLE log ADD COLUMN event TEXT;
    CREATE INDEX log_by_time ON log (time);
",
    r"
    -- Alarms, their history, and messages that wait to be sent; bodies are JSON.
    CREATE TABLE alarms (
        id TEXT PRIMARY KEY, project TEXT NOT NULL, time INTEGER NOT NULL, body TEXT NOT NULL,
        scope TEXT NOT NULL, seen_event INTEGER NOT NULL
    );
    CREATE INDEX alarms_by_time ON alarms (time DESC, id);
    CREATE INDEX alarms_by_project ON alarms (project);
    CREATE TABLE alarm_changes (
        id INTEGER PRIMARY KEY, alarm TEXT NOT NULL, project TEXT NOT NULL, time INTEGER NOT NULL,
        severity TEXT NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX alarm_changes_by_alarm ON alarm_changes (alarm);
    CREATE INDEX alarm_changes_by_time ON alarm_changes (time);
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, address TEXT NOT NULL,
        request_id TEXT NOT NULL, body TEXT NOT NULL, repeats INTEGER NOT NULL,
        created INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL
    );
    CREATE INDEX outbox_by_topic ON outbox (topic, id);
    CREATE INDEX outbox_by_due ON outbox (due, id);
",
    r"
    -- Alerts of built-in rules: their states, the changes of these, and notifications that no receiver has taken yet.
    CREATE TABLE alerts (id TEXT PRIMARY KEY, broker TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE alert_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX alert_changes_by_time ON alert_changes (time);
    CREATE TABLE alert_notifications (
        id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, key TEXT NOT NULL, time INTEGER NOT NULL,
        body TEXT NOT NULL, UNIQUE (channel, key)
    );
",
];

/// Brings a file to the version of the last step, each step whole or not at all.
pub(super) fn migrate(conn: &mut Connection, steps: &[&str]) -> Outcome<()> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if owner != APPLICATION_ID && (tables > 0 || owner != 0) {
        return Err(Failure::Store(StoreError::Unavailable(
            "the file is a database of another program".to_owned(),
        )));
    }
    let known = steps.len() as i64;
    if version > known {
        return Err(Failure::Store(StoreError::Unavailable(format!(
            "the file is of version {version}, written by a newer Warren; this one reads versions \
             up to {known}"
        ))));
    }
    for (number, step) in (1..).zip(steps).skip(version.max(0) as usize) {
        let turn = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        turn.execute_batch(step)?;
        turn.pragma_update(None, "user_version", number)?;
        turn.pragma_update(None, "application_id", APPLICATION_ID)?;
        turn.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x); INSERT INTO a VALUES (1);";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y DEFAULT 7;";

    fn version(conn: &Connection) -> i64 {
        conn.pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("a version")
    }

    #[test]
    fn an_older_file_takes_the_steps_it_lacks() {
        let mut conn = Connection::open_in_memory().expect("opens");
        migrate(&mut conn, &[FIRST]).expect("new");
        migrate(&mut conn, &[FIRST, SECOND]).expect("older");
        migrate(&mut conn, &[FIRST, SECOND]).expect("the same");
        let row: (i64, i64) = conn
            .query_row("SELECT x, y FROM a", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("a row");
        assert_eq!(row, (1, 7));
        assert_eq!(version(&conn), 2);
    }

    #[test]
    fn a_newer_file_is_refused_and_left_alone() {
        let mut conn = Connection::open_in_memory().expect("opens");
        migrate(&mut conn, &[FIRST, SECOND]).expect("new");
        let error = migrate(&mut conn, &[FIRST]).expect_err("newer");
        assert!(error.to_string().contains("version 2"), "{error}");
        assert_eq!(version(&conn), 2);
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let mut conn = Connection::open_in_memory().expect("opens");
        migrate(&mut conn, &[FIRST]).expect("new");
        migrate(&mut conn, &[FIRST, "CREATE TABLE b (x); nonsense;"]).expect_err("nonsense");
        assert_eq!(version(&conn), 1);
        migrate(&mut conn, &[FIRST, SECOND]).expect("the right step");
        assert_eq!(version(&conn), 2);
    }

    #[test]
    fn another_programs_file_is_refused() {
        let mut conn = Connection::open_in_memory().expect("opens");
        conn.execute_batch("CREATE TABLE theirs (x)")
            .expect("theirs");
        let error = migrate(&mut conn, STEPS).expect_err("theirs");
        assert!(error.to_string().contains("another program"), "{error}");
    }
}
