//! Starting and ending all that the configuration asks for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::{Api, ApiConfig, ApiError, Portals};
use axum::{Router, middleware};
use client::{Client, Endpoints, HttpOptions, HttpTransport, InProcess, Transport, TransportError};
use metering::EventType;
use store::{DamagedStore, LogRecord, Options, SqliteStore, Store, StoreError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::{ApiPart, Config, MeteringConfig, Parts, WebConfig, keys};
use crate::descriptors;
use crate::listener::{self, ConnectionLimits};
use crate::web::health::{self, Readiness};
use crate::web::hosts::{self, ApiHosts};
use crate::web::{self, BundleError};

/// The store's file in the data folder.
const STORE: &str = "warren.db";

/// How long a connection to the Keystone may take to stand.
const KEYSTONE_CONNECTS: Duration = Duration::from_secs(3);
/// How long a viewer waits for one answer of the Keystone.
const KEYSTONE_ANSWERS: Duration = Duration::from_secs(8);

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("{key} = \"{address}\": {source}; accepted: {accepts}")]
    Listen {
        /// The setting.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
        /// What is accepted.
        accepts: &'static str,
    },
    /// What shall outlive a restart cannot be kept where it is to be.
    #[error("{key} = \"{}\": {source}; accepted: {accepts}", folder.display())]
    Store {
        /// The setting.
        key: &'static str,
        /// The folder.
        folder: PathBuf,
        /// What is in the way.
        source: StoreError,
        /// What is accepted.
        accepts: &'static str,
    },
    /// The metering API does not start.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// There is nothing to hydrate pages with.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The client of a metering API elsewhere cannot be made.
    #[error(transparent)]
    Client(#[from] TransportError),
}

/// The running program.
pub struct Server {
    web: Option<SocketAddr>,
    metering: Option<SocketAddr>,
    /// Where others reach the metering API, for viewers who want to ask it themselves.
    metering_url: String,
    api: Option<Arc<Api>>,
    store: Option<Arc<dyn Store>>,
    /// The registered portals, of every part that runs.
    portals: Portals,
    listeners: JoinSet<()>,
    /// The bounds of each listener.
    connections: ConnectionLimits,
    stop: CancellationToken,
}

impl Server {
    /// Binds the listeners and starts what they need. When this returns, connections are accepted.
    ///
    /// # Errors
    /// When an address is taken, the bundle missing, or the API's configuration impossible.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let mut server = Self {
            web: None,
            metering: None,
            metering_url: String::new(),
            api: None,
            store: None,
            portals: config.parts.portals().clone(),
            listeners: JoinSet::new(),
            connections: within_descriptors(config.connections, &config.parts),
            stop: CancellationToken::new(),
        };
        let data_dir = config.data_dir.as_deref();
        let options = Options {
            retention: config.retention,
            max_resources: config.max_resources,
            max_posted_series: config.max_posted_series,
            ..Options::default()
        };
        match config.parts {
            Parts::Both(web, part) => {
                // Both are bound before anything starts, so that a taken port ends nothing halfway.
                let listener = bind(&keys::LISTEN, web.listen).await?;
                let prefix = part.api.path_prefix.clone();
                let api = server.start_api(part, data_dir, options).await?;
                let endpoints = Endpoints::in_process(&prefix);
                let client = with_keystone(InProcess::new(api.router()), endpoints, &web)?;
                server.start_web(listener, &web, client, Readiness::Collected(api))?;
            }
            Parts::Api(part) => {
                server.start_api(part, data_dir, options).await?;
            }
            Parts::Web(web, metering) => {
                let listener = bind(&keys::LISTEN, web.listen).await?;
                let url = metering.url.as_str().trim_end_matches('/');
                url.clone_into(&mut server.metering_url);
                let client = remote(metering, &web)?;
                let readiness = Readiness::Reachable(client.clone());
                server.start_web(listener, &web, client, readiness)?;
            }
        }
        Ok(server)
    }

    /// Where the dashboard listens.
    pub fn web(&self) -> Option<SocketAddr> {
        self.web
    }

    /// Where the metering API listens.
    pub fn metering(&self) -> Option<SocketAddr> {
        self.metering
    }

    /// Registers the portals of another configuration, at once and in every part; nothing else of it
    /// counts before the next start.
    ///
    /// # Errors
    /// Where they cannot work; then the others stay.
    pub fn register_portals(&self, config: &Config) -> Result<(), StartError> {
        let portals = config.parts.portals().now().to_vec();
        let names: Vec<_> = portals.iter().map(|portal| portal.name.as_str()).collect();
        tracing::info!(?names, "portals");
        match &self.api {
            // The dashboard beside it has the same list.
            Some(api) => api.register_portals(portals)?,
            None => self.portals.replace(portals)?,
        }
        Ok(())
    }

    /// Stops accepting, lets requests finish for at most [`listener::GRACE`], ends the collectors.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.listeners.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a listener ended badly");
            }
        }
        // The routers, which held it too, ended with the listeners; where one is still held, the
        // collectors end with the process.
        if let Some(api) = self.api.and_then(Arc::into_inner) {
            api.shutdown().await;
        }
        if let Some(store) = self.store {
            store.close().await;
        }
    }

    async fn start_api(
        &mut self,
        part: ApiPart,
        data_dir: Option<&Path>,
        mut options: Options,
    ) -> Result<Arc<Api>, StartError> {
        let listener = bind(&keys::API_LISTEN, part.listen).await?;
        let address = local(&listener, part.listen);
        options.pinned_resources = part.api.pinned_resources();
        let store = open(data_dir, options)?;
        self.store = Some(Arc::clone(&store));
        let config = with_public_url(part.api, address);
        let hosts = ApiHosts::new(
            config.public_url.as_ref(),
            &part.allowed_hosts,
            &config.cors_origins,
        );
        store.log(started(&config));
        self.metering_url = config.base_url();
        let api = Arc::new(Api::start(config, store)?);
        self.api = Some(Arc::clone(&api));
        self.metering = Some(address);
        let routes = health::routes(Readiness::Collected(Arc::clone(&api)))
            .fallback_service(api.router())
            .layer(middleware::from_fn_with_state(hosts, hosts::check_api))
            // Those of the probes and of refused hosts too.
            .layer(middleware::map_response(api::safe_headers))
            .layer(middleware::from_fn(web::middleware::log));
        self.listen(listener, routes);
        tracing::info!(url = %format_args!("http://{address}"), "metering API");
        Ok(api)
    }

    fn start_web(
        &mut self,
        listener: TcpListener,
        config: &WebConfig,
        client: Client,
        readiness: Readiness,
    ) -> Result<(), StartError> {
        let routes = web::router(config, client, &self.metering_url, readiness)?;
        let address = local(&listener, config.listen);
        self.web = Some(address);
        self.listen(listener, routes);
        let base = &config.base_path;
        tracing::info!(url = %format_args!("http://{address}{base}"), "dashboard");
        Ok(())
    }

    fn listen(&mut self, listener: TcpListener, routes: Router) {
        self.listeners.spawn(listener::serve(
            listener,
            routes,
            self.connections.clone(),
            self.stop.clone(),
        ));
    }
}

