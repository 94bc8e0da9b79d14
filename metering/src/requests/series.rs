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
}
