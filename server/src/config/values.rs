//! Configuration as typed: one text into one value, or a refusal.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::Network;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::duration;
use super::keys::Key;
use super::raw::{Raw, Setting};
use super::refusal::Refusal;

/// Reads values and gathers what is wrong, so that an operator sees all of it at once.
pub(super) struct Reader<'a> {
    pub(super) raw: &'a Raw,
    pub(super) refusals: Vec<Refusal>,
}

impl Reader<'_> {
    /// The value of a key, where one is given and accepted.
    pub(super) fn one<T>(
        &mut self,
        key: &Key,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let setting = self.raw.one(key)?;
        self.keep(setting, read(&setting.text))
    }

    /// The accepted ones of a key's values.
    pub(super) fn all<T>(&mut self, key: &Key, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let settings = self.raw.all(key);
        settings
            .iter()
            .filter_map(|setting| self.keep(setting, read(&setting.text)))
            .collect()
    }

    /// Refuses a key's value for a reason that another key gives.
    pub(super) fn refuse(&mut self, key: &Key, reason: &str) {
        if let Some(setting) = self.raw.one(key) {
            self.refusals
                .push(Refusal::new(key, &setting.origin, &setting.text, reason));
        }
    }

    fn keep<T>(&mut self, setting: &Setting, read: Result<T, String>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(reason) => {
                let Setting { key, text, origin } = setting;
                self.refusals.push(Refusal::new(key, origin, text, reason));
                None
            }
        }
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    // Only names that need no network are looked up: `localhost:8080`.
    if text.starts_with("localhost:")
        && let Some(address) = text.to_socket_addrs().ok().and_then(|mut all| all.next())
    {
        return Ok(address);
    }
    Err("not an address and a port".to_owned())
}

pub(super) fn tick(text: &str) -> Result<Duration, String> {
    duration::parse(text, Duration::from_secs(1)..=Duration::from_mins(5))
}

pub(super) fn alarm_interval(text: &str) -> Result<Duration, String> {
    duration::parse(text, Duration::from_secs(1)..=Duration::from_hours(1))
}

pub(super) fn busy_queues(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= 40);
    number.ok_or_else(|| "not a number from 0 to 40".to_owned())
}

/// None for any number.
pub(super) fn quota(text: &str) -> Result<Option<NonZeroU64>, String> {
    if text == "none" {
        return Ok(None);
    }
    let number = text.parse().map(Some);
    number.map_err(|_| "not a whole number from 1".to_owned())
}

/// A number of collected resources.
pub(super) fn max_resources(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (100..=1_000_000).contains(n));
    number.ok_or_else(|| "not a number from 100 to 1000000".to_owned())
}

/// A number of posted series.
pub(super) fn max_posted_series(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (100..=10_000_000).contains(n));
    number.ok_or_else(|| "not a number from 100 to 10000000".to_owned())
}

/// A number of connections.
pub(super) fn connections(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (8..=1_000_000).contains(n));
    number.ok_or_else(|| "not a number from 8 to 1000000".to_owned())
}

pub(super) fn lifetime(text: &str) -> Result<Duration, String> {
    duration::parse(text, Duration::from_mins(5)..=Duration::from_hours(30 * 24))
}

pub(super) fn retention(text: &str) -> Result<Duration, String> {
    duration::parse(
        text,
        Duration::from_hours(2)..=Duration::from_hours(3650 * 24),
    )
}

pub(super) fn keystone_cache(text: &str) -> Result<Duration, String> {
    duration::parse(text, Duration::from_secs(1)..=Duration::from_mins(5))
}

pub(super) fn key_rotation(text: &str) -> Result<Duration, String> {
    duration::parse(
        text,
        Duration::from_hours(1)..=Duration::from_hours(3650 * 24),
    )
}

/// The address of a Keystone's v3 API.
pub(super) fn keystone(text: &str) -> Result<Url, String> {
    let url = url(text)?;
    if url.path().trim_end_matches('/').ends_with("/v3") {
        Ok(url)
    } else {
        Err("it does not end with /v3".to_owned())
    }
}

/// `yes` or `no`; a file may also have `true` and `false`.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("neither".to_owned()),
    }
}

pub(super) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn url(text: &str) -> Result<Url, String> {
    let url: Url = text
        .parse()
        .map_err(|error| format!("not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("not an address of HTTP".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a login".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".to_owned());
    }
    Ok(url)
}

/// `""` or `/some/path`, of characters that need no encoding anywhere.
pub(super) fn path(text: &str) -> Result<String, String> {
    if text.is_empty() || text == "/" {
        return Ok(String::new());
    }
    let segments = text
        .strip_prefix('/')
        .ok_or("it does not start with a slash")?;
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_.~".contains(char);
    for segment in segments.split('/') {
        if segment.is_empty() {
            return Err("it ends with a slash, or has two in a row".to_owned());
        }
        if !segment.chars().all(plain) || matches!(segment, "." | "..") {
            return Err(format!("{segment:?} is not a plain name"));
        }
    }
    Ok(text.to_owned())
}

/// The name of a host, without a port.
pub(super) fn host(text: &str) -> Result<String, String> {
    match url::Host::parse(text) {
        // What is no letter, digit, dot or hyphen is in no name that a browser asks for.
        Ok(url::Host::Domain(name))
            if name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) =>
        {
            Ok(name.trim_end_matches('.').to_owned())
        }
        Ok(url::Host::Domain(_)) | Err(_) => Err("not the name of a host".to_owned()),
        Ok(_) => Err("IP addresses are always allowed".to_owned()),
    }
}

pub(super) fn network(text: &str) -> Result<Network, String> {
    text.parse().map_err(|_| "not a network".to_owned())
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    let url = url(text)?;
    if url.origin().ascii_serialization() != text {
        return Err("it has more than scheme, host and port".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// A folder for data, made where it is missing, and tried.
pub(super) fn data_dir(directory: &Path, text: &str) -> Result<PathBuf, String> {
    let path = directory.join(text);
    std::fs::create_dir_all(&path).map_err(|error| error.to_string())?;
    let probe = path.join(".warren-probe");
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| error.to_string())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_numbers_or_localhost() {
        assert_eq!(address("127.0.0.1:1"), Ok(([127, 0, 0, 1], 1).into()));
        assert!(address("[::1]:8080").is_ok());
        assert!(address("localhost:8080").is_ok_and(|address| address.ip().is_loopback()));
        for text in [
            "",
            "8080",
            ":8080",
            "127.0.0.1",
            "127.0.0.1:65536",
            "example.com:80",
        ] {
            assert!(address(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn hosts_have_no_port_and_no_scheme() {
        assert_eq!(host("Warren.Example."), Ok("warren.example".to_owned()));
        for text in [
            "",
            "warren.example:8080",
            "https://warren.example",
            "*",
            "10.0.0.1",
        ] {
            assert!(host(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn paths_are_plain() {
        assert_eq!(path("/warren"), Ok("/warren".to_owned()));
        assert_eq!(path("/a/b-c"), Ok("/a/b-c".to_owned()));
        assert_eq!(path("/"), Ok(String::new()));
        for text in [
            "warren", "/warren/", "//a", "/a/../b", "/a b", "/a?b", "/{a}", "/a%20b",
        ] {
            assert!(path(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn origins_have_no_path() {
        assert!(origin("https://portal.example:8443").is_ok());
        for text in [
            "*",
            "https://a.example/",
            "https://a.example/b",
            "portal.example",
            "null",
        ] {
            assert!(origin(text).is_err(), "{text:?}");
        }
    }
}
