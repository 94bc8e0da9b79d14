use std::{
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{Error, Options, PrivateBroker, node::Mapper};

/// Several nodes that are one broker, each with a management API and an AMQP port of its own.
///
/// They share a port mapper and a cookie, and find each other by name. A node that is frozen for
/// longer than Erlang waits for a sign of life (`net_ticktime`, by default 60 s) and thawed again
/// is partitioned from the others.
#[derive(Debug)]
pub struct PrivateCluster {
    nodes: Vec<PrivateBroker>,
}

impl PrivateCluster {
    /// Starts so many nodes and waits until each of them sees all of them running.
    ///
    /// # Errors
    ///
    /// When RabbitMQ is not installed, or a node does not come up or join in time.
    pub fn start(options: &Options, size: usize) -> Result<Self, Error> {
        let mapper = Arc::new(Mapper::start()?);
        let cookie = cookie();
        let names: Vec<_> = (1..=size).map(|n| format!("rabbit{n}@localhost")).collect();
        let launch = |name: &String| {
            let mut options = options.clone();
            options.dir = options.dir.map(|dir| dir.join(name));
            options = options.conf("cluster_formation.peer_discovery_backend = classic_config");
            // The first one is alone: from RabbitMQ 4.0 on it tries half a minute to find the others.
            options = options.conf("cluster_formation.discovery_retry_limit = 1");
            for (n, name) in names.iter().enumerate() {
                let key = format!("cluster_formation.classic_config.nodes.{}", n + 1);
                options = options.conf(format!("{key} = {name}"));
            }
            PrivateBroker::launch(options, name.clone(), Arc::clone(&mapper), Some(&cookie))
        };
        // One after the other: each finds those before it, and none waits for another's lock.
        let nodes = names.iter().map(launch).collect::<Result<Vec<_>, _>>()?;
        let cluster = Self { nodes };
        cluster.until_whole(options.start_timeout)?;
        Ok(cluster)
    }

    /// The nodes, in the order of their names: `rabbit1@localhost` and so on.
    pub fn nodes(&self) -> &[PrivateBroker] {
        &self.nodes
    }

    /// One of them, to be frozen, killed or restarted.
    ///
    /// # Panics
    ///
    /// When there are not so many.
    pub fn node(&mut self, index: usize) -> &mut PrivateBroker {
        &mut self.nodes[index]
    }

    /// Waits until each node sees all of them running.
    ///
    /// # Errors
    ///
    /// When that is not so in time.
    pub fn until_whole(&self, limit: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + limit;
        let sees_all = |node: &PrivateBroker| {
            let seen = node.management().get("/api/nodes").ok();
            let seen = seen.as_ref().and_then(|nodes| nodes.as_array());
            seen.is_some_and(|nodes| {
                let running = nodes.iter().filter(|node| node["running"] == true);
                running.count() == self.nodes.len()
            })
        };
        while !self.nodes.iter().all(sees_all) {
            if Instant::now() >= deadline {
                return Err(Error::NotUp {
                    what: "cluster",
                    after: limit,
                    log: "not every node sees all the others".to_owned(),
                });
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

/// A cookie that nobody guesses by accident: nodes of another cluster must not come in. Everything
/// listens on loopback alone.
fn cookie() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!(
        "TEST{}X{}",
        process::id(),
        now.unwrap_or_default().as_nanos()
    )
}
