//! Why a configuration is not accepted: the key, where it came from, the value, what is accepted.

use std::fmt;
use std::path::PathBuf;

use super::keys::Key;

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag(String),
    /// An environment variable.
    Variable(String),
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The setting's name.
    pub key: Box<str>,
    /// Where its value came from.
    pub origin: Origin,
    /// The value, without any password. `None` where the value is a secret, or is missing.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: Box<str>,
    /// What would be right.
    pub accepts: Box<str>,
}

impl Refusal {
    pub(crate) fn new(key: &Key, origin: &Origin, value: &str, reason: impl Into<String>) -> Self {
        Self {
            key: key.name.into(),
            origin: origin.clone(),
            value: Some(redact(value)),
            reason: reason.into().into(),
            accepts: key.accepts.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        if let Some(value) = &self.value {
            write!(f, " = {value:?}")?;
        }
        write!(
            f,
            " ({}): {}; accepted: {}",
            self.origin, self.reason, self.accepts
        )
    }
}

/// Why the program does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The configuration file cannot be read.
    #[error("config = {path:?} ({origin}): {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who named it.
        origin: Origin,
        /// What the operating system said.
        reason: String,
    },
    /// The configuration file is no TOML.
    #[error("{origin}: {reason}; accepted: TOML, such as tick = \"5s\"")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser said, without the line itself: it may hold a password.
        reason: String,
    },
    /// Settings that are not accepted, all of them at once.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
}

/// A value as it may be shown: what stands before an `@` behind `://` is a login, and left out.
pub(crate) fn redact(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        // The scheme may have been forgotten.
        return match value.rsplit_once('@') {
            Some((_, host)) => format!("…@{host}"),
            None => value.to_owned(),
        };
    };
    // A password that was not percent-encoded may itself hold a slash or an @, so the last one ends it.
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_not_shown() {
        for (value, shown) in [
            ("http://guest:hunter2@host:1", "http://…@host:1"),
            ("prod=http://guest:hun/t@er2@host", "prod=http://…@host"),
            ("http://host", "http://host"),
            ("prod=guest:hunter2@host:1", "…@host:1"),
            ("5s", "5s"),
        ] {
            assert_eq!(redact(value), shown);
        }
    }
}
