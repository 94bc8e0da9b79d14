//! Whatever is put in and asked for: the store in a file answers as the plain one does.

use std::collections::BTreeMap;
use std::sync::Arc;

use metering::meter;
use metering::telemetry::{Sample, Statistics};
use proptest::prelude::*;
use store::AggregateFunction::{Avg, Max, Min, Stddev, Sum};
use store::testing::NaiveStore;
use store::{
    Filter, MeterQuery, Options, Range, ResourceQuery, SampleQuery, SqliteStore, StatisticsQuery,
    Store,
};

use crate::generators::{
    Put, begin, filter, order, poll, posted, puts, puts_of_any_volume, statistics,
};
use crate::support::{MINUTE, at, until_count};

/// Both stores, with the same in them.
async fn both(puts: &[Put]) -> (NaiveStore, SqliteStore) {
    let naive = NaiveStore::new();
    let real = SqliteStore::in_memory(Options::default()).expect("opens");
    for put in puts {
        match put {
            Put::Post(samples) => {
                let plain = naive.post(samples.clone()).await.expect("posted");
                let ours = real.post(samples.clone()).await.expect("posted");
                assert_eq!(ids_away(plain), ids_away(ours.clone()));
                // What was answered can be asked for at once.
                let id = &ours[0].id;
                let found = real.sample(id, Filter::default()).await.expect("asked");
                assert_eq!(found.as_ref(), Some(&ours[0]));
            }
            Put::Poll(poll) => {
                naive.collect(poll.clone());
                real.collect(poll.clone());
            }
        }
    }
    let all = SampleQuery {
        limit: u64::MAX,
        ..SampleQuery::default()
    };
    let expected = naive.samples(all).await.expect("samples").len();
    until_count(&real, expected).await;
    (naive, real)
}

/// Ids are each store's own.
fn ids_away(mut samples: Vec<Sample>) -> Vec<Sample> {
    for sample in &mut samples {
        sample.id = String::new();
    }
    samples
}

/// In one order, where the question leaves it open: samples of one time.
fn sorted(samples: Vec<Sample>) -> Vec<String> {
    let mut texts: Vec<_> = ids_away(samples)
        .iter()
        .map(|sample| format!("{sample:?}"))
        .collect();
    texts.sort_unstable();
    texts
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a.is_none() == b.is_none(),
    }
}

