//! The query of a dashboard (`GET /v2/rabbit/dashboard`).

use serde::Serialize;

use crate::Timestamp;

/// Which broker, and over which time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct DashboardQuery {
    /// The broker's name; may be absent if the caller sees only one broker
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// The last time of the series that the caller has: `series` begins there; by default the whole last hour
    #[serde(
        serialize_with = "super::millis",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", param(value_type = Option<i64>))]
    pub since: Option<Timestamp>,
    /// The length of `charts` in milliseconds; without it there are none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// The end of `charts`; by default now
    #[serde(
        serialize_with = "super::millis",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", param(value_type = Option<i64>))]
    pub end: Option<Timestamp>,
}
