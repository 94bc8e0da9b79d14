//! Tokens of a real Keystone.
//!
//! A token is validated there (`GET /v3/auth/tokens`) with this service's own one, and the answer
//! believed for a short configured time, never past the token's end. So a revoked token stops
//! working within that time. Where Keystone does not answer, what it said before counts until that
//! time is over, and then nobody gets in: `503`, never an open door.
//!
//! | module | what |
//! |---|---|
//! | `conversation` | one request to Keystone, and what its answer means |
//! | `service` | this service's own token |
//! | `answers` | what Keystone said of late |
//! | `rights` | what a token opens here |
//! | `seen` | which tokens the system log has told of |
//!
//! Source: OpenStack's Identity API v3, "Validate and show information for token".

mod answers;
mod conversation;
mod rights;
mod seen;
mod service;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metering::{LogLevel, Timestamp};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use self::answers::Answers;
use self::conversation::{Conversation, Trouble};
use self::seen::Seen;
use self::service::Service;
use super::tokens::{Fingerprint, TokenData, fingerprint};
use crate::config::{ApiError, KeystoneConfig};
use crate::error::Error;
use crate::state::Shared;

/// So many tokens are validated at once; more wait for their turn.
const AT_ONCE: usize = 32;
/// So many may wait or be under way; more are told to come again.
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
    conversation: Conversation,
    service: Service,
    answers: Mutex<Answers>,
    seen: Mutex<Seen>,
    /// Questions under way, one a token: whoever asks the same waits for the same answer.
    flights: Mutex<HashMap<Fingerprint, watch::Receiver<Option<Outcome>>>>,
    turns: Semaphore,
    /// What was wrong when Keystone was last asked.
    trouble: Mutex<Option<Trouble>>,
}

impl Keystone {
    pub(crate) fn new(config: KeystoneConfig) -> Result<Self, ApiError> {
        Ok(Self {
            conversation: Conversation::new(&config)?,
            service: Service::default(),
            answers: Mutex::default(),
            seen: Mutex::default(),
            flights: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
            trouble: Mutex::default(),
            config,
        })
    }

    /// Where callers get a token.
    pub(crate) fn public_url(&self) -> &str {
        self.config.public_url.as_str().trim_end_matches('/')
    }

    /// What a token stands for: as Keystone said a moment ago, or as it says now.
    pub(crate) async fn caller(self: &Arc<Self>, shared: &Arc<Shared>, token: &str) -> Outcome {
        let usable =
            token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.is_empty() || !usable {
            return Err(Error::Unauthorized);
        }
        let fingerprint = fingerprint(token);
        if let Some(known) = self.known(&fingerprint, shared.config.clock.now()) {
            return known;
        }
        let mut flight = self.flight(shared, token, fingerprint)?;
        let landed = flight.wait_for(Option::is_some).await;
        let outcome = landed.ok().and_then(|outcome| outcome.clone());
        // A question that ended without an answer has panicked.
        outcome.unwrap_or_else(|| Err(Trouble::Broken.into()))
    }

