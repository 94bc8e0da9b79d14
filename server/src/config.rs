//! Configuration: as read, as typed, as used.
//!
//! | module | what |
//! |---|---|
//! | [`keys`] | every setting by name |
//! | [`raw`], `file`, [`tables`] | as read: texts, each with where it came from |
//! | `exposed` | passwords that others could read |
//! | `values`, `brokers`, `alarms`, `keystone`, `portals`, `storage`, `duration` | as typed: one text into one value |
//! | [`parts`], here | as used: what each part of the program is given |
//!
//! A flag wins over a variable, a variable over the file, the file over the
//! default. All errors are reported at once: the key, where its value came
//! from, the value without any password, and what is accepted.

mod access;
mod alarms;
mod broker_settings;
mod brokers;
mod duration;
mod exposed;
mod file;
pub mod keys;
mod keystone;
mod parts;
mod passwords;
mod portals;
pub mod raw;
mod refusal;
mod service_files;
mod storage;
pub mod tables;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{ApiConfig, IdentityConfig, Portals};
use clap::ArgMatches;
use store::{Options as StoreOptions, Retention};
use url::Url;

use self::keystone::NEEDS_KEYSTONE;
pub use self::parts::{ApiPart, MeteringConfig, Parts, ViewersKeystone, WebConfig};
use self::raw::Raw;
pub use self::refusal::{ConfigError, Origin, Refusal};
use self::values::Reader;
use crate::listener::ConnectionLimits;

/// The whole configuration of the program.
#[derive(Clone, Debug)]
pub struct Config {
    /// The log.
    pub log: LogConfig,
    /// What runs.
    pub parts: Parts,
    /// Folder for what shall outlive a restart; it exists. None: all is kept in memory.
    pub data_dir: Option<PathBuf>,
    /// How long samples and the system log are kept.
    pub retention: Retention,
    /// Collected resources that are kept, of all brokers together.
    pub max_resources: usize,
    /// Series of posted samples that a project may have.
    pub max_posted_series: usize,
    /// The bounds of each listener.
    pub connections: ConnectionLimits,
    /// The file that was read, for the log.
    pub file: Option<PathBuf>,
    /// What the operator should know, in sentences for the log: passwords that others could read.
    pub warnings: Vec<String>,
    /// Whether no broker was named, so that the one of a fresh RabbitMQ on this machine is watched.
    pub default_broker: bool,
}

/// The log.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// Which lines are written, in `tracing`'s words.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Api,
    Web,
}

impl Config {
    /// Reads flags, variables and the file.
    ///
    /// `directory` is where relative paths start: the working directory.
    ///
    /// # Errors
    /// Everything that is not accepted.
    pub fn load(
        arguments: &ArgMatches,
        environment: &dyn Fn(&str) -> Option<String>,
        directory: &Path,
    ) -> Result<Self, ConfigError> {
        let raw = Raw::gather(arguments, environment, directory)?;
        let mut reader = Reader {
            raw: &raw,
            refusals: Vec::new(),
        };
        let config = reader.config(directory, environment);
        if reader.refusals.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Refused(reader.refusals))
        }
    }
}

