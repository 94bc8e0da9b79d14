//! Files that cannot be used, and disks that are full.

use std::fs;

use store::{Filter, Options, SqliteStore, Store, StoreError};
use tempfile::tempdir;

use crate::support::{count, poll, posted, this_hour, until_count};

fn refused(path: &std::path::Path) -> StoreError {
    SqliteStore::open(path, Options::default()).expect_err("it cannot be used")
}

#[tokio::test]
async fn written_data_survives_a_restart() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    let sent = store
        .post(vec![posted("vm", this_hour(), 1.5)])
        .await
        .expect("posted");
    store.collect(poll("prod", this_hour(), &[1.0, 2.5]));
    store.close().await;
    drop(store);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    assert_eq!(count(&store, Filter::default()).await, 3);
    let found = store
        .sample(&sent[0].id, Filter::default())
        .await
        .expect("asked");
    assert_eq!(found.as_ref(), Some(&sent[0]));
    let again = store
        .post(vec![posted("vm", this_hour(), 2.0)])
        .await
        .expect("posted");
    assert_ne!(again[0].id, sent[0].id);
}

#[tokio::test]
async fn a_file_of_another_process_is_refused_until_that_ends() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let first = SqliteStore::open(&path, Options::default()).expect("opens");
    let error = refused(&path).to_string();
    assert!(
        error.contains("another Warren uses it") && error.contains("warren.db"),
        "{error}"
    );
    first.close().await;
    drop(first);
    SqliteStore::open(&path, Options::default()).expect("free again");
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_as_it_is() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let garbage = b"this is not a database, and was never one".repeat(200);
    fs::write(&path, &garbage).expect("written");
    let error = refused(&path);
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert!(error.to_string().contains("warren.db"), "{error}");
    assert!(error.to_string().contains("move the file away"), "{error}");
    assert_eq!(fs::read(&path).expect("read"), garbage);
}

#[tokio::test]
async fn missing_folder_is_named() {
    let folder = tempdir().expect("a folder");
    let error = refused(&folder.path().join("nowhere/warren.db"));
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("nowhere/warren.db"), "{error}");
}

#[tokio::test]
async fn lock_of_another_program_is_reported_and_recovered_from() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    let other = rusqlite::Connection::open(&path).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let error = store
        .post(vec![posted("vm", this_hour(), 1.0)])
        .await
        .expect_err("locked");
    assert!(
        error.to_string().contains("locked by another program"),
        "{error}"
    );
    assert!(
        store
            .write_error()
            .is_some_and(|write_error| write_error.contains("locked"))
    );
    store.collect(poll("prod", this_hour(), &[1.0]));
    assert_eq!(count(&store, Filter::default()).await, 0, "reading goes on");
    other.execute_batch("ROLLBACK").expect("lets go");
    until_count(&store, 1).await;
    store
        .post(vec![posted("vm", this_hour(), 1.0)])
        .await
        .expect("posted");
    assert_eq!(store.write_error(), None);
}

#[tokio::test]
async fn full_disk_refuses_posts_keeps_stored_data_and_allows_reads() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let options = Options {
        max_size: Some(400 << 10),
        queued_polls: 5,
        ..Options::default()
    };
    let store = SqliteStore::open(&path, options).expect("opens");
    let mut taken = 0;
    let error = loop {
        let post = (0..500)
            .map(|n| posted("vm", this_hour() + n, 1.0 / n as f64))
            .collect();
        match store.post(post).await {
            Ok(samples) => taken += samples.len(),
            Err(error) => break error,
        }
    };
    assert!(taken > 0);
    assert!(error.to_string().contains("no room left"), "{error}");
    assert!(
        store
            .write_error()
            .is_some_and(|write_error| write_error.contains("no room left"))
    );
    assert_eq!(count(&store, Filter::default()).await, taken, "all or none");
    // Polls wait, no more of them than was allowed.
    for n in 0..50 {
        store.collect(poll("prod", this_hour() + n, &[0.1; 50]));
    }
    assert!(store.write_error().is_some());
    drop(store);
    // There is room again.
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    store
        .post(vec![posted("vm", this_hour(), 1.0)])
        .await
        .expect("posted");
    assert!(count(&store, Filter::default()).await > taken);
    assert_eq!(store.write_error(), None);
}

#[tokio::test]
async fn after_closing_posts_are_refused() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    store.close().await;
    let error = store
        .post(vec![posted("vm", 0, 1.0)])
        .await
        .expect_err("closed");
    assert!(matches!(error, StoreError::Closed), "{error:?}");
}
