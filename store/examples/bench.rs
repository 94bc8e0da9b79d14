//! What the store costs by itself, without HTTP: `cargo run --release -p store --example bench`.
//!
//! The bars are those of the whole service; here they should be missed by none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use metering::Timestamp;
use metering::meter::{self, MeterType};
use store::{
    Collected, Field, Filter, GroupBy, MeterQuery, Operator, Options, Posted, Range, ResourceQuery,
    Retention, SampleQuery, SqliteStore, StatisticsQuery, Store, StoreError, Value,
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Samples of the large store: a broker and two nodes, asked every 5 s.
const POLLS_A_DAY: i64 = 17_280;

fn sample(n: i64, start: i64) -> Posted {
    Posted {
        meter: "cpu".into(),
        meter_type: MeterType::Gauge,
        unit: "%".into(),
        volume: (n % 977) as f64 / 10.0,
        resource_id: format!("resource-{}", n % 50),
        project_id: Some("project".into()),
        user_id: Some("user".into()),
        source: Some("project:openstack".into()),
        timestamp: Timestamp::from_micros(start + n * SECOND),
        recorded_at: Timestamp::from_micros(start + n * SECOND),
        metadata: BTreeMap::from([("flavor".to_owned(), format!("m{}", n % 4))]),
    }
}

/// The median and the 99th percentile of some runs.
async fn times<T, F: Future<Output = Result<T, StoreError>>>(
    runs: usize,
    ask: impl Fn() -> F,
) -> Result<(Duration, Duration), StoreError> {
    let mut taken = Vec::with_capacity(runs);
    for _ in 0..runs {
        let started = Instant::now();
        ask().await?;
        taken.push(started.elapsed());
    }
    taken.sort_unstable();
    Ok((taken[runs / 2], taken[runs * 99 / 100]))
}

fn row(what: &str, (p50, p99): (Duration, Duration), bar: &str) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{what:<44} p50 {:>8.3} ms  p99 {:>8.3} ms  bar {bar}",
        ms(p50),
        ms(p99)
    );
}

fn is(field: Field, op: Operator, value: Value) -> Filter {
    Filter::Is(field, op, value)
}

async fn small(folder: &std::path::Path, now: i64) -> Result<(), StoreError> {
    let store = Arc::new(SqliteStore::open(
        &folder.join("small.db"),
        Options::default(),
    )?);
    let start = now - 10_000 * SECOND;
    for post in 0..20 {
        store
            .post(
                (post * 500..post * 500 + 500)
                    .map(|n| sample(n, start))
                    .collect(),
            )
            .await?;
    }
    let meter = || is(Field::Meter, Operator::Eq, Value::Text("cpu".into()));
    let statistics = |period, groupby: Vec<GroupBy>| StatisticsQuery {
        filter: meter(),
        period,
        groupby,
        ..StatisticsQuery::default()
    };
    let samples = || SampleQuery {
        limit: 100,
        ..SampleQuery::default()
    };
    row(
        "100 samples of 10,000",
        times(300, || store.samples(samples())).await?,
        "1.3 ms",
    );
    let meters = || MeterQuery {
        limit: 100,
        ..MeterQuery::default()
    };
    row(
        "meters",
        times(300, || store.meters(meters())).await?,
        "1 ms",
    );
    let resources = || ResourceQuery {
        limit: 100,
        ..ResourceQuery::default()
    };
    row(
        "resources",
        times(300, || store.resources(resources())).await?,
        "9.8 ms",
    );
    let ask = || store.statistics(statistics(0, vec![]));
    row("statistics", times(300, ask).await?, "0.9 ms");
    let ask = || store.statistics(statistics(0, vec![GroupBy::ResourceId]));
    row("statistics by resource", times(300, ask).await?, "1.7 ms");
    let ask = || store.statistics(statistics(10, vec![]));
    row(
        "statistics, 1,000 periods",
        times(300, ask).await?,
        "240 ms",
    );
    store.close().await;
    Ok(())
}

async fn ingest(folder: &std::path::Path, now: i64) -> Result<(), StoreError> {
    for (name, survives_power_cut) in [("process", false), ("power", true)] {
        let options = Options {
            survives_power_cut,
            ..Options::default()
        };
        let store = Arc::new(SqliteStore::open(
            &folder.join(format!("{name}.db")),
            options,
        )?);
        let started = Instant::now();
        let tasks = (0..8i64).map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for post in 0..40 {
                    let first = (task * 40 + post) * 500;
                    let post = (first..first + 500).map(|n| sample(n, now - 160_000 * SECOND));
                    store.post(post.collect()).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.map_err(|_| StoreError::Closed)??;
        }
        let rate = 160_000.0 / started.elapsed().as_secs_f64();
        println!(
            "ingest, posts of 500, 8 at once, survives {name:<8} {rate:>9.0} samples/s  bar 20,000"
        );
        if !survives_power_cut {
            while_ingesting(&store, now).await?;
        }
        store.close().await;
    }
    Ok(())
}