impl Reader<'_> {
    fn config(&mut self, directory: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Config {
        let only = self.one(&keys::ONLY, |text| match text {
            "api" => Ok(Only::Api),
            "web" => Ok(Only::Web),
            _ => Err("there is no such part".to_owned()),
        });
        let parts = match only {
            None => {
                self.needs_only_web();
                let lifetime = self.session_lifetime();
                let api = self.api(directory, lifetime);
                let keystone = match &api.api.identity {
                    IdentityConfig::Embedded => {
                        self.refuse(&keys::KEYSTONE_DOMAIN, NEEDS_KEYSTONE);
                        None
                    }
                    IdentityConfig::Keystone(keystone) => {
                        Some(self.viewers_keystone(keystone.url.clone(), keystone.tls.clone()))
                    }
                };
                let mut web = self.web(directory, lifetime, keystone);
                web.portals = api.api.portals.clone();
                let mut api = api;
                api.allowed_hosts.clone_from(&web.allowed_hosts);
                Parts::Both(web, api)
            }
            Some(Only::Api) => {
                self.needs_only_web();
                self.refuse(&keys::KEYSTONE_DOMAIN, "--only api has no sign-in form");
                let lifetime = self.session_lifetime();
                let mut api = self.api(directory, lifetime);
                api.allowed_hosts = self.all(&keys::ALLOWED_HOST, values::host);
                Parts::Api(api)
            }
            Some(Only::Web) => {
                for key in [
                    &keys::BROKER,
                    &keys::BROKER_PASSWORD_FILE,
                    &keys::BROKER_DESCRIPTION,
                    &keys::BROKER_PROJECT,
                    &keys::BROKER_PROMETHEUS,
                    &keys::BROKER_PROMETHEUS_PASSWORD_FILE,
                    &keys::PINNED_QUEUE,
                    &keys::BUSY_QUEUES,
                    &keys::ALARM_WEBHOOK,
                ] {
                    self.refuse(key, "--only web watches no broker");
                }
                self.refuse(&keys::POSTED_QUOTA, "--only web takes no samples");
                for key in [
                    &keys::ALARM_INTERVAL,
                    &keys::ALARM_QUOTA,
                    &keys::ALARM_ALLOW_NETWORK,
                ] {
                    self.refuse(key, "--only web evaluates no alarms");
                }
                self.refuse(&keys::MAX_RESOURCES, "--only web keeps no history");
                self.refuse(&keys::MAX_POSTED_SERIES, "--only web takes no samples");
                let lifetime = self.session_lifetime();
                let keystone = self.keystone_of_web(directory);
                let metering = self.metering(directory, keystone.as_ref());
                let mut web = self.web(directory, lifetime, keystone);
                web.portals = self.portals(directory, None);
                Parts::Web(web, metering)
            }
        };
        let stores = !matches!(parts, Parts::Web(..));
        Config {
            warnings: exposed::warnings(self.raw, directory, &parts),
            log: self.log(),
            connections: self.connections(&parts),
            parts,
            data_dir: stores
                .then(|| self.data_dir(directory, environment))
                .flatten(),
            retention: self.retention(),
            max_resources: self
                .one(&keys::MAX_RESOURCES, values::max_resources)
                .unwrap_or(StoreOptions::default().max_resources),
            max_posted_series: self
                .one(&keys::MAX_POSTED_SERIES, values::max_posted_series)
                .unwrap_or(StoreOptions::default().max_posted_series),
            file: self.raw.file.clone(),
            default_broker: self.raw.all(&keys::BROKER).is_empty() && self.raw.brokers.is_empty(),
        }
    }

    /// The bounds of each listener.
    fn connections(&mut self, parts: &Parts) -> ConnectionLimits {
        let defaults = ConnectionLimits::default();
        let mut count = |key, default| self.one(key, values::connections).unwrap_or(default);
        ConnectionLimits {
            max: count(&keys::MAX_CONNECTIONS, defaults.max),
            max_per_address: count(&keys::MAX_CONNECTIONS_PER_ADDRESS, defaults.max_per_address),
            trusted_proxies: match parts {
                Parts::Both(web, _) | Parts::Web(web, _) => web.trusted_proxies.clone(),
                Parts::Api(part) => part.api.trusted_proxies.clone(),
            },
            ..defaults
        }
    }

    /// Refuses that a key is not given, which another one needs.
    fn missing(&mut self, key: &keys::Key, cause: &keys::Key, reason: &str) {
        self.refusals.push(Refusal {
            key: key.name.into(),
            origin: self
                .raw
                .one(cause)
                .map_or(Origin::Default, |cause| cause.origin.clone()),
            value: None,
            reason: format!("it is missing, and {reason}").into(),
            accepts: key.accepts.into(),
        });
    }

    fn needs_only_web(&mut self) {
        for key in [&keys::METERING_URL, &keys::IDENTITY_URL]
            .into_iter()
            .chain(service_files::METERING)
        {
            self.refuse(key, "it needs --only web");
        }
    }

    fn session_lifetime(&mut self) -> Duration {
        self.one(&keys::SESSION_LIFETIME, values::lifetime)
            .unwrap_or(Duration::from_hours(8))
    }

    fn log(&mut self) -> LogConfig {
        let format = self.one(&keys::LOG_FORMAT, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("there is no such format".to_owned()),
        });
        let filter = self.one(&keys::LOG, values::filter);
        LogConfig {
            format: format.unwrap_or(LogFormat::Text),
            filter: filter.unwrap_or_else(|| keys::LOG.default.to_owned()),
        }
    }

    fn web(
        &mut self,
        directory: &Path,
        session_lifetime: Duration,
        keystone: Option<ViewersKeystone>,
    ) -> WebConfig {
        let base_path = self.one(&keys::BASE_PATH, values::path).unwrap_or_default();
        WebConfig {
            listen: self.listen(&keys::LISTEN),
            site: self.one(&keys::SITE, |text| Ok(directory.join(text))),
            base_path,
            public_url: self.one(&keys::PUBLIC_URL, values::url),
            trusted_proxies: self.all(&keys::TRUSTED_PROXY, values::network),
            allowed_hosts: self.all(&keys::ALLOWED_HOST, values::host),
            portals: Portals::default(),
            session_lifetime,
            keystone,
        }
    }

    fn api(&mut self, directory: &Path, token_lifetime: Duration) -> ApiPart {
        let listen = self.listen(&keys::API_LISTEN);
        let mut refusals = Vec::new();
        let has_token = |names: &[String], index| access::has_token(self.raw, names, index);
        let brokers = brokers::resolve(self.raw, directory, has_token, &mut refusals);
        let broker_access = access::resolve(self.raw, directory, &brokers, &mut refusals);
        let pinned_queues = broker_settings::pinned_queues(self.raw, &brokers, &mut refusals);
        let prometheus = broker_settings::prometheus(self.raw, directory, &brokers, &mut refusals);
        let alerts = alarms::resolve(self.raw, &brokers, &mut refusals);
        self.refusals.extend(refusals);
        let defaults = ApiConfig::default();
        let busy_queues = self.one(&keys::BUSY_QUEUES, values::busy_queues);
        let posted_quota = self.one(&keys::POSTED_QUOTA, values::quota);
        let alarm_quota = self.one(&keys::ALARM_QUOTA, values::quota);
        let alarm_interval = self.one(&keys::ALARM_INTERVAL, values::alarm_interval);
        let public_url = self.one(&keys::API_PUBLIC_URL, values::url);
        let identity = self.identity(directory);
        let names: Vec<_> = brokers.iter().map(|broker| broker.name.clone()).collect();
        let portals = self.portals(directory, Some(&names));
        let api = ApiConfig {
            brokers,
            pinned_queues,
            prometheus,
            broker_access,
            alerts,
            busy_queues: busy_queues.unwrap_or(defaults.busy_queues),
            posted_quota: posted_quota.unwrap_or(defaults.posted_quota),
            alarm_quota: alarm_quota.unwrap_or(defaults.alarm_quota),
            alarm_interval: alarm_interval.unwrap_or(defaults.alarm_interval),
            alarm_allowed_networks: self.all(&keys::ALARM_ALLOW_NETWORK, values::network),
            identity,
            tick: self.one(&keys::TICK, values::tick).unwrap_or(defaults.tick),
            path_prefix: self
                .one(&keys::API_BASE_PATH, values::path)
                .unwrap_or_default(),
            public_url,
            cors_origins: self.all(&keys::CORS_ORIGIN, values::origin),
            trusted_proxies: self.all(&keys::TRUSTED_PROXY, values::network),
            password_hashes: self
                .one(&keys::PASSWORD_HASHES, values::truth)
                .unwrap_or(defaults.password_hashes),
            token_lifetime,
            portals,
            guest_key_rotation: self
                .one(&keys::GUEST_KEY_ROTATION, values::key_rotation)
                .unwrap_or(defaults.guest_key_rotation),
            ..defaults
        };
        ApiPart {
            listen,
            allowed_hosts: Vec::new(),
            api: ApiConfig {
                exposed_passwords: exposed::of_brokers(self.raw, directory, &api),
                ..api
            },
        }
    }

    fn portals(&mut self, directory: &Path, brokers: Option<&[String]>) -> Portals {
        let portals = portals::resolve(self.raw, directory, brokers, &mut self.refusals);
        Portals::new(portals)
    }

    fn listen(&mut self, key: &keys::Key) -> SocketAddr {
        let given = self.one(key, values::address);
        // The default is one of ours, and tested to be an address.
        given
            .or_else(|| key.default.parse().ok())
            .unwrap_or(([127, 0, 0, 1], 0).into())
    }

    fn metering(&mut self, directory: &Path, keystone: Option<&ViewersKeystone>) -> MeteringConfig {
        let url = self.one(&keys::METERING_URL, values::url);
        if url.is_none() && self.raw.one(&keys::METERING_URL).is_none() {
            self.missing(&keys::METERING_URL, &keys::ONLY, "--only web needs it");
        }
        MeteringConfig {
            // Never used: its absence has been refused.
            url: url.unwrap_or_else(nowhere),
            tls: service_files::resolve(
                service_files::METERING,
                self.raw,
                directory,
                &mut self.refusals,
            ),
            identity: match keystone {
                Some(keystone) => Some(keystone.url.clone()),
                None => self.one(&keys::IDENTITY_URL, values::url),
            },
        }
    }
}

/// An address that no request reaches.
fn nowhere() -> Url {
    // A constant, and an address.
    Url::parse("http://nowhere.invalid").expect("a constant address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_addresses_are_addresses() {
        for key in [&keys::LISTEN, &keys::API_LISTEN] {
            assert!(key.default.parse::<SocketAddr>().is_ok(), "{}", key.name);
        }
    }
}