/// The bounds of each listener, with no more connections than there are descriptors for.
fn within_descriptors(limits: ConnectionLimits, parts: &Parts) -> ConnectionLimits {
    let Some(descriptors) = descriptors::raise_limit() else {
        return limits;
    };
    let listeners = match parts {
        Parts::Both(..) => 2,
        Parts::Api(_) | Parts::Web(..) => 1,
    };
    let fit = descriptors::connections(descriptors, listeners);
    if fit < limits.max {
        tracing::warn!(
            max_connections = limits.max,
            fit,
            descriptors,
            "each listener holds fewer connections than --max-connections says: the system does \
             not allow more open files (LimitNOFILE, ulimit -n)"
        );
    }
    limits.at_most(fit)
}

/// The line of the system log that reports a start.
fn started(config: &ApiConfig) -> LogRecord {
    let names: Vec<_> = config
        .brokers
        .iter()
        .map(|broker| broker.name.as_str())
        .collect();
    LogRecord {
        time: config.clock.now(),
        event: EventType::Started,
        level: EventType::Started.level(),
        source: "warren".to_owned(),
        desc: format!(
            "Warren {} started; its configuration names {}.",
            env!("CARGO_PKG_VERSION"),
            match names.as_slice() {
                [only] => format!("the broker {only}"),
                several => format!("the brokers {}", several.join(", ")),
            }
        ),
        broker: None,
    }
}

/// The store in the data folder, or for want of one in memory. A damaged file is left as it is, and
/// costs what is in it, not the sight of the brokers.
fn open(data_dir: Option<&Path>, options: Options) -> Result<Arc<dyn Store>, StartError> {
    let opened = match data_dir {
        Some(folder) => SqliteStore::open(&folder.join(STORE), options),
        None => SqliteStore::in_memory(options),
    };
    match opened {
        Ok(store) => Ok(Arc::new(store)),
        Err(reason @ StoreError::Corrupt(_)) => Ok(Arc::new(DamagedStore::new(reason))),
        Err(source) => Err(StartError::Store {
            key: keys::DATA_DIR.name,
            folder: data_dir.map(PathBuf::from).unwrap_or_default(),
            source,
            accepts: keys::DATA_DIR.accepts,
        }),
    }
}

async fn bind(key: &'static keys::Key, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen {
            key: key.name,
            address,
            source,
            accepts: "an address of this machine and a port that nobody listens on",
        })
}

/// The address with the port that the system chose, where it was asked to.
fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

/// Without a public address the catalog names the one that we listen on.
fn with_public_url(mut api: ApiConfig, mut address: SocketAddr) -> ApiConfig {
    if api.public_url.is_none() {
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
            tracing::warn!(
                "the catalog names http://{address}, which other machines cannot reach: \
                 set --api-public-url"
            );
        }
        api.public_url = Url::parse(&format!("http://{address}")).ok();
    }
    api
}

fn remote(metering: MeteringConfig, web: &WebConfig) -> Result<Client, StartError> {
    let mut endpoints = Endpoints::at(metering.url);
    if let Some(identity) = metering.identity {
        endpoints = endpoints.identity(identity);
    }
    let transport = HttpTransport::with(HttpOptions {
        tls: metering.tls,
        ..HttpOptions::default()
    })?;
    with_keystone(transport, endpoints, web)
}

/// The dashboard's client: where viewers sign in at a Keystone, that is another service than the
/// metering API, and no viewer waits for it for long.
fn with_keystone(
    metering: impl Transport,
    endpoints: Endpoints,
    web: &WebConfig,
) -> Result<Client, StartError> {
    let Some(keystone) = &web.keystone else {
        return Ok(Client::new(metering, endpoints));
    };
    let to_keystone = HttpTransport::with(HttpOptions {
        connect_timeout: KEYSTONE_CONNECTS,
        timeout: KEYSTONE_ANSWERS,
        tls: keystone.tls.clone(),
        ..HttpOptions::default()
    })?;
    let endpoints = endpoints.identity(keystone.url.clone());
    Ok(Client::with_identity(metering, to_keystone, endpoints))
}
