//! Roll-ups and retention.

use std::sync::Arc;
use std::time::Duration;

use metering::requests::LogQuery;
use store::{
    Field, Filter, Operator, Options, Range, Retention, SqliteStore, StatisticsQuery, Store, Value,
};
use tempfile::tempdir;

use crate::support::{DAY, HOUR, MINUTE, count, definition, poll, posted, this_hour, until_count};

fn connections() -> Filter {
    Filter::Is(
        Field::Meter,
        Operator::Eq,
        Value::Text("rabbit.connections".into()),
    )
}

fn days(raw: u64) -> Options {
    let day = Duration::from_hours(24);
    let raw = day * raw as u32;
    let retention = Retention {
        raw,
        minutes: raw.max(day * 14),
        ..Retention::default()
    };
    Options {
        retention,
        ..Options::default()
    }
}

/// Polls of three days, one a minute and a half; some of all hours late.
async fn three_days(path: &std::path::Path) -> usize {
    let store = SqliteStore::open(path, days(10)).expect("opens");
    let start = this_hour() - 3 * DAY;
    let times: Vec<i64> = (0..3 * DAY / (MINUTE * 3 / 2))
        .map(|n| start + n * MINUTE * 3 / 2)
        .collect();
    let (late, timely): (Vec<i64>, Vec<i64>) = times.iter().partition(|time| *time % 7 == 0);
    for time in timely {
        store.collect(poll("prod", time, &[(time / MINUTE % 100) as f64]));
    }
    store.run_maintenance().await;
    for time in late {
        store.collect(poll("prod", time, &[(time / MINUTE % 100) as f64]));
    }
    until_count(&store, times.len()).await;
    store.run_maintenance().await;
    store.close().await;
    times.len()
}

#[tokio::test]
async fn old_samples_are_deleted_and_their_roll_ups_have_the_same_values() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let polls = three_days(&path).await;
    let query = StatisticsQuery {
        filter: connections(),
        period: 3600,
        ..StatisticsQuery::default()
    };
    let range = |step: i64| Range {
        resource_id: Arc::from("prod"),
        meters: vec![definition("rabbit.connections")],
        start: (this_hour() - 3 * DAY) / 1000,
        step,
        count: (3 * DAY / 1000 / step) as usize,
    };
    let store = SqliteStore::open(&path, days(10)).expect("opens");
    let whole = store.statistics(query.clone()).await.expect("statistics");
    let hours = store.series(range(3_600_000)).await.expect("series");
    let minutes = store.series(range(60_000)).await.expect("series");
    store.close().await;
    drop(store);

    let store = SqliteStore::open(&path, days(1)).expect("opens");
    store.run_maintenance().await;
    let left = count(&store, Filter::default()).await;
    assert!(left < polls / 2, "{left} of {polls} are left");
    assert!(left >= polls / 3, "a day is left: {left} of {polls}");
    assert_eq!(store.statistics(query).await.expect("statistics"), whole);
    assert_eq!(store.series(range(3_600_000)).await.expect("series"), hours);
    assert_eq!(store.series(range(60_000)).await.expect("series"), minutes);
}

#[tokio::test]
async fn a_poll_that_comes_twice_counts_once() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    store.collect(poll("prod", this_hour(), &[1.0]));
    store.collect(poll("prod", this_hour(), &[2.0, 3.0]));
    until_count(&store, 1).await;
    store.run_maintenance().await;
    assert_eq!(count(&store, Filter::default()).await, 1);
}

#[tokio::test]
async fn samples_older_than_the_kept_resolution_are_still_rolled_up() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    // From now on it keeps two days.
    store.run_maintenance().await;
    let start = this_hour() - 5 * DAY;
    let range = Range {
        resource_id: Arc::from("prod"),
        meters: vec![definition("rabbit.connections")],
        start: start / 1000,
        step: 3_600_000,
        count: 1,
    };
    // What comes after its roll-up was made changes nothing.
    for expected in [2.0, 7.0] {
        for (time, value) in [(start, expected), (start + MINUTE, expected * 3.0)] {
            store.collect(poll("prod", time, &[value - 1.0]));
        }
        store.run_maintenance().await;
        store.run_maintenance().await;
        let columns = store.series(range.clone()).await.expect("series");
        let column = columns[0].as_ref().expect("samples");
        assert_eq!(
            (column.min.get(0), column.max.get(0)),
            (Some(1.0), Some(5.0))
        );
        assert_eq!(count(&store, Filter::default()).await, 0);
    }
}

