//! Why a broker's answer could not be used, in sentences that a human can act on.
//!
//! None of them holds a password, or a URL with one: they go to viewers and logs.

use std::error::Error as StdError;
use std::time::Duration;

use http::StatusCode;
use metering::lenient_serde;
use serde::Deserialize;

use tls::TlsFiles;

/// An error's body: `{"error": "not_authorised", "reason": "Login failed"}`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Refusal {
    /// A code for programs.
    #[serde(default, deserialize_with = "lenient_serde::text")]
    pub(crate) error: Option<String>,
    /// A sentence.
    #[serde(default, deserialize_with = "lenient_serde::text")]
    pub(crate) reason: Option<String>,
}

/// What went wrong with a request to a broker.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokerError {
    /// Nothing listens there.
    #[error(
        "No connection to {authority}: {cause}. Is the broker running, and its management plugin enabled?"
    )]
    NoConnection { authority: String, cause: String },
    /// The TLS handshake failed.
    #[error("No trusted TLS connection to {authority}: {cause}.{}{advice}", if .advice.is_empty() { "" } else { " " })]
    Tls {
        authority: String,
        cause: String,
        /// What to do about it, in a sentence; or nothing.
        advice: String,
    },
    /// The answer did not come, or not to its end.
    #[error("No complete answer from {authority} within {:.1} s.", .waited.as_secs_f64())]
    TimedOut { authority: String, waited: Duration },
    /// It was not asked: too many requests for single objects wait already.
    #[error("Too many requests for single objects of {authority} are waiting. Try again soon.")]
    Busy { authority: String },
    /// The connection broke within the answer.
    #[error("The answer from {authority} broke off.")]
    BrokenOff { authority: String },
    /// 401: the broker does not know the account, or its password is another.
    #[error("{authority} refused the user name or password: {reason}.")]
    Credentials { authority: String, reason: String },
    /// 401: it takes tokens of OAuth 2, and no user names and passwords.
    #[error(
        "{authority} takes OAuth 2 tokens alone: user names and passwords are switched off there. Name a file with a token for the collector: --broker-token-file."
    )]
    OauthOnly { authority: String },
    /// 401: the collector's token is not or no longer valid.
    #[error("{authority} refused the bearer token in {file}: {reason}.")]
    Token {
        authority: String,
        file: String,
        reason: String,
    },
    /// The file with the collector's token cannot be used.
    #[error("No bearer token for {authority} in {file}: {reason}.")]
    TokenFile {
        authority: String,
        file: String,
        reason: String,
    },
    /// 3xx: it is somewhere else.
    #[error(
        "{authority} answered {status} to {path}: it is at {to} now. Name that address in --broker."
    )]
    Redirect {
        authority: String,
        path: String,
        status: StatusCode,
        to: String,
    },
    /// 401 or 403: the account is known, but may not do this.
    #[error("{authority} does not permit this to the account: {reason}.")]
    NotPermitted { authority: String, reason: String },
    /// Any other status than 200, with the broker's own reason.
    #[error("{authority} answered {status} to {path}{}.", said(.reason.as_deref()))]
    Status {
        authority: String,
        path: String,
        status: StatusCode,
        reason: Option<String>,
    },
    /// 400: the list has become shorter than the pages before this one.
    #[error("{authority} has no such page of {path}.")]
    PageOutOfRange { authority: String, path: String },
    /// 400: its statistics are off, and this is nothing else.
    #[error("{authority} does not report this: its statistics are off.")]
    StatisticsOff { authority: String },
    /// It is something else that listens there.
    #[error(
        "{authority} did not answer with JSON but with {found}. Is this the management plugin's address (by default port 15672)?"
    )]
    NotJson { authority: String, found: String },
    /// It looked like JSON, but is not, or not to its end.
    #[error("{authority} answered {path} with JSON that cannot be read: {cause}.")]
    Malformed {
        authority: String,
        path: String,
        cause: String,
    },
    /// More than is read.
    #[error("The answer from {authority} to {path} is longer than {limit} bytes.")]
    TooLong {
        authority: String,
        path: String,
        limit: usize,
    },
}

/// What a broker answers to a page that its list does not have.
///
/// Source: `rabbit_mgmt_util:range_filter/3`, the same from 3.6 to 4.x.
const PAGE_OUT_OF_RANGE: &str = "page_out_of_range";

