//! The built-in rules: what each checks, when it fires, and what to do about it.
//!
//! Every rule names the documentation of the broker, and where its condition comes from:
//!
//! - *operator*: the Prometheus rules of RabbitMQ's cluster operator (`rabbitmq/cluster-operator`, `observability`)
//! - *awesome*: `samber/awesome-prometheus-alerts`
//! - *dashboard*: RabbitMQ's official Grafana dashboard
//! - *qarote*: the alerts of `getqarote/Qarote`
//! - *management*: the management plugin's own page
//!
//! | module | what |
//! |---|---|
//! | [`verdict`] | what a rule finds |
//! | [`threshold`] | compares values with thresholds |
//! | [`catalog`] | the table of rules |
//! | `nodes`, `cluster`, `traffic` | the conditions |

pub(crate) mod catalog;
mod cluster;
mod nodes;
pub(crate) mod threshold;
mod traffic;
pub(crate) mod verdict;

use std::time::Duration;

use metering::{AlertSeverity, Node, Overview};

use threshold::Threshold;
use verdict::Finding;

/// The rule that watches whether a broker answers. It alone is checked while the broker does not.
pub(crate) const UNREACHABLE: &str = "broker-unreachable";

/// A broker is unreachable after this long, and no less than three polls, if not configured otherwise.
const UNREACHABLE_HOLD: Duration = Duration::from_secs(30);

/// What a poll has read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) overview: &'a Overview,
    pub(crate) nodes: &'a [Node],
    /// The versions of RabbitMQ that running nodes report.
    pub(crate) versions: &'a [String],
}

/// A built-in rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its name on the wire and in the configuration.
    pub(crate) id: &'static str,
    pub(crate) severity: AlertSeverity,
    /// Whether it is on without any configuration.
    pub(crate) enabled: bool,
    /// How long the condition must hold.
    pub(crate) hold: Duration,
    /// How long an alert fires on after the condition ended.
    pub(crate) keep: Duration,
    /// What the value is compared with; `None` for conditions that are true or false.
    pub(crate) threshold: Option<Threshold>,
    /// The rule whose firing for the same object makes this one redundant.
    pub(crate) inhibited_by: Option<&'static str>,
    /// What to do.
    pub(crate) action: &'static str,
    /// The documentation of the broker.
    pub(crate) docs: &'static str,
    /// Where the condition comes from: a column of the documentation.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the documentation compares it")
    )]
    pub(crate) source: &'static str,
    /// The condition: a finding for each object that it can be checked for, and for the broker where it cannot be
    /// checked. An object that is left out is fine.
    pub(crate) check: fn(Answer<'_>, Threshold) -> Vec<Finding>,
}

impl Rule {
    /// How long the condition must hold, with this time between two polls.
    pub(crate) fn hold(&self, interval: Duration) -> Duration {
        if self.id == UNREACHABLE && self.hold == UNREACHABLE_HOLD {
            self.hold.max(interval * 3)
        } else {
            self.hold
        }
    }
}
