//! Which portals, from which origins, with which keys, and what they may show.

use std::path::Path;

use api::{KeyHash, PortalConfig, Shown};
use secrecy::ExposeSecret;

use super::keys::{
    Key, PORTAL, PORTAL_BROKER, PORTAL_KEY_FILE, PORTAL_KEY_HASH, PORTAL_PANEL, PORTAL_RATE_LIMIT,
    PORTAL_VHOST,
};
use super::raw::{Raw, Setting};
use super::refusal::{Origin, Refusal};
use super::tables::{Kind, Table};
use super::{passwords, values};

/// What stands in a `[[portal]]` table.
pub(super) const TABLE: Kind = Kind {
    key: &PORTAL,
    single: &["name", "key", "key_hash", "key_file", "rate_limit"],
    several: &["origins", "panels", "brokers", "vhosts"],
};
const KEY_ACCEPTS: &str = "a key of at least 24 characters, such as `openssl rand -hex 32` prints";

/// A portal on its way to be used.
struct Draft {
    portal: PortalConfig,
    panels: Vec<String>,
    brokers: Vec<String>,
    vhosts: Vec<String>,
}

impl Draft {
    fn new(name: &str) -> Self {
        Self {
            portal: PortalConfig {
                name: name.to_owned(),
                origins: Vec::new(),
                key: None,
                panels: Shown::All,
                brokers: Shown::All,
                vhosts: Shown::All,
                rate_limit: PortalConfig::RATE_LIMIT,
            },
            panels: Vec::new(),
            brokers: Vec::new(),
            vhosts: Vec::new(),
        }
    }

    fn give_key(&mut self, key: KeyHash) -> Result<(), String> {
        if self.portal.key.replace(key).is_some() {
            return Err("the portal's key is given twice".to_owned());
        }
        Ok(())
    }

    fn finish(self) -> PortalConfig {
        PortalConfig {
            panels: Shown::from_names(self.panels),
            brokers: Shown::from_names(self.brokers),
            vhosts: Shown::from_names(self.vhosts),
            ..self.portal
        }
    }
}

/// The registered portals. `brokers` are the names that there are; none where another program knows
/// them.
pub(super) fn resolve(
    raw: &Raw,
    directory: &Path,
    brokers: Option<&[String]>,
    refusals: &mut Vec<Refusal>,
) -> Vec<PortalConfig> {
    let mut drafts = Vec::new();
    for setting in raw.all(&PORTAL) {
        if let Err(reason) = of_setting(&mut drafts, &setting.text) {
            refusals.push(refuse(setting, reason));
        }
    }
    for table in &raw.portals {
        match of_table(table, directory, brokers) {
            Ok(draft)
                if drafts
                    .iter()
                    .any(|other| other.portal.name == draft.portal.name) =>
            {
                let reason = format!("the name {:?} is given twice", draft.portal.name);
                let accepts = "a name for each";
                refusals.push(of_key("name", &table.origin, None, reason, accepts));
            }
            Ok(draft) => drafts.push(draft),
            Err(refused) => refusals.extend(refused),
        }
    }
    for key in [
        &PORTAL_KEY_FILE,
        &PORTAL_KEY_HASH,
        &PORTAL_PANEL,
        &PORTAL_BROKER,
        &PORTAL_VHOST,
        &PORTAL_RATE_LIMIT,
    ] {
        for setting in raw.all(key) {
            let added = add(&mut drafts, key, &setting.text, directory, brokers);
            refusals.extend(added.map_err(|reason| refuse(setting, reason)).err());
        }
    }
    drafts.into_iter().map(Draft::finish).collect()
}

fn refuse(setting: &Setting, reason: String) -> Refusal {
    Refusal::new(setting.key, &setting.origin, &setting.text, reason)
}

/// The refusal of a key in a table. `value` is none where it is a secret.
fn of_key(
    key: &str,
    origin: &Origin,
    value: Option<&str>,
    reason: impl Into<String>,
    accepts: &str,
) -> Refusal {
    Refusal {
        key: format!("{}.{key}", PORTAL.name).into(),
        origin: origin.clone(),
        value: value.map(str::to_owned),
        reason: reason.into().into(),
        accepts: accepts.into(),
    }
}

/// `name=origin`: a new portal, or another origin of one.
fn of_setting(drafts: &mut Vec<Draft>, text: &str) -> Result<(), String> {
    let (name, origin) = text.split_once('=').ok_or("it has no name: name=origin")?;
    is_name(name)?;
    let origin = values::origin(origin)?;
    let known = drafts.iter_mut().find(|draft| draft.portal.name == name);
    if let Some(known) = known {
        known.portal.origins.push(origin);
    } else {
        let mut draft = Draft::new(name);
        draft.portal.origins.push(origin);
        drafts.push(draft);
    }
    Ok(())
}

fn is_name(name: &str) -> Result<(), String> {
    if PortalConfig::is_name(name) {
        Ok(())
    } else {
        Err(format!("the name {name:?} cannot be used"))
    }
}

