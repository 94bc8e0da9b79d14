//! What the service needs to know before it starts. Built by the `server` crate, checked here.

mod access;
mod alerts;
mod exposed;
mod identity;
mod network;
mod portal;

use std::collections::HashSet;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use metering::series::{queue_path, queue_resource};
use secrecy::SecretString;
use url::Url;

use crate::clock::Clock;

pub use access::BrokerAccess;
pub use alerts::{AlertConfig, RuleOverride, Webhook};
pub use exposed::{ExposedPassword, Exposure};
pub use identity::{BrokerProject, IdentityConfig, KeystoneConfig, ParseProjectError};
pub use network::{Network, ParseNetworkError};
pub use portal::{KeyHash, ParseKeyHashError, PortalConfig, Portals, Shown};

/// Everything that an operator can decide about the metering API.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// The brokers to watch, in the order in which viewers see them. At least one.
    pub brokers: Vec<BrokerConfig>,
    /// Certificates and tokens for brokers that need some.
    pub broker_access: Vec<BrokerAccess>,
    /// The time between two polls of a broker. RabbitMQ's statistics move every 5 s by default.
    pub tick: Duration,
    /// `""`, or a path such as `/telemetry` that stands in front of every path.
    pub path_prefix: String,
    /// Scheme, host and port under which clients reach the service: what the catalog and the
    /// version document name. The path prefix is added where it is not there yet.
    pub public_url: Option<Url>,
    /// Origins whose scripts may call the service, `https://portal.example` for example.
    pub cors_origins: Vec<String>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// What validates tokens.
    pub identity: IdentityConfig,
    /// How long a token of the embedded identity lives. An account that was removed or changed at its broker keeps what it
    /// could see for at most this long.
    pub token_lifetime: Duration,
    /// Whether administrators of a broker see the hashes of its accounts' passwords.
    pub password_hashes: bool,
    /// The portals that may embed panels.
    pub portals: Portals,
    /// For how long a key signs guest tokens before the next one does. The one before is believed
    /// as long again.
    pub guest_key_rotation: Duration,
    /// How long to wait for a broker's TCP connection.
    pub connect_timeout: Duration,
    /// The longest that one answer of a broker may take. Most are given less: a tick, or three times
    /// what a poll of that broker usually takes, but no less than 3 s.
    pub answer_timeout: Duration,
    /// The longest answer of a broker that is read, in bytes, after decompression.
    pub answer_limit: usize,
    /// The longest pause between two attempts at a broker that does not answer.
    pub backoff_limit: Duration,
    /// How much of the past is kept in memory, at tick resolution.
    pub history: Duration,
    /// Of a broker's queues so many of the deepest, and as many of the busiest, get a history of
    /// their own whenever its list of queues is fetched: 0 to 40.
    pub busy_queues: usize,
    /// Queues that always have one. For these the list is fetched though nobody looks, within the
    /// same budget.
    pub pinned_queues: Vec<PinnedQueue>,
    /// Where brokers' Prometheus plugins listen, for figures that management APIs lack.
    pub prometheus: Vec<PrometheusConfig>,
    /// Samples that a project may post in a day, by UTC; `None` for any number.
    pub posted_quota: Option<NonZeroU64>,
    /// How often alarms are evaluated.
    pub alarm_interval: Duration,
    /// Networks that actions of alarms may call though they are not public.
    pub alarm_allowed_networks: Vec<Network>,
    /// The pause before the second attempt to call an action; it doubles with each further one.
    pub alarm_retry: Duration,
    /// Alarms that a project may have; `None` for any number.
    pub alarm_quota: Option<NonZeroU64>,
    /// Passwords for brokers that others could read.
    pub exposed_passwords: Vec<ExposedPassword>,
    /// The built-in rules, and who is notified of their alerts.
    pub alerts: AlertConfig,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Default for ApiConfig {
    /// The defaults, with no broker: add at least one.
    fn default() -> Self {
        Self {
            brokers: Vec::new(),
            tick: Duration::from_secs(5),
            path_prefix: String::new(),
            public_url: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            identity: IdentityConfig::Embedded,
            token_lifetime: Duration::from_hours(8),
            password_hashes: false,
            portals: Portals::default(),
            guest_key_rotation: portal::KEY_ROTATION,
            connect_timeout: Duration::from_secs(3),
            answer_timeout: Duration::from_secs(10),
            answer_limit: 32 << 20,
            backoff_limit: Duration::from_secs(30),
            history: Duration::from_hours(1),
            busy_queues: 12,
            pinned_queues: Vec::new(),
            prometheus: Vec::new(),
            posted_quota: NonZeroU64::new(1_000_000),
            alarm_interval: Duration::from_mins(1),
            alarm_allowed_networks: Vec::new(),
            alarm_retry: Duration::from_secs(5),
            alarm_quota: NonZeroU64::new(1000),
            exposed_passwords: Vec::new(),
            broker_access: Vec::new(),
            alerts: AlertConfig::default(),
            clock: Clock::System,
        }
    }
}