/// Reads while posts come at about half the top rate, and without.
async fn while_ingesting(store: &Arc<SqliteStore>, now: i64) -> Result<(), StoreError> {
    let query = || SampleQuery {
        limit: 100,
        ..SampleQuery::default()
    };
    row(
        "100 samples, idle",
        times(400, || store.samples(query())).await?,
        "",
    );
    let poster = Arc::clone(store);
    let task = tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(12));
        for post in 0.. {
            pace.tick().await;
            let samples = (post * 500..post * 500 + 500)
                .map(|n| sample(n, now))
                .collect();
            if poster.post(samples).await.is_err() {
                break;
            }
        }
    });
    let busy = times(400, || store.samples(query())).await?;
    task.abort();
    row("100 samples, at half the top rate", busy, "p99 5 x idle");
    Ok(())
}

async fn large(folder: &std::path::Path, now: i64) -> Result<(), StoreError> {
    let path = folder.join("large.db");
    // All ten million are kept as they came.
    let month = Duration::from_hours(24 * 40);
    let retention = Retention {
        raw: month,
        minutes: month,
        ..Retention::default()
    };
    let options = Options {
        retention,
        queued_polls: 200_000,
        ..Options::default()
    };
    let store = SqliteStore::open(&path, options.clone())?;
    let per_poll = meter::all().count() as i64 - meter::NODE.len() as i64;
    let polls = 10_000_000 / per_poll;
    let step = 30 * DAY / polls;
    let started = Instant::now();
    for n in 0..polls {
        let value = |index: usize| match index % 3 {
            0 => (n % 400 + index as i64) as f64,
            1 => (n * 7 + index as i64) as f64,
            _ => ((n * 31 + index as i64) % 9000) as f64 / 10.0,
        };
        let broker = meter::all().filter(|m| !meter::NODE.iter().any(|node| node.name == m.name));
        store.collect(Collected {
            resource_id: "prod".into(),
            project_id: None,
            timestamp: Timestamp::from_micros(now - (polls - n) * step),
            values: broker
                .enumerate()
                .map(|(index, m)| (m, value(index)))
                .collect(),
        });
        if n % 4000 == 0 {
            // The queue is bounded: the writer is given its time.
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
    store.run_maintenance().await;
    store.close().await;
    drop(store);
    println!(
        "{} samples in {polls} polls, written and rolled up in {:.0} s: {:.1} bytes a sample, roll-ups in",
        polls * per_poll,
        started.elapsed().as_secs_f64(),
        size(&path) as f64 / (polls * per_poll) as f64,
    );
    let store = SqliteStore::open(&path, options)?;
    let since = |from: i64| {
        let text = |text: &str| Value::Text(text.to_owned());
        is(Field::Meter, Operator::Eq, text("rabbit.messages"))
            .and(is(Field::ResourceId, Operator::Eq, text("prod")))
            .and(is(
                Field::Timestamp,
                Operator::Ge,
                Value::Time(Timestamp::from_micros(from)),
            ))
    };
    let day = || StatisticsQuery {
        filter: since(now - DAY),
        period: 60,
        from: Some(Timestamp::from_micros(now - DAY)),
        ..StatisticsQuery::default()
    };
    row(
        "statistics of a day by the minute",
        times(100, || store.statistics(day())).await?,
        "50 ms",
    );
    let step = 72 * 60 * 1000;
    let month = || Range {
        resource_id: "prod".into(),
        meters: meter::all().take(8).collect(),
        start: (now - 30 * DAY) / 1000 / step * step,
        step,
        count: 600,
    };
    row(
        "series of a month, 600 points, 8 meters",
        times(100, || store.series(month())).await?,
        "50 ms",
    );
    println!(
        "(a month at one poll each {} s; a day has {POLLS_A_DAY} at the default tick)",
        30 * DAY / polls / SECOND
    );
    store.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as i64;
    small(folder.path(), now).await?;
    ingest(folder.path(), now).await?;
    large(folder.path(), now).await?;
    Ok(())
}
