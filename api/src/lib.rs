//! The metering API: controllers, embedded identity, collector.
//!
//! One collector task a broker asks it once a tick, whoever is watching, and puts what it says
//! into a snapshot and a ring of the last hour. Controllers answer from those alone: a viewer
//! costs a broker nothing. The embedded identity gives tokens to the brokers' own accounts.
//!
//! # Layout
//!
//! | module | what |
//! |---|---|
//! | [`config`] | what an operator can decide |
//! | `collector` | asks the brokers |
//! | `watched`, `snapshot`, `ring` | what is known of a broker, now and in the last hour |
//! | `audience` | what of a broker an account may see |
//! | `health_of` | what is wrong with a broker |
//! | `search` | things by a few letters of their names |
//! | `events` | the system log: what is told, and to whom |
//! | `identity` | tokens, by Keystone's protocol |
//! | `guest` | guest tokens of portals, share links |
//! | `protocol` | what holds for every request |
//! | `body_budget`, `query_limits`, `posted_quota` | what callers may use of the process at once, and of the store in a day |
//! | `telemetry` | what Ceilometer's protocol asks for, as queries to the store |
//! | `paged_answer`, `sample_answer` | large answers, page by page |
//! | `controllers` | the resources, one file each |
//! | `openapi` | the document about all of it |
//! | `error` | what a request can end with instead of its answer |

mod access_scope;
mod answer_cache;
mod audience;
mod body_budget;
pub mod clock;
mod collector;
pub mod config;
mod controllers;
mod error;
mod events;
mod guest;
mod health_of;
mod identity;
mod lane;
mod log_query;
mod meters;
mod openapi;
mod paged_answer;
mod posted_quota;
mod protocol;
mod query_limits;
mod request_gate;
mod ring;
mod sample_answer;
mod search;
mod series_of;
mod series_query;
mod snapshot;
mod state;
mod telemetry;
mod watched;

use std::sync::Arc;

use axum::{Router, middleware};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use clock::Clock;
pub use config::{
    ApiConfig, ApiError, BrokerAccess, BrokerConfig, BrokerProject, ExposedPassword, Exposure,
    IdentityConfig, KeyHash, KeystoneConfig, Network, ParseKeyHashError, ParseNetworkError,
    ParseProjectError, PinnedQueue, PortalConfig, Portals, PrometheusConfig, Shown,
};
pub use guest::claims::claimed_origin;
pub use protocol::untrusted_proxy::UntrustedProxyWarning;
pub use tls::{TlsError, TlsFiles};

use collector::lists;
use collector::task::supervise;
pub use protocol::safe_headers;
use state::Shared;

/// The running service: its collectors, and the router that answers from what they gathered.
///
/// Dropping it ends the collectors at their next pause; [`Api::shutdown`] waits for that.
#[derive(Debug)]
pub struct Api {
    shared: Arc<Shared>,
    router: Router,
    tasks: Vec<JoinHandle<()>>,
    stop: DropGuard,
}

impl Api {
    /// Starts one collector task a broker on the current tokio runtime. What they see is kept in
    /// `store`, which whoever opened it also closes, after [`Api::shutdown`].
    ///
    /// # Errors
    /// Where the configuration cannot work.
    pub fn start(config: ApiConfig, store: Arc<dyn Store>) -> Result<Api, ApiError> {
        // Whoever installed another one before keeps it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Arc::new(Shared::new(config, store)?);
        let stop = CancellationToken::new();
        let until_stopped = |task: BoxFuture<'static, ()>| {
            let stop = stop.clone();
            tokio::spawn(async move {
                // A poll is dropped where it stands: it has nothing to put away.
                stop.run_until_cancelled(task).await;
            })
        };
        let collectors = shared.brokers.iter().map(|broker| {
            until_stopped(supervise(Arc::clone(broker), Arc::clone(&shared)).boxed())
        });
        let mut tasks: Vec<_> = collectors.collect();
        tasks.extend(shared.brokers.iter().map(|broker| {
            until_stopped(lists::task::supervise(Arc::clone(broker), Arc::clone(&shared)).boxed())
        }));
        tasks.push(until_stopped(events::tend(Arc::clone(&shared)).boxed()));
        Ok(Api {
            tasks,
            router: router(&shared),
            shared,
            stop: stop.drop_guard(),
        })
    }

    /// Every path of the service, the prefix in front, the identity and `/openapi.json` too.
    ///
    /// A listener serves it with `into_make_service_with_connect_info::<SocketAddr>()`. A request
    /// without that comes from the same process: its `X-Forwarded-For` names its viewer's address.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Whether every broker was tried at least once, answered or not.
    pub fn is_ready(&self) -> bool {
        self.shared.brokers.iter().all(|broker| broker.was_tried())
    }

    /// Says when there is a new picture of a broker: a number that grows. None for an unknown name.
    pub fn changes(&self, broker: &str) -> Option<watch::Receiver<u64>> {
        let found = self
            .shared
            .brokers
            .iter()
            .find(|known| known.name == broker);
        found.map(|broker| broker.changes())
    }

    /// Registers these portals in the place of the others, in every part of the program that was
    /// given the same list, at once.
    ///
    /// # Errors
    /// Where they cannot work; then the others stay.
    pub fn register_portals(&self, portals: Vec<PortalConfig>) -> Result<(), ApiError> {
        let registered = &self.shared.config.portals;
        registered.replace(portals)?;
        let now = registered.now();
        let names: Vec<_> = now.iter().map(|portal| portal.name.as_str()).collect();
        self.shared.events.portals_read(&names);
        Ok(())
    }

    /// Ends the collectors, and what looks after the system log. When this returns, the store has
    /// all that they saw.
    pub async fn shutdown(self) {
        drop(self.stop);
        for task in self.tasks {
            // One that panicked has ended too.
            let _ = task.await;
        }
        self.shared.storing.close();
        self.shared.storing.wait().await;
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let embedded = matches!(shared.config.identity, IdentityConfig::Embedded);
    let (routes, _) = openapi::routes(embedded);
    let routes = routes
        .fallback(protocol::refusal::not_found)
        .method_not_allowed_fallback(protocol::refusal::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(shared),
            protocol::layer,
        ))
        .with_state(Arc::clone(shared));
    protocol::prefix::behind(&shared.config.path_prefix, routes)
        .layer(middleware::map_response(safe_headers))
}

/// The OpenAPI document of the service.
pub fn openapi_json() -> String {
    openapi::document().to_owned()
}
