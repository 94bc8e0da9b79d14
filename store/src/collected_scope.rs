//! Which collected samples a reader may see, by the ids of their resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metering::series::queue_of_path;
use serde::{Deserialize, Serialize};

/// Some vhosts by name, shared with whoever else holds the same set; none: every vhost.
pub type Vhosts = Option<Arc<BTreeSet<String>>>;

/// What a reader may see of one broker's collected samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerSamples {
    /// Those of the broker itself (`{broker}`) and of its nodes (`{broker}/{node}`).
    pub whole: bool,
    /// Those of these vhosts: `{broker}/{vhost}/`.
    pub vhosts: Vhosts,
    /// Those of queues in these vhosts: `{broker}/{vhost}/{queue}`.
    pub queues: Vhosts,
}

impl BrokerSamples {
    /// Whether the resource of this path is admitted; a path is what follows `{broker}/` in an id,
    /// and absent for the broker itself.
    pub fn admits(&self, path: Option<&str>) -> bool {
        // A node's name holds no `/`.
        let Some((vhost, queue)) = path.and_then(queue_of_path) else {
            return self.whole;
        };
        let vhosts = if queue.is_empty() {
            &self.vhosts
        } else {
            &self.queues
        };
        vhosts.as_ref().is_none_or(|vhosts| vhosts.contains(&vhost))
    }
}

/// Which collected samples a reader may see: those of some brokers, and of each what is named. A
/// broker that is not among them is hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedScope {
    brokers: BTreeMap<String, BrokerSamples>,
}

impl CollectedScope {
    /// Whether samples of the resource of this id are admitted.
    pub fn admits(&self, resource_id: &str) -> bool {
        // A broker's name holds no `/`.
        let (broker, path) = match resource_id.split_once('/') {
            Some((broker, path)) => (broker, Some(path)),
            None => (resource_id, None),
        };
        self.brokers
            .get(broker)
            .is_some_and(|samples| samples.admits(path))
    }
}

impl FromIterator<(String, BrokerSamples)> for CollectedScope {
    fn from_iter<I: IntoIterator<Item = (String, BrokerSamples)>>(brokers: I) -> Self {
        Self {
            brokers: brokers.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use metering::series::{queue_resource, vhost_resource};

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "in the form that the scope holds")]
    fn only(names: &[&str]) -> Vhosts {
        let names = names.iter().map(|&name| name.to_owned());
        Some(Arc::new(names.collect()))
    }

    fn scope(samples: BrokerSamples) -> CollectedScope {
        [("prod".to_owned(), samples)].into_iter().collect()
    }

    #[test]
    fn a_broker_that_is_not_named_is_hidden_with_all_that_it_has() {
        let all = scope(BrokerSamples {
            whole: true,
            ..BrokerSamples::default()
        });
        for id in [
            "prod",
            "prod/rabbit@a",
            "prod/a/",
            "prod/%2F/q",
            "prod/a/b/c",
        ] {
            assert!(all.admits(id), "{id}");
        }
        for id in ["", "prod2", "prod2/a/q", "test", "pro", "/a/q", "PROD"] {
            assert!(!all.admits(id), "{id}");
        }
        assert!(!CollectedScope::default().admits("prod"));
    }

    #[test]
    fn vhosts_queues_and_the_whole_are_decided_apart() {
        let some = scope(BrokerSamples {
            whole: false,
            vhosts: only(&["a", "b"]),
            queues: only(&["a"]),
        });
        for id in ["prod/a/", "prod/b/", "prod/a/q", "prod/a/x/y"] {
            assert!(some.admits(id), "{id}");
        }
        for id in ["prod", "prod/rabbit@a", "prod/a", "prod/b/q", "prod/c/"] {
            assert!(!some.admits(id), "{id}");
        }
    }

    #[test]
    fn a_vhost_is_its_whole_name_however_it_is_written() {
        let names = ["/", "a/b", "a", "%2F", "a%2Fb", ""];
        for own in names {
            let scope = scope(BrokerSamples {
                whole: false,
                vhosts: only(&[own]),
                queues: only(&[own]),
            });
            for other in names {
                for id in [
                    queue_resource("prod", other, "q"),
                    vhost_resource("prod", other),
                ] {
                    assert_eq!(scope.admits(&id), own == other, "{own:?} sees {id}");
                }
            }
        }
    }
}
