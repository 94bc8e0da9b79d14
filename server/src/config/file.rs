//! `warren.toml`: keys with their lines, and the `[[broker]]`, `[[portal]]` and `[[alarm]]` tables.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key};
use super::raw::Setting;
use super::refusal::{ConfigError, Origin, Refusal};
use super::tables::{self, Table};
use super::{alarms, brokers, portals};

/// A file as read.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) settings: HashMap<&'static str, Vec<Setting>>,
    pub(crate) brokers: Vec<Table>,
    pub(crate) portals: Vec<Table>,
    pub(crate) alarms: Vec<Table>,
}

/// The text of a file, for the lines of what is in it.
pub(super) struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    pub(super) fn origin(&self, span: &Range<usize>) -> Origin {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Origin::File {
            path: self.path.to_owned(),
            line,
        }
    }

    pub(super) fn refuse(
        &self,
        key: &str,
        span: &Range<usize>,
        reason: &str,
        accepts: &str,
    ) -> Refusal {
        Refusal {
            key: key.into(),
            origin: self.origin(span),
            value: None,
            reason: reason.into(),
            accepts: accepts.into(),
        }
    }
}

/// Reads the file at `path`, which messages call `name`.
pub(crate) fn read(path: &Path, name: &Path, origin: &Origin) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        path: name.to_owned(),
        origin: origin.clone(),
        reason: error.to_string(),
    })?;
    parse(name, &text)
}

fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    let source = Source { path, text };
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        origin: source.origin(&error.span().unwrap_or(0..0)),
        reason: error.message().to_owned(),
    })?;
    let mut file = File {
        path: path.to_owned(),
        settings: HashMap::new(),
        brokers: Vec::new(),
        portals: Vec::new(),
        alarms: Vec::new(),
    };
    let mut refusals = Vec::new();
    for (name, value) in table.get_ref() {
        let key = keys::ALL
            .iter()
            .find(|key| key.name == name.get_ref().as_ref());
        match key {
            None if name.get_ref().as_ref() == keys::ALARM.name => {
                match tables::read(&source, value, &alarms::TABLE) {
                    Ok(alarms) => file.alarms = alarms,
                    Err(refused) => refusals.extend(refused),
                }
            }
            None => refusals.push(unknown(&source, name.get_ref(), &name.span())),
            Some(key) if key.name == keys::BROKER.name => {
                match tables::read(&source, value, &brokers::TABLE) {
                    Ok(brokers) => file.brokers = brokers,
                    Err(refused) => refusals.extend(refused),
                }
            }
            Some(key) if key.name == keys::PORTAL.name => {
                match tables::read(&source, value, &portals::TABLE) {
                    Ok(portals) => file.portals = portals,
                    Err(refused) => refusals.extend(refused),
                }
            }
            Some(key) => match settings(&source, key, value) {
                Ok(settings) => {
                    file.settings.insert(key.name, settings);
                }
                Err(refusal) => refusals.push(refusal),
            },
        }
    }
    if refusals.is_empty() {
        Ok(file)
    } else {
        Err(ConfigError::Refused(refusals))
    }
}

fn unknown(source: &Source<'_>, name: &str, span: &Range<usize>) -> Refusal {
    let names: Vec<_> = keys::ALL
        .iter()
        .map(|key| {
            if key.name == keys::BROKER.name {
                "[[broker]]"
            } else if key.name == keys::PORTAL.name {
                "[[portal]]"
            } else {
                key.name
            }
        })
        .chain(["[[alarm]]"])
        .collect();
    source.refuse(name, span, "there is no such key", &names.join(", "))
}

fn settings(
    source: &Source<'_>,
    key: &'static Key,
    value: &Spanned<DeValue<'_>>,
) -> Result<Vec<Setting>, Refusal> {
    let setting = |value: &Spanned<DeValue<'_>>| match scalar(value.get_ref()) {
        Some(text) => Ok(Setting {
            key,
            text,
            origin: source.origin(&value.span()),
        }),
        None => Err(source.refuse(
            key.name,
            &value.span(),
            "not a text or a number",
            key.accepts,
        )),
    };
    match value.get_ref() {
        DeValue::Array(values) if key.repeats => values.iter().map(setting).collect(),
        DeValue::Array(_) => {
            Err(source.refuse(key.name, &value.span(), "takes one value", key.accepts))
        }
        _ => Ok(vec![setting(value)?]),
    }
}

/// A scalar as the text that a flag would have.
pub(super) fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
