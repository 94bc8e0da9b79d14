//! What is called so: `GET /v2/rabbit/search`.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// What can be found, in the order in which equal hits are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SearchKind {
    /// A node of a cluster.
    Node,
    /// A vhost.
    Vhost,
    /// An account.
    User,
    /// A queue or stream.
    Queue,
    /// An exchange.
    Exchange,
    /// A client's connection.
    Connection,
}

/// Something whose name has the letters in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// The broker that it is on.
    pub broker: String,
    /// The vhost that it is in, where it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    /// Its name.
    pub name: String,
    /// The name that a client gave its connection (`connection_name` of its properties), where that
    /// holds the letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
}

/// What could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchGap {
    /// The broker.
    pub broker: String,
    /// What of it.
    pub kind: SearchKind,
}

/// What is called so: names that are just that first, then those that begin with it, then those
/// with a word that does, then the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// What was found, the best first. No kind takes more than half of the room that others need.
    pub hits: Vec<SearchHit>,
    /// How many there are in all.
    pub found: u64,
    /// Lists that were not searched because they were not read yet, or cannot be: a later request
    /// may find more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<SearchGap>,
    /// When the searched lists were read; of several the oldest time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}
