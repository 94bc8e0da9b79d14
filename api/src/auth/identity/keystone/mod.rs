//! Tokens of a real Keystone.
//!
//! A token is validated there (`GET /v3/auth/tokens`) with this service's own one, and the answer
//! believed for a short configured time, never past the token's end. So a revoked token stops
//! working within that time. Where Keystone does not answer, what it said before counts until that
//! time is over, and then nobody gets in: `503`, never an open door.
//!
//! | module | what |
//! |---|---|
//! | `http_client` | one request to Keystone, and what its answer means |
//! | `service` | this service's own token |
//! | `validation_cache` | recent answers of Keystone |
//! | `rights` | what a token opens here |
//! | `logged_tokens` | the tokens that the system log has a line about |
//!
//! Source: OpenStack's Identity API v3, "Validate and show information for token".

mod http_client;
mod logged_tokens;
mod own_token;
mod rights;
mod service;
mod validation_cache;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metering::{EventType, Timestamp};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use self::http_client::{KeystoneClient, KeystoneFailure};
use self::logged_tokens::LoggedTokens;
use self::service::Service;
use self::validation_cache::ValidationCache;
use super::tokens::{Fingerprint, TokenData, fingerprint};
use crate::config::{ApiError, KeystoneConfig};
use crate::context::Context;
use crate::http::error::Error;

/// Most tokens that are validated at once; further ones wait.
const AT_ONCE: usize = 32;
/// Most validations that wait or are in flight; further ones are refused for now.
const WAITING: usize = 2000;
/// No token is longer, in bytes. (Keystone's are some 200, old ones with a catalog in them 8000.)
const LONGEST_TOKEN: usize = 16 << 10;
/// A token that Keystone does not know is not asked for again within this.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// What came of asking Keystone about a token.
type Outcome = Result<Arc<TokenData>, Error>;

/// A Keystone, and what it said of late.
#[derive(Debug)]
pub(crate) struct Keystone {
    config: KeystoneConfig,
    http_client: KeystoneClient,
    service: Service,
    validation_cache: Mutex<ValidationCache>,
    logged_tokens: Mutex<LoggedTokens>,
    /// Questions under way, one a token: whoever asks the same waits for the same answer.
    in_flight: Mutex<HashMap<Fingerprint, watch::Receiver<Option<Outcome>>>>,
    permits: Semaphore,
    /// What was wrong when Keystone was last asked.
    failure: Mutex<Option<KeystoneFailure>>,
}

impl Keystone {
    pub(crate) fn new(config: KeystoneConfig) -> Result<Self, ApiError> {
        Ok(Self {
            http_client: KeystoneClient::new(&config)?,
            service: Service::default(),
            validation_cache: Mutex::default(),
            logged_tokens: Mutex::default(),
            in_flight: Mutex::default(),
            permits: Semaphore::new(AT_ONCE),
            failure: Mutex::default(),
            config,
        })
    }

    /// Where callers get a token.
    pub(crate) fn public_url(&self) -> &str {
        self.config.public_url.as_str().trim_end_matches('/')
    }

    /// What a token stands for: as Keystone said a moment ago, or as it says now.
    pub(crate) async fn caller(self: &Arc<Self>, context: &Arc<Context>, token: &str) -> Outcome {
        let usable =
            token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.is_empty() || !usable {
            return Err(Error::Unauthorized);
        }
        let fingerprint = fingerprint(token);
        if let Some(known) = self.known(&fingerprint, context.config.clock.now()) {
            return known;
        }
        let mut request = self.request(context, token, fingerprint)?;
        let outcome = request.wait_for(Option::is_some).await;
        let outcome = outcome.ok().and_then(|outcome| outcome.clone());
        // A question that ended without an answer has panicked.
        outcome.unwrap_or_else(|| Err(KeystoneFailure::Broken.into()))
    }

    fn known(&self, fingerprint: &Fingerprint, now: Timestamp) -> Option<Outcome> {
        let answers = self
            .validation_cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        answers.get(fingerprint, Instant::now(), now)
    }