/// One broker to watch.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    /// Its name in URLs and calls: no `/` in it.
    pub name: String,
    /// Its management plugin's address, a path prefix included, without user and password.
    pub url: Url,
    /// The account that the collector uses: tag `monitoring` or `administrator`.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// What viewers should know about it.
    pub description: Option<String>,
    /// The projects of a Keystone whose members see it. Without any, the role `admin` alone does.
    pub projects: Vec<BrokerProject>,
}

/// A queue that always has a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedQueue {
    /// The broker's name.
    pub broker: String,
    /// The vhost that it is in.
    pub vhost: String,
    /// Its name.
    pub name: String,
}

/// The Prometheus plugin of a broker, `rabbitmq_prometheus`.
#[derive(Clone, Debug)]
pub struct PrometheusConfig {
    /// The broker's name.
    pub broker: String,
    /// The plugin's address, without `/metrics`, without user and password.
    pub url: Url,
    /// User and password, where the plugin or a proxy before it wants them.
    pub login: Option<(String, SecretString)>,
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There is nothing to watch.
    #[error("no broker is configured: at least one is needed")]
    NoBroker,
    /// A name that cannot stand in a resource id or a URL.
    #[error(
        "broker name {0:?}: accepted are 1 to 100 characters without `/` and control characters"
    )]
    BrokerName(String),
    /// Two brokers have one name.
    #[error("broker name {0:?} is given twice")]
    DuplicateBroker(String),
    /// An address that is no management plugin's.
    #[error(
        "broker {name:?}: its URL must be http:// or https:// with a host, without user and password"
    )]
    BrokerUrl {
        /// The broker's name.
        name: String,
    },
    /// A tick that would flood the brokers, or make rings without end.
    #[error("tick {0:?}: accepted are 10 ms to 1 h in whole milliseconds")]
    Tick(Duration),
    /// A prefix that cannot stand in front of a path.
    #[error(
        "path prefix {0:?}: accepted are \"\" and paths such as \"/telemetry\", without a `/` at the end"
    )]
    PathPrefix(String),
    /// An origin that no browser sends.
    #[error(
        "CORS origin {0:?}: accepted are origins such as https://portal.example, without a path"
    )]
    CorsOrigin(String),
    /// A portal that cannot be one.
    #[error("portal {name:?}: {reason}")]
    Portal {
        /// Its name.
        name: String,
        /// What is wrong with it, and what is accepted.
        reason: String,
    },
    /// A Keystone that cannot be asked.
    #[error(
        "Keystone URL {0}: accepted are http:// or https:// with a host, without login, query and fragment"
    )]
    KeystoneUrl(Url),
    /// A time for which answers of Keystone would be believed too long.
    #[error("Keystone cache {0:?}: accepted are 1 s to 5 min")]
    KeystoneCache(Duration),
    /// A file with a certificate or a key cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// The HTTP client for the brokers could not be made.
    #[error("the HTTP client could not be made")]
    HttpClient(#[source] reqwest::Error),
}

