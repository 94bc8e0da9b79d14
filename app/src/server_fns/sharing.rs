//! What is shown to others: share links and portals.
//!
//! What changes something is a plain form, which works without scripting, and answers with a
//! redirect to the page, so that a reload repeats nothing.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::Timestamp;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// A table as the server wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The columns' heads.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<WrittenRow>,
}

/// A row of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenRow {
    /// What the row's button is about.
    pub id: String,
    /// The cells; each may have several lines.
    pub cells: Vec<Vec<WrittenLine>>,
    /// Whether it is revoked.
    pub is_revoked: bool,
}

/// A line of a cell. A time in it is written by the viewer's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenLine {
    /// Its text, up to the time.
    pub text: String,
    /// The time in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What stands behind the time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rest: String,
}

impl From<String> for WrittenLine {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

/// What is shown to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingPage {
    /// The viewer's share links; of an administrator all there are.
    pub links: Written,
    /// The registered portals; absent where the viewer may not see them.
    pub portals: Option<Written>,
    /// The address of the link that was made last in this session.
    pub fresh: Option<String>,
}

/// What is shown to others: `GET /fn/sharing`.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "sharing", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_sharing() -> Result<SharingPage, AppError> {
    crate::ssr::sharing::page()
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// Makes a share link for so many days, and leads to the page that shows it.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "share", output = JsonText, client = FetchClient)]
pub async fn share(
    view: String,
    page: String,
    broker: String,
    days: u32,
    #[server(default)] note: Option<String>,
) -> Result<(), AppError> {
    crate::ssr::sharing::share(view, page, broker, days, note)
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// Ends a share link.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "end_share_link", output = JsonText, client = FetchClient)]
pub async fn end_share_link(id: String) -> Result<(), AppError> {
    crate::ssr::sharing::end(&id)
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// Revokes a portal, or takes that back.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "revoke_portal", output = JsonText, client = FetchClient)]
pub async fn revoke_portal(id: String, revoked: bool) -> Result<(), AppError> {
    crate::ssr::sharing::revoke(&id, revoked)
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// A share link as whoever opened it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedLink {
    /// Who made it.
    pub made_by: String,
    /// Until when it is valid.
    pub until: Timestamp,
}

/// The share link whose page asks: `GET /fn/shared`.
///
/// # Errors
/// [`AppError::SignedOut`] for a link that has ended; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "shared", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_shared() -> Result<OpenedLink, AppError> {
    crate::ssr::shared::opened()
        .await
        .map_err(crate::ssr::leave_with_status)
}
