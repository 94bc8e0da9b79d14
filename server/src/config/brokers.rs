//! Which brokers, under which names, with which accounts.

use std::path::Path;

use api::{BrokerConfig, BrokerProject, PinnedQueue, PrometheusConfig};
use metering::series::queue_of_path;
use secrecy::SecretString;
use url::{Host, Url};

use super::file::FileBroker;
use super::keys::{
    BROKER, BROKER_DESCRIPTION, BROKER_PASSWORD_FILE, BROKER_PROJECT, BROKER_PROMETHEUS,
    BROKER_PROMETHEUS_PASSWORD_FILE, Key, PINNED_QUEUE,
};
use super::raw::{Raw, Setting};
use super::refusal::{Origin, Refusal, redact};

/// User and password of a fresh RabbitMQ, which lets them in over loopback alone.
const GUEST: &str = "guest";
/// The longest description, in characters: it stands in a page's head.
const LONGEST_DESCRIPTION: usize = 500;
/// No password is longer than this, in bytes; a file that is was not meant.
const LONGEST_PASSWORD: u64 = 4096;

/// A broker on its way to be used.
struct Draft {
    name: Option<String>,
    url: Url,
    username: Option<String>,
    password: Option<SecretString>,
    description: Option<String>,
    projects: Vec<BrokerProject>,
    /// For refusals: the address as given, redacted, and who gave it.
    shown: String,
    origin: Origin,
}

