//! The query of a broker's lists (`GET /v2/rabbit/queues` and others).

use serde::Serialize;

/// The broker that a request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct BrokerQuery {
    /// The broker's name; may be absent if the caller sees only one broker
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
}

/// Which rows of a list, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ListQuery {
    /// The page, from 1 on; without it and without `page_size` the whole list
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Rows a page, 1 to 500; by default 100
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u64>,
    /// Only the rows of this vhost; the counts are of these rows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    /// A part of the name, in upper or lower case
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A field, or a dotted path such as `message_stats.publish_details.rate`; rows without it come last;
    /// by default vhost and name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Whether `name` is a regular expression
    #[serde(skip_serializing_if = "super::is_false")]
    #[cfg_attr(feature = "openapi", param(required = false))]
    pub use_regex: bool,
    /// Whether the greatest value comes first
    #[serde(skip_serializing_if = "super::is_false")]
    #[cfg_attr(feature = "openapi", param(required = false))]
    pub sort_reverse: bool,
}

impl ListQuery {
    /// Rows a page if the request does not say, as on the broker.
    pub const DEFAULT_PAGE_SIZE: u64 = 100;
    /// The most rows of a page, as on the broker.
    pub const MAX_PAGE_SIZE: u64 = 500;
}
