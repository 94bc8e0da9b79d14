//! Errors between a viewer and the metering API.
//!
//! One enum crosses the wire from server functions to the browser; each
//! variant's HTTP status is in its docs. Causes are logged on the server, not
//! sent.

use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::i18n::Catalog;
use crate::json::{Json, Malformed};

/// Why a server function gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// `400`: an argument that is missing or cannot be read.
    #[error("an argument cannot be read: {reason}")]
    BadArgument {
        /// The argument's name, if known.
        argument: Option<String>,
        /// What is wrong with it.
        reason: String,
    },
    /// `401`: there is no session, or its token has ended.
    #[error("not signed in")]
    SignedOut,
    /// `401`, in a panel: the page around it has no valid token.
    #[error("no valid token")]
    NoToken,
    /// `403`: the account may not see that.
    #[error("not for this account")]
    Forbidden,
    /// `404`: no such broker, or not for this account.
    #[error("no such broker")]
    UnknownBroker,
    /// `404`: there is nothing of that name, or not for this account.
    #[error("no such thing")]
    NotFound,
    /// `429`: too many requests.
    #[error("too many requests")]
    TooManyRequests {
        /// Seconds to wait, if the service said so.
        retry_after: Option<u32>,
    },
    /// `503`: the metering API does not answer.
    #[error("the metering API does not answer")]
    Unavailable {
        /// Seconds to wait, if the service said so.
        retry_after: Option<u32>,
    },
    /// No status: the browser could not reach the dashboard's server.
    #[error("the server cannot be reached")]
    Unreachable,
    /// No status: the answer took too long and was given up.
    #[error("the server took too long")]
    TimedOut,
    /// No status: an unexpected answer, from a proxy or another version.
    #[error("the answer could not be read")]
    Malformed,
    /// `500`: a fault of the server; its log has the cause.
    #[error("the server failed")]
    Internal,
}

impl AppError {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadArgument { .. } => 400,
            Self::SignedOut | Self::NoToken => 401,
            Self::Forbidden => 403,
            Self::UnknownBroker | Self::NotFound => 404,
            Self::TooManyRequests { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Unreachable | Self::TimedOut | Self::Malformed | Self::Internal => 500,
        }
    }

    /// The error for a status without a body of ours, such as a proxy's.
    pub fn of_status(status: u16, retry_after: Option<u32>) -> Self {
        match status {
            401 => Self::SignedOut,
            403 => Self::Forbidden,
            429 => Self::TooManyRequests { retry_after },
            502..=504 => Self::Unavailable { retry_after },
            _ => Self::Malformed,
        }
    }

    /// The service's `Retry-After` in seconds.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests { retry_after } | Self::Unavailable { retry_after } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// The code for the page around a panel.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadArgument { .. } => "bad-argument",
            Self::SignedOut | Self::NoToken => "token",
            Self::Forbidden => "forbidden",
            Self::UnknownBroker => "unknown-broker",
            Self::NotFound => "not-found",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::Unavailable { .. } => "unavailable",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::Malformed => "malformed",
            Self::Internal => "internal",
        }
    }

    /// The text for viewers.
    pub fn text(&self, texts: &'static Catalog) -> &'static str {
        match self {
            Self::BadArgument { .. } => texts.error_bad_argument,
            Self::SignedOut => texts.session_ended,
            Self::NoToken => texts.embed.no_token,
            Self::Forbidden => texts.error_forbidden,
            Self::UnknownBroker | Self::NotFound => texts.not_found,
            Self::TooManyRequests { .. } => texts.error_too_many,
            Self::Unavailable { .. } => texts.error_unavailable,
            Self::Unreachable => texts.error_unreachable,
            Self::TimedOut => texts.error_timed_out,
            Self::Malformed => texts.error_malformed,
            Self::Internal => texts.error_internal,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = Json;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => {
                bad_argument(reason)
            }
            // On the server these are the arguments, in the browser the answer.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(reason) => bad_argument(reason),
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) => Self::Malformed,
            ServerFnErrorErr::Response(_) => Self::Malformed,
            _ => Self::Internal,
        }
    }
}

impl From<Malformed> for AppError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Finds out which argument cannot be read, from the parser's reason. A Leptos context of each
/// request on the server.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy)]
pub struct ArgumentErrors(pub fn(String) -> AppError);

/// The error of arguments that do not fit. In the browser no arguments are parsed.
fn bad_argument(reason: String) -> AppError {
    #[cfg(feature = "ssr")]
    if let Some(ArgumentErrors(find)) = leptos::prelude::use_context() {
        return find(reason);
    }
    AppError::BadArgument {
        argument: None,
        reason,
    }
}
