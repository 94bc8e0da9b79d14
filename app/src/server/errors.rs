//! Turns errors of the metering API into [`AppError`]s, and sets the HTTP status.

use std::time::Duration;

use client::ClientError;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::error::AppError;

/// Sets the HTTP status of an error: the framework answers every error with 500.
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

fn seconds(delay: Option<Duration>) -> Option<u32> {
    delay.map(|delay| delay.as_secs().max(1).try_into().unwrap_or(u32::MAX))
}

/// The viewer's error for a client's error. The cause is logged here.
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