/// The broker's own reason, as the end of a sentence.
fn said(reason: Option<&str>) -> String {
    let reason = reason.map(|reason| reason.trim_end_matches('.'));
    let reason = reason.filter(|reason| !reason.is_empty());
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

impl BrokerError {
    /// From an error of the HTTP client.
    pub(crate) fn from_client(
        error: &reqwest::Error,
        authority: &str,
        waited: Duration,
        files: &TlsFiles,
    ) -> Self {
        let authority = authority.to_owned();
        if error.is_timeout() && !error.is_connect() {
            return Self::TimedOut { authority, waited };
        }
        if let Some(cause) = tls::cause_of(error) {
            let advice = files.advice(&cause);
            return Self::Tls {
                authority,
                cause,
                advice,
            };
        }
        // The innermost cause is the operating system's, and has no URL in it.
        let cause = std::iter::successors(error.source(), |&cause| cause.source()).last();
        let cause = cause.map_or_else(|| "unknown".to_owned(), ToString::to_string);
        if error.is_timeout() {
            Self::NoConnection {
                authority,
                cause: "the connection took too long".into(),
            }
        } else if error.is_connect() {
            Self::NoConnection { authority, cause }
        } else {
            Self::BrokenOff { authority }
        }
    }

    /// From a status, with the broker's own words where it gave some.
    pub(crate) fn from_status(
        status: StatusCode,
        refusal: Refusal,
        authority: &str,
        path: &str,
    ) -> Self {
        let (authority, path) = (authority.to_owned(), path.to_owned());
        let Refusal { error, reason } = refusal;
        if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
            let is_off = |reason: &str| reason.to_lowercase().contains("basic auth disabled");
            if reason.as_deref().is_some_and(is_off) {
                return Self::OauthOnly { authority };
            }
            let known = reason.as_deref().is_some_and(is_about_rights);
            let reason = reason.unwrap_or_else(|| status.to_string());
            if known || status == StatusCode::FORBIDDEN {
                return Self::NotPermitted { authority, reason };
            }
            return Self::Credentials { authority, reason };
        }
        let is_off = |reason: &str| reason.contains("Stats in management UI are disabled");
        if status == StatusCode::BAD_REQUEST && reason.as_deref().is_some_and(is_off) {
            return Self::StatisticsOff { authority };
        }
        if status == StatusCode::BAD_REQUEST && error.as_deref() == Some(PAGE_OUT_OF_RANGE) {
            return Self::PageOutOfRange { authority, path };
        }
        Self::Status {
            authority,
            path,
            status,
            reason: reason.or(error),
        }
    }

    /// Whether the broker does not know of such a thing.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND)
    }

    /// Whether the broker said no, for whatever reason: there is no such thing, it makes no sense of
    /// this one, or it is not for this account.
    pub(crate) fn is_no(&self) -> bool {
        let is_senseless =
            matches!(self, Self::Status { status, .. } if *status == StatusCode::BAD_REQUEST);
        is_senseless || self.is_absence() || self.is_refusal()
    }

    /// Whether the page lies behind the end of its list.
    pub(crate) fn is_past_the_end(&self) -> bool {
        matches!(self, Self::PageOutOfRange { .. })
    }

    /// A word for its kind: two of the same kind are one lasting fault.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::NoConnection { .. } => "no connection",
            Self::Tls { .. } => "TLS",
            Self::TimedOut { .. } => "timed out",
            Self::Busy { .. } => "busy",
            Self::BrokenOff { .. } => "broken off",
            Self::Credentials { .. } => "credentials",
            Self::OauthOnly { .. } => "OAuth 2 alone",
            Self::Token { .. } => "token",
            Self::TokenFile { .. } => "token file",
            Self::Redirect { .. } => "redirect",
            Self::NotPermitted { .. } => "not permitted",
            Self::Status { .. } => "status",
            Self::PageOutOfRange { .. } => "page out of range",
            Self::StatisticsOff { .. } => "statistics off",
            Self::NotJson { .. } => "not JSON",
            Self::Malformed { .. } => "malformed",
            Self::TooLong { .. } => "too long",
        }
    }

    /// Whether it was waited for in vain.
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// Whether the broker itself decided, so that asking again changes nothing.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Credentials { .. }
                | Self::OauthOnly { .. }
                | Self::Token { .. }
                | Self::NotPermitted { .. }
        )
    }
}

/// What the management plugin says of an account whose password was right.
///
/// Source: `rabbit_mgmt_util:is_authorized/6`, the same words from 3.2 to 4.x.
fn is_about_rights(reason: &str) -> bool {
    [
        "Not management user",
        "Not monitor user",
        "Not administrator user",
        "Not authorised",
        "only log in via localhost",
    ]
    .iter()
    .any(|words| reason.contains(words))
}
