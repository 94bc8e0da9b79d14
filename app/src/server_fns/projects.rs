//! The projects of a Keystone account, and switching between them.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::projects::Project;

/// The account's current projects, sorted by name: `GET /fn/projects`. Empty without a Keystone.
///
/// # Errors
/// [`AppError::SignedOut`] if nobody is signed in; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "projects", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_projects() -> Result<Vec<Project>, AppError> {
    crate::presenters::projects::projects()
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// Switches to a project and redirects to `next`; on failure back to the list, with the reason.
///
/// # Errors
/// [`AppError::Internal`] if the session cannot be stored.
#[server(prefix = "/fn", endpoint = "switch_project", output = JsonText, client = FetchClient)]
pub async fn switch_project(
    project: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    crate::presenters::projects::switch(&project, next.as_deref())
        .await
        .map_err(crate::server::errors::leave_with_status)
}
