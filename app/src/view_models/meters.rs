//! Statistics of a meter's samples, as a chart draws them.

use std::sync::Arc;

use metering::{Series, Timestamp};
use serde::{Deserialize, Serialize};

/// Aggregate functions by their names in addresses, which are Ceilometer's.
pub const FUNCTIONS: [&str; 9] = [
    "avg",
    "min",
    "max",
    "sum",
    "count",
    "stddev",
    "cardinality/resource_id",
    "cardinality/user_id",
    "cardinality/project_id",
];

/// Fields to group samples by, by their names in addresses, which are Ceilometer's.
pub const GROUPS: [&str; 4] = ["resource_id", "project_id", "user_id", "source"];

/// The word in an address for no groups.
pub const NO_GROUP: &str = "none";

/// The periods that can be chosen, in seconds.
pub const PERIODS: [u64; 9] = [10, 60, 300, 600, 1800, 3600, 21_600, 86_400, 604_800];

/// More periods than this are neither drawn nor listed.
pub const MOST_PERIODS: u64 = 500;

/// A request for statistics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeterRequest {
    /// The meter; if absent, the first that has samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The resource; if absent, all resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// One of [`FUNCTIONS`]; if absent or unknown, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// One of [`GROUPS`], or [`NO_GROUP`]; if absent or unknown, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The period in seconds; if absent or too short, one that fits the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// The length of the time in milliseconds.
    pub length: i64,
    /// Its end, in milliseconds since the epoch; if absent, now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
}

/// Statistics, and the meters and resources to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetersPage {
    /// Every meter that has samples.
    pub meters: Vec<String>,
    /// The resources with samples of the meter in the requested time.
    pub resources: Vec<String>,
    /// The meter; empty if no meter has samples.
    pub meter: String,
    /// The meter's unit.
    pub unit: String,
    /// The period in seconds.
    pub period: u64,
    /// The group's name for each column. The column's meter is its index.
    pub labels: Vec<String>,
    /// One time for each period, one column for each group.
    pub series: Arc<Series>,
    /// The number of groups that are not shown.
    pub left_out: usize,
    /// The metering API's URL of this request, to copy.
    pub request: String,
    /// The server's time of the answer.
    pub server_time: Timestamp,
}

/// A period in seconds that divides a time in milliseconds into at most 200 periods.
pub fn fitting_period(length: i64) -> u64 {
    const ENOUGH: i64 = 200;
    let fits = |period: &&u64| length / 1000 / **period as i64 <= ENOUGH;
    *PERIODS.iter().find(fits).unwrap_or(&PERIODS[8])
}

/// Whether a period in seconds gives no more than [`MOST_PERIODS`] in a time in milliseconds.
pub fn period_fits(period: u64, length: i64) -> bool {
    period > 0 && length / 1000 / (period as i64) <= MOST_PERIODS as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_span_has_a_period_that_fits() {
        let minutes = [1, 10, 60, 360, 1440, 7 * 1440, 30 * 1440, 366 * 1440];
        let periods = minutes.map(|minutes| fitting_period(minutes * 60_000));
        assert_eq!(periods, [10, 10, 60, 300, 600, 3600, 21_600, 604_800]);
        for (minutes, period) in minutes.into_iter().zip(periods) {
            assert!(period_fits(period, minutes * 60_000), "{minutes} min");
        }
    }

    #[test]
    fn too_many_periods_do_not_fit() {
        assert!(period_fits(60, 500 * 60_000));
        assert!(!period_fits(60, 501 * 60_000));
        assert!(!period_fits(0, 60_000));
    }
}
