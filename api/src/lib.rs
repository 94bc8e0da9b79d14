//! The metering API: controllers, embedded identity, collector.
//!
//! One collector task a broker polls it once a tick, whoever is watching, and writes a snapshot and the
//! last hour. Controllers answer only from these: a viewer costs a broker nothing. The embedded
//! identity issues tokens to accounts of the brokers.
//!
//! # Layout
//!
//! | module | what |
//! |---|---|
//! | [`clock`], [`config`] | the time; what an operator configures |
//! | `http`, `ids` | errors, JSON, validators, parameters, headers; ids |
//! | `vhost_set` | the part of a broker that an account may see |
//! | `lists` | queues, connections and so on: tables, filters, order |
//! | `broker` | what is known of a broker, now and in the last hour |
//! | `system_log` | writes the system log, and reads queries of it |
//! | `context` | what all parts work with: configuration, brokers, store, system log |
//! | `collector` | polls the brokers |
//! | `alerts` | built-in rules that watch the brokers |
//! | `series` | values over time |
//! | `auth` | tokens, guests, and what a caller may see |
//! | `telemetry` | Ceilometer's protocol, as queries to the store |
//! | `search`, `health` | finds objects by their names; checks a broker |
//! | `alarms` | alarms of Ceilometer's protocol, and calls of their actions |
//! | `state`, `middleware` | what handlers can reach, and what happens to each request |
//! | `dashboard` | composes what the overview and panels show of a broker |
//! | `controllers` | the resources, one file each |
//! | `openapi` | the routes, and the document about them |
//!
//! A module imports only from modules above it.

mod alarms;
mod alerts;
mod auth;
mod broker;
pub mod clock;
mod collector;
pub mod config;
mod context;
mod controllers;
mod dashboard;
mod health;
mod http;
mod ids;
mod lists;
mod middleware;
mod openapi;
mod search;
mod series;
mod state;
mod system_log;
mod telemetry;
mod vhost_set;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::http::etag::EntityTag;
pub use self::http::safe_headers::safe_headers;
pub use self::http::untrusted_proxy::UntrustedProxyWarning;
pub use auth::guest::claims::claimed_origin;
pub use clock::Clock;
pub use config::{
    AlertConfig, ApiConfig, ApiError, BrokerAccess, BrokerConfig, BrokerProject, ExposedPassword,
    Exposure, IdentityConfig, KeyHash, KeystoneConfig, Network, ParseKeyHashError,
    ParseNetworkError, ParseProjectError, PinnedQueue, PortalConfig, Portals, PrometheusConfig,
    RuleOverride, Shown, Webhook,
};
pub use tls::{TlsError, TlsFiles};

use self::http::{prefix, router_error};
use alarms::ceilometer::evaluator as alarm_evaluator;
use alarms::http_action::HttpAction;
use alarms::outbox as alarm_outbox;
use alerts::evaluator;
use alerts::notify::outbox::Outbox;
use alerts::rules::catalog;
use collector::list_fetcher;
use collector::task::supervise;
use state::ApiState;

/// The running service: its collectors, and the router that answers from what they polled.
///
/// Dropping it ends the collectors at their next pause; [`Api::shutdown`] waits for that.
#[derive(Debug)]
pub struct Api {
    shared: Arc<ApiState>,
    router: Router,
    tasks: Vec<JoinHandle<()>>,
    stop: DropGuard,
}

