//! The projects of a Keystone, and the way from one to another.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// A project that the account has a role in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of its domain, where another project has the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Whether it is the one that the viewer is in.
    pub current: bool,
}

/// The account's projects by name, as the Keystone has them now: `GET /fn/projects`. None without a
/// Keystone.
///
/// # Errors
/// [`AppError::SignedOut`] where nobody is signed in; else see [`AppError`].
#[server(prefix = "/fn", endpoint = "projects", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_projects() -> Result<Vec<Project>, AppError> {
    crate::ssr::projects::projects()
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// Goes to the project with that id, and on to `next`; back to the list with the reason where that
/// cannot be.
///
/// # Errors
/// [`AppError::Internal`] where the session cannot be kept.
#[server(prefix = "/fn", endpoint = "switch_project", output = JsonText, client = FetchClient)]
pub async fn switch_project(
    project: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    crate::ssr::projects::switch(&project, next.as_deref())
        .await
        .map_err(crate::ssr::leave_with_status)
}
