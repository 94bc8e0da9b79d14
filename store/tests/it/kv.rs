//! Texts that the service keeps for itself.

use store::testing::NaiveStore;
use store::{Options, SqliteStore, Store};
use tempfile::tempdir;

async fn keep(store: &dyn Store, area: &'static str, key: &str, text: Option<&str>) {
    let kept = store.put_kv(area, key.to_owned(), text.map(str::to_owned));
    kept.await.expect("kept");
}

async fn kept(store: &dyn Store, area: &'static str) -> Vec<(String, String)> {
    store.list_kv(area).await.expect("read")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(key, text): &(&str, &str)| (key.to_owned(), text.to_owned());
    pairs.iter().map(owned).collect()
}

async fn behaves(store: &dyn Store) {
    keep(store, "links", "b", Some("1")).await;
    keep(store, "links", "a", Some("2")).await;
    keep(store, "keys", "a", Some("3")).await;
    assert_eq!(kept(store, "links").await, pairs(&[("a", "2"), ("b", "1")]));
    keep(store, "links", "b", Some("4")).await;
    keep(store, "links", "a", None).await;
    keep(store, "links", "never", None).await;
    assert_eq!(kept(store, "links").await, pairs(&[("b", "4")]));
    assert_eq!(kept(store, "keys").await, pairs(&[("a", "3")]));
}

#[tokio::test]
async fn values_are_stored_by_area_and_name() {
    behaves(&NaiveStore::new()).await;
    behaves(&SqliteStore::in_memory(Options::default()).expect("opens")).await;
}

#[tokio::test]
async fn values_survive_a_restart() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    keep(&store, "keys", "a", Some("secret")).await;
    store.close().await;
    drop(store);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    assert_eq!(kept(&store, "keys").await, pairs(&[("a", "secret")]));
}

#[cfg(unix)]
#[tokio::test]
async fn file_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let ends = ["", "-wal", "-shm", ".lock"];
    let file = |end| folder.path().join(format!("warren.db{end}"));
    let mode = |end| {
        let metadata = std::fs::metadata(file(end)).expect("a file");
        metadata.permissions().mode() & 0o777
    };
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    for end in ends {
        assert_eq!(mode(end), 0o600, "new: {end}");
    }
    store.close().await;
    drop(store);
    // As an earlier version that was killed leaves them: SQLite itself keeps the modes it finds.
    for end in ends {
        let found = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(file(end));
        let old = PermissionsExt::from_mode(0o644);
        found
            .and_then(|file| file.set_permissions(old))
            .expect("set");
    }
    let _store = SqliteStore::open(&path, Options::default()).expect("opens");
    for end in ends {
        assert_eq!(mode(end), 0o600, "older: {end}");
    }
}
