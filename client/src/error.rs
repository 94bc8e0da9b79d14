//! What can go wrong, and error bodies in words.
//!
//! | error | who is at fault | what helps |
//! |---|---|---|
//! | `Unauthorized` | the token or the password | signing in again |
//! | `PasswordExpired`, `SecondFactor` | the account | a new password, another way to sign in |
//! | `Forbidden`, `NotFound`, `Refused` | the request | another request |
//! | `TooManyRequests`, `Unavailable`, `TimedOut`, `Transport` | the moment | waiting |
//! | `Incomplete` | the connection, or the service | asking again |
//! | `TooLarge`, `Malformed`, `NoEndpoint` | the service, or its configuration | its operator |

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use metering::error::{ErrorBody, KeystoneErrorBody, RouterErrorBody};
use serde::Deserialize;

use crate::transport::TransportError;

/// No message of a service is shown longer than this, in characters.
const LONGEST_MESSAGE: usize = 300;

/// Why a request to the metering API or the identity service has no result.
///
/// Cheap to clone: one failure goes to all who waited for it. No variant
/// holds a token or a password.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// 401: the token is unknown, expired or revoked; at sign-in: the wrong password.
    #[error("the request requires authentication")]
    Unauthorized,
    /// 401 at sign-in: the password is right and expired. Keystone takes a new one first.
    #[error("the password has expired")]
    PasswordExpired,
    /// 401 at sign-in: the password is right, and the account needs one more proof, a one-time code
    /// for example.
    #[error("the account needs more than a password")]
    SecondFactor,
    /// 403: the account may not do this.
    #[error("forbidden: {message}")]
    Forbidden {
        /// The service's words.
        message: String,
    },
    /// 404: there is no such thing, or not for this account.
    #[error("not found: {message}")]
    NotFound {
        /// The service's words.
        message: String,
    },
    /// 429: too many wrong passwords, or too many requests.
    #[error("too many requests")]
    TooManyRequests {
        /// How long to wait, where the service says so.
        retry_after: Option<Duration>,
    },
    /// 502, 503, 504: the service, or the broker behind it, does not answer at the moment.
    #[error("unavailable: {message}")]
    Unavailable {
        /// The service's words.
        message: String,
        /// How long to wait, where the service says so.
        retry_after: Option<Duration>,
    },
    /// Any other status that is no success.
    #[error("refused with {status}: {message}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The service's words.
        message: String,
    },
    /// There is no answer.
    #[error(transparent)]
    Transport(TransportError),
    /// There is no answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer ends before the end of its list. What came of it was whole.
    #[error("the answer broke off after {items} items")]
    Incomplete {
        /// How many items came.
        items: u64,
    },
    /// The answer is not what the protocol says.
    #[error("not understood: {message}")]
    Malformed {
        /// What is wrong with it.
        message: String,
    },
    /// The catalog holds no metering API of the wanted interface and region.
    #[error("the catalog holds no metering API ({interface}, region {region})")]
    NoEndpoint {
        /// The wanted interface.
        interface: &'static str,
        /// The wanted region, or `any`.
        region: String,
    },
}

impl ClientError {
    /// How long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Whether the same request may succeed later, without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::TooManyRequests { .. }
            | Self::Unavailable { .. }
            | Self::TimedOut
            | Self::Incomplete { .. }
            | Self::Transport(_) => true,
            Self::Refused { status, .. } => status.is_server_error(),
            _ => false,
        }
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed {
            message: message.into(),
        }
    }

    /// The error of a sign-in that was refused.
    ///
    /// Sources: `keystone/exception.py` (`PasswordExpired`), and "Multi-Factor Authentication" of the
    /// Identity API v3: what is short of a proof is answered with a receipt.
    pub(crate) fn of_sign_in(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        if status == StatusCode::UNAUTHORIZED {
            if headers.contains_key("openstack-auth-receipt") {
                return Self::SecondFactor;
            }
            if message(status, body).starts_with("The password is expired") {
                return Self::PasswordExpired;
            }
        }
        Self::from_response(status, headers, body)
    }

    /// The error that an answer without success stands for.
    pub(crate) fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let message = || message(status, body);
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden { message: message() },
            StatusCode::NOT_FOUND => Self::NotFound { message: message() },
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests {
                retry_after: retry_after(headers),
            },
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Self::Unavailable {
                message: message(),
                retry_after: retry_after(headers),
            },
            status => Self::Refused {
                status,
                message: message(),
            },
        }
    }
}

impl From<TransportError> for ClientError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::TimedOut => Self::TimedOut,
            TransportError::TooLarge { .. } => Self::TooLarge,
            other => Self::Transport(other),
        }
    }
}

