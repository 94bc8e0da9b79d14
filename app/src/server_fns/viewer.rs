//! The signed-in account, its brokers and their health.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::viewer::Viewer;

/// The signed-in account: `GET /fn/viewer`.
///
/// # Errors
/// [`AppError::SignedOut`] if nobody is signed in; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "viewer", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_viewer() -> Result<Viewer, AppError> {
    crate::presenters::viewer::viewer()
        .await
        .map_err(crate::server::errors::leave_with_status)
}
