//! What a request can end with instead of its answer.
//!
//! There are three kinds of errors in this crate, and none of them crosses into another's place:
//!
//! * [`ApiError`](crate::ApiError): the service cannot start. For whoever starts it.
//! * `BrokerError`, of the collector: a broker did not answer, or not usably. It never ends a
//!   viewer's request; it becomes the sentence in `reason`, beside the state `stale` or `down`.
//! * [`Error`], here: a request cannot be answered. Each variant names its status.
//!
//! What goes out has one of the forms of `metering::error`. Controllers' errors are
//! `{"error_message": {"faultcode", "faultstring", "debuginfo"}}`; those about tokens have
//! Keystone's form, `{"error": {"code", "title", "message"}}`, wherever they arise; those of the
//! router (unknown path, method, `Accept`) are written in [`super::router_error`]. Causes
//! are logged, not sent.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use metering::error::{ErrorBody, Fault, FaultCode, KeystoneError, KeystoneErrorBody};
use store::StoreError;

use super::json::{json, json_response};

/// When to come back where the process is busy with requests like this one.
const BUSY: Duration = Duration::from_secs(2);

/// How often the store deletes series without samples.
const SERIES_DELETED: Duration = Duration::from_mins(10);

/// A text of a request is repeated in an error up to this length, in characters.
const QUOTED: usize = 200;

/// A text, cut where it is too long to be repeated.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Why a request is not answered.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    /// `400`: a query parameter that this path does not have.
    #[error("Unknown argument: \"{0}\"")]
    UnknownArgument(String),
    /// `400`: a query parameter whose value cannot be used: which, and what can be.
    #[error("{0}")]
    BadArgument(String),
    /// `400`: the caller sees several brokers and named none.
    #[error("The argument broker is needed, since there are several: {}", .0.join(", "))]
    BrokerNeeded(Vec<String>),
    /// `401`: the caller has a token, but not for the project that it asks for.
    #[error("Not Authorized to access project {0}")]
    ProjectNotAuthorized(String),
    /// `401`: the caller may not do this for somebody else, or not at all.
    #[error("{0}")]
    NotAuthorized(String),
    /// `403`: a project has as many alarms as it may have.
    #[error("{0}")]
    AlarmQuota(String),
    /// `404`: there is no such alarm, or the caller may not know of it.
    #[error("{0}")]
    NoAlarm(String),
    /// `403`: the caller may not see this.
    #[error("RBAC Authorization Failed")]
    Forbidden,
    /// `404`: there is no such broker, or the caller may not know of it.
    #[error("Broker {0} Not Found")]
    UnknownBroker(String),
    /// `404`: there is no such sample or resource, or the caller may not know of it.
    #[error("{what} {id} Not Found")]
    NotFound {
        /// `Sample` or `Resource`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// `404`: the broker's version or plugins have no such list.
    #[error("Broker {broker} has no {list}: its version does not know of them")]
    NotOffered {
        /// The broker's name.
        broker: String,
        /// The list's.
        list: &'static str,
    },
    /// `404`: the list is statistics alone, and the broker's are off.
    #[error("Broker {broker} reports no {list}: its statistics are off")]
    StatisticsOff {
        /// The broker's name.
        broker: String,
        /// The list's.
        list: &'static str,
    },
    /// `408`: a body that did not arrive in time.
    #[error("The body of the request did not arrive in time")]
    BodyTimeout,
    /// `413`: a body that is longer than this, in bytes.
    #[error("Request is too large: accepted are at most {0} bytes")]
    BodyTooLarge(usize),
    /// `429`: more posted samples than a project may have in a day.
    #[error(
        "Project {project} has posted {posted} samples today (UTC), and {limit} are accepted a day. \
         Send fewer samples, or post again in {} s. The operator can change this with --posted-quota.", .retry_after.as_secs() + 1
    )]
    PostedQuota {
        /// The project's id.
        project: String,
        /// What it has posted.
        posted: u64,
        /// What it may post.
        limit: u64,
        /// Until the next day.
        retry_after: Duration,
    },
    /// `503`: the bodies of requests take too much memory now.
    #[error("Too many large requests are in progress. Send this one again in {} s.", BUSY.as_secs())]
    TooManyBodies,
    /// `503`: the account has too many queries in progress.
    #[error("Too many queries of this account are in progress. Send this one again in {} s.", BUSY.as_secs())]
    TooManyQueries,
    /// `415`: a post that is not JSON.
    #[error("Unknown mimetype: {0}")]
    UnknownMimetype(String),
    /// `503`: the broker has not given an answer yet, or not to this.
    #[error("Broker {broker} has not answered: {reason}")]
    NotAnswered {
        /// The broker's name.
        broker: String,
        /// Why, in a sentence.
        reason: String,
        /// When to ask again.
        retry_after: Duration,
    },

    /// `503`, `400` for a pattern, `429` for new series of a project that has too many: the store does
    /// not give what was asked, or does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// `401`: no token, or one that is not or no longer valid.
    #[error("The request you have made requires authentication.")]
    Unauthorized,
    /// `401`: the user name or the password is wrong, or the project is none of the account's.
    #[error("{0}")]
    SignInRefused(String),
    /// `403`: the account may not use the management API, or not do this with somebody's token.
    #[error("{0}")]
    NotPermitted(String),
    /// `400`: a token request that cannot be understood.
    #[error("{0}")]
    BadTokenRequest(String),
    /// `404`: the token to validate or to revoke is none.
    #[error("Failed to validate token")]
    UnknownToken,
    /// `408`: a token request that did not arrive in time.
    #[error("The body of the request did not arrive in time.")]
    TokenRequestTimeout,
    /// `413`: a token request that is too long to be one.
    #[error("Request is too large.")]
    TooLarge,
    /// `415`: a body that is not JSON.
    #[error("Unknown mimetype: {0}")]
    MediaType(String),
    /// `429`: too many wrong passwords.
    #[error("Too many failed sign-ins. Try again in {} s.", .0.as_secs())]
    TooManyAttempts(Duration),
    /// `429`: more guest tokens than a portal may have.
    #[error("The portal asks for more guest tokens than it may have. Try again in {} s.", .0.as_secs().max(1))]
    TooManyTokens(Duration),
    /// `503`: no broker could be asked who the caller is.
    #[error("{0}")]
    NobodyToAsk(String),
}

