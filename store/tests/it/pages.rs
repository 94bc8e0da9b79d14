//! Large answers, page by page.

use std::sync::Arc;

use metering::telemetry::Sample;
use store::{
    Field, Filter, Operator, Options, Order, SampleCursor, SampleQuery, SqliteStore, Store, Value,
};

use crate::support::{at, poll, posted, this_hour, until_count};

const POLLS: usize = 300;

/// Samples of which many share a time, a volume and a metadata value, and some collected ones.
async fn filled(count: usize) -> SqliteStore {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let start = this_hour() - 3_600_000_000;
    for block in 0..count / 5000 {
        let samples = (0..5000).map(|index| {
            let number = block * 5000 + index;
            let time = start + (number as i64 / 7) * 1_000_000;
            let mut sample = posted(&format!("r{}", number % 11), time, (number % 977) as f64);
            sample
                .metadata
                .insert("rack".into(), format!("{}", number % 13));
            sample
        });
        store.post(samples.collect()).await.expect("posted");
    }
    for number in 0..POLLS {
        let time = start + number as i64 * 5_000_000;
        store.collect(poll("prod", time, &[1.0, 2.0, number as f64]));
    }
    until_count(&store, count + 3 * POLLS).await;
    store
}

/// All pages of an answer; each of them has at most a thousand rows.
async fn in_pages(store: &SqliteStore, query: &SampleQuery) -> (Vec<Sample>, usize) {
    let query = Arc::new(query.clone());
    let (mut samples, mut pages) = (Vec::new(), 0);
    let mut cursor = Some(SampleCursor::default());
    while let Some(here) = cursor {
        let page = store
            .samples_page(Arc::clone(&query), here)
            .await
            .expect("page");
        assert!(page.samples.len() <= 1000, "{} rows", page.samples.len());
        samples.extend(page.samples);
        pages += 1;
        cursor = page.next;
    }
    (samples, pages)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_together_are_the_whole_answer() {
    let store = filled(45_000).await;
    let by = |field, descending| vec![Order { field, descending }];
    let rack = Field::Metadata("rack".into());
    let of_rack = Filter::Is(rack.clone(), Operator::Eq, Value::Text("5".into()));
    for (filter, order, limit) in [
        (Filter::default(), vec![], u64::MAX),
        (Filter::default(), vec![], 20_500),
        (Filter::default(), vec![], 1000),
        (Filter::default(), by(Field::Volume, false), u64::MAX),
        (Filter::default(), by(rack.clone(), true), 25_000),
        (of_rack, vec![], u64::MAX),
        (
            Filter::Is(Field::Meter, Operator::Eq, Value::Text("none".into())),
            vec![],
            u64::MAX,
        ),
    ] {
        let query = SampleQuery {
            filter,
            order,
            limit,
        };
        let expected = store.samples(query.clone()).await.expect("samples");
        let (found, pages) = in_pages(&store, &query).await;
        assert_eq!(found.len(), expected.len(), "{query:?}");
        assert!(found == expected, "{query:?}: not the same in this order");
        assert!(pages >= expected.len().div_ceil(1000).max(1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn samples_that_come_between_two_pages_are_not_repeated() {
    const POSTED: usize = 25_000;
    let store = filled(POSTED).await;
    let query = Arc::new(SampleQuery {
        limit: u64::MAX,
        ..SampleQuery::default()
    });
    let first = store
        .samples_page(Arc::clone(&query), SampleCursor::default())
        .await
        .expect("page");
    let newer = posted("r0", this_hour() + 86_400_000_000, 1.0);
    store.post(vec![newer]).await.expect("posted");
    let mut ids: Vec<_> = first.samples.into_iter().map(|sample| sample.id).collect();
    let mut cursor = first.next;
    while let Some(here) = cursor {
        let page = store
            .samples_page(Arc::clone(&query), here)
            .await
            .expect("page");
        ids.extend(page.samples.into_iter().map(|sample| sample.id));
        cursor = page.next;
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((count, ids.len()), (POSTED + 3 * POLLS, count));
}

#[tokio::test]
async fn posted_samples_of_a_project_are_counted_by_the_time_they_were_recorded() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let day = this_hour();
    let mut samples = Vec::new();
    for (project, recorded) in [
        ("a", day - 1),
        ("a", day),
        ("b", day),
        ("a", day + 5),
        ("a", day + 9),
    ] {
        // When it was measured does not count.
        let mut sample = posted("r", day - 9_000_000_000, 1.0);
        sample.project_id = Some(project.into());
        sample.recorded_at = at(recorded);
        samples.push(sample);
    }
    store.post(samples).await.expect("posted");
    for (project, expected) in [("a", 3), ("b", 1), ("c", 0)] {
        let counted = store.posted_since(project, at(day)).await.expect("counted");
        assert_eq!(counted, expected, "{project}");
    }
}
