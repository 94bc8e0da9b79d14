//! Sign in and out, and the choice of a language: plain forms, which work without scripting.
//!
//! All answer with a redirect, so that a reload repeats nothing. What went
//! wrong at sign-in travels in the address, as a word.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// Signs in with a broker's account, or one of the Keystone, and goes on to `next`, or back to the
/// form with the reason. Domain and project are a Keystone's alone.
///
/// # Errors
/// [`AppError::Internal`] where the session cannot be kept.
#[server(prefix = "/fn", endpoint = "sign_in", output = JsonText, client = FetchClient)]
pub async fn sign_in(
    user: String,
    password: String,
    #[server(default)] next: Option<String>,
    #[server(default)] domain: Option<String>,
    #[server(default)] project: Option<String>,
) -> Result<(), AppError> {
    let form = crate::ssr::session::Form {
        user,
        password: password.into(),
        domain,
        project,
    };
    crate::ssr::session::sign_in(form, next.as_deref())
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// Keeps the viewer's choice of a language, and goes back to where it was made.
///
/// # Errors
/// None: a language that is not spoken here is not kept.
#[allow(clippy::unused_async, reason = "server functions are asynchronous")]
#[server(prefix = "/fn", endpoint = "language", output = JsonText, client = FetchClient)]
pub async fn choose_language(
    language: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    crate::ssr::language::choose(&language, next.as_deref());
    Ok(())
}

/// Ends the session and its token.
///
/// # Errors
/// [`AppError::Internal`] where the session cannot be ended.
#[server(prefix = "/fn", endpoint = "sign_out", output = JsonText, client = FetchClient)]
pub async fn sign_out() -> Result<(), AppError> {
    crate::ssr::session::sign_out()
        .await
        .map_err(crate::ssr::leave_with_status)
}
