//! Sessions: the viewer's token stays here, the browser holds an id alone.

use std::net::IpAddr;

use client::{ClientError, Credentials, Session, Token};
use http::HeaderMap;
use leptos_axum::extract;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tower_sessions::Session as Cookie;

use super::{ViewerAddress, app_error, context};
use crate::error::AppError;
use crate::routes;
use crate::server_fns::viewer::Viewer;

/// The key of [`SignedIn`] in a session.
const VIEWER: &str = "viewer";

/// The header that a panel's token comes in.
const TOKEN: &str = "x-auth-token";

/// What a session keeps of a signed-in viewer. Has no `Debug`: the token must not reach a log.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignedIn {
    /// The token for the metering API.
    token: String,
    /// The account's name.
    user: String,
}

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

/// The key of the address of the share link that was made last.
const FRESH_LINK: &str = "fresh link";

/// The viewer's address, as far as it is known.
pub(super) async fn viewer_address() -> Option<IpAddr> {
    let address = extract::<axum::Extension<ViewerAddress>>().await.ok();
    address.map(|address| address.0.0)
}

/// The address of the share link that was made last in this session. Its secret is kept nowhere
/// else.
pub(super) async fn fresh_link() -> Result<Option<String>, AppError> {
    let kept = cookie().await?.get::<String>(FRESH_LINK).await;
    kept.map_err(|error| store_failed(&error))
}

/// Keeps it.
pub(super) async fn keep_fresh_link(address: String) -> Result<(), AppError> {
    let kept = cookie().await?.insert(FRESH_LINK, address).await;
    kept.map_err(|error| store_failed(&error))
}

/// The viewer's session with the metering API; on a shared page, the link's.
pub(super) async fn metering_session() -> Result<(Session, String), AppError> {
    if let Some(secret) = super::shared::secret() {
        return Ok((super::shared::session(&secret).await?, String::new()));
    }
    let signed_in = cookie().await?.get::<SignedIn>(VIEWER).await;
    let SignedIn { token, user } = signed_in
        .map_err(|error| store_failed(&error))?
        .ok_or(AppError::SignedOut)?;
    let token = Token::new(&token).map_err(|_| AppError::SignedOut)?;
    Ok((context().client.session(token), user))
}

/// The session of panels in somebody else's page: by the token in the request's header. Only a
/// request without one, which can but come from a page of ours, goes by the viewer's own session.
/// Whether it is a guest's.
pub(super) async fn panel_session() -> Result<(Session, bool), AppError> {
    let headers = extract::<HeaderMap>().await.map_err(|error| {
        tracing::error!(%error, "there is no request");
        AppError::Internal
    })?;
    let Some(token) = headers.get(TOKEN) else {
        return Ok((metering_session().await?.0, false));
    };
    let token = token.to_str().map_err(|_| AppError::SignedOut)?;
    let token = Token::new(token).map_err(|_| AppError::SignedOut)?;
    Ok((context().client.session(token), true))
}

/// Who looks, and at which brokers.
pub(crate) async fn viewer() -> Result<Viewer, AppError> {
    let (session, user) = metering_session().await?;
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    Ok(Viewer { user, brokers })
}

/// Signs in, and redirects to `next` or back to the form.
pub(crate) async fn sign_in(
    user: String,
    password: SecretString,
    next: Option<String>,
) -> Result<(), AppError> {
    let context = context();
    let address = extract::<axum::Extension<ViewerAddress>>().await.ok();
    let credentials =
        Credentials::new(&*user, password).forwarded_for(address.map(|address| address.0.0));
    let next = next.as_deref();
    let target = match context.client.sign_in(&credentials).await {
        Ok(signed_in) => {
            let cookie = cookie().await?;
            // A new id: one that was planted before sign-in is worth nothing after it.
            cookie
                .cycle_id()
                .await
                .map_err(|error| store_failed(&error))?;
            let token = signed_in.token.expose().to_owned();
            let viewer = SignedIn { token, user };
            cookie
                .insert(VIEWER, viewer)
                .await
                .map_err(|error| store_failed(&error))?;
            routes::checked_next(next).to_owned()
        }
        Err(error) => routes::sign_in(next, Some(&reason(&error))),
    };
    leptos_axum::redirect(&format!("{}{target}", context.base_path));
    Ok(())
}

fn reason(error: &ClientError) -> routes::SignInReason {
    use routes::SignInReason as Reason;
    match app_error(error) {
        AppError::SignedOut => Reason::Credentials,
        AppError::Forbidden => Reason::NoManagementTag,
        AppError::TooManyRequests { retry_after } => {
            Reason::TooManyAttempts(retry_after.unwrap_or(60))
        }
        _ => Reason::Unavailable,
    }
}

/// Ends the token and the session, and redirects to the form.
pub(crate) async fn sign_out() -> Result<(), AppError> {
    if let Ok((session, _)) = metering_session().await
        && let Err(error) = session.revoke().await
    {
        // The session ends all the same; the token ends by itself, later.
        tracing::warn!(%error, "the token could not be revoked");
    }
    cookie()
        .await?
        .flush()
        .await
        .map_err(|error| store_failed(&error))?;
    leptos_axum::redirect(&format!("{}{}", context().base_path, routes::SIGN_IN));
    Ok(())
}
