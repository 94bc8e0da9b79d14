//! Lists of meters and resources, and statistics, page by page.

use std::sync::Arc;

use metering::telemetry::{Meter, Statistics};
use store::{
    AggregateFunction, ByResource, Field, Filter, GroupBy, ListCursor, MeterQuery, Operator,
    Options, Page, ResourceQuery, SqliteStore, StatisticsCursor, StatisticsQuery, Store,
    StoreError, Value,
};

use crate::support::{HOUR, at, poll, posted, this_hour, until_count};

const RESOURCES: usize = 2500;
const POLLED: usize = 40;
/// No page has more rows, and the first one has no more than a thousand.
const ROWS: usize = 5000;

/// Resources with two posted meters each, and polled ones with three.
async fn with_resources() -> SqliteStore {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let start = this_hour() - HOUR;
    let mut samples = Vec::new();
    for number in 0..RESOURCES {
        // Their order of arrival is not that of their names.
        let id = format!("r{:04}", number * 7 % RESOURCES);
        let time = start + number as i64;
        samples.push(posted(&id, time, 1.0));
        let mut other = posted(&id, time, 2.0);
        other.meter = format!("disk{}", number % 3);
        samples.push(other);
    }
    store.post(samples).await.expect("posted");
    for number in 0..POLLED {
        store.collect(poll(&format!("q{number}"), start, &[1.0, 2.0, 3.0]));
    }
    until_count(&store, 2 * RESOURCES + 3 * POLLED).await;
    store
}

/// Samples of some units, users and flavours, a minute apart, and some collected ones.
async fn with_periods() -> SqliteStore {
    const POSTED: usize = 9000;
    const POLLS: usize = 500;
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let start = this_hour() - HOUR;
    let samples = (0..POSTED).map(|number| {
        let time = start - (number as i64 / 2) * 10_000_000;
        let mut sample = posted(&format!("r{}", number % 5), time, (number % 97) as f64);
        sample.user_id = Some(format!("u{}", number % 3));
        if number % 4 == 0 {
            sample.unit = "B".into();
        }
        let flavour = format!("f{}", number % 7);
        sample.metadata.insert("instance_type".into(), flavour);
        sample
    });
    store.post(samples.collect()).await.expect("posted");
    for number in 0..POLLS {
        let time = start - number as i64 * 60_000_000;
        store.collect(poll("prod", time, &[number as f64, 2.0]));
    }
    until_count(&store, POSTED + 2 * POLLS).await;
    store
}

/// All rows of an answer, and how many pages it has.
async fn all<T, C: Default, F: Future<Output = Result<Page<T, C>, StoreError>>>(
    read: impl Fn(C) -> F,
) -> (Vec<T>, usize) {
    let (mut rows, mut pages) = (Vec::new(), 0);
    let mut cursor = Some(C::default());
    while let Some(here) = cursor {
        let page = read(here).await.expect("a page");
        let most = if pages == 0 { 1000 } else { ROWS };
        assert!(page.rows.len() <= most, "{} rows", page.rows.len());
        rows.extend(page.rows);
        pages += 1;
        cursor = page.next;
    }
    (rows, pages)
}

async fn meters(store: &SqliteStore, query: MeterQuery) -> (Vec<Meter>, usize) {
    let query = Arc::new(query);
    all(|cursor: ListCursor| store.meters_page(Arc::clone(&query), cursor)).await
}

async fn resources(store: &SqliteStore, query: ResourceQuery) -> (Vec<ByResource>, usize) {
    let query = Arc::new(query);
    all(|cursor: ListCursor| store.resources_page(Arc::clone(&query), cursor)).await
}

async fn statistics(store: &SqliteStore, query: StatisticsQuery) -> (Vec<Statistics>, usize) {
    let query = Arc::new(query);
    all(|cursor: StatisticsCursor| store.statistics_page(Arc::clone(&query), cursor)).await
}

