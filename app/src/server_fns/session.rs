//! Sign-in, sign-out and the choice of a language: plain forms that work without scripting.
//!
//! All answer with a redirect, so that a reload repeats nothing. The reason of a failed sign-in is a
//! word in the address.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// Signs in with a broker's account or a Keystone's, and redirects to `next`; on failure back to the
/// form, with the reason. Domain and project are for a Keystone only.
///
/// # Errors
/// [`AppError::Internal`] if the session cannot be stored.
#[server(prefix = "/fn", endpoint = "sign_in", output = JsonText, client = FetchClient)]
pub async fn sign_in(
    user: String,
    password: String,
    #[server(default)] next: Option<String>,
    #[server(default)] domain: Option<String>,
    #[server(default)] project: Option<String>,
) -> Result<(), AppError> {
    let form = crate::server::session::Form {
        user,
        password: password.into(),
        domain,
        project,
    };
    crate::server::sign_in::sign_in(form, next.as_deref())
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// Stores the viewer's language in a cookie, and redirects back.
///
/// # Errors
/// None: an unknown language is ignored.
#[allow(clippy::unused_async, reason = "server functions are asynchronous")]
#[server(prefix = "/fn", endpoint = "language", output = JsonText, client = FetchClient)]
pub async fn choose_language(
    language: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    crate::server::language::choose(&language, next.as_deref());
    Ok(())
}

/// Ends the session and its token.
///
/// # Errors
/// [`AppError::Internal`] if the session cannot be ended.
#[server(prefix = "/fn", endpoint = "sign_out", output = JsonText, client = FetchClient)]
pub async fn sign_out() -> Result<(), AppError> {
    crate::server::session::sign_out()
        .await
        .map_err(crate::server::errors::leave_with_status)
}
