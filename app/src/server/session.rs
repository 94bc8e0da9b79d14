//! Sessions: the viewer's token stays here, the browser holds an id alone.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::time::Duration;

use client::{ClientError, Session, Token};
use http::HeaderMap;
use leptos_axum::extract;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_sessions::Session as Cookie;

use super::context::context;
use super::errors::app_error;
use crate::error::AppError;
use crate::routes;

/// The key of [`SignedIn`] in a session.
const VIEWER: &str = "viewer";

/// The account whose session has this data: sessions of one account are limited in number.
pub fn account_of<S: BuildHasher>(data: &HashMap<String, Value, S>) -> Option<&str> {
    data.get(VIEWER)?.get("account")?.as_str()
}

/// The header that a panel's token comes in.
const TOKEN: &str = "x-auth-token";

/// What a session keeps of a signed-in viewer. Has no `Debug`: the tokens must not reach a log.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    /// The token for the metering API.
    pub(crate) token: String,
    /// The account's name.
    pub(crate) user: String,
    /// The account's id, by which its sessions are counted.
    #[serde(default)]
    pub(crate) account: String,
    /// What there is besides where it is a Keystone's account.
    #[serde(default)]
    pub(crate) keystone: Option<AtKeystone>,
}

/// What a session keeps of an account of a Keystone.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AtKeystone {
    /// A token for nothing, with which others are got.
    pub(crate) unscoped: String,
    /// The id of the project that the token for the metering API is for.
    pub(crate) project: String,
    /// That project's name.
    pub(crate) project_name: String,
}

/// The sign-in form.
pub(crate) struct Form {
    /// The account's name.
    pub(crate) user: String,
    /// Its password.
    pub(crate) password: SecretString,
    /// The name of its domain, for a Keystone.
    pub(crate) domain: Option<String>,
    /// The name of the project to begin with, for a Keystone.
    pub(crate) project: Option<String>,
}

/// How long a sign-out waits for a token to be revoked.
const REVOKED_WITHIN: Duration = Duration::from_secs(3);

async fn cookie() -> Result<Cookie, AppError> {
    extract::<Cookie>().await.map_err(|error| {
        tracing::error!(%error, "there is no session layer in front of the app");
        AppError::Internal
    })
}

fn store_failed(error: &tower_sessions::session::Error) -> AppError {
    tracing::error!(%error, "the session store failed");
    AppError::Internal
}

/// Who is signed in.
pub(crate) async fn signed_in() -> Result<SignedIn, AppError> {
    let signed_in = cookie().await?.get::<SignedIn>(VIEWER).await;
    signed_in
        .map_err(|error| store_failed(&error))?
        .ok_or(AppError::SignedOut)
}

/// Keeps who has signed in, under a new id: one that was planted before is worth nothing after.
/// Nothing of an earlier account's session stays, and its tokens end.
pub(crate) async fn begin(now: SignedIn) -> Result<(), AppError> {
    let before = signed_in().await;
    let cookie = cookie().await?;
    cookie.clear().await;
    cookie
        .cycle_id()
        .await
        .map_err(|error| store_failed(&error))?;
    keep(now).await?;
    if let Ok(before) = before {
        revoke_all(before).await;
    }
    Ok(())
}

/// Ends the tokens of a session that has ended.
async fn revoke_all(ended: SignedIn) {
    let unscoped = ended.keystone.map(|keystone| keystone.unscoped);
    for kept in [Some(ended.token), unscoped].into_iter().flatten() {
        if let Ok(token) = token(&kept) {
            revoke(&token).await;
        }
    }
}

/// Keeps what has changed of who is signed in.
pub(crate) async fn keep(signed_in: SignedIn) -> Result<(), AppError> {
    cookie()
        .await?
        .insert(VIEWER, signed_in)
        .await
        .map_err(|error| store_failed(&error))
}

/// The key of the share link that was made last.
const FRESH_LINK: &str = "fresh share link";

/// The share link that was made last in a session. Its secret is kept nowhere else.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct FreshLink {
    /// By which it is revoked.
    pub(crate) id: String,
    /// Its address below the base path, secret and all.
    pub(crate) address: String,
}

/// A token as a session keeps it.
pub(crate) fn token(kept: &str) -> Result<Token, AppError> {
    Token::new(kept).map_err(|_| AppError::SignedOut)
}

/// Ends a token that nobody needs any more, as far as that can be done quickly: it ends by itself.
pub(crate) async fn revoke(token: &Token) {
    let Ok(context) = context() else { return };
    let session = context.client.session(token.clone());
    match tokio::time::timeout(REVOKED_WITHIN, session.revoke()).await {
        Ok(Ok(())) => (),
        Ok(Err(error)) => tracing::warn!(%error, "a token could not be revoked"),
        Err(_) => tracing::warn!("a token could not be revoked in time"),
    }
}

/// The viewer's session with the metering API; on a shared page, the link's.
pub(crate) async fn metering_session() -> Result<(Session, String), AppError> {
    if let Some(secret) = super::share_links::secret() {
        return Ok((super::share_links::session(&secret).await?, String::new()));
    }
    let SignedIn {
        token: kept, user, ..
    } = signed_in().await?;
    Ok((context()?.client.session(token(&kept)?), user))
}

/// The share link that was made last in this session.
pub(crate) async fn fresh_link() -> Result<Option<FreshLink>, AppError> {
    let kept = cookie().await?.get::<FreshLink>(FRESH_LINK).await;
    kept.map_err(|error| store_failed(&error))
}

/// Keeps it.
pub(crate) async fn keep_fresh_link(link: &FreshLink) -> Result<(), AppError> {
    let kept = cookie().await?.insert(FRESH_LINK, link).await;
    kept.map_err(|error| store_failed(&error))
}

/// The session of panels in somebody else's page: by the token in the request's header. Only a
/// request without one, which can but come from a page of ours, goes by the viewer's own session.
pub(crate) async fn panel_session() -> Result<Session, AppError> {
    let headers = extract::<HeaderMap>().await.map_err(|error| {
        tracing::error!(%error, "there is no request");
        AppError::Internal
    })?;
    let Some(token) = headers.get(TOKEN) else {
        return Ok(metering_session().await?.0);
    };
    let token = token.to_str().map_err(|_| AppError::SignedOut)?;
    let token = Token::new(token).map_err(|_| AppError::SignedOut)?;
    Ok(context()?.client.session(token))
}

/// What an error is on the form.
pub(crate) fn reason(error: &ClientError) -> routes::SignInReason {
    use routes::SignInReason as Reason;
    match error {
        ClientError::PasswordExpired => return Reason::PasswordExpired,
        ClientError::SecondFactor => return Reason::SecondFactor,
        _ => {}
    }
    match app_error(error) {
        AppError::SignedOut => Reason::Credentials,
        AppError::Forbidden => Reason::NoManagementTag,
        AppError::TooManyRequests { retry_after } => {
            Reason::TooManyAttempts(retry_after.unwrap_or(60))
        }
        _ => Reason::Unavailable,
    }
}

/// Ends the tokens and the session, and redirects to the form.
pub(crate) async fn sign_out() -> Result<(), AppError> {
    if let Ok(signed_in) = signed_in().await {
        // The session ends, whether this succeeds or not.
        revoke_all(signed_in).await;
    }
    cookie()
        .await?
        .flush()
        .await
        .map_err(|error| store_failed(&error))?;
    super::context::redirect(routes::SIGN_IN);
    Ok(())
}
