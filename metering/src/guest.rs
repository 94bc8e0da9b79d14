//! Guest tokens, the portals that get them, and share links.
//!
//! `POST /v2/rabbit/guest-tokens` gives a token for a short time that opens a part of what whoever
//! asked for it may see. [`GuestToken::token`] travels as `X-Auth-Token`, as any other.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// The header that carries a portal's key.
pub const SERVICE_KEY: &str = "x-service-key";
/// What stands for every panel, broker or vhost in a list of them.
pub const EVERY: &str = "*";
/// No guest token lives longer, in seconds.
pub const LONGEST_LIFETIME: u32 = 600;

/// `POST /v2/rabbit/guest-tokens`: what is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GuestTokenRequest {
    /// The portal's name; may be left out where key or origin say which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// The origin of the pages that embed, one of the portal's: `https://portal.example`.
    pub origin: String,
    /// Which panels, `["*"]` for all that the portal may show.
    #[serde(default = "every")]
    pub panels: Vec<String>,
    /// Which brokers, likewise.
    #[serde(default = "every")]
    pub brokers: Vec<String>,
    /// Which vhosts, likewise. With a list, a broker shows what it shows to an account of these
    /// vhosts: no nodes, and sums of these vhosts alone.
    #[serde(default = "every")]
    pub vhosts: Vec<String>,
    /// For so many seconds, at most and by default 600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<u32>,
}

/// `["*"]`.
pub fn every() -> Vec<String> {
    vec![EVERY.to_owned()]
}

/// `POST /v2/rabbit/guest-tokens`: the answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestToken {
    /// A JWT, for the header `X-Auth-Token`.
    pub token: String,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for GuestToken {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuestToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// `GET /v2/rabbit/guest-tokens`: what the caller's guest token opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guest {
    /// The token's id, by which it can be revoked.
    pub id: String,
    /// The portal that it is for; empty for a share link.
    pub portal: String,
    /// The origin that it is for; empty for a share link.
    pub origin: String,
    /// The panels, or `["*"]`.
    pub panels: Vec<String>,
    /// Of the panels that were asked about, those that it is not for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// The brokers that it opens, by name.
    pub brokers: Vec<String>,
    /// The vhosts, or `["*"]`.
    pub vhosts: Vec<String>,
    /// When it was given.
    pub issued_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
    /// The server's clock: a viewer's may be wrong.
    pub server_time: Timestamp,
}

/// `GET /v2/rabbit/portals`: a registered portal, and what use was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Portal {
    /// Its name.
    pub name: String,
    /// The origins of its pages.
    pub origins: Vec<String>,
    /// Whether it has a key; without one it trades its viewers' own tokens alone.
    pub has_key: bool,
    /// What it may show, or `["*"]`.
    pub panels: Vec<String>,
    /// The brokers that it may show, or `["*"]`.
    pub brokers: Vec<String>,
    /// The vhosts that it may show, or `["*"]`.
    pub vhosts: Vec<String>,
    /// Guest tokens a minute.
    pub rate_limit: u32,
    /// Whether it was revoked: neither key nor tokens of it open anything.
    pub revoked: bool,
    /// When the service began to count what follows.
    pub counted_since: Timestamp,
    /// Guest tokens that it got.
    pub issued: u64,
    /// When the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_issued: Option<Timestamp>,
    /// Reads with its guest tokens.
    pub reads: u64,
    /// When the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<Timestamp>,
    /// What was refused to it: tokens, and reads with them.
    pub refused: u64,
    /// When the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refused: Option<Timestamp>,
    /// Why, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reason: Option<String>,
    /// Its panels by name, and how often each was updated.
    pub shown: Vec<ShownPanel>,
}

/// A panel on pages of a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownPanel {
    /// Its name.
    pub panel: String,
    /// How often it was updated.
    pub updates: u64,
    /// When last.
    pub last: Timestamp,
}

/// `PUT /v2/rabbit/portals/{portal}`: whether it is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PortalChange {
    /// Revoked, neither key nor tokens of the portal open anything, at once. Taken back, its key
    /// does again; the tokens from before stay closed.
    pub revoked: bool,
}

/// `POST /v2/rabbit/guest-keys`: a new key signs guest tokens; the last one is still believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuestKey {
    /// The key's id, as it stands in the head of tokens. Says nothing about the key.
    pub kid: String,
    /// Since when it signs.
    pub made_at: Timestamp,
}

/// `POST /v2/rabbit/share-links`: what is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShareLinkRequest {
    /// The address in the dashboard, with its query: `/brokers/prod?range=1h`.
    pub view: String,
    /// Which page that is: `overview` or `queues`. It decides what can be read.
    pub page: String,
    /// The broker that it shows.
    pub broker: String,
    /// When it ends: a year from now at the latest.
    pub expires_at: Timestamp,
    /// What whoever made it calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A read-only link to a page of the dashboard, for whoever has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareLink {
    /// Its id, by which it can be revoked. Opens nothing.
    pub id: String,
    /// What opens it; only in the answer to the request that made it, since only its hash is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The address in the dashboard, with its query.
    pub view: String,
    /// Which page that is.
    pub page: String,
    /// The broker that it shows.
    pub broker: String,
    /// What whoever made it calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How often it was opened since the service started.
    pub opened: u64,
    /// When last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_opened: Option<Timestamp>,
}

/// `POST /v2/rabbit/share-links/open`: what a link has in it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenShareLink {
    /// What opens it.
    pub secret: String,
}

/// `POST /v2/rabbit/share-links/open`: the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedShareLink {
    /// The link, without what opens it.
    pub link: ShareLink,
    /// A guest token for what the link shows.
    #[serde(flatten)]
    pub token: GuestToken,
}