fn same_statistics(plain: &[Statistics], ours: &[Statistics]) -> Result<(), TestCaseError> {
    prop_assert_eq!(plain.len(), ours.len(), "{:?} {:?}", plain, ours);
    for (plain, ours) in plain.iter().zip(ours) {
        let numbers = |row: &Statistics| [row.min, row.max, row.avg, row.sum];
        for (a, b) in numbers(plain).into_iter().zip(numbers(ours)) {
            prop_assert!(close(a, b), "{plain:?} {ours:?}");
        }
        let empty = BTreeMap::new();
        let theirs = plain.aggregate.as_ref().unwrap_or(&empty);
        let found = ours.aggregate.as_ref().unwrap_or(&empty);
        prop_assert!(theirs.keys().eq(found.keys()));
        for (a, b) in theirs.values().zip(found.values()) {
            prop_assert!((a - b).abs() <= 1e-6, "{plain:?} {ours:?}");
        }
        let rest = |row: &Statistics| Statistics {
            min: None,
            max: None,
            avg: None,
            sum: None,
            aggregate: None,
            ..row.clone()
        };
        prop_assert_eq!(rest(plain), rest(ours));
    }
    Ok(())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same(puts in puts(), filter in filter(), order in order(), limit in 1..40u64) {
        run(async {
            let (naive, real) = both(&puts).await;
            let all = SampleQuery { filter: filter.clone(), order: order.clone(), limit: u64::MAX };
            let plain = naive.samples(all.clone()).await.expect("samples");
            let ours = real.samples(all).await.expect("samples");
            prop_assert_eq!(sorted(plain.clone()), sorted(ours.clone()));
            if order.is_empty() {
                let times = |samples: &[Sample]| -> Vec<_> {
                    samples.iter().map(|sample| sample.timestamp).collect()
                };
                prop_assert_eq!(times(&plain), times(&ours));
            }
            let some = SampleQuery { filter, order, limit };
            let first = real.samples(some).await.expect("samples");
            prop_assert_eq!(&first[..], &ours[..ours.len().min(limit as usize)]);
            Ok(())
        })?;
    }

    #[test]
    fn a_sample_is_found_by_its_id_within_a_filter(puts in puts(), within in filter()) {
        run(async {
            let (_, real) = both(&puts).await;
            let of = |filter| SampleQuery { filter, order: vec![], limit: u64::MAX };
            let all = real.samples(of(Filter::default())).await.expect("samples");
            let inside = real.samples(of(within.clone())).await.expect("samples");
            for sample in all {
                let found = real.sample(&sample.id, within.clone()).await.expect("asked");
                let expected = inside.iter().find(|one| one.id == sample.id).cloned();
                prop_assert_eq!(found, expected);
            }
            Ok(())
        })?;
    }

    #[test]
    fn meters_and_resources_are_the_same(puts in puts(), filter in filter(), unique: bool, limit in 1..9u64) {
        run(async {
            let (naive, real) = both(&puts).await;
            let query = MeterQuery { filter: filter.clone(), unique, limit };
            let plain = naive.meters(query.clone()).await.expect("meters");
            let ours = real.meters(query).await.expect("meters");
            let names = |meters: &[metering::telemetry::Meter]| -> Vec<_> {
                meters.iter().map(|meter| meter.meter_id.clone()).collect()
            };
            prop_assert_eq!(names(&plain), names(&ours));
            let query = ResourceQuery { filter, limit };
            let plain = naive.resources(query.clone()).await.expect("resources");
            let ours = real.resources(query).await.expect("resources");
            // Which of two samples of one time is the last is each store's own.
            let certain = |rows: &[store::ByResource]| -> Vec<_> {
                let of = |row: &store::ByResource| (
                    row.resource.resource_id.clone(), row.resource.first_sample_timestamp,
                    row.resource.last_sample_timestamp, row.meters.clone(),
                );
                rows.iter().map(of).collect()
            };
            prop_assert_eq!(certain(&plain), certain(&ours));
            Ok(())
        })?;
    }

    #[test]
    fn posted_samples_are_equal_in_every_field(
        posts in prop::collection::vec(posted(), 0..40), filter in filter(), unique: bool,
    ) {
        run(async {
            let puts = if posts.is_empty() { vec![] } else { vec![Put::Post(posts)] };
            let (naive, real) = both(&puts).await;
            let query = MeterQuery { filter: filter.clone(), unique, limit: 100 };
            let plain = naive.meters(query.clone()).await.expect("meters");
            prop_assert_eq!(plain, real.meters(query).await.expect("meters"));
            let query = ResourceQuery { filter: filter.clone(), limit: 100 };
            let plain = naive.resources(query.clone()).await.expect("resources");
            prop_assert_eq!(plain, real.resources(query).await.expect("resources"));
            let query = SampleQuery { filter, order: vec![], limit: 20 };
            let plain = naive.samples(query.clone()).await.expect("samples");
            prop_assert_eq!(ids_away(plain), ids_away(real.samples(query).await.expect("samples")));
            Ok(())
        })?;
    }

    #[test]
    fn statistics_are_the_same(puts in puts(), query in statistics(), more in puts()) {
        run(async {
            let (naive, real) = both(&puts).await;
            let plain = naive.statistics(query.clone()).await.expect("statistics");
            let ours = real.statistics(query.clone()).await.expect("statistics");
            same_statistics(&plain, &ours)?;
            // Again from memory, after more came in.
            for put in more {
                if let Put::Post(samples) = put {
                    naive.post(samples.clone()).await.expect("posted");
                    real.post(samples).await.expect("posted");
                }
            }
            let plain = naive.statistics(query.clone()).await.expect("statistics");
            let ours = real.statistics(query).await.expect("statistics");
            same_statistics(&plain, &ours)
        })?;
    }

    #[test]
    fn statistics_of_volumes_of_any_magnitude_are_the_same(puts in puts_of_any_volume()) {
        run(async {
            let (naive, real) = both(&puts).await;
            for functions in [vec![Min, Max, Avg, Sum, Stddev], vec![Min, Max, Avg, Sum]] {
                let query = StatisticsQuery { functions, ..StatisticsQuery::default() };
                let plain = naive.statistics(query.clone()).await.expect("statistics");
                for _ in 0..2 {
                    let ours = real.statistics(query.clone()).await.expect("statistics");
                    prop_assert_eq!(plain.len(), ours.len());
                    for (plain, ours) in plain.iter().zip(&ours) {
                        let (plain, ours) = (plain.aggregate.as_ref(), ours.aggregate.as_ref());
                        let (plain, ours) = (plain.expect("asked"), ours.expect("asked"));
                        // What is lost is small beside the largest volume.
                        let largest = plain["min"].abs().max(plain["max"].abs());
                        let most = largest * 1e-9 + 1e-320;
                        for (name, a) in plain {
                            let b = ours[name];
                            // Half of each: a difference of two finite numbers may be infinite.
                            prop_assert!((a / 2.0 - b / 2.0).abs() <= most, "{name}: {a} {b}");
                        }
                    }
                    // Once more from what is rolled up.
                    real.run_maintenance().await;
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn series_are_the_same_before_and_after_rolling_up(
        polls in prop::collection::vec(poll(), 0..40),
        step in prop::sample::select(&[30_000i64, 60_000, 90_000, 600_000, 3_600_000][..]),
        count in 0..50usize,
    ) {
        run(async {
            let puts: Vec<_> = polls.into_iter().map(Put::Poll).collect();
            let (naive, real) = both(&puts).await;
            let start = begin() / 1000 / step * step;
            let range = Range {
                resource_id: Arc::from("prod"), meters: meter::all().take(8).collect(),
                start, step, count,
            };
            let plain = naive.series(range.clone()).await.expect("series");
            for _ in 0..2 {
                let ours = real.series(range.clone()).await.expect("series");
                for (plain, ours) in plain.iter().zip(&ours) {
                    let (Some(plain), Some(ours)) = (plain, ours) else {
                        prop_assert_eq!(plain, ours);
                        continue;
                    };
                    prop_assert_eq!(&plain.min, &ours.min);
                    prop_assert_eq!(&plain.max, &ours.max);
                    for (a, b) in plain.avg.0.iter().zip(&ours.avg.0) {
                        prop_assert!((a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan()));
                    }
                }
                real.run_maintenance().await;
            }
            let (from, to) = (at(start * 1000), at(start * 1000 + 20 * MINUTE));
            prop_assert_eq!(
                naive.collected_resources("prod", from, to).await.expect("resources"),
                real.collected_resources("prod", from, to).await.expect("resources")
            );
            Ok(())
        })?;
    }
}