/// `name=value` of a key beside `portal`.
fn add(
    drafts: &mut [Draft],
    key: &Key,
    text: &str,
    directory: &Path,
    brokers: Option<&[String]>,
) -> Result<(), String> {
    let names: Vec<_> = drafts
        .iter()
        .map(|draft| draft.portal.name.clone())
        .collect();
    let found = text.split_once('=').and_then(|(name, value)| {
        let draft = drafts.iter_mut().find(|draft| draft.portal.name == name)?;
        Some((draft, value))
    });
    let Some((draft, value)) = found else {
        return Err(match names.as_slice() {
            [] => "there is no portal".to_owned(),
            names => format!("it names none of the portals {}", names.join(", ")),
        });
    };
    let name = key.name;
    if name == PORTAL_KEY_FILE.name {
        // Where no metering API runs nobody looks at keys, and their files need not be there.
        if brokers.is_none() {
            return Ok(());
        }
        return draft.give_key(read_key(directory, value)?);
    }
    if name == PORTAL_KEY_HASH.name {
        return draft.give_key(hash(value)?);
    }
    if name == PORTAL_RATE_LIMIT.name {
        draft.portal.rate_limit = rate_limit(value)?;
        return Ok(());
    }
    if name == PORTAL_PANEL.name {
        draft.panels.push(panel(value)?);
    } else if name == PORTAL_BROKER.name {
        draft.brokers.push(broker(value, brokers)?);
    } else {
        draft.vhosts.push(vhost(value)?);
    }
    Ok(())
}

/// A `[[portal]]` table.
fn of_table(
    table: &Table,
    directory: &Path,
    brokers: Option<&[String]>,
) -> Result<Draft, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let name = if let Some((name, origin)) = table.one("name") {
        if let Err(reason) = is_name(name) {
            let accepts = "1 to 64 of a-z, 0-9, \".\", \"_\" and \"-\"";
            refusals.push(of_key("name", origin, Some(name), reason, accepts));
        }
        name.as_str()
    } else {
        let accepts = "a name, such as shop";
        refusals.push(of_key(
            "name",
            &table.origin,
            None,
            "it is missing",
            accepts,
        ));
        ""
    };
    let mut draft = Draft::new(name);
    let mut list = |key: &str, accepts: &str, read: &dyn Fn(&str) -> Result<String, String>| {
        let mut list = Vec::new();
        for (text, origin) in table.all(key).unwrap_or_default() {
            match read(text) {
                Ok(text) => list.push(text),
                Err(reason) => refusals.push(of_key(key, origin, Some(text), reason, accepts)),
            }
        }
        // An empty list says: none. That would be a portal that shows nothing.
        if table.all(key).is_some_and(<[_]>::is_empty) {
            refusals.push(of_key(key, &table.origin, None, "it is empty", accepts));
        }
        list
    };
    let origin_accepts = "origins, such as [\"https://portal.example.com\"]";
    draft.portal.origins = list("origins", origin_accepts, &values::origin);
    draft.panels = list("panels", PORTAL_PANEL.accepts, &panel);
    draft.brokers = list("brokers", PORTAL_BROKER.accepts, &|text| {
        broker(text, brokers)
    });
    draft.vhosts = list("vhosts", PORTAL_VHOST.accepts, &vhost);
    if table.all("origins").is_none() {
        let reason = "it is missing";
        refusals.push(of_key(
            "origins",
            &table.origin,
            None,
            reason,
            origin_accepts,
        ));
    }
    if let Some((text, origin)) = table.one("rate_limit") {
        match rate_limit(text) {
            Ok(limit) => draft.portal.rate_limit = limit,
            Err(reason) => refusals.push(of_key(
                "rate_limit",
                origin,
                Some(text),
                reason,
                PORTAL_RATE_LIMIT.accepts,
            )),
        }
    }
    for key in ["key", "key_hash", "key_file"] {
        let Some((text, origin)) = table.one(key) else {
            continue;
        };
        // Where no metering API runs nobody looks at keys, and their files need not be there.
        if key == "key_file" && brokers.is_none() {
            continue;
        }
        let (read, shown, accepts) = match key {
            // A key is a secret: a refusal does not show it.
            "key" => (of_secret(text), None, KEY_ACCEPTS),
            "key_hash" => (hash(text), None, PORTAL_KEY_HASH.accepts),
            _ => (
                read_key(directory, text),
                Some(text.as_str()),
                PORTAL_KEY_FILE.accepts,
            ),
        };
        let given = read.and_then(|key| draft.give_key(key));
        refusals.extend(
            given
                .map_err(|reason| of_key(key, origin, shown, reason, accepts))
                .err(),
        );
    }
    if refusals.is_empty() {
        Ok(draft)
    } else {
        Err(refusals)
    }
}

fn of_secret(key: &str) -> Result<KeyHash, String> {
    if key.len() < KeyHash::SHORTEST_KEY {
        let shortest = KeyHash::SHORTEST_KEY;
        return Err(format!("shorter than {shortest} characters"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a header cannot carry it".to_owned());
    }
    Ok(KeyHash::of_key(key))
}

fn read_key(directory: &Path, path: &str) -> Result<KeyHash, String> {
    of_secret(passwords::read(directory, path)?.expose_secret())
}

fn hash(text: &str) -> Result<KeyHash, String> {
    text.parse().map_err(|_| "not a SHA-256".to_owned())
}

fn rate_limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|limit| *limit > 0);
    limit.ok_or_else(|| "not a number from 1 on".to_owned())
}

fn panel(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text == "*" || (!text.is_empty() && text.bytes().all(plain)) {
        Ok(text.to_owned())
    } else {
        Err("not a panel's name".to_owned())
    }
}

fn broker(text: &str, brokers: Option<&[String]>) -> Result<String, String> {
    match brokers {
        Some(brokers) if text != "*" && !brokers.iter().any(|name| name == text) => Err(format!(
            "there is no such broker among {}",
            brokers.join(", ")
        )),
        _ => Ok(text.to_owned()),
    }
}

fn vhost(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 255 {
        return Err("not a vhost's name".to_owned());
    }
    Ok(text.to_owned())
}