    fn known(&self, fingerprint: &Fingerprint, now: Timestamp) -> Option<Outcome> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(fingerprint, Instant::now(), now)
    }

    /// The question about a token that is under way, or a new one. It goes on where its caller
    /// leaves: others may wait for it, and the next may use its answer.
    fn flight(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        token: &str,
        fingerprint: Fingerprint,
    ) -> Result<watch::Receiver<Option<Outcome>>, Error> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&fingerprint) {
            return Ok(flight.clone());
        }
        if flights.len() >= WAITING {
            return Err(Trouble::Busy.into());
        }
        let (land, flight) = watch::channel(None);
        flights.insert(fingerprint, flight.clone());
        let (keystone, shared, token) = (Arc::clone(self), Arc::clone(shared), token.to_owned());
        let landing = Landing {
            keystone: Arc::clone(self),
            fingerprint,
        };
        tokio::spawn(async move {
            let asked = Instant::now();
            let outcome = keystone.ask(&shared, &token).await;
            keystone.keep(fingerprint, &outcome, asked);
            keystone.tell(&shared, fingerprint, &outcome);
            // Only now: who comes between finds the answer or the question.
            drop(landing);
            land.send_replace(Some(outcome));
        });
        Ok(flight)
    }

    /// Keeps an answer, counted from when it was asked for: it is no younger than that.
    fn keep(&self, fingerprint: Fingerprint, outcome: &Outcome, asked: Instant) {
        let (until, expires_at) = match outcome {
            Ok(data) => (asked + self.config.cache, Some(data.expires_at)),
            Err(Error::Unauthorized | Error::NotPermitted(_)) => {
                (asked + self.config.cache.min(REFUSED_FOR), None)
            }
            // Trouble is no answer.
            Err(_) => return,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.put(fingerprint, outcome.clone(), until, expires_at);
    }

    /// Tells once of a token that was let in.
    fn tell(&self, shared: &Shared, fingerprint: Fingerprint, outcome: &Outcome) {
        if let Ok(data) = outcome {
            let now = shared.config.clock.now();
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.is_new(fingerprint, data.expires_at, now) {
                shared.events.token_admitted(data);
            }
        }
    }

    async fn ask(&self, shared: &Shared, token: &str) -> Outcome {
        let turn = tokio::time::timeout(self.config.timeout, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(self.troubled(shared, Trouble::Busy));
        };
        match self.validate(shared, token).await {
            Ok(Some(body)) => {
                self.well(shared);
                let data = rights::of(&body, &self.config, &shared.config.brokers);
                let data = data.inspect_err(|why| {
                    shared.events.sign_in_refused(&body.user.name, None, why);
                })?;
                if data.expires_at <= shared.config.clock.now() {
                    return Err(Error::Unauthorized);
                }
                Ok(Arc::new(data))
            }
            Ok(None) => {
                self.well(shared);
                Err(Error::Unauthorized)
            }
            Err(trouble) => Err(self.troubled(shared, trouble)),
        }
    }

    /// Asks with our own token, and once more with a new one where Keystone does not accept that.
    async fn validate(
        &self,
        shared: &Shared,
        token: &str,
    ) -> Result<Option<metering::identity::Token>, Trouble> {
        let now = shared.config.clock.now();
        let own = self
            .service
            .token(&self.conversation, &self.config, None, now);
        let own = own.await?;
        match self.conversation.validate(&own, token).await {
            Err(Trouble::OwnToken) => {
                let own = self
                    .service
                    .token(&self.conversation, &self.config, Some(&own), now);
                self.conversation.validate(&own.await?, token).await
            }
            answer => answer,
        }
    }

    /// Tells of trouble where it is new.
    fn troubled(&self, shared: &Shared, trouble: Trouble) -> Error {
        let mut last = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let told = last.as_ref().map(std::mem::discriminant);
        if told != Some(std::mem::discriminant(&trouble)) {
            let url = self.config.url.as_str();
            tracing::error!(url, %trouble, "tokens cannot be validated");
            let desc = format!("Tokens cannot be validated: {trouble}.");
            shared.events.identity(LogLevel::Error, desc);
        }
        *last = Some(trouble.clone());
        trouble.into()
    }

    /// Tells that trouble is over.
    fn well(&self, shared: &Shared) {
        let mut last = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if last.take().is_some() {
            tracing::info!(url = self.config.url.as_str(), "tokens are validated again");
            let desc = "Tokens are validated again.";
            shared.events.identity(LogLevel::Info, desc);
        }
    }
}

/// Takes a question off the list of those under way, however it ended.
struct Landing {
    keystone: Arc<Keystone>,
    fingerprint: Fingerprint,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let flights = &self.keystone.flights;
        let mut flights = flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.remove(&self.fingerprint);
    }
}
