//! Numbers about a meter's samples, as a chart draws them.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use std::sync::Arc;

use leptos::prelude::*;
use metering::{Series, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// What can be computed of a meter's samples, by its name in the address: Ceilometer's own words.
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

/// What samples can be grouped by, by its name in the address: Ceilometer's own words.
pub const GROUPS: [&str; 4] = ["resource_id", "project_id", "user_id", "source"];
/// The word for no groups at all.
pub const NO_GROUP: &str = "none";

/// The periods that can be chosen, in seconds.
pub const PERIODS: [u64; 9] = [10, 60, 300, 600, 1800, 3600, 21_600, 86_400, 604_800];
/// More periods than this are neither drawn nor listed.
pub const MOST_PERIODS: u64 = 500;

/// What a viewer wants to know of which samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The meter; absent: one that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The resource; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// One of [`FUNCTIONS`]; absent or another: the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// One of [`GROUPS`], or [`NO_GROUP`]; absent or another: the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Seconds; absent, or too short for the span: as fits the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// How long a time, in milliseconds.
    pub length: i64,
    /// Its end, in milliseconds since the epoch; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
}

/// The answer, and what else could be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetersPage {
    /// Every meter that has samples.
    pub meters: Vec<String>,
    /// The resources with samples of the meter in the span.
    pub resources: Vec<String>,
    /// The meter; empty where there is none at all.
    pub meter: String,
    /// The numbers' unit.
    pub unit: String,
    /// Seconds from one number to the next.
    pub period: u64,
    /// What each column is of: a group's name. The column's meter is its number.
    pub labels: Vec<String>,
    /// A time a period, a column a group.
    pub series: Arc<Series>,
    /// How many groups more there are than are shown.
    pub left_out: usize,
    /// The address that was asked, for others to ask.
    pub request: String,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// Seconds of a period that divides a span of milliseconds into enough and not too many.
pub fn fitting_period(length: i64) -> u64 {
    const ENOUGH: i64 = 200;
    let fits = |period: &&u64| length / 1000 / **period as i64 <= ENOUGH;
    *PERIODS.iter().find(fits).unwrap_or(&PERIODS[8])
}

/// Whether a period is not too short for a span of milliseconds.
pub fn period_fits(period: u64, length: i64) -> bool {
    period > 0 && length / 1000 / (period as i64) <= MOST_PERIODS as i64
}

/// Numbers about a meter's samples: `GET /fn/meters?question[meter]=…`.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "meters", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_meters(question: Question) -> Result<MetersPage, AppError> {
    crate::ssr::meters::page(question)
        .await
        .map_err(crate::ssr::leave_with_status)
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
