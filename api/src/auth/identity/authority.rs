//! What validates tokens: this service itself, or a Keystone. The rest of the service does not depend
//! on which of them it is.

use std::sync::Arc;

use http::HeaderMap;
use metering::identity::AUTH_TOKEN;

use super::keystone::Keystone;
use super::tokens::TokenData;
use crate::auth::context::AuthContext;
use crate::config::{ApiError, IdentityConfig};
use crate::http::error::Error;

/// What validates tokens.
#[derive(Debug)]
pub(crate) enum Authority {
    /// This service, which issued them.
    Embedded,
    /// A Keystone.
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
        context: &AuthContext,
        headers: &HeaderMap,
    ) -> Result<Arc<TokenData>, Error> {
        let token = headers
            .get(AUTH_TOKEN)
            .and_then(|token| token.to_str().ok());
        let token = token.ok_or(Error::Unauthorized)?;
        match self {
            Self::Embedded => {
                let known = context.tokens.find(token, context.config.clock.now());
                known.ok_or(Error::Unauthorized)
            }
            Self::Keystone(keystone) => keystone.caller(&context.context, token).await,
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
