//! Which brokers, under which names, with which accounts.

use std::path::Path;

use api::{BrokerConfig, BrokerProject};
use secrecy::SecretString;
use url::{Host, Url};

use super::broker_settings::named;
use super::keys::{BROKER, BROKER_DESCRIPTION, BROKER_PASSWORD_FILE, BROKER_PROJECT};
use super::passwords::{self, without_login};
use super::raw::{Raw, Setting};
use super::refusal::{Origin, Refusal, redact};
use super::tables::{Kind, Table};

/// The keys of a `[[broker]]` table.
pub(super) const TABLE: Kind = Kind {
    key: &BROKER,
    single: &[
        "name",
        "url",
        "username",
        "password",
        "password_file",
        "description",
        "ca_file",
        "cert_file",
        "key_file",
        "token_file",
    ],
    several: &[],
};
/// User and password of a fresh RabbitMQ, which lets them in over loopback alone.
const GUEST: &str = "guest";
/// The longest description, in characters: it stands in a page's head.
const LONGEST_DESCRIPTION: usize = 500;
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
            let password = passwords::read(directory, path).map_err(|reason| {
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
fn of_table(table: &Table, directory: &Path) -> Result<Draft, Refusal> {
    let refuse = |key: &str, origin: &Origin, reason: String, accepts: &str| Refusal {
        key: format!("broker.{key}").into(),
        origin: origin.clone(),
        value: None,
        reason: reason.into(),
        accepts: accepts.into(),
    };
    let Some((url, origin)) = table.one("url") else {
        let reason = "it is missing".to_owned();
        return Err(refuse(
            "url",
            &table.origin,
            reason,
            "the address of a management API",
        ));
    };
    let name = table.one("name").map(|(name, _)| name.clone());
    let mut draft = Draft::new(name, url, url, origin)?;
    if let Some((username, origin)) = table.one("username") {
        if draft.username.is_some() {
            let reason = "the address names a user too".to_owned();
            return Err(refuse("username", origin, reason, "one of them"));
        }
        draft.username = Some(username.clone());
    }
    for key in ["password", "password_file"] {
        let Some((value, origin)) = table.one(key) else {
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
            passwords::read(directory, value)
                .map_err(|reason| refuse(key, origin, reason, BROKER_PASSWORD_FILE.accepts))?
        });
    }
    if let Some((text, origin)) = table.one("description") {
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
