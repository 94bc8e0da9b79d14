//! How long answers take while one node of three hangs.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::json;
use test_brokers::PrivateCluster;
use xtask::{Error, say};

use super::{Figure, ListBench, PAGE, Row, empty};
use crate::metering_bench::Api;

/// What is asked for, again and again.
const PATHS: [&str; 6] = [
    "/v2/rabbit/overview",
    "/v2/rabbit/brokers",
    "/v2/rabbit/queues",
    "/v2/rabbit/connections?page=1",
    "/v2/rabbit/exchanges?page=1",
    "/v2/rabbit/health",
];
/// For so long, from when the node hangs: longer than a broker takes to notice it.
const WINDOW: Duration = Duration::from_secs(75);
const BAR: Duration = Duration::from_secs(1);

pub(super) fn measure(bench: ListBench<'_>) -> Result<Figure, Error> {
    let folder = bench.project.scratch().join("bench-cluster");
    empty(&folder)?;
    say::doing("starting a cluster of three");
    let mut cluster = PrivateCluster::start(&test_brokers::Options::default(), 3)?;
    for (n, node) in cluster.nodes().iter().enumerate() {
        for queue in 0..10 {
            let path = format!("/api/queues/%2F/q{n}.{queue}");
            node.management().put(&path, &json!({ "durable": true }))?;
        }
    }
    let api = Api::start(bench.with_broker(&cluster.nodes()[0]), &["bench"], &folder)?;
    let caller = api.caller();
    let all = || -> Result<Vec<(String, Duration)>, Error> {
        let paths = PATHS.iter().map(|path| match *path {
            "/v2/rabbit/queues" => format!("{path}?{PAGE}"),
            path => path.to_owned(),
        });
        paths
            .map(|path| caller.get(&path).map(|(took, _)| (path, took)))
            .collect()
    };
    // Until every path has been answered once.
    let started = Instant::now();
    while all().is_err() {
        if started.elapsed() > Duration::from_mins(1) {
            return Err(Error::Wrong(
                "the cluster of three does not answer".to_owned(),
            ));
        }
        thread::sleep(Duration::from_millis(200));
    }
    cluster.node(2).freeze()?;
    let theirs = Instant::now();
    // It waits for the broker as long as this client does, ten seconds.
    cluster.nodes()[0].management().get("/api/overview").ok();
    let theirs = theirs.elapsed();
    let (mut worst, mut looks) = ((String::new(), Duration::ZERO), 0);
    let started = Instant::now();
    while started.elapsed() < WINDOW {
        for (path, took) in all()? {
            looks += 1;
            if took > worst.1 {
                worst = (path, took);
            }
        }
        thread::sleep(Duration::from_millis(500));
    }
    cluster.node(2).thaw()?;
    drop(api);
    // What cannot be removed is emptied by the next run.
    fs::remove_dir_all(&folder).ok();
    Ok(Figure {
        row: Row::Hang,
        warren: format!("at most {:.0} ms", worst.1.as_secs_f64() * 1000.0),
        beside: Some(format!("{:.0} s and more", theirs.as_secs_f64().floor())),
        ratio: None,
        met: worst.1 <= BAR,
        notes: vec![format!(
            "hang: of {looks} answers over {} s the slowest was {}; the broker's own overview at another node was \
             waited for no longer than 10 s",
            WINDOW.as_secs(),
            worst.0
        )],
        raw: json!({ "worst_seconds": worst.1.as_secs_f64(), "path": worst.0, "looks": looks,
            "broker_seconds": theirs.as_secs_f64() }),
    })
}