    /// The question about a token that is under way, or a new one. It goes on where its caller
    /// leaves: others may wait for it, and the next may use its answer.
    fn request(
        self: &Arc<Self>,
        context: &Arc<Context>,
        token: &str,
        fingerprint: Fingerprint,
    ) -> Result<watch::Receiver<Option<Outcome>>, Error> {
        let mut in_flight = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = in_flight.get(&fingerprint) {
            return Ok(request.clone());
        }
        if in_flight.len() >= WAITING {
            return Err(KeystoneFailure::Busy.into());
        }
        let (sender, request) = watch::channel(None);
        in_flight.insert(fingerprint, request.clone());
        let (keystone, context, token) = (Arc::clone(self), Arc::clone(context), token.to_owned());
        let guard = InFlightGuard {
            keystone: Arc::clone(self),
            fingerprint,
        };
        tokio::spawn(async move {
            let asked = Instant::now();
            let outcome = keystone.ask(&context, &token).await;
            keystone.keep(fingerprint, &outcome, asked);
            keystone.log_admission(&context, fingerprint, &outcome);
            // Only now: who comes between finds the answer or the question.
            drop(guard);
            sender.send_replace(Some(outcome));
        });
        Ok(request)
    }

    /// Keeps an answer, counted from when it was asked for: it is no younger than that.
    fn keep(&self, fingerprint: Fingerprint, outcome: &Outcome, asked: Instant) {
        let (until, expires_at) = match outcome {
            Ok(data) => (asked + self.config.cache, Some(data.expires_at)),
            Err(Error::Unauthorized | Error::NotPermitted(_)) => {
                (asked + self.config.cache.min(REFUSED_FOR), None)
            }
            // KeystoneFailure is no answer.
            Err(_) => return,
        };
        let mut answers = self
            .validation_cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        answers.put(fingerprint, outcome.clone(), until, expires_at);
    }

    /// Logs a token once when it is first accepted.
    fn log_admission(&self, context: &Context, fingerprint: Fingerprint, outcome: &Outcome) {
        if let Ok(data) = outcome {
            let now = context.config.clock.now();
            let mut seen = self
                .logged_tokens
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if seen.is_new(fingerprint, data.expires_at, now) {
                context.system_log.token_admitted(data);
            }
        }
    }

    async fn ask(&self, context: &Context, token: &str) -> Outcome {
        let permit = tokio::time::timeout(self.config.timeout, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(self.fail(context, KeystoneFailure::Busy));
        };
        match self.validate(context, token).await {
            Ok(Some(body)) => {
                self.recover(context);
                let data = rights::from_token(&body, &self.config, &context.config.brokers);
                let data = data.inspect_err(|why| {
                    context
                        .system_log
                        .sign_in_refused(&body.user.name, None, why);
                })?;
                if data.expires_at <= context.config.clock.now() {
                    return Err(Error::Unauthorized);
                }
                Ok(Arc::new(data))
            }
            Ok(None) => {
                self.recover(context);
                Err(Error::Unauthorized)
            }
            Err(failure) => Err(self.fail(context, failure)),
        }
    }

    /// Asks with our own token, and once more with a new one where Keystone does not accept that.
    async fn validate(
        &self,
        context: &Context,
        token: &str,
    ) -> Result<Option<metering::identity::Token>, KeystoneFailure> {
        let now = context.config.clock.now();
        let own = self
            .service
            .token(&self.http_client, &self.config, None, now);
        let own = own.await?;
        match self.http_client.validate(&own, token).await {
            Err(KeystoneFailure::OwnToken) => {
                let own = self
                    .service
                    .token(&self.http_client, &self.config, Some(&own), now);
                self.http_client.validate(&own.await?, token).await
            }
            answer => answer,
        }
    }

    /// Logs a failure if it is new.
    fn fail(&self, context: &Context, failure: KeystoneFailure) -> Error {
        let mut last = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let logged = last.as_ref().map(std::mem::discriminant);
        if logged != Some(std::mem::discriminant(&failure)) {
            let url = self.config.url.as_str();
            tracing::error!(url, %failure, "tokens cannot be validated");
            let desc = format!("Tokens cannot be validated: {failure}.");
            context.system_log.identity(EventType::KeystoneFailed, desc);
        }
        *last = Some(failure.clone());
        failure.into()
    }

    /// Logs that a failure is over.
    fn recover(&self, context: &Context) {
        let mut last = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if last.take().is_some() {
            tracing::info!(url = self.config.url.as_str(), "tokens are validated again");
            let desc = "Tokens are validated again.";
            context
                .system_log
                .identity(EventType::KeystoneRecovered, desc);
        }
    }
}

/// Takes a question off the list of those under way, however it ended.
struct InFlightGuard {
    keystone: Arc<Keystone>,
    fingerprint: Fingerprint,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let in_flight = &self.keystone.in_flight;
        let mut in_flight = in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        in_flight.remove(&self.fingerprint);
    }
}
