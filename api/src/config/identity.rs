//! What validates tokens, and which projects see which broker.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use tls::TlsFiles;
use url::Url;

use super::ApiError;

/// What validates tokens.
#[derive(Clone, Debug)]
pub enum IdentityConfig {
    /// This service itself, which asks the brokers.
    Embedded,
    /// A Keystone.
    Keystone(Box<KeystoneConfig>),
}

/// A Keystone, and this service's account there.
#[derive(Clone, Debug)]
pub struct KeystoneConfig {
    /// Its v3 address, `https://keystone.example/v3`.
    pub url: Url,
    /// Which certificates are trusted of it, and which one is shown to it.
    pub tls: TlsFiles,
    /// The address that callers without a token are sent to.
    pub public_url: Url,
    /// The account that validates tokens: the role `service` or `admin` in its project.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// The name of the account's domain.
    pub user_domain: String,
    /// The name of the account's project.
    pub project: String,
    /// The name of the project's domain.
    pub project_domain: String,
    /// For how long an answer about a token is believed: so long a revoked one goes on working.
    pub cache: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Roles that see every project and every broker.
    pub admin_roles: Vec<String>,
    /// Roles that see the token's own project, and the brokers that are shown to it.
    pub member_roles: Vec<String>,
}

impl KeystoneConfig {
    /// How long an answer may take; the default.
    pub const TIMEOUT: Duration = Duration::from_secs(5);
    /// For how long an answer is believed; the default.
    pub const CACHE: Duration = Duration::from_secs(30);
    /// The role that sees all; the default.
    pub const ADMIN_ROLE: &str = "admin";
    /// The roles that see their own; the default.
    pub const MEMBER_ROLES: [&str; 2] = ["member", "reader"];

    pub(super) fn check(&self) -> Result<(), ApiError> {
        let accepted = Duration::from_secs(1)..=Duration::from_mins(5);
        if !accepted.contains(&self.cache) {
            return Err(ApiError::KeystoneCache(self.cache));
        }
        let plain = self.url.username().is_empty()
            && self.url.password().is_none()
            && self.url.query().is_none()
            && self.url.fragment().is_none();
        if !matches!(self.url.scheme(), "http" | "https") || !self.url.has_host() || !plain {
            let mut shown = self.url.clone();
            // What is no address with a host has no login either.
            let _ = shown.set_username("").and(shown.set_password(None));
            return Err(ApiError::KeystoneUrl(shown));
        }
        Ok(())
    }
}

/// A project of a Keystone that sees a broker, or one vhost of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerProject {
    /// The project's id. Not its name: another domain may have a project of the same name.
    pub id: String,
    /// The vhost that it sees; `None`: all of the broker.
    pub vhost: Option<String>,
}

/// A text names no project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no project's id; accepted are its 32 hexadecimal digits, as `openstack project show \
     -f value -c id NAME` has them, and after a colon one vhost"
)]
pub struct ParseProjectError(String);

impl FromStr for BrokerProject {
    type Err = ParseProjectError;

    /// `PROJECT_ID` or `PROJECT_ID:VHOST`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, vhost) = match text.split_once(':') {
            Some((id, vhost)) => (id, Some(vhost)),
            None => (text, None),
        };
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id || vhost == Some("") {
            return Err(ParseProjectError(text.to_owned()));
        }
        Ok(Self {
            id: id.to_ascii_lowercase(),
            vhost: vhost.map(str::to_owned),
        })
    }
}

impl fmt::Display for BrokerProject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.vhost {
            Some(vhost) => write!(f, "{}:{vhost}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_project_is_an_id_and_perhaps_a_vhost() {
        for text in [ID.to_owned(), format!("{ID}:/"), format!("{ID}:a:b")] {
            let read: BrokerProject = text.parse().expect("a project");
            assert_eq!(read.to_string(), text);
            assert_eq!(read.id, ID);
        }
    }

    #[test]
    fn a_name_is_no_id() {
        for text in ["", "admin", &ID[1..], &format!("{ID}:"), ":/"] {
            assert!(text.parse::<BrokerProject>().is_err(), "{text:?}");
        }
    }
}
