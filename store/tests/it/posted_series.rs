//! The bound on a project's series of posted samples.

use store::{Options, Posted, SqliteStore, Store, StoreError};
use tempfile::tempdir;

use crate::support::{DAY, posted, this_hour};

fn at_most(max_posted_series: usize) -> Options {
    Options {
        max_posted_series,
        ..Options::default()
    }
}

/// Samples of these resources.
fn samples_of(resources: &[&str]) -> Vec<Posted> {
    let one = |resource: &&str| posted(resource, this_hour(), 1.0);
    resources.iter().map(one).collect()
}

async fn assert_refused(store: &SqliteStore, post: Vec<Posted>) {
    let refused = store.post(post).await;
    let Err(StoreError::TooManySeries { project, most }) = refused else {
        panic!("expected a refusal: {refused:?}");
    };
    assert_eq!((project.as_str(), most), ("project", 2));
}

#[tokio::test]
async fn project_gets_no_series_beyond_the_bound_and_keeps_those_it_has() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, at_most(2)).expect("opens");
    // Three series at once; none of the samples is stored, and none counts.
    assert_refused(&store, samples_of(&["a", "b", "c"])).await;
    store
        .post(samples_of(&["a", "b", "a"]))
        .await
        .expect("at the bound");
    assert_refused(&store, samples_of(&["a", "c"])).await;
    store
        .post(samples_of(&["b", "a"]))
        .await
        .expect("known series");
    let mut other = samples_of(&["c", "d"]);
    for sample in &mut other {
        sample.project_id = Some("other".into());
    }
    store.post(other).await.expect("another project");
    store.close().await;
    drop(store);

    let store = SqliteStore::open(&path, at_most(2)).expect("opens again");
    assert_refused(&store, samples_of(&["c"])).await;
    store
        .post(samples_of(&["a"]))
        .await
        .expect("a known series");
}

#[tokio::test]
async fn refused_post_does_not_fail_posts_of_others() {
    let store = SqliteStore::in_memory(at_most(2)).expect("opens");
    let post = |name: &'static str| store.post(samples_of(&[name]));
    let answers = tokio::join!(post("a"), post("b"), post("c"), post("d"));
    let answers: [_; 4] = answers.into();
    let stored = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(stored, 2, "{answers:?}");
}

#[tokio::test]
async fn series_without_samples_leave_room_for_others() {
    let store = SqliteStore::in_memory(at_most(2)).expect("opens");
    let mut old = samples_of(&["a", "b"]);
    for sample in &mut old {
        sample.recorded_at = crate::support::at(this_hour() - 100 * DAY);
    }
    store.post(old).await.expect("stored");
    assert_refused(&store, samples_of(&["c"])).await;
    store.run_maintenance().await;
    store
        .post(samples_of(&["c", "d"]))
        .await
        .expect("room for two");
}
