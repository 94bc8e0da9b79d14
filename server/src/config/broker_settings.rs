//! Settings that each concern one broker.

use std::path::Path;

use api::{BrokerConfig, PinnedQueue, PrometheusConfig};
use metering::series::queue_of_path;
use url::Url;

use super::keys::{BROKER_PROMETHEUS, BROKER_PROMETHEUS_PASSWORD_FILE, Key, PINNED_QUEUE};
use super::passwords::{self, without_login};
use super::raw::{Raw, Setting};
use super::refusal::Refusal;

/// The queues that always have a history.
pub(super) fn pinned_queues(
    raw: &Raw,
    brokers: &[BrokerConfig],
    refusals: &mut Vec<Refusal>,
) -> Vec<PinnedQueue> {
    each(raw, &PINNED_QUEUE, brokers, refusals, |broker, path| {
        let (vhost, name) = queue_of_path(path)
            .filter(|(vhost, name)| !vhost.is_empty() && !name.is_empty())
            .ok_or("not a vhost and a queue with a / between them".to_owned())?;
        Ok(PinnedQueue {
            broker,
            vhost,
            name: name.to_owned(),
        })
    })
}

/// Where Prometheus plugins listen.
pub(super) fn prometheus(
    raw: &Raw,
    directory: &Path,
    brokers: &[BrokerConfig],
    refusals: &mut Vec<Refusal>,
) -> Vec<PrometheusConfig> {
    let key = &BROKER_PROMETHEUS_PASSWORD_FILE;
    let passwords = each(raw, key, brokers, refusals, |broker, path| {
        Ok((broker, passwords::read(directory, path)?))
    });
    let mut with_login = Vec::new();
    let plugins = each(raw, &BROKER_PROMETHEUS, brokers, refusals, |broker, url| {
        let url: Url = url.parse().map_err(|_| "not an address")?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_plain {
            return Err("not an address of HTTP without a query".to_owned());
        }
        let (url, user, password) = without_login(url)?;
        let of_file = passwords.iter().find(|(of, _)| *of == broker);
        let of_file = of_file.map(|(_, password)| password.clone());
        let login = match (user, password, of_file) {
            (None, None, _) => None,
            (None, Some(_), _) => return Err("the address has a password and no user".to_owned()),
            (Some(_), Some(_), Some(_)) => {
                return Err(format!(
                    "the password is given twice, here and by {}",
                    key.flag()
                ));
            }
            (Some(_), None, None) => {
                return Err(format!(
                    "a user without a password: {} gives one",
                    key.flag()
                ));
            }
            (Some(user), Some(password), None) | (Some(user), None, Some(password)) => {
                with_login.push(broker.clone());
                Some((user, password))
            }
        };
        Ok(PrometheusConfig { broker, url, login })
    });
    for setting in raw.all(key) {
        let names: Vec<_> = brokers.iter().map(|broker| broker.name.clone()).collect();
        if let Ok((index, _)) = named(setting, &names)
            && !with_login.contains(&names[index])
        {
            let reason = format!(
                "no {} of this broker names a user",
                BROKER_PROMETHEUS.flag()
            );
            refusals.push(Refusal::new(key, &setting.origin, &setting.text, reason));
        }
    }
    plugins
}

/// The values of a key that each concern a broker, which may go unnamed where there is one alone.
fn each<T>(
    raw: &Raw,
    key: &'static Key,
    brokers: &[BrokerConfig],
    refusals: &mut Vec<Refusal>,
    mut read: impl FnMut(String, &str) -> Result<T, String>,
) -> Vec<T> {
    let names: Vec<_> = brokers.iter().map(|broker| broker.name.clone()).collect();
    let mut values = Vec::new();
    for setting in raw.all(key) {
        let value = named(setting, &names).and_then(|(index, text)| {
            read(names[index].clone(), text)
                .map_err(|reason| Refusal::new(setting.key, &setting.origin, &setting.text, reason))
        });
        match value {
            Ok(value) => values.push(value),
            Err(refusal) => refusals.push(refusal),
        }
    }
    values
}

/// `[name=]rest`: which broker, and the rest. A name is one only if a broker has it.
pub(super) fn named<'a>(
    setting: &'a Setting,
    names: &[String],
) -> Result<(usize, &'a str), Refusal> {
    let text = &setting.text;
    if let Some((name, rest)) = text.split_once('=')
        && let Some(index) = names.iter().position(|known| known == name)
    {
        return Ok((index, rest));
    }
    if names.len() == 1 {
        return Ok((0, text));
    }
    let reason = format!("it names none of the brokers {}", names.join(", "));
    Err(Refusal::new(setting.key, &setting.origin, text, reason))
}
