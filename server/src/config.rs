//! Configuration: as read, as typed, as used.
//!
//! | module | what |
//! |---|---|
//! | [`keys`] | every setting by name |
//! | [`raw`], `file` | as read: texts, each with where it came from |
//! | `values`, `brokers`, `duration` | as typed: one text into one value |
//! | here | as used: what each part of the program is given |
//!
//! A flag wins over a variable, a variable over the file, the file over the
//! default. Everything wrong is told at once: the key, where its value came
//! from, the value without any password, and what is accepted.

mod brokers;
mod duration;
mod file;
pub mod keys;
pub mod raw;
mod refusal;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{ApiConfig, Network};
use clap::ArgMatches;
use url::Url;

use self::raw::Raw;
pub use self::refusal::{ConfigError, Origin, Refusal};
use self::values::Reader;

/// What the whole program is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The log.
    pub log: LogConfig,
    /// What runs.
    pub parts: Parts,
    /// Folder for what shall outlive a restart; it exists.
    pub data_dir: Option<PathBuf>,
    /// The file that was read, for the log.
    pub file: Option<PathBuf>,
    /// Whether no broker was named, so that the one of a fresh RabbitMQ on this machine is watched.
    pub default_broker: bool,
}

/// What runs.
#[derive(Clone, Debug)]
pub enum Parts {
    /// The dashboard, and the metering API that it asks, in one process.
    Both(WebConfig, ApiPart),
    /// The metering API alone.
    Api(ApiPart),
    /// The dashboard alone, of a metering API elsewhere.
    Web(WebConfig, MeteringConfig),
}

/// The metering API.
#[derive(Clone, Debug)]
pub struct ApiPart {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What it serves.
    pub api: ApiConfig,
}

/// A metering API elsewhere.
#[derive(Clone, Debug)]
pub struct MeteringConfig {
    /// Its address, without `/v2`.
    pub url: Url,
    /// Its identity service, v3; `None`: at `/identity/v3` below it.
    pub identity: Option<Url>,
}

/// The dashboard.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Folder of the browser's bundle; `None`: wherever one is found.
    pub site: Option<PathBuf>,
    /// `""`, or what stands before every path: `/warren`.
    pub base_path: String,
    /// Where viewers reach it, if that is told.
    pub public_url: Option<Url>,
    /// Whose `X-Forwarded-*` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How long a viewer stays signed in.
    pub session_lifetime: Duration,
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
        let config = reader.config(directory);
        if reader.refusals.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Refused(reader.refusals))
        }
    }
}

impl Reader<'_> {
    fn config(&mut self, directory: &Path) -> Config {
        let only = self.one(&keys::ONLY, |text| match text {
            "api" => Ok(Only::Api),
            "web" => Ok(Only::Web),
            _ => Err("there is no such part".to_owned()),
        });
        let parts = match only {
            None => {
                self.needs_only_web();
                let lifetime = self.session_lifetime();
                Parts::Both(self.web(directory, lifetime), self.api(directory, lifetime))
            }
            Some(Only::Api) => {
                self.needs_only_web();
                let lifetime = self.session_lifetime();
                Parts::Api(self.api(directory, lifetime))
            }
            Some(Only::Web) => {
                for key in [
                    &keys::BROKER,
                    &keys::BROKER_PASSWORD_FILE,
                    &keys::BROKER_DESCRIPTION,
                ] {
                    self.refuse(key, "--only web watches no broker");
                }
                let lifetime = self.session_lifetime();
                Parts::Web(self.web(directory, lifetime), self.metering())
            }
        };
        Config {
            log: self.log(),
            parts,
            data_dir: self.one(&keys::DATA_DIR, |text| values::data_dir(directory, text)),
            file: self.raw.file.clone(),
            default_broker: self.raw.all(&keys::BROKER).is_empty() && self.raw.brokers.is_empty(),
        }
    }

    fn needs_only_web(&mut self) {
        for key in [&keys::METERING_URL, &keys::IDENTITY_URL] {
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

    fn web(&mut self, directory: &Path, session_lifetime: Duration) -> WebConfig {
        let base_path = self.one(&keys::BASE_PATH, values::path).unwrap_or_default();
        WebConfig {
            listen: self.listen(&keys::LISTEN),
            site: self.one(&keys::SITE, |text| Ok(directory.join(text))),
            base_path,
            public_url: self.one(&keys::PUBLIC_URL, values::url),
            trusted_proxies: self.all(&keys::TRUSTED_PROXY, values::network),
            session_lifetime,
        }
    }

    fn api(&mut self, directory: &Path, token_lifetime: Duration) -> ApiPart {
        let listen = self.listen(&keys::API_LISTEN);
        let mut refusals = Vec::new();
        let brokers = brokers::resolve(self.raw, directory, &mut refusals);
        self.refusals.extend(refusals);
        let defaults = ApiConfig::default();
        let public_url = self.one(&keys::API_PUBLIC_URL, values::url);
        ApiPart {
            listen,
            api: ApiConfig {
                brokers,
                tick: self.one(&keys::TICK, values::tick).unwrap_or(defaults.tick),
                path_prefix: self
                    .one(&keys::API_BASE_PATH, values::path)
                    .unwrap_or_default(),
                public_url,
                cors_origins: self.all(&keys::CORS_ORIGIN, values::origin),
                trusted_proxies: self.all(&keys::TRUSTED_PROXY, values::network),
                token_lifetime,
                ..defaults
            },
        }
    }

    fn listen(&mut self, key: &keys::Key) -> SocketAddr {
        let given = self.one(key, values::address);
        // The default is one of ours, and tested to be an address.
        given
            .or_else(|| key.default.parse().ok())
            .unwrap_or(([127, 0, 0, 1], 0).into())
    }

    fn metering(&mut self) -> MeteringConfig {
        let url = self.one(&keys::METERING_URL, values::url);
        if url.is_none() && self.raw.one(&keys::METERING_URL).is_none() {
            self.refusals.push(Refusal {
                key: keys::METERING_URL.name.into(),
                origin: self
                    .raw
                    .one(&keys::ONLY)
                    .map_or(Origin::Default, |only| only.origin.clone()),
                value: None,
                reason: "it is missing, and --only web needs it".into(),
                accepts: keys::METERING_URL.accepts.into(),
            });
        }
        MeteringConfig {
            // Never used: its absence has been refused.
            url: url.unwrap_or_else(nowhere),
            identity: self.one(&keys::IDENTITY_URL, values::url),
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
