//! Opens share links: a shared page is fetched with the link's guest token, not with an account.
//!
//! A page of a link stands at `/shared/{secret}/…`, and what its scripts ask carries the secret in
//! a header. Here it becomes a guest token, kept for as long as that is valid: the metering API is
//! asked once for all who look. No cookie is read or set.

use std::sync::{Arc, PoisonError};

use client::{Session, Token};
use http::request::Parts;
use leptos::prelude::use_context;

use super::clock::now;
use super::context::{context, viewer_address};
use super::errors::app_error;
use super::opened_links::Opened;
use crate::error::AppError;
use crate::routes::{SHARE_LINK, SHARED};
use crate::view_models::sharing::OpenedLink;

/// A token is not used any more when it has no longer than this to live, in milliseconds.
const REST: i64 = 60_000;
/// As many links are kept at once; there are seldom more.
const MAX_KEPT: usize = 2000;

/// The secret of the link with which a request looks, if it does.
pub(crate) fn secret() -> Option<String> {
    let request = use_context::<Parts>()?;
    let header = request.headers.get(SHARE_LINK);
    let secret = match header {
        Some(secret) => secret.to_str().ok()?,
        None => request.uri.path().strip_prefix(SHARED)?.split('/').next()?,
    };
    let is_one = secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    // One that cannot be a secret is asked for all the same: the answer is the same too.
    Some(if is_one { secret } else { "none" }.to_owned())
}

/// The session of a link.
pub(crate) async fn session(secret: &str) -> Result<Session, AppError> {
    let opened = open(secret).await?;
    Ok(context()?.client.session(opened.token))
}

/// The link whose page asks.
pub(crate) async fn opened() -> Result<OpenedLink, AppError> {
    let secret = secret().ok_or(AppError::SignedOut)?;
    let opened = open(&secret).await?;
    Ok(OpenedLink {
        made_by: opened.link.made_by.clone(),
        until: opened.link.expires_at,
    })
}

async fn open(secret: &str) -> Result<Opened, AppError> {
    let context = context()?;
    let links = &context.links.0;
    let kept = {
        let mut links = links.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now().as_millis();
        links.retain(|_, opened| opened.expires_at.as_millis() > now + REST);
        links.get(secret).cloned()
    };
    if let Some(opened) = kept {
        return Ok(opened);
    }
    let address = viewer_address().await;
    let answer = context.client.open_share_link(secret, address).await;
    let answer = answer.map_err(|error| match app_error(&error) {
        // There is no such link, or none any more.
        AppError::UnknownBroker => AppError::SignedOut,
        other => other,
    })?;
    let opened = Opened {
        token: Token::new(&answer.token.token).map_err(|_| AppError::Malformed)?,
        link: Arc::new(answer.link),
        expires_at: answer.token.expires_at,
    };
    let mut links = links.lock().unwrap_or_else(PoisonError::into_inner);
    if links.len() < MAX_KEPT {
        links.insert(secret.to_owned(), opened.clone());
    }
    Ok(opened)
}