impl Api {
    /// Starts one collector task a broker on the current tokio runtime. They write to `store`, which the
    /// caller closes after [`Api::shutdown`].
    ///
    /// # Errors
    /// If the configuration cannot work.
    pub fn start(config: ApiConfig, store: Arc<dyn Store>) -> Result<Api, ApiError> {
        // A provider that was installed before stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (outbox, deliveries) = Outbox::open(&config.alerts)?;
        let shared = Arc::new(ApiState::new(config, store)?);
        let http = HttpAction::new(
            &shared.config.alarm_allowed_networks,
            shared.config.connect_timeout,
        )?;
        let stop = CancellationToken::new();
        let until_stopped = |task: BoxFuture<'static, ()>| {
            let stop = stop.clone();
            tokio::spawn(async move {
                // A poll may be dropped at any point: it leaves nothing to clean up.
                stop.run_until_cancelled(task).await;
            })
        };
        let context = &shared.auth.context;
        let collectors = shared.brokers.iter().map(|broker| {
            until_stopped(supervise(Arc::clone(broker), Arc::clone(context)).boxed())
        });
        let mut tasks: Vec<_> = collectors.collect();
        tasks.extend(shared.brokers.iter().map(|broker| {
            until_stopped(list_fetcher::supervise(Arc::clone(broker), Arc::clone(context)).boxed())
        }));
        tasks.extend(shared.brokers.iter().map(|broker| {
            let evaluator =
                evaluator::supervise(Arc::clone(broker), Arc::clone(context), outbox.clone());
            until_stopped(evaluator.boxed())
        }));
        let deliveries = deliveries.into_iter();
        tasks.extend(
            deliveries.map(|delivery| until_stopped(delivery.run(Arc::clone(context)).boxed())),
        );
        let alarm_context = Arc::clone(context);
        tasks.push(until_stopped(
            async move { alarm_evaluator::run(&alarm_context).await }.boxed(),
        ));
        let outbox_context = Arc::clone(context);
        tasks.push(until_stopped(
            async move { alarm_outbox::run(&outbox_context, &http).await }.boxed(),
        ));
        let log_context = Arc::clone(context);
        tasks.push(until_stopped(
            async move { log_context.system_log.run().await }.boxed(),
        ));
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

    /// Whether every broker was polled at least once, with or without success.
    pub fn is_ready(&self) -> bool {
        self.shared.brokers.iter().all(|broker| broker.was_polled())
    }

    /// Notifies of every new snapshot of a broker, by a growing number. `None` for an unknown name.
    pub fn changes(&self, broker: &str) -> Option<watch::Receiver<u64>> {
        let found = self
            .shared
            .brokers
            .iter()
            .find(|known| known.name == broker);
        found.map(|broker| broker.changes())
    }

    /// Replaces the registered portals, at once in every part of the program that shares the list.
    ///
    /// # Errors
    /// If they cannot work; then the old ones stay.
    pub fn register_portals(&self, portals: Vec<PortalConfig>) -> Result<(), ApiError> {
        let registered = &self.shared.config.portals;
        registered.replace(portals)?;
        let now = registered.now();
        let names: Vec<_> = now.iter().map(|portal| portal.name.as_str()).collect();
        self.shared.system_log.portals_read(&names);
        Ok(())
    }

    /// Ends the collectors and the system log. When this returns, the store has all that they wrote.
    pub async fn shutdown(self) {
        drop(self.stop);
        for task in self.tasks {
            // A task that panicked has ended too.
            let _ = task.await;
        }
        self.shared.storing.close();
        self.shared.storing.wait().await;
    }
}

fn router(shared: &Arc<ApiState>) -> Router {
    let embedded = matches!(shared.config.identity, IdentityConfig::Embedded);
    let (routes, _) = openapi::routes(embedded);
    let routes = routes
        .fallback(router_error::not_found)
        .method_not_allowed_fallback(router_error::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(shared), middleware::layer))
        .with_state(Arc::clone(shared));
    prefix::behind(&shared.config.path_prefix, routes).layer(map_response(safe_headers))
}

/// A built-in rule, for those who configure it.
#[derive(Clone, Copy, Debug)]
pub struct AlertRule {
    /// Its name.
    pub id: &'static str,
    /// Whether it compares a value with a threshold.
    pub has_threshold: bool,
}

/// The built-in rules.
pub fn alert_rules() -> impl Iterator<Item = AlertRule> {
    catalog::RULES.iter().map(|rule| AlertRule {
        id: rule.id,
        has_threshold: rule.threshold.is_some(),
    })
}

/// The OpenAPI document of the service.
pub fn openapi_json() -> String {
    openapi::document().to_owned()
}