impl Error {
    /// One text for every cause: it reveals neither accounts nor brokers to a stranger.
    pub(crate) fn wrong_sign_in() -> Self {
        Self::SignInRefused(
            "The user name or the password is wrong, or there is no such project.".into(),
        )
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::UnknownArgument(_)
            | Self::BadArgument(_)
            | Self::BrokerNeeded(_)
            | Self::BadTokenRequest(_)
            | Self::Store(StoreError::BadPattern(_)) => StatusCode::BAD_REQUEST,
            Self::Unauthorized
            | Self::SignInRefused(_)
            | Self::ProjectNotAuthorized(_)
            | Self::NotAuthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::NotPermitted(_) | Self::AlarmQuota(_) => StatusCode::FORBIDDEN,
            Self::UnknownBroker(_)
            | Self::NoAlarm(_)
            | Self::UnknownToken
            | Self::NotFound { .. }
            | Self::NotOffered { .. }
            | Self::StatisticsOff { .. } => StatusCode::NOT_FOUND,
            Self::BodyTimeout | Self::TokenRequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge | Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) | Self::UnknownMimetype(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyAttempts(_)
            | Self::TooManyTokens(_)
            | Self::PostedQuota { .. }
            | Self::Store(StoreError::TooManySeries { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotAnswered { .. }
            | Self::NobodyToAsk(_)
            | Self::Store(_)
            | Self::TooManyBodies
            | Self::TooManyQueries => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// When the caller may ask again, where that is known.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotAnswered { retry_after, .. }
            | Self::PostedQuota { retry_after, .. }
            | Self::TooManyAttempts(retry_after)
            | Self::TooManyTokens(retry_after) => Some(*retry_after),
            Self::TooManyBodies | Self::TooManyQueries => Some(BUSY),
            Self::Store(StoreError::BadPattern(_)) => None,
            Self::Store(StoreError::TooManySeries { .. }) => Some(SERIES_DELETED),
            Self::NobodyToAsk(_) | Self::Store(_) => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// Whether it has Keystone's form.
    fn is_about_tokens(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized
                | Self::SignInRefused(_)
                | Self::NotPermitted(_)
                | Self::BadTokenRequest(_)
                | Self::UnknownToken
                | Self::TokenRequestTimeout
                | Self::TooLarge
                | Self::MediaType(_)
                | Self::TooManyAttempts(_)
                | Self::TooManyTokens(_)
                | Self::NobodyToAsk(_)
        )
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = if self.is_about_tokens() {
            json(&KeystoneErrorBody {
                error: KeystoneError {
                    code: status.as_u16(),
                    title: status.canonical_reason().unwrap_or_default().to_owned(),
                    message: self.to_string(),
                },
            })
        } else {
            let faultcode = if status.is_client_error() {
                FaultCode::Client
            } else {
                FaultCode::Server
            };
            let fault = Fault {
                faultcode,
                faultstring: self.to_string(),
                debuginfo: None,
            };
            json(&ErrorBody {
                error_message: fault,
            })
        };
        let mut response = json_response(status, body);
        if let Some(wait) = self.retry_after() {
            // Whole seconds, and never "at once".
            let seconds = wait.as_millis().div_ceil(1000).max(1) as u64;
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
