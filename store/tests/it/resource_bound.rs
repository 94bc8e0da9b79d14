//! The bound on collected resources.

use std::path::Path;
use std::sync::Arc;

use metering::LogLevel;
use metering::requests::LogQuery;
use store::{Filter, Options, ResourceQuery, SqliteStore, Store};
use tempfile::tempdir;

use crate::support::{DAY, HOUR, count, micros_now, poll, this_hour};

fn at_most(max_resources: usize) -> Options {
    Options {
        max_resources,
        ..Options::default()
    }
}

async fn resources(store: &dyn Store) -> Vec<String> {
    let query = ResourceQuery {
        filter: Filter::default(),
        limit: u64::MAX,
    };
    let found = store.resources(query).await.expect("resources");
    let ids = found.into_iter().map(|found| found.resource.resource_id);
    ids.collect()
}

async fn lines(store: &dyn Store) -> Vec<String> {
    let query = LogQuery {
        limit: Some(100),
        level: Some(LogLevel::Warning),
        source: Some("store".into()),
        ..LogQuery::default()
    };
    let page = store.logs(query, None).await.expect("the log");
    page.entries.into_iter().map(|entry| entry.desc).collect()
}

/// Rows of a table.
fn rows(path: &Path, table: &str) -> i64 {
    let conn = rusqlite::Connection::open(path).expect("the file");
    let sql = format!("SELECT count(*) FROM {table}");
    conn.query_row(&sql, [], |row| row.get(0)).expect("a count")
}

#[tokio::test]
async fn above_the_bound_the_longest_idle_resources_are_deleted_transient_ones_first() {
    let store = SqliteStore::in_memory(at_most(3)).expect("opens");
    let now = this_hour();
    store.collect(poll("prod", now, &[1.0]));
    store.collect(poll("prod/%2F/amq.gen-now", now, &[1.0]));
    store.collect(poll("prod/%2F/old", now - 3 * DAY / 2, &[1.0]));
    store.collect(poll("prod/%2F/older", now - 5 * DAY / 3, &[1.0]));
    store.collect(poll("prod/%2F/young", now - 2 * HOUR, &[1.0]));
    store.run_maintenance().await;
    assert_eq!(
        resources(&store).await,
        ["prod", "prod/%2F/old", "prod/%2F/young"]
    );
    assert_eq!(count(&store, Filter::default()).await, 3);
    store.run_maintenance().await;
    let lines = lines(&store).await;
    let [line] = lines.as_slice() else {
        panic!("one line was expected: {lines:?}");
    };
    assert!(line.contains("history of 2 queues"), "{line}");
    assert!(line.contains("keeps 3 (max_resources)"), "{line}");
}

#[tokio::test]
async fn nothing_is_deleted_at_the_bound() {
    let store = SqliteStore::in_memory(at_most(2)).expect("opens");
    store.collect(poll("prod", this_hour(), &[1.0]));
    store.collect(poll("prod/%2F/orders", this_hour() - DAY, &[1.0]));
    store.run_maintenance().await;
    assert_eq!(resources(&store).await, ["prod", "prod/%2F/orders"]);
    assert!(lines(&store).await.is_empty());
}

#[tokio::test]
async fn pinned_queues_and_polled_brokers_and_nodes_stay_above_the_bound() {
    let options = Options {
        pinned_resources: vec![
            Arc::from("prod/%2F/amq.gen-pinned"),
            Arc::from("prod/%2F/pinned"),
        ],
        ..at_most(1)
    };
    let store = SqliteStore::in_memory(options).expect("opens");
    let now = this_hour();
    // A broker and a node have a sample within the hour.
    let live = micros_now();
    store.collect(poll("prod", live, &[1.0]));
    store.collect(poll("prod/rabbit@host", live, &[1.0]));
    store.collect(poll("prod/rabbit@gone", now - DAY, &[1.0]));
    store.collect(poll("prod/%2F/orders", live, &[1.0]));
    store.collect(poll("prod/%2F/pinned", now - DAY, &[1.0]));
    store.collect(poll("prod/%2F/amq.gen-pinned", now - DAY, &[1.0]));
    store.run_maintenance().await;
    assert_eq!(
        resources(&store).await,
        [
            "prod",
            "prod/%2F/amq.gen-pinned",
            "prod/%2F/pinned",
            "prod/rabbit@host"
        ]
    );
    let lines = lines(&store).await;
    assert!(
        lines[0].contains("3 resources above the bound of 1"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn server_named_queues_of_an_older_version_are_deleted_an_hour_after_their_last_sample() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    let now = micros_now();
    for number in 0..700 {
        let resource = format!("prod/%2F/amq.gen-{number:03}");
        for hours in 2..5 {
            store.collect(poll(&resource, now - hours * HOUR, &[1.0]));
        }
    }
    store.collect(poll("prod/%2F/amq.gen-young", now - HOUR / 2, &[1.0]));
    store.collect(poll("prod/%2F/orders", now - DAY, &[1.0]));
    store.run_maintenance().await;
    let left = ["prod/%2F/amq.gen-young", "prod/%2F/orders"];
    assert_eq!(resources(&store).await, left);
    let lines = lines(&store).await;
    assert!(lines[0].contains("history of 700 queues"), "{lines:?}");
    store.close().await;
    drop(store);
    assert_eq!(rows(&path, "polled"), 2);
    assert_eq!(rows(&path, "polled_layouts"), 2);
    assert_eq!(rows(&path, "polls WHERE level = 0"), 2);
    let orphans = "polls LEFT JOIN polled ON polled.id = polls.polled WHERE polled.id IS NULL";
    assert_eq!(rows(&path, orphans), 0);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    assert_eq!(resources(&store).await, left);
}

#[tokio::test]
async fn a_resource_that_comes_back_starts_without_its_deleted_history() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, at_most(1)).expect("opens");
    let now = this_hour();
    store.collect(poll("prod", now, &[1.0]));
    store.collect(poll("prod/%2F/orders", now - DAY, &[1.0]));
    store.run_maintenance().await;
    let id = || {
        let conn = rusqlite::Connection::open(&path).expect("the file");
        let sql = "SELECT coalesce(max(id), 0) FROM polled WHERE resource_id LIKE '%orders'";
        conn.query_row(sql, [], |row| row.get::<_, i64>(0))
            .expect("a number")
    };
    assert_eq!(id(), 0);
    store.close().await;
    drop(store);
    // Its number is not given again, not even after a restart.
    let store = SqliteStore::open(&path, at_most(2)).expect("opens");
    store.collect(poll("prod/%2F/orders", now, &[1.0]));
    store.run_maintenance().await;
    assert_eq!(resources(&store).await, ["prod", "prod/%2F/orders"]);
    assert_eq!(count(&store, Filter::default()).await, 2);
    assert_eq!(id(), 3);
}

#[tokio::test]
async fn resource_without_stored_samples_is_deleted() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    // Its samples are older than all that is kept, so none is written.
    store.run_maintenance().await;
    store.collect(poll("prod/%2F/gone", this_hour() - 500 * DAY, &[1.0]));
    store.collect(poll("prod", this_hour(), &[1.0]));
    store.run_maintenance().await;
    assert_eq!(resources(&store).await, ["prod"]);
    assert!(lines(&store).await.is_empty());
}
