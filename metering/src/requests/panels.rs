//! What panels in other pages ask for (`POST /v2/rabbit/panels`).

use serde::{Deserialize, Serialize};

/// What one panel asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelRequest {
    /// The panel's name, one of [`Panel`](crate::panel::Panel).
    pub panel: String,
    /// The broker's name.
    pub broker: String,
    /// The vhost, of a panel about a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    /// The queue, of a panel about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The node, of a panel about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The length of the recent history that it shows, in milliseconds; if absent, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<i64>,
    /// The last time (milliseconds since the epoch) that it already has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// The length in milliseconds of a longer or earlier span, or of any span for a panel about a
    /// queue or node; if absent, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// That span's end (milliseconds since the epoch); if absent, now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
}

impl PanelRequest {
    /// The most panels that one call may ask for.
    pub const MOST: usize = 64;
}
