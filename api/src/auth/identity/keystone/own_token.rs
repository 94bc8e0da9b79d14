//! The token with which this service asks Keystone about other tokens.

use std::fmt;

use http::HeaderValue;
use metering::Timestamp;

/// A token of our own account. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct OwnToken {
    token: HeaderValue,
    pub(super) expires_at: Timestamp,
}

impl OwnToken {
    pub(super) fn new(mut token: HeaderValue, expires_at: Timestamp) -> Self {
        token.set_sensitive(true);
        Self { token, expires_at }
    }

    /// The value of a header, marked sensitive.
    pub(super) fn header(&self) -> HeaderValue {
        self.token.clone()
    }
}

impl fmt::Debug for OwnToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