/// `Retry-After` in seconds. Its other form, a date, needs a clock that agrees; nobody here sends it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Every form of an error body, see [`metering::error`].
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyBody {
    Keystone(KeystoneErrorBody),
    Controller(ErrorBody),
    Router(RouterErrorBody),
    Plain { error_message: String },
}

/// The words of an error body, or those of its status where it holds none that a reader wants.
fn message(status: StatusCode, body: &[u8]) -> String {
    let said = match serde_json::from_slice(body) {
        Ok(AnyBody::Keystone(body)) => body.error.message,
        Ok(AnyBody::Controller(body)) => body.error_message.faultstring,
        Ok(AnyBody::Router(body)) if body.error_message.description.is_empty() => {
            body.error_message.title
        }
        Ok(AnyBody::Router(body)) => body.error_message.description,
        Ok(AnyBody::Plain { error_message }) => error_message,
        // A proxy's page says less than the status, and no other text is part of the protocol.
        Err(_) => String::new(),
    };
    let mut said: String = said
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(LONGEST_MESSAGE + 1)
        .collect();
    if said.chars().count() > LONGEST_MESSAGE {
        said.pop();
        said.push('…');
    }
    if said.trim().is_empty() {
        status
            .canonical_reason()
            .map_or_else(|| status.to_string(), str::to_owned)
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn said(body: &str) -> String {
        message(StatusCode::BAD_REQUEST, body.as_bytes())
    }

    #[test]
    fn every_form_of_an_error_body_becomes_words() {
        for body in [
            r#"{"error":{"code":400,"title":"Bad Request","message":"in words"}}"#,
            r#"{"error_message":{"faultcode":"Client","faultstring":"in words","debuginfo":null}}"#,
            r#"{"error_message":{"code":400,"title":"in words","description":""}}"#,
            r#"{"error_message":{"code":400,"title":"Bad","description":"in words"}}"#,
            r#"{"error_message":"in words"}"#,
        ] {
            assert_eq!(said(body), "in words", "{body}");
        }
    }

    #[test]
    fn a_page_of_html_is_not_shown() {
        for body in [
            "<html><h1>502</h1></html>",
            "",
            "[1,2]",
            "{\"error_message\":\"\"}",
        ] {
            assert_eq!(said(body), "Bad Request", "{body}");
        }
    }

    #[test]
    fn messages_are_one_short_line() {
        let long = said(&format!(r#"{{"error_message":"a\nb{}"}}"#, "é".repeat(400)));
        assert!(long.starts_with("a bé"));
        assert!(long.ends_with("é…"));
        assert_eq!(long.chars().count(), LONGEST_MESSAGE + 1);
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers), None);
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
        let error = ClientError::from_response(StatusCode::SERVICE_UNAVAILABLE, &headers, b"");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.is_temporary());
    }

    #[test]
    fn an_expired_password_and_a_second_factor_are_no_wrong_password() {
        let unauthorized = |headers: &HeaderMap, body: &str| {
            ClientError::of_sign_in(StatusCode::UNAUTHORIZED, headers, body.as_bytes())
        };
        let none = HeaderMap::new();
        // As Keystone 22 answers.
        let expired = r#"{"error":{"code":401,"message":"The password is expired and needs to be changed for user: 0f6c.","title":"Unauthorized"}}"#;
        assert!(matches!(
            unauthorized(&none, expired),
            ClientError::PasswordExpired
        ));
        let mut receipt = HeaderMap::new();
        receipt.insert("openstack-auth-receipt", HeaderValue::from_static("gAAA"));
        let body =
            r#"{"receipt":{"methods":["password"]},"required_auth_methods":[["totp","password"]]}"#;
        assert!(matches!(
            unauthorized(&receipt, body),
            ClientError::SecondFactor
        ));
        let wrong = r#"{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}"#;
        assert!(matches!(
            unauthorized(&none, wrong),
            ClientError::Unauthorized
        ));
    }

    #[test]
    fn each_status_has_its_error() {
        let error = |status| ClientError::from_response(status, &HeaderMap::new(), b"");
        assert!(matches!(
            error(StatusCode::UNAUTHORIZED),
            ClientError::Unauthorized
        ));
        assert!(matches!(
            error(StatusCode::FORBIDDEN),
            ClientError::Forbidden { .. }
        ));
        assert!(matches!(
            error(StatusCode::NOT_FOUND),
            ClientError::NotFound { .. }
        ));
        assert!(matches!(
            error(StatusCode::TOO_MANY_REQUESTS),
            ClientError::TooManyRequests { .. }
        ));
        assert!(matches!(
            error(StatusCode::BAD_GATEWAY),
            ClientError::Unavailable { .. }
        ));
        assert!(matches!(
            error(StatusCode::FOUND),
            ClientError::Refused { .. }
        ));
        assert!(!error(StatusCode::BAD_REQUEST).is_temporary());
        assert!(error(StatusCode::INTERNAL_SERVER_ERROR).is_temporary());
    }
}