/// The brokers to watch, at least one.
///
/// `has_token` says of the brokers of these names whether one's collector shows a token.
pub(super) fn resolve(
    raw: &Raw,
    directory: &Path,
    has_token: impl Fn(&[String], usize) -> bool,
    refusals: &mut Vec<Refusal>,
) -> Vec<BrokerConfig> {
    let mut read: Vec<_> = raw.all(&BROKER).iter().map(of_setting).collect();
    read.extend(raw.brokers.iter().map(|table| of_table(table, directory)));
    if read.is_empty() {
        read.push(of_setting(&Setting {
            key: &BROKER,
            text: BROKER.default.to_owned(),
            origin: Origin::Default,
        }));
    }
    let mut drafts = Vec::new();
    for draft in read {
        match draft {
            Ok(draft) => drafts.push(draft),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let names: Vec<_> = drafts.iter().map(Draft::name).collect();
    for (index, name) in names.iter().enumerate() {
        let draft = &drafts[index];
        if names[..index].contains(name) {
            let reason = format!("the name {name:?} is given twice");
            refusals.push(draft.refuse(&reason, "a name for each: name=url"));
        }
        let length = name.chars().count();
        // A URL takes . and .. for steps in its path.
        let is_step = matches!(name.as_str(), "." | "..");
        let has_bad = name.contains(|c: char| c == '/' || c.is_control());
        if !(1..=100).contains(&length) || has_bad || is_step {
            let reason = format!("the name {name:?} cannot be used");
            refusals.push(draft.refuse(
                &reason,
                "1 to 100 characters without / and control characters, other than . and ..",
            ));
        }
    }
    for setting in raw.all(&BROKER_PASSWORD_FILE) {
        let result = named(setting, &names).and_then(|(index, path)| {
            let password = read_password(directory, path).map_err(|reason| {
                Refusal::new(setting.key, &setting.origin, &setting.text, reason)
            })?;
            drafts[index].password = Some(password);
            Ok(())
        });
        refusals.extend(result.err());
    }
    for setting in raw.all(&BROKER_DESCRIPTION) {
        let result = named(setting, &names).and_then(|(index, text)| {
            let text = description(text).map_err(|reason| {
                Refusal::new(setting.key, &setting.origin, &setting.text, reason)
            })?;
            drafts[index].description = Some(text);
            Ok(())
        });
        refusals.extend(result.err());
    }
    for setting in raw.all(&BROKER_PROJECT) {
        let result = named(setting, &names).and_then(|(index, text)| {
            let project = text.parse::<BrokerProject>().map_err(|error| {
                Refusal::new(
                    setting.key,
                    &setting.origin,
                    &setting.text,
                    error.to_string(),
                )
            })?;
            drafts[index].projects.push(project);
            Ok(())
        });
        refusals.extend(result.err());
    }
    drafts
        .into_iter()
        .enumerate()
        .filter_map(|(index, draft)| {
            draft
                .finish(has_token(&names, index))
                .map_err(|refusal| refusals.push(refusal))
                .ok()
        })
        .collect()
}

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
        Ok((broker, read_password(directory, path)?))
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

/// `[name=]url`.
fn of_setting(setting: &Setting) -> Result<Draft, Refusal> {
    let scheme = setting.text.find("://").unwrap_or(setting.text.len());
    let (name, address) = match setting.text[..scheme].split_once('=') {
        Some((name, _)) => (Some(name.to_owned()), &setting.text[name.len() + 1..]),
        None => (None, setting.text.as_str()),
    };
    Draft::new(name, address, &setting.text, &setting.origin)
}

/// A `[[broker]]` table.
fn of_table(table: &FileBroker, directory: &Path) -> Result<Draft, Refusal> {
    let refuse = |key: &str, origin: &Origin, reason: String, accepts: &str| Refusal {
        key: format!("broker.{key}").into(),
        origin: origin.clone(),
        value: None,
        reason: reason.into(),
        accepts: accepts.into(),
    };
    let Some((url, origin)) = table.get("url") else {
        let reason = "it is missing".to_owned();
        return Err(refuse(
            "url",
            &table.origin,
            reason,
            "the address of a management API",
        ));
    };
    let name = table.get("name").map(|(name, _)| name.clone());
    let mut draft = Draft::new(name, url, url, origin)?;
    if let Some((username, origin)) = table.get("username") {
        if draft.username.is_some() {
            let reason = "the address names a user too".to_owned();
            return Err(refuse("username", origin, reason, "one of them"));
        }
        draft.username = Some(username.clone());
    }
    for key in ["password", "password_file"] {
        let Some((value, origin)) = table.get(key) else {
            continue;
        };
        if draft.password.is_some() {
            let reason = "the password is given twice".to_owned();
            return Err(refuse(
                key,
                origin,
                reason,
                "one of url, password and password_file",
            ));
        }
        draft.password = Some(if key == "password" {
            value.clone().into()
        } else {
            read_password(directory, value)
                .map_err(|reason| refuse(key, origin, reason, BROKER_PASSWORD_FILE.accepts))?
        });
    }
    if let Some((text, origin)) = table.get("description") {
        draft.description =
            Some(description(text).map_err(|reason| {
                refuse("description", origin, reason, BROKER_DESCRIPTION.accepts)
            })?);
    }
    Ok(draft)
}

impl Draft {
    fn new(
        name: Option<String>,
        address: &str,
        given: &str,
        origin: &Origin,
    ) -> Result<Self, Refusal> {
        let refuse = |reason: String| Refusal::new(&BROKER, origin, given, reason);
        let url: Url = address
            .parse()
            .map_err(|error| refuse(format!("not an address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(refuse("not an address of HTTP".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("the address has a query or a fragment".to_owned()));
        }
        let (url, username, password) = without_login(url).map_err(refuse)?;
        Ok(Self {
            name,
            url,
            username,
            password,
            description: None,
            projects: Vec::new(),
            shown: redact(given),
            origin: origin.clone(),
        })
    }

    /// The given name, else the host's.
    fn name(&self) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| self.url.host_str().unwrap_or_default().to_owned())
    }

    fn refuse(&self, reason: &str, accepts: &str) -> Refusal {
        Refusal {
            key: BROKER.name.into(),
            origin: self.origin.clone(),
            value: Some(self.shown.clone()),
            reason: reason.into(),
            accepts: accepts.into(),
        }
    }

    fn finish(self, has_token: bool) -> Result<BrokerConfig, Refusal> {
        let name = self.name();
        let (username, password) = match (&self.username, &self.password) {
            // The collector shows its token.
            (user, None) if has_token => (user.clone().unwrap_or_default(), "".into()),
            (Some(user), Some(password)) => (user.clone(), password.clone()),
            (None, None) if is_loopback(&self.url) => (GUEST.to_owned(), GUEST.into()),
            (Some(user), None) if user == GUEST && is_loopback(&self.url) => {
                (user.clone(), GUEST.into())
            }
            (None, _) => {
                let accepts =
                    "a user in the address, http://user@host, or username in a [[broker]]";
                return Err(self.refuse("no user is named", accepts));
            }
            (Some(_), None) => {
                let accepts = "--broker-password-file, password_file in a [[broker]], or http://user:password@host";
                return Err(self.refuse("no password is given", accepts));
            }
        };
        Ok(BrokerConfig {
            name,
            url: self.url,
            username,
            password,
            description: self.description,
            projects: self.projects,
        })
    }
}

/// An address without its user and password, and these.
fn without_login(mut url: Url) -> Result<(Url, Option<String>, Option<SecretString>), String> {
    let decode =
        |text: &str| percent_decode(text).ok_or_else(|| "the login is not UTF-8".to_owned());
    let username = match url.username() {
        "" => None,
        name => Some(decode(name)?),
    };
    let password = url.password().map(decode).transpose()?;
    // Both succeed on an address with a host.
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    cleared.map_err(|()| "not an address of HTTP".to_owned())?;
    Ok((url, username, password.map(SecretString::from)))
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

pub(super) fn read_password(directory: &Path, path: &str) -> Result<SecretString, String> {
    let path = directory.join(path);
    let length = std::fs::metadata(&path)
        .map_err(|error| error.to_string())?
        .len();
    if length > LONGEST_PASSWORD {
        return Err(format!("longer than {LONGEST_PASSWORD} bytes"));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("the file is empty".to_owned());
    }
    Ok(password.into())
}

fn description(text: &str) -> Result<String, String> {
    if text.chars().count() > LONGEST_DESCRIPTION {
        return Err("too long".to_owned());
    }
    Ok(text.trim().to_owned())
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Undoes percent-encoding; `None` where the result is no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: &u8| char::from(*byte).to_digit(16);
        if let (b'%', [high, low, tail @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (hex(high), hex(low))
        {
            bytes.push((high * 16 + low) as u8);
            rest = tail;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
