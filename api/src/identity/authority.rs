//! Who says what a token stands for: this service itself, or a Keystone.
//!
//! Nothing behind here knows which of them it was.

use std::sync::Arc;

use http::HeaderMap;
use metering::identity::AUTH_TOKEN;

use super::keystone::Keystone;
use super::tokens::TokenData;
use crate::config::{ApiError, IdentityConfig};
use crate::error::Error;
use crate::state::Shared;

/// Who says what a token stands for.
#[derive(Debug)]
pub(crate) enum Authority {
    /// The tokens that this service gave.
    Embedded,
    /// A Keystone is asked.
    Keystone(Arc<Keystone>),
}

impl Authority {
    pub(crate) fn new(config: &IdentityConfig) -> Result<Self, ApiError> {
        Ok(match config {
            IdentityConfig::Embedded => Self::Embedded,
            IdentityConfig::Keystone(config) => {
                Self::Keystone(Arc::new(Keystone::new((**config).clone())?))
            }
        })
    }

    /// What the token of a request stands for.
    ///
    /// # Errors
    /// `401` without a valid token, `403` for one that opens nothing here, `503` where nobody could
    /// say.
    pub(crate) async fn caller(
        &self,
        shared: &Arc<Shared>,
        headers: &HeaderMap,
    ) -> Result<Arc<TokenData>, Error> {
        let token = headers
            .get(AUTH_TOKEN)
            .and_then(|token| token.to_str().ok());
        let token = token.ok_or(Error::Unauthorized)?;
        match self {
            Self::Embedded => {
                let known = shared.tokens.find(token, shared.config.clock.now());
                known.ok_or(Error::Unauthorized)
            }
            Self::Keystone(keystone) => keystone.caller(shared, token).await,
        }
    }

    /// Where callers get a token: what `WWW-Authenticate` names.
    pub(crate) fn uri(&self, base: &str) -> String {
        match self {
            Self::Embedded => format!("{base}/identity"),
            Self::Keystone(keystone) => keystone.public_url().to_owned(),
        }
    }
}
