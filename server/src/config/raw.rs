//! Configuration as read: texts, and where each came from.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::file;
use super::keys::{self, Key};
use super::refusal::{ConfigError, Origin, redact};
use super::tables::Table;

/// The file that is read where none is named, if it is there.
const DEFAULT_FILE: &str = "warren.toml";
/// The variable that names the file.
const FILE_VARIABLE: &str = "WARREN_CONFIG";

/// A text that somebody gave for a key.
#[derive(Clone)]
pub struct Setting {
    /// Which key.
    pub key: &'static Key,
    /// The text.
    pub text: String,
    /// Who gave it.
    pub origin: Origin,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} = {:?} ({})",
            self.key.name,
            redact(&self.text),
            self.origin
        )
    }
}

/// All that was given, each key by the strongest that gave it.
#[derive(Debug, Default)]
pub struct Raw {
    settings: HashMap<&'static str, Vec<Setting>>,
    /// The `[[broker]]` tables, where neither flag nor variable names a broker.
    pub brokers: Vec<Table>,
    /// The `[[portal]]` tables, likewise.
    pub portals: Vec<Table>,
    /// The `[[alarm]]` tables.
    pub alarms: Vec<Table>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

impl Raw {
    /// Gathers flags, variables and the file: the first that has a key wins it.
    ///
    /// # Errors
    /// When the file cannot be read, or holds what no key is.
    pub fn gather(
        arguments: &ArgMatches,
        environment: &dyn Fn(&str) -> Option<String>,
        directory: &Path,
    ) -> Result<Self, ConfigError> {
        let file = if let Some((path, origin)) = named_file(arguments, environment) {
            Some(file::read(&directory.join(&path), &path, &origin)?)
        } else {
            let path = directory.join(DEFAULT_FILE);
            let found = path.is_file();
            found
                .then(|| file::read(&path, DEFAULT_FILE.as_ref(), &Origin::Default))
                .transpose()?
        };
        let mut raw = Self::default();
        if let Some(file) = file {
            raw.brokers = file.brokers;
            raw.portals = file.portals;
            raw.alarms = file.alarms;
            raw.file = Some(file.path);
            raw.settings = file.settings;
        }
        for key in keys::ALL {
            let given = from_flags(arguments, key).or_else(|| from_variable(environment, key));
            if let Some(given) = given {
                raw.settings.insert(key.name, given);
            }
        }
        if raw.settings.contains_key(keys::BROKER.name) {
            raw.brokers.clear();
        }
        if raw.settings.contains_key(keys::PORTAL.name) {
            raw.portals.clear();
        }
        Ok(raw)
    }

    /// The value of a key that is given once.
    pub fn one(&self, key: &Key) -> Option<&Setting> {
        self.all(key).last()
    }

    /// All values of a key.
    pub fn all(&self, key: &Key) -> &[Setting] {
        self.settings.get(key.name).map_or(&[], Vec::as_slice)
    }
}

fn named_file(
    arguments: &ArgMatches,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Option<(PathBuf, Origin)> {
    let flag = arguments.get_one::<PathBuf>("config");
    let flag = flag.map(|path| (path.clone(), Origin::Flag("--config".to_owned())));
    let variable = || environment(FILE_VARIABLE).filter(|path| !path.is_empty());
    flag.or_else(|| {
        Some((
            variable()?.into(),
            Origin::Variable(FILE_VARIABLE.to_owned()),
        ))
    })
}

fn from_flags(arguments: &ArgMatches, key: &'static Key) -> Option<Vec<Setting>> {
    if arguments.value_source(key.name) != Some(ValueSource::CommandLine) {
        return None;
    }
    let values = arguments.get_many::<String>(key.name)?;
    let origin = Origin::Flag(key.flag());
    Some(
        values
            .map(|text| Setting {
                key,
                text: text.clone(),
                origin: origin.clone(),
            })
            .collect(),
    )
}

fn from_variable(
    environment: &dyn Fn(&str) -> Option<String>,
    key: &'static Key,
) -> Option<Vec<Setting>> {
    let name = key.variable();
    // Set to nothing is how one unsets a variable in many a service manager.
    let text = environment(&name).filter(|text| !text.trim().is_empty())?;
    let setting = |text: &str| Setting {
        key,
        text: text.to_owned(),
        origin: Origin::Variable(name.clone()),
    };
    // A description is a sentence: one variable holds one.
    if key.repeats && key.name != keys::BROKER_DESCRIPTION.name {
        Some(text.split_whitespace().map(setting).collect())
    } else {
        Some(vec![setting(text.trim())])
    }
}