#[tokio::test]
async fn posted_samples_expire_by_arrival_time_with_their_series() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    let mut old = posted("old", this_hour() - 200 * DAY, 1.0);
    old.metadata.insert("flavor".into(), "m1".into());
    let mut late = posted("late", this_hour() - 200 * DAY, 1.0);
    late.recorded_at = metering::Timestamp::from_micros(this_hour());
    let sent = store.post(vec![old, late]).await.expect("posted");
    store.run_maintenance().await;
    assert_eq!(count(&store, Filter::default()).await, 1);
    let rows = store
        .resources(store::ResourceQuery {
            limit: 9,
            ..Default::default()
        })
        .await;
    let rows = rows.expect("resources");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].resource.resource_id, "late");
    // What was deleted can come again, under another id.
    let again = store
        .post(vec![posted("old", this_hour() - HOUR, 2.0)])
        .await
        .expect("posted");
    assert!(sent.iter().all(|sample| sample.id != again[0].id));
    assert_eq!(count(&store, Filter::default()).await, 2);
}

#[test]
fn a_level_that_is_kept_for_less_than_a_finer_one_is_refused() {
    let hour = Duration::from_hours(1);
    for retention in [
        Retention {
            raw: hour,
            ..Retention::default()
        },
        Retention {
            minutes: 3 * hour,
            ..Retention::default()
        },
    ] {
        let options = Options {
            retention,
            ..Options::default()
        };
        let error = SqliteStore::in_memory(options)
            .expect_err("refused")
            .to_string();
        assert!(error.contains("accepted are"), "{error}");
    }
}

/// Moves the clock of a file back or ahead: as if the machine's clock had jumped while it was closed.
fn set_clock(path: &std::path::Path, last: i64) {
    let conn = rusqlite::Connection::open(path).expect("opens");
    conn.execute("UPDATE settings SET value = ?1 WHERE key = 'clock'", [last])
        .expect("set");
}

#[tokio::test]
async fn a_clock_that_jumped_ahead_deletes_nothing() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    // The history of three days, of which the file believes that it is two years old: for the file,
    // the clock now shows two years too much.
    let polls = three_days(&path).await;
    set_clock(&path, this_hour() - 730 * DAY);
    let store = SqliteStore::open(&path, days(1)).expect("opens");
    store.run_maintenance().await;
    assert_eq!(count(&store, Filter::default()).await, polls);
    // New samples are kept all the same.
    store.collect(poll("prod", this_hour() + 1, &[5.0]));
    until_count(&store, polls + 1).await;
    let query = LogQuery {
        source: Some("store".into()),
        ..LogQuery::default()
    };
    let page = store.logs(query, None).await.expect("a log");
    let lines: Vec<_> = page.entries.iter().map(|line| line.desc.as_str()).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("clock of this machine")),
        "{lines:?}"
    );
    store.close().await;
    drop(store);

    // Corrected: what is too old goes as usual.
    set_clock(&path, this_hour());
    let store = SqliteStore::open(&path, days(1)).expect("opens");
    store.run_maintenance().await;
    assert!(count(&store, Filter::default()).await < polls / 2);
}

#[tokio::test]
async fn after_a_clock_that_was_ahead_new_samples_are_kept() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, days(2)).expect("opens");
    store.collect(poll("prod", this_hour() + 1, &[1.0]));
    until_count(&store, 1).await;
    store.close().await;
    drop(store);
    // What a version without a check of the clock left behind: everything before the year after
    // next was deleted.
    let conn = rusqlite::Connection::open(&path).expect("opens");
    for level in 0..4 {
        let ahead = this_hour() + 728 * DAY;
        conn.execute(
            "INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)",
            rusqlite::params![format!("horizon {level}"), ahead],
        )
        .expect("set");
    }
    drop(conn);
    set_clock(&path, this_hour() + 730 * DAY);
    let store = SqliteStore::open(&path, days(2)).expect("opens");
    store.run_maintenance().await;
    store.collect(poll("prod", this_hour() + 2, &[2.0]));
    until_count(&store, 2).await;
    store.run_maintenance().await;
    assert_eq!(count(&store, Filter::default()).await, 2);
}

#[tokio::test]
async fn samples_that_came_before_a_clock_went_back_stay() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    // The clock was right, then a year behind, then right again.
    for recorded in [this_hour(), this_hour() - 365 * DAY, this_hour()] {
        let samples: Vec<_> = (0..5)
            .map(|number| posted(&format!("r{number}"), recorded + number, 1.0))
            .collect();
        store.post(samples).await.expect("posted");
    }
    store.run_maintenance().await;
    assert_eq!(count(&store, Filter::default()).await, 10);
}
