//! What every request can reach.

use std::sync::Arc;

use futures_util::future::join_all;
use store::Store;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::answer_cache::AnswerCache;
use crate::audience::View;
use crate::body_budget::BodyBudget;
use crate::config::{ApiConfig, ApiError};
use crate::error::Error;
use crate::events::Events;
use crate::guest::Guests;
use crate::identity::authority::Authority;
use crate::identity::throttle::Throttle;
use crate::identity::tokens::{Grant, TokenData, Tokens};
use crate::lane::Lane;
use crate::posted_quota::PostedQuota;
use crate::protocol::untrusted_proxy::UntrustedProxyWarning;
use crate::query_limits::QueryLimits;
use crate::watched::Watched;

/// Kilobytes of posts that are parsed and stored at once: one of the longest, or many short ones.
pub(crate) const POSTS_IN_WORK: usize = 16 << 10;

/// What every request can reach.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: ApiConfig,
    /// Where clients reach the service, the path prefix included, without a `/` at the end.
    pub(crate) base: String,
    /// One of a kind for each start: validators of another run never match.
    pub(crate) run: String,
    /// In the order in which the operator named them.
    pub(crate) brokers: Vec<Arc<Watched>>,
    /// Who says what a token stands for.
    pub(crate) authority: Authority,
    pub(crate) tokens: Tokens,
    pub(crate) throttle: Throttle,
    /// Portals, their guest tokens, share links.
    pub(crate) guests: Guests,
    /// Samples and the system log.
    pub(crate) store: Arc<dyn Store>,
    /// Reads what is posted.
    pub(crate) posts: Lane,
    /// Kilobytes of posts that are parsed and stored at once: in memory they take several times
    /// the room of their bodies.
    pub(crate) posts_in_work: Semaphore,
    /// What projects post in a day.
    pub(crate) posted_quota: PostedQuota,
    /// What accounts may ask of the store at once.
    pub(crate) queries: QueryLimits,
    /// Bytes of request bodies in memory.
    pub(crate) bodies: Arc<BodyBudget>,
    /// What is on its way to the store beside the collectors.
    pub(crate) storing: TaskTracker,
    /// Writes the system log.
    pub(crate) events: Events,
    /// Warns of proxies that are not among the trusted ones.
    pub(crate) untrusted_proxy: UntrustedProxyWarning,
    /// Pages of the system log that were read since its last line.
    pub(crate) log_pages: AnswerCache,
}

/// A broker, and what of it a caller sees.
pub(crate) struct Picked<'a> {
    /// The broker's place in [`Shared::brokers`].
    pub(crate) index: usize,
    pub(crate) broker: &'a Arc<Watched>,
    pub(crate) view: &'a View,
    /// All that the caller's account has there.
    pub(crate) grant: &'a Grant,
}

impl Shared {
    pub(crate) fn new(config: ApiConfig, store: Arc<dyn Store>) -> Result<Self, ApiError> {
        config.check()?;
        let brokers = config
            .brokers
            .iter()
            .map(|broker| Watched::new(broker, &config).map(Arc::new));
        Ok(Self {
            brokers: brokers.collect::<Result<_, _>>()?,
            base: config.base_url(),
            run: format!("{:08x}", rand::random::<u32>()),
            authority: Authority::new(&config.identity)?,
            tokens: Tokens::default(),
            throttle: Throttle::default(),
            guests: Guests::new(&config),
            events: Events::new(Arc::clone(&store), config.clock),
            untrusted_proxy: UntrustedProxyWarning::default(),
            log_pages: AnswerCache::default(),
            store,
            posts: Lane::default(),
            posts_in_work: Semaphore::new(POSTS_IN_WORK),
            posted_quota: PostedQuota::new(config.posted_quota),
            queries: QueryLimits::default(),
            bodies: Arc::default(),
            storing: TaskTracker::new(),
            config,
        })
    }

    /// Waits a little where a caller's brokers were not asked yet, since the service has just started.
    pub(crate) async fn first_polls(&self, caller: &TokenData) {
        let brokers = caller
            .grants
            .iter()
            .map(|grant| &self.brokers[grant.broker]);
        join_all(
            brokers
                .filter(|broker| !broker.was_tried())
                .map(|broker| broker.first_poll()),
        )
        .await;
    }

    /// The broker that a request is about: the one it names, or the only one that the caller sees.
    pub(crate) fn pick<'a>(
        &'a self,
        caller: &'a TokenData,
        name: Option<&str>,
    ) -> Result<Picked<'a>, Error> {
        let found = match (name, caller.grants.as_slice()) {
            (Some(name), grants) => grants
                .iter()
                .find(|grant| self.brokers[grant.broker].name == name),
            (None, [only]) => Some(only),
            (None, []) => return Err(Error::Forbidden),
            (None, grants) => {
                let names = grants
                    .iter()
                    .map(|grant| self.brokers[grant.broker].name.clone());
                return Err(Error::BrokerNeeded(names.collect()));
            }
        };
        let Some(grant) = found else {
            return Err(Error::UnknownBroker(name.unwrap_or_default().to_owned()));
        };
        Ok(self.picked(grant))
    }

    /// Every broker that the caller sees, in the operator's order.
    pub(crate) fn all<'a>(&'a self, caller: &'a TokenData) -> Vec<Picked<'a>> {
        let grants = caller.grants.iter();
        grants.map(|grant| self.picked(grant)).collect()
    }

    fn picked<'a>(&'a self, grant: &'a Grant) -> Picked<'a> {
        Picked {
            index: grant.broker,
            broker: &self.brokers[grant.broker],
            view: &grant.view,
            grant,
        }
    }
}

impl Picked<'_> {
    /// A validator for an answer of this broker. Different viewers' answers have different ones,
    /// and so have those of different brokers, even where the URL is the same.
    pub(crate) fn etag(&self, shared: &Shared, version: &str) -> String {
        let shown = self.grant.shown.as_ref().map(|shown| shown.key());
        format!(
            "\"{}.{}.{}{}.{version}\"",
            shared.run,
            self.index,
            self.view.class(),
            shown.unwrap_or_default()
        )
    }

    /// Refuses who may not see all.
    pub(crate) fn must_see_all(&self) -> Result<(), Error> {
        match self.view {
            View::All => Ok(()),
            View::Only(_) => Err(Error::Forbidden),
        }
    }

    /// The error of a broker that has never answered.
    pub(crate) fn not_answered(&self, shared: &Shared, reason: Option<String>) -> Error {
        Error::NotAnswered {
            broker: self.broker.name.clone(),
            reason: reason.unwrap_or_else(|| "unknown".into()),
            retry_after: shared.config.tick,
        }
    }
}
