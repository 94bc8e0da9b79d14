//! What a token may ask, and its renewal.

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use metering::{Broker, BrokerOverview, Node, Overview, User};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::ClientError;
use crate::items::Items;
use crate::token::Token;

/// A token, and what can be asked with it. A clone is the same session.
///
/// Answers are shared with whoever asked the same before; see the
/// [crate's page](crate) for why that is safe. Whether a broker's values are
/// stale is shown by [`Session::brokers`].
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    client: Client,
    token: RwLock<Option<Token>>,
    /// The metering API's address without a slash at its end, once known.
    metering: OnceLock<Box<str>>,
    renewal: Option<Renewal>,
}

struct Renewal {
    credentials: Credentials,
    /// Held while one caller signs in for all.
    turn: Mutex<Option<Failure>>,
}

/// The last sign-in, where it failed.
struct Failure {
    error: ClientError,
    /// Before this no other is tried.
    until: Instant,
}

impl Failure {
    /// A password that has become wrong must not be counted once a poll, until the account is
    /// locked; anything else may be over in a moment.
    fn new(error: ClientError) -> Self {
        let pause = match error {
            ClientError::Unauthorized => Duration::from_secs(10),
            _ => error.retry_after().unwrap_or(Duration::from_secs(1)),
        };
        Self {
            error,
            until: Instant::now() + pause,
        }
    }
}

impl Session {
    pub(crate) fn of_token(client: Client, token: Token, metering: Option<&Url>) -> Self {
        let session = Self::start(client, Some(token), None);
        if let Some(metering) = metering {
            session.metering_at(metering);
        }
        session
    }

    pub(crate) fn of_credentials(client: Client, credentials: Credentials) -> Self {
        let renewal = Renewal {
            credentials,
            turn: Mutex::new(None),
        };
        Self::start(client, None, Some(renewal))
    }

    fn start(client: Client, token: Option<Token>, renewal: Option<Renewal>) -> Self {
        let configured = client.endpoints().metering.clone();
        let session = Self(Arc::new(Inner {
            client,
            token: RwLock::new(token),
            metering: OnceLock::new(),
            renewal,
        }));
        if let Some(metering) = configured {
            session.metering_at(&metering);
        }
        session
    }

    fn metering_at(&self, address: &Url) {
        // Whoever was first found the same.
        self.0
            .metering
            .set(address.as_str().trim_end_matches('/').into())
            .ok();
    }

