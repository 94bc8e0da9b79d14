//! What every request can reach.

use std::ops::Deref;
use std::sync::Arc;

use store::Store;
use tokio::sync::Semaphore;

use crate::auth::context::AuthContext;
use crate::auth::guest::Guests;
use crate::auth::identity::authority::Authority;
use crate::config::{ApiConfig, ApiError};
use crate::context::Context;
use crate::http::body_budget::BodyBudget;
use crate::http::response_cache::ResponseCache;
use crate::http::untrusted_proxy::UntrustedProxyWarning;
use crate::telemetry::blocking_work_limit::BlockingWorkLimit;
use crate::telemetry::posted_quota::PostedQuota;
use crate::telemetry::query_limits::QueryLimits;

/// Kilobytes of posts that are parsed and stored at once: one of the longest, or many short ones.
pub(crate) const POSTS_IN_WORK: usize = 16 << 10;

/// The state of every request handler.
#[derive(Debug)]
pub(crate) struct ApiState {
    /// Configuration, brokers, store, system log; tokens and failed sign-ins.
    pub(crate) auth: AuthContext,
    /// Validates tokens.
    pub(crate) authority: Authority,
    /// Portals, their guest tokens, share links.
    pub(crate) guests: Guests,
    /// Parses posts.
    pub(crate) posts: BlockingWorkLimit,
    /// Kilobytes of posts that are parsed and stored at once: in memory they take several times
    /// the size of their bodies.
    pub(crate) posts_in_work: Semaphore,
    /// How many samples projects may post in a day.
    pub(crate) posted_quota: PostedQuota,
    /// How many queries accounts may run at once.
    pub(crate) queries: QueryLimits,
    /// Bytes of request bodies in memory.
    pub(crate) bodies: Arc<BodyBudget>,
    /// Warns of proxies that are not trusted.
    pub(crate) untrusted_proxy: UntrustedProxyWarning,
    /// Pages of the system log that were read since its last line.
    pub(crate) log_pages: ResponseCache,
}

impl ApiState {
    /// # Errors
    /// If the configuration cannot work.
    pub(crate) fn new(config: ApiConfig, store: Arc<dyn Store>) -> Result<Self, ApiError> {
        let context = Arc::new(Context::new(config, store)?);
        Ok(Self {
            authority: Authority::new(&context.config.identity)?,
            guests: Guests::new(&context.config),
            untrusted_proxy: UntrustedProxyWarning::default(),
            log_pages: ResponseCache::default(),
            posts: BlockingWorkLimit::default(),
            posts_in_work: Semaphore::new(POSTS_IN_WORK),
            posted_quota: PostedQuota::new(context.config.posted_quota),
            queries: QueryLimits::default(),
            bodies: Arc::default(),
            auth: AuthContext::new(context),
        })
    }
}

impl Deref for ApiState {
    type Target = AuthContext;

    fn deref(&self) -> &AuthContext {
        &self.auth
    }
}
