//! The query of series (`GET /v2/rabbit/series`).

use serde::Serialize;

use crate::Timestamp;

/// A column of each meter and resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SeriesColumn {
    /// The least sample of each step.
    Min,
    /// The mean of each step's samples.
    Avg,
    /// The greatest sample of each step.
    Max,
}

impl SeriesColumn {
    /// The column of a name.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "avg" => Self::Avg,
            "max" => Self::Max,
            _ => return None,
        })
    }
}

/// Which meters of which resources, over which time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct SeriesQuery {
    /// The broker's name; may be absent if the caller sees only one broker
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// A meter's name; may be repeated; by default every gauge of the broker, with the rates of its counters
    #[serde(rename = "meter")]
    #[cfg_attr(feature = "openapi", param(required = false))]
    pub meters: Vec<String>,
    /// `{broker}`, `{broker}/{node}`, a queue as `{broker}/{vhost}/{queue}` with the `/` in the vhost written
    /// `%2F`, or a vhost as `{broker}/{vhost}/`; may be repeated; by default the broker, and for the meters
    /// of nodes every node
    #[serde(rename = "resource")]
    #[cfg_attr(feature = "openapi", param(required = false))]
    pub resources: Vec<String>,
    /// ISO 8601, or milliseconds since the epoch; by default one hour before `to`
    #[serde(
        serialize_with = "super::millis",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub from: Option<Timestamp>,
    /// ISO 8601, or milliseconds since the epoch; by default the end of the last tick
    #[serde(
        serialize_with = "super::millis",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub to: Option<Timestamp>,
    /// The most steps: 1 to 10000, by default 600
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// The least step, in milliseconds: continues a series on its own grid
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// `min`, `avg` and `max`; `avg` is always included; may be repeated; by default all three
    #[cfg_attr(feature = "openapi", param(value_type = Vec<String>, required = false))]
    pub columns: Vec<SeriesColumn>,
}

impl SeriesQuery {
    /// The most steps if the request does not say.
    pub const DEFAULT_POINTS: u32 = 600;
    /// The most steps that a request may ask for.
    pub const MAX_POINTS: u32 = 10_000;
    /// The least step of charts, in milliseconds: at the default tick, each tick is one.
    pub const CHART_STEP: i64 = 5_000;
    /// The longest recent history of charts, in milliseconds.
    pub const RECENT_HISTORY: i64 = 3_600_000;

    /// The means of all gauges in the recent history: `length` milliseconds up to now, or what of them is
    /// later than `since`. Rounded to a step, so that viewers within a step send the same request.
    pub fn recent(length: i64, since: Option<Timestamp>, now: Timestamp) -> Self {
        let length = length.clamp(Self::CHART_STEP, Self::RECENT_HISTORY);
        let earliest = rounded(now.as_millis() - length);
        let from = since.map_or(earliest, Timestamp::as_millis).max(earliest);
        Self {
            from: Some(Timestamp::from_millis(from)),
            // The ends of the history may lie within steps.
            points: u32::try_from(length / Self::CHART_STEP + 1).ok(),
            step: u32::try_from(Self::CHART_STEP).ok(),
            columns: vec![SeriesColumn::Avg],
            ..Self::default()
        }
    }

    /// The means of all gauges in `length` milliseconds up to `end`, or up to now, rounded to a step.
    pub fn span(length: i64, end: Option<Timestamp>, now: Timestamp) -> Self {
        let end = end.map_or_else(|| rounded(now.as_millis()), Timestamp::as_millis);
        Self {
            from: Some(Timestamp::from_millis((end - length).max(0))),
            to: Some(Timestamp::from_millis(end)),
            // More than one point per pixel column is invisible.
            points: Some(Self::DEFAULT_POINTS),
            columns: vec![SeriesColumn::Avg],
            ..Self::default()
        }
    }
}

/// The start of a step.
fn rounded(time: i64) -> i64 {
    time.div_euclid(SeriesQuery::CHART_STEP) * SeriesQuery::CHART_STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_query_starts_after_the_last_known_value() {
        let now = Timestamp::from_millis(10_000_000);
        let from = |since: Option<i64>, length| {
            let since = since.map(Timestamp::from_millis);
            let query = SeriesQuery::recent(length, since, now);
            query.from.map(Timestamp::as_millis)
        };
        assert_eq!(from(None, 600_000), Some(9_400_000));
        assert_eq!(
            from(None, i64::MAX),
            Some(10_000_000 - SeriesQuery::RECENT_HISTORY),
            "an hour at most"
        );
        assert_eq!(from(Some(9_990_000), 600_000), Some(9_990_000));
        assert_eq!(from(Some(5), 600_000), Some(9_400_000), "a tab that slept");
    }
}
