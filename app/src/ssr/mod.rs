//! What server functions do on the server, and what the `server` crate hands them.
//!
//! State comes by Leptos context ([`AppContext`]), a viewer's session by
//! request extension (tower-sessions), its address likewise
//! ([`ViewerAddress`]).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use client::ClientError;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use metering::Timestamp;

use crate::error::AppError;
use crate::i18n::negotiate;

pub(crate) mod arguments;
pub mod brokers;
pub mod first_sample;
pub(crate) mod given_name;
mod happened;
pub mod health;
mod keystone;
pub mod language;
pub mod lists;
pub mod log;
pub mod meters;
pub mod overview;
pub mod panels;
pub(crate) mod projects;
pub mod search;
pub mod session;
pub mod shared;
pub mod sharing;
pub mod texts;

/// What server functions and the shell need of the server. Cheap to clone.
#[derive(Clone)]
pub struct AppContext {
    /// The metering API's client, shared by all viewers.
    pub client: client::Client,
    /// Where others reach the metering API, without `/v2` and without a slash at the end.
    pub metering_url: Arc<str>,
    /// What stands before every path of ours: `/warren`, or nothing.
    pub base_path: Arc<str>,
    /// The bundle's files.
    pub bundle: Arc<Bundle>,
    /// Where viewers sign in at a Keystone: the domain that the form names at first.
    pub keystone: Option<Arc<str>>,
    /// The share links that were opened of late.
    pub links: shared::OpenedLinks,
}

/// The names of the files that Trunk built; they hold a hash, so that they may be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// `frontend-<hash>.js`.
    pub script: String,
    /// `frontend-<hash>_bg.wasm`.
    pub module: String,
    /// `main-<hash>.css`.
    pub style: String,
}

/// The viewer's address, as far as it can be trusted: a request extension.
#[derive(Clone, Copy, Debug)]
pub struct ViewerAddress(pub IpAddr);

/// Sets the status that an error leaves with: the framework alone makes every error a 500.
pub fn leave_with_status(error: AppError) -> AppError {
    if let Some(response) = use_context::<ResponseOptions>() {
        let status =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.set_status(status);
        if let Some(seconds) = error.retry_after() {
            response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    error
}

impl AppContext {
    /// Hands it, and the language of the request that is answered, to all that answers it.
    pub fn provide(&self) {
        provide_context(self.clone());
        negotiate::provide_language();
    }
}

/// The server's context.
///
/// # Errors
/// The request is over: its viewer went away while something was still fetched for the page. Nobody
/// reads that error.
pub(crate) fn context() -> Result<AppContext, AppError> {
    use_context::<AppContext>().ok_or(AppError::Internal)
}

/// What stands before every path of ours; nothing once the request is over.
pub(crate) fn base_path() -> Arc<str> {
    context().map_or_else(|_| Arc::default(), |context| context.base_path)
}

/// Redirects to an address of ours, which begins behind the base path. What a header cannot carry is
/// percent-encoded: the framework panics on it.
pub(crate) fn redirect(target: &str) {
    let address = format!("{}{target}", base_path());
    leptos_axum::redirect(&crate::routes::visible(&address));
}

/// The server's clock.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(since_epoch.as_millis().try_into().unwrap_or(i64::MAX))
}

fn seconds(delay: Option<Duration>) -> Option<u32> {
    delay.map(|delay| delay.as_secs().max(1).try_into().unwrap_or(u32::MAX))
}

/// What a client's error is to a viewer; the cause is logged here.
pub(crate) fn app_error(error: &ClientError) -> AppError {
    match error {
        ClientError::Unauthorized | ClientError::PasswordExpired | ClientError::SecondFactor => {
            AppError::SignedOut
        }
        ClientError::Forbidden { .. } => AppError::Forbidden,
        ClientError::NotFound { .. } => AppError::UnknownBroker,
        ClientError::TooManyRequests { retry_after } => AppError::TooManyRequests {
            retry_after: seconds(*retry_after),
        },
        ClientError::Unavailable { retry_after, .. } => {
            tracing::warn!(%error, "the metering API is not available");
            AppError::Unavailable {
                retry_after: seconds(*retry_after),
            }
        }
        ClientError::Transport { .. } | ClientError::TimedOut => {
            tracing::warn!(%error, "the metering API does not answer");
            AppError::Unavailable { retry_after: None }
        }
        // An argument that only the API can judge, such as a page of which there are no share links.
        ClientError::Refused { status, message } if status.is_client_error() => {
            tracing::warn!(%error, "the metering API refused an argument");
            AppError::BadArgument {
                argument: None,
                reason: message.clone(),
            }
        }
        _ => {
            tracing::error!(%error, "the metering API answered what was not expected");
            AppError::Internal
        }
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;

    #[test]
    fn once_a_request_is_over_there_is_an_error_and_no_panic() {
        Owner::new().with(|| {
            assert!(matches!(context(), Err(AppError::Internal)));
            assert_eq!(&*base_path(), "");
        });
    }
}
