//! What panels in other pages ask for and show.

use metering::dashboard::Dashboard;
use serde::{Deserialize, Serialize};

use super::lists::Group;
use crate::error::AppError;

/// The most panels that one call may ask for.
pub const MAX_PANEL_REQUESTS: usize = 64;

/// What one panel asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelRequest {
    /// The panel's name, one of [`Panel`](metering::panel::Panel).
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

/// What a panel shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelPage {
    /// The panel's part of the overview. Flattened as in earlier versions: a page may stay open while
    /// the server is upgraded.
    #[serde(flatten)]
    pub dashboard: Dashboard,
    /// Facts about a queue or a node, in the viewer's language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// The answer to one request.
pub type PanelAnswer = Result<PanelPage, AppError>;

/// The body of a POST request. The browser's side of
/// [`fetch_panels`](crate::server_fns::panels::fetch_panels).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PanelRequests {
    /// One request for each answer.
    #[serde(rename = "wants")]
    pub requests: Vec<PanelRequest>,
}
