//! A real cluster of three.

mod common;

use std::time::{Duration, Instant};

use common::{eventually, installed};
use test_brokers::{Options, PrivateCluster};

/// Seconds without a sign of life after which nodes count each other as gone.
const TICK_TIME: u64 = 4;

#[test]
fn nodes_are_killed_come_back_and_are_partitioned() {
    if !installed() {
        return;
    }
    let options = Options::default().conf(format!("net_ticktime = {TICK_TIME}"));
    let mut cluster = PrivateCluster::start(&options, 3).expect("the cluster starts");
    let running = |cluster: &PrivateCluster| {
        let nodes = cluster.nodes()[0].management().get("/api/nodes").ok()?;
        let nodes = nodes.as_array()?.iter();
        Some(nodes.filter(|node| node["running"] == true).count())
    };
    assert_eq!(running(&cluster), Some(3));
    let names: Vec<_> = cluster
        .nodes()
        .iter()
        .map(test_brokers::PrivateBroker::node_name)
        .collect();
    assert_eq!(
        names,
        [
            "rabbit1@localhost",
            "rabbit2@localhost",
            "rabbit3@localhost"
        ]
    );

    cluster.node(2).kill().expect("killed");
    eventually("two are left", || (running(&cluster)? == 2).then_some(()));
    cluster.node(2).restart().expect("it comes back");
    cluster
        .until_whole(Duration::from_mins(1))
        .expect("and is one of them again");

    // Longer than the others wait for it, and then it comes back: each thinks the other was gone.
    cluster.node(2).freeze().expect("frozen");
    let frozen = Instant::now();
    eventually("the others count it as gone", || {
        (frozen.elapsed() > Duration::from_secs(2 * TICK_TIME) && running(&cluster)? == 2)
            .then_some(())
    });
    cluster.node(2).thaw().expect("thawed");
    eventually("a partition is reported", || {
        let nodes = cluster.nodes()[0].management().get("/api/nodes").ok()?;
        let mut nodes = nodes.as_array()?.iter();
        nodes
            .any(|node| {
                node["partitions"]
                    .as_array()
                    .is_some_and(|others| !others.is_empty())
            })
            .then_some(())
    });
}