    /// The configured brokers and whether they answer.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn brokers(&self) -> Result<Arc<Vec<Broker>>, ClientError> {
        self.fetch("/v2/rabbit/brokers".to_owned()).await
    }

    /// A broker's totals, rates and listeners.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown broker, [`ClientError::Unavailable`] before its
    /// first answer, and the others of [`ClientError`].
    pub async fn overview(&self, broker: &str) -> Result<Arc<Overview>, ClientError> {
        self.fetch(of_broker("/v2/rabbit/overview", broker)).await
    }

    /// The overview of each broker that the account may see. One that has not answered yet has its
    /// name and state alone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn overviews(&self) -> Result<Arc<Vec<BrokerOverview>>, ClientError> {
        self.fetch("/v2/rabbit/overviews".to_owned()).await
    }

    /// A broker's nodes against their limits.
    ///
    /// # Errors
    /// As [`Self::overview`]; [`ClientError::Forbidden`] for an account that may not see them.
    pub async fn nodes(&self, broker: &str) -> Result<Arc<Vec<Node>>, ClientError> {
        self.fetch(of_broker("/v2/rabbit/nodes", broker)).await
    }

    /// A broker's accounts, all of them.
    ///
    /// # Errors
    /// As [`Self::nodes`].
    pub async fn users(&self, broker: &str) -> Result<Arc<Vec<User>>, ClientError> {
        self.fetch(of_broker("/v2/rabbit/users", broker)).await
    }

    /// Ends the session's token. A session with credentials signs in again when it is next used.
    ///
    /// # Errors
    /// When the identity service does not answer or refuses.
    pub async fn revoke(&self) -> Result<(), ClientError> {
        let token = self
            .0
            .token
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match token {
            Some(token) => self.0.client.revoke(&token).await,
            None => Ok(()),
        }
    }

    /// What stands at a path, shared with whoever asked the same before.
    pub(crate) async fn fetch<T>(&self, path: String) -> Result<Arc<T>, ClientError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let ask = |address: String, token| async move { self.0.client.get(&address, &token).await };
        self.ask(&path, ask).await
    }

    /// What stands at a path that few ask for, and each for another one.
    pub(crate) async fn read<T>(&self, path: String) -> Result<T, ClientError>
    where
        T: DeserializeOwned,
    {
        let ask =
            |address: String, token| async move { self.0.client.read(&address, &token).await };
        self.ask(&path, ask).await
    }

    /// The text that stands at a path, not read here.
    pub(crate) async fn read_text(&self, path: String) -> Result<Bytes, ClientError> {
        self.query_text(path, Bytes::new()).await
    }

    /// The text that a request with this body is answered with, not read here.
    pub(crate) async fn query_text(&self, path: String, body: Bytes) -> Result<Bytes, ClientError> {
        let ask = |address: String, token| {
            let body = body.clone();
            async move { self.0.client.read_text(&address, &token, body).await }
        };
        self.ask(&path, ask).await
    }

    /// The list at a path, as it comes.
    pub(crate) async fn items<T>(&self, path: String) -> Result<Items<T>, ClientError> {
        self.ask_for_list(path, Bytes::new()).await
    }

    /// The list that a request with this body is answered with, as it comes.
    pub(crate) async fn ask_for_list<T>(
        &self,
        path: String,
        body: Bytes,
    ) -> Result<Items<T>, ClientError> {
        let ask = |address: String, token| {
            let body = body.clone();
            async move { self.0.client.items(&address, &token, body).await }
        };
        self.ask(&path, ask).await
    }

    /// What a post is answered with.
    pub(crate) async fn post<T>(&self, path: String, body: Bytes) -> Result<T, ClientError>
    where
        T: DeserializeOwned,
    {
        let ask = |address: String, token| {
            let body = body.clone();
            async move { self.0.client.post(&address, &token, body).await }
        };
        self.ask(&path, ask).await
    }

    /// A change that is answered with any success.
    pub(crate) async fn change(
        &self,
        method: Method,
        path: String,
        body: Bytes,
    ) -> Result<(), ClientError> {
        let ask = |address: String, token| {
            let (method, body) = (method.clone(), body.clone());
            async move { self.0.client.change(method, &address, &token, body).await }
        };
        self.ask(&path, ask).await
    }

    /// Asks with the token there is, and once more with a new one where that is refused and there
    /// is a password. What was refused so did nothing: a post is not made twice.
    async fn ask<T, F, A>(&self, path: &str, ask: F) -> Result<T, ClientError>
    where
        F: Fn(String, Token) -> A,
        A: Future<Output = Result<T, ClientError>>,
    {
        let once = async |token: &Token| {
            let address = self.address(token, path).await?;
            ask(address, token.clone()).await
        };
        let token = self.token();
        if let Some(token) = &token {
            match once(token).await {
                Err(ClientError::Unauthorized) if self.0.renewal.is_some() => (),
                answer => return answer,
            }
        }
        let token = self.renew(token).await?;
        once(&token).await
    }

    /// A path's address, for which the catalog may have to be asked first.
    async fn address(&self, token: &Token, path: &str) -> Result<String, ClientError> {
        let metering = if let Some(metering) = self.0.metering.get() {
            metering
        } else {
            self.metering_at(&self.0.client.look_up_metering(token).await?);
            self.0
                .metering
                .get()
                .ok_or_else(|| self.0.client.endpoints().missing())?
        };
        Ok([metering, path].concat())
    }

    fn token(&self) -> Option<Token> {
        self.0
            .token
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A token other than the refused one. However many callers were refused, one signs in, and
    /// the others wait and share what comes of it.
    async fn renew(&self, refused: Option<Token>) -> Result<Token, ClientError> {
        let renewal = self.0.renewal.as_ref().ok_or(ClientError::Unauthorized)?;
        let mut failed = renewal.turn.lock().await;
        if let Some(token) = self.token().filter(|token| Some(token) != refused.as_ref()) {
            return Ok(token);
        }
        if let Some(failure) = failed.as_ref()
            && Instant::now() < failure.until
        {
            return Err(failure.error.clone());
        }
        let signed_in = self.0.client.sign_in(&renewal.credentials).await;
        *failed = signed_in.as_ref().err().cloned().map(Failure::new);
        let signed_in = signed_in?;
        self.metering_at_first(&signed_in.session);
        tracing::debug!(expires_at = %signed_in.expires_at, "signed in");
        *self.0.token.write().unwrap_or_else(PoisonError::into_inner) =
            Some(signed_in.token.clone());
        Ok(signed_in.token)
    }

    fn metering_at_first(&self, other: &Session) {
        if let Some(metering) = other.0.metering.get() {
            self.0.metering.set(metering.clone()).ok();
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("client", &self.0.client)
            .field("renews", &self.0.renewal.is_some())
            .finish_non_exhaustive()
    }
}

fn of_broker(path: &str, broker: &str) -> String {
    let mut address = format!("{path}?broker=");
    address.extend(byte_serialize(broker.as_bytes()));
    address
}