impl ApiConfig {
    /// Refuses what cannot work.
    ///
    /// # Errors
    /// The first thing that is wrong, with its value.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.brokers.is_empty() {
            return Err(ApiError::NoBroker);
        }
        let mut names = HashSet::new();
        for broker in &self.brokers {
            broker.check()?;
            if !names.insert(&broker.name) {
                return Err(ApiError::DuplicateBroker(broker.name.clone()));
            }
        }
        let accepted = Duration::from_millis(10)..=Duration::from_hours(1);
        if !accepted.contains(&self.tick) || !self.tick.as_micros().is_multiple_of(1000) {
            return Err(ApiError::Tick(self.tick));
        }
        let prefix = &self.path_prefix;
        let is_path = prefix.starts_with('/')
            && !prefix.ends_with('/')
            && !prefix.contains("//")
            && prefix
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\%".contains(&byte));
        if !prefix.is_empty() && !is_path {
            return Err(ApiError::PathPrefix(prefix.clone()));
        }
        if let IdentityConfig::Keystone(keystone) = &self.identity {
            keystone.check()?;
        }
        portal::check(&self.portals.now())?;
        for origin in &self.cors_origins {
            let same =
                Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            if !same {
                return Err(ApiError::CorsOrigin(origin.clone()));
            }
        }
        Ok(())
    }

    /// The queues of a broker that always have a history, by path.
    pub(crate) fn pinned(&self, broker: &str) -> impl Iterator<Item = String> {
        let pinned = self.pinned_queues.iter();
        pinned
            .filter(move |queue| queue.broker == broker)
            .map(|queue| queue_path(&queue.vhost, &queue.name))
    }

    /// The queues that always have a history, as the store names them.
    pub fn pinned_resources(&self) -> Vec<Arc<str>> {
        let pinned = self.pinned_queues.iter();
        pinned
            .map(|queue| queue_resource(&queue.broker, &queue.vhost, &queue.name).into())
            .collect()
    }

    /// The certificates and the token for a broker, if it has some.
    pub(crate) fn access(&self, broker: &str) -> Option<&BrokerAccess> {
        let mut known = self.broker_access.iter();
        known.find(|access| access.broker == broker)
    }

    /// Where a broker's Prometheus plugins listen.
    pub(crate) fn plugins(&self, broker: &str) -> Vec<PrometheusConfig> {
        let plugins = self.prometheus.iter();
        plugins
            .filter(|plugin| plugin.broker == broker)
            .cloned()
            .collect()
    }

    /// Where clients reach the service, without a `/` at the end.
    pub fn base_url(&self) -> String {
        let public = self
            .public_url
            .as_ref()
            .map_or("http://127.0.0.1:8777", Url::as_str);
        let public = public.trim_end_matches('/');
        if public.ends_with(&self.path_prefix) {
            public.to_owned()
        } else {
            format!("{public}{}", self.path_prefix)
        }
    }
}

impl BrokerConfig {
    /// The project that the samples of the whole broker belong to: the first that sees all of it.
    pub fn sample_project(&self) -> Option<&str> {
        let whole = self.projects.iter().find(|project| project.vhost.is_none());
        whole.map(|project| project.id.as_str())
    }

    fn check(&self) -> Result<(), ApiError> {
        let length = self.name.chars().count();
        if !(1..=100).contains(&length) || self.name.contains(|c: char| c == '/' || c.is_control())
        {
            return Err(ApiError::BrokerName(self.name.clone()));
        }
        let plain = self.url.username().is_empty() && self.url.password().is_none();
        if !matches!(self.url.scheme(), "http" | "https") || !self.url.has_host() || !plain {
            return Err(ApiError::BrokerUrl {
                name: self.name.clone(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
