//! Share links and portals.
//!
//! Changes are plain forms that work without scripting. They answer with a redirect, so that a reload
//! repeats nothing.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::sharing::{OpenedLink, SharingPage};

/// Share links and portals: `GET /fn/sharing`.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "sharing", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_sharing() -> Result<SharingPage, AppError> {
    crate::presenters::sharing::page()
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// Makes a share link that is valid for `days`, and redirects to the page that shows it.
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
    crate::presenters::sharing::share(view, page, broker, days, note)
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// Ends a share link.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "end_share_link", output = JsonText, client = FetchClient)]
pub async fn end_share_link(id: String) -> Result<(), AppError> {
    crate::presenters::sharing::end(&id)
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// Revokes a portal, or reverts that.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "revoke_portal", output = JsonText, client = FetchClient)]
pub async fn revoke_portal(id: String, revoked: bool) -> Result<(), AppError> {
    crate::presenters::sharing::revoke(&id, revoked)
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// The share link of the calling page: `GET /fn/shared`.
///
/// # Errors
/// [`AppError::SignedOut`] for an expired or revoked link; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "shared", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_shared() -> Result<OpenedLink, AppError> {
    crate::server::share_links::opened()
        .await
        .map_err(crate::server::errors::leave_with_status)
}
