//! The client: a transport, endpoints, and the cache that all its sessions share.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::cache::Cache;
use crate::credentials::Credentials;
use crate::endpoints::Endpoints;
use crate::error::ClientError;
use crate::session::Session;
use crate::token::Token;
use crate::transport::Transport;

/// A client of one metering API and its identity service. A clone is the same client.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Box<dyn Transport>,
    /// The way to the identity service, where it is another one.
    to_identity: Option<Box<dyn Transport>>,
    endpoints: Endpoints,
    cache: Cache,
}

impl Client {
    /// A client that speaks over this transport to those endpoints.
    pub fn new(transport: impl Transport, endpoints: Endpoints) -> Self {
        Self::over(Box::new(transport), None, endpoints)
    }

    /// A client that speaks to the identity service over a transport of its own: where the metering
    /// API is in the same process, and a Keystone is not.
    pub fn with_identity(
        transport: impl Transport,
        to_identity: impl Transport,
        endpoints: Endpoints,
    ) -> Self {
        Self::over(Box::new(transport), Some(Box::new(to_identity)), endpoints)
    }

    fn over(
        transport: Box<dyn Transport>,
        to_identity: Option<Box<dyn Transport>>,
        endpoints: Endpoints,
    ) -> Self {
        Self(Arc::new(Inner {
            transport,
            to_identity,
            endpoints,
            cache: Cache::default(),
        }))
    }

    /// A session of a token that somebody already has. Costs next to nothing; asks nobody.
    pub fn session(&self, token: Token) -> Session {
        Session::of_token(self.clone(), token, None)
    }

    /// A session that signs in when it is first used, and again, once, whenever its token is
    /// refused. For programs; it holds the password.
    pub fn signed_in(&self, credentials: Credentials) -> Session {
        Session::of_credentials(self.clone(), credentials)
    }

    /// Whether the metering API answers, without a token.
    ///
    /// # Errors
    /// When it does not, or not with its version document; or when its address is not configured
    /// but comes from a catalog, which only a token opens.
    pub async fn reachable(&self) -> Result<(), ClientError> {
        let endpoints = self.endpoints();
        let metering = endpoints
            .metering
            .as_ref()
            .ok_or_else(|| endpoints.missing())?;
        let address = format!("{}/", metering.as_str().trim_end_matches('/'));
        let uri = self.cache().look_up(&address)?.uri;
        let answer = self
            .send_request(Method::GET, uri, HeaderMap::new(), Bytes::new())
            .await?;
        if answer.status().is_success() || answer.status().is_redirection() {
            return Ok(());
        }
        Err(ClientError::from_response(
            answer.status(),
            answer.headers(),
            answer.body(),
        ))
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn to_identity(&self) -> &dyn Transport {
        self.0.to_identity.as_deref().unwrap_or(self.transport())
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.0.cache
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoints", self.endpoints())
            .finish_non_exhaustive()
    }
}
