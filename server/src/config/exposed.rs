//! Passwords that others could read: on the way to a service without TLS, or in a file.
//!
//! Nothing here is refused: a network may be private, and some secret stores give files whose modes
//! nobody can choose. The operator is warned at start, and a broker's health names what concerns it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::{ApiConfig, ExposedPassword, Exposure, IdentityConfig};
use url::Url;

use super::broker_settings::named;
use super::brokers::is_loopback;
use super::keys::{
    BROKER_KEY_FILE, BROKER_PASSWORD_FILE, BROKER_PROMETHEUS_PASSWORD_FILE, BROKER_TOKEN_FILE,
    KEYSTONE_KEY_FILE, KEYSTONE_PASSWORD_FILE, METERING_KEY_FILE, PORTAL_KEY_FILE,
};
use super::raw::Raw;
use super::{MeteringConfig, Parts, ViewersKeystone};

/// Group or others may read.
const READABLE: u32 = 0o044;

/// The passwords of brokers that others could read.
pub(super) fn of_brokers(raw: &Raw, directory: &Path, config: &ApiConfig) -> Vec<ExposedPassword> {
    let mut exposed = Vec::new();
    let mut add = |broker: &str, how, place: String| {
        exposed.push(ExposedPassword {
            broker: broker.to_owned(),
            how,
            place,
        });
    };
    for broker in &config.brokers {
        if is_plain(&broker.url) {
            add(&broker.name, Exposure::PlainHttp, broker.url.to_string());
        }
    }
    for plugin in &config.prometheus {
        if plugin.login.is_some() && is_plain(&plugin.url) {
            add(&plugin.broker, Exposure::PlainHttp, plugin.url.to_string());
        }
    }
    let names: Vec<_> = config
        .brokers
        .iter()
        .map(|broker| broker.name.clone())
        .collect();
    for key in [
        &BROKER_PASSWORD_FILE,
        &BROKER_PROMETHEUS_PASSWORD_FILE,
        &BROKER_TOKEN_FILE,
        &BROKER_KEY_FILE,
    ] {
        for setting in raw.all(key) {
            // Names that no broker has are refused elsewhere.
            if let Ok((index, path)) = named(setting, &names)
                && is_readable(&directory.join(path))
            {
                add(&names[index], Exposure::ReadableFile, path.to_owned());
            }
        }
    }
    for table in &raw.brokers {
        let text = |key| table.one(key).map(|(text, _)| text.as_str());
        let url = text("url").and_then(|url| url.parse::<Url>().ok());
        let host = || url.as_ref().and_then(Url::host_str);
        let Some(name) = text("name").or_else(host) else {
            continue;
        };
        for key in ["password_file", "token_file", "key_file"] {
            if let Some(path) = text(key)
                && is_readable(&directory.join(path))
            {
                add(name, Exposure::ReadableFile, path.to_owned());
            }
        }
        let has_password = url.as_ref().is_some_and(|url| url.password().is_some());
        if (has_password || text("password").is_some())
            && let Some(file) = &raw.file
            && is_readable(&directory.join(file))
        {
            add(name, Exposure::ReadableFile, file.display().to_string());
        }
    }
    exposed
}

/// What the log says at start of all passwords that others could read, each in a sentence.
pub(super) fn warnings(raw: &Raw, directory: &Path, parts: &Parts) -> Vec<String> {
    let mut warnings = Vec::new();
    let plain = |what: &str, url: &Url| {
        format!(
            "{what} is asked without TLS, at {url}: passwords and tokens can be read on the way; \
             use an https:// address"
        )
    };
    let file = |path: &str| {
        format!("{path} holds a secret, and others than its owner can read it: chmod 600 {path}")
    };
    if let Parts::Both(_, part) | Parts::Api(part) = parts {
        for exposed in &part.api.exposed_passwords {
            warnings.push(match (exposed.how, exposed.place.parse::<Url>()) {
                (Exposure::PlainHttp, Ok(url)) => {
                    plain(&format!("the broker {}", exposed.broker), &url)
                }
                _ => file(&exposed.place),
            });
        }
        if let IdentityConfig::Keystone(keystone) = &part.api.identity
            && is_plain(&keystone.url)
        {
            warnings.push(plain("the Keystone", &keystone.url));
        }
    }
    if let Parts::Web(web, MeteringConfig { url, .. }) = parts {
        if is_plain(url) {
            warnings.push(plain("the metering API", url));
        }
        if let Some(ViewersKeystone { url, .. }) = &web.keystone
            && is_plain(url)
        {
            warnings.push(plain("the Keystone", url));
        }
    }
    let mut paths = Vec::new();
    for key in [
        &KEYSTONE_PASSWORD_FILE,
        &KEYSTONE_KEY_FILE,
        &METERING_KEY_FILE,
    ] {
        paths.extend(raw.one(key).map(|setting| setting.text.as_str()));
    }
    let keys = raw.all(&PORTAL_KEY_FILE).iter();
    paths.extend(keys.filter_map(|setting| Some(setting.text.split_once('=')?.1)));
    let tables = raw.portals.iter().filter_map(|table| table.one("key_file"));
    paths.extend(tables.map(|(path, _)| path.as_str()));
    let readable = paths
        .into_iter()
        .filter(|path| is_readable(&directory.join(path)));
    warnings.extend(readable.map(file));
    warnings.sort();
    warnings.dedup();
    warnings
}

/// Whether what is sent there can be read on the way.
fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

fn is_readable(path: &Path) -> bool {
    // Of one that cannot be looked at, the error is reported elsewhere.
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & READABLE != 0)
}