fn is(field: Field, value: &str) -> Filter {
    Filter::Is(field, Operator::Eq, Value::Text(value.into()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_meters_and_resources_are_the_whole_list_in_order() {
    let store = with_resources().await;
    let rows = 2 * RESOURCES + 3 * POLLED;
    for (filter, unique, limit, expected) in [
        (Filter::default(), false, u64::MAX, rows),
        (Filter::default(), false, 1000, 1000),
        (Filter::default(), false, 3333, 3333),
        (Filter::default(), true, u64::MAX, 7),
        (is(Field::Meter, "disk1"), false, u64::MAX, RESOURCES / 3),
        (is(Field::ResourceId, "r0007"), false, u64::MAX, 2),
        (is(Field::ResourceId, "none"), false, u64::MAX, 0),
    ] {
        let query = MeterQuery {
            filter,
            unique,
            limit,
        };
        let (found, pages) = meters(&store, query.clone()).await;
        assert_eq!(found.len(), expected, "{query:?}");
        assert!(pages >= expected.div_ceil(ROWS), "{query:?}: {pages} pages");
        assert!(
            found == store.meters(query.clone()).await.expect("meters"),
            "{query:?}: not the same in this order"
        );
    }
    for limit in [u64::MAX, 1500, 3] {
        let query = ResourceQuery {
            filter: Filter::default(),
            limit,
        };
        let (found, _) = resources(&store, query.clone()).await;
        assert_eq!(found.len() as u64, limit.min((RESOURCES + POLLED) as u64));
        assert!(found == store.resources(query).await.expect("resources"));
        assert!(found.is_sorted_by_key(|found| found.resource.resource_id.clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_without_matching_samples_do_not_count_against_the_limit() {
    let store = with_resources().await;
    // Of every resource there is one time, so most have no sample at or after this one.
    let since = at(this_hour() - HOUR + RESOURCES as i64 - 5);
    let query = ResourceQuery {
        filter: Filter::Is(Field::Timestamp, Operator::Ge, Value::Time(since)),
        limit: 5,
    };
    let (found, _) = resources(&store, query).await;
    assert_eq!(found.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_resources_with_long_metadata_ends_early() {
    const COUNT: usize = 60;
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let long = "x".repeat(100_000);
    let samples = (0..COUNT).map(|number| {
        let mut sample = posted(&format!("r{number:02}"), this_hour(), 1.0);
        sample
            .metadata
            .insert("note".into(), format!("{number}{long}"));
        sample
    });
    store.post(samples.collect()).await.expect("posted");
    let query = Arc::new(ResourceQuery {
        filter: Filter::default(),
        limit: 100,
    });
    let first = store
        .resources_page(Arc::clone(&query), ListCursor::default())
        .await
        .expect("a page");
    assert!(first.rows.len() < 25, "{} rows", first.rows.len());
    let (found, pages) = resources(&store, query.as_ref().clone()).await;
    assert_eq!((found.len(), pages), (COUNT, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_statistics_are_the_whole_answer() {
    let store = with_periods().await;
    let cpu = is(Field::Meter, "cpu");
    let collected = is(Field::ResourceId, "prod");
    let distinct = vec![
        AggregateFunction::Resources,
        AggregateFunction::Stddev,
        AggregateFunction::Max,
    ];
    let flavour = GroupBy::Metadata("instance_type".into());
    for (filter, period, groupby, functions) in [
        (cpu.clone(), 0, vec![], vec![]),
        (cpu.clone(), 10, vec![], vec![]),
        (cpu.clone(), 30, vec![], distinct.clone()),
        (cpu.clone(), 60, vec![GroupBy::ResourceId], vec![]),
        (
            cpu.clone(),
            60,
            vec![GroupBy::UserId, GroupBy::ResourceId],
            distinct,
        ),
        (cpu.clone(), 60, vec![flavour.clone()], vec![]),
        (cpu.clone(), 90, vec![GroupBy::UserId, flavour], vec![]),
        (Filter::default(), 60, vec![GroupBy::Source], vec![]),
        (collected, 20, vec![], vec![]),
        (is(Field::Meter, "none"), 60, vec![], vec![]),
    ] {
        let from = None;
        let query = StatisticsQuery {
            filter,
            period,
            from,
            groupby,
            functions,
        };
        let expected = store.statistics(query.clone()).await.expect("statistics");
        let (found, pages) = statistics(&store, query.clone()).await;
        assert_eq!(found.len(), expected.len(), "{query:?}");
        assert!(found == expected, "{query:?}: not the same in this order");
        assert_eq!(pages > 1, expected.len() > 1000, "{query:?}: {pages} pages");
        let count = |rows: &[Statistics]| rows.iter().filter_map(|row| row.count).sum::<u64>();
        assert_eq!(count(&found), count(&expected));
    }
}

/// Groups in which the resource is not the first field are computed from all samples at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statistics_by_resource_are_those_of_all_resources_in_order() {
    let store = with_resources().await;
    let late = Value::Time(at(this_hour() - HOUR + RESOURCES as i64 - 5));
    for (filter, period, resources) in [
        (Filter::default(), 0, RESOURCES + POLLED),
        (Filter::default(), 60, RESOURCES + POLLED),
        (is(Field::Meter, "disk1"), 0, RESOURCES / 3),
        // Of most resources no sample passes.
        (Filter::Is(Field::Timestamp, Operator::Ge, late), 0, 5),
    ] {
        let by = |groupby: &[GroupBy]| StatisticsQuery {
            filter: filter.clone(),
            period,
            groupby: groupby.to_vec(),
            ..StatisticsQuery::default()
        };
        let group = |row: &Statistics| {
            let group = row.groupby.as_ref().expect("a group");
            let resource = group.get("resource_id").cloned().flatten();
            (resource, row.unit.clone(), row.count, row.sum)
        };
        let (found, _) = statistics(&store, by(&[GroupBy::ResourceId])).await;
        let all = by(&[GroupBy::Source, GroupBy::ResourceId]);
        let (all, _) = statistics(&store, all).await;
        let found: Vec<_> = found.iter().map(group).collect();
        let mut expected: Vec<_> = all.iter().map(group).collect();
        assert!(
            found.is_sorted_by(|one, next| one.0 <= next.0),
            "{filter:?}"
        );
        let key = |row: &(Option<String>, Option<String>, _, _)| (row.0.clone(), row.1.clone());
        expected.sort_by_key(key);
        assert_eq!(found, expected, "{filter:?} by {period} s");
        let mut names: Vec<_> = found.into_iter().map(|row| row.0).collect();
        names.dedup();
        assert_eq!(names.len(), resources, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_statistics_of_rolled_up_samples_are_the_whole_answer() {
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let start = this_hour() - 20 * 24 * HOUR;
    for number in 0..2900 {
        let time = start + number * 580_000_000;
        store.collect(poll("prod", time, &[number as f64, 2.0]));
        store.collect(poll("test", time + 1, &[number as f64, 2.0]));
    }
    store.run_maintenance().await;
    store.run_maintenance().await;
    for period in [600, 1800, 7200] {
        let query = StatisticsQuery {
            filter: is(Field::Meter, "rabbit.connections"),
            period,
            groupby: vec![GroupBy::ResourceId],
            ..StatisticsQuery::default()
        };
        let expected = store.statistics(query.clone()).await.expect("statistics");
        let (found, _) = statistics(&store, query).await;
        assert!(expected.len() > 100, "{} rows", expected.len());
        assert!(found == expected, "by {period} s: not the same");
    }
}

#[tokio::test]
async fn samples_are_read_once_for_all_pages_of_groups_of_metadata() {
    const GROUPS: usize = 7000;
    let store = SqliteStore::in_memory(Options::default()).expect("opens");
    let start = this_hour() - HOUR;
    let sample = |number: usize| {
        let mut sample = posted("r", start + number as i64, 1.0);
        let flavour = format!("f{number:04}");
        sample.metadata.insert("instance_type".into(), flavour);
        sample
    };
    let samples = (0..GROUPS).map(sample).collect();
    store.post(samples).await.expect("posted");
    let query = Arc::new(StatisticsQuery {
        filter: is(Field::Meter, "cpu"),
        period: 0,
        from: None,
        groupby: vec![GroupBy::Metadata("instance_type".into())],
        functions: vec![],
    });
    let read = |cursor: StatisticsCursor| store.statistics_page(Arc::clone(&query), cursor);
    let mut page = read(StatisticsCursor::default()).await.expect("a page");
    // A second reading would find this one in the last group.
    store.post(vec![sample(GROUPS - 1)]).await.expect("posted");
    let mut counts = Vec::new();
    loop {
        counts.extend(page.rows.iter().map(|row| row.count));
        let Some(next) = page.next else { break };
        page = read(next).await.expect("a page");
    }
    assert_eq!(counts, vec![Some(1); GROUPS]);
}
