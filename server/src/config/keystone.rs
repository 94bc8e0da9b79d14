//! The Keystone that viewers and tokens are checked at.

use std::path::Path;

use api::{IdentityConfig, KeystoneConfig, TlsFiles};
use url::Url;

use super::values::{self, Reader};
use super::{ViewersKeystone, keys, nowhere, passwords, service_files};

/// Why a key of the Keystone is refused where there is none.
pub(super) const NEEDS_KEYSTONE: &str = "it needs --identity keystone";

/// What the metering API needs to validate tokens at a Keystone.
const VALIDATION: [&keys::Key; 9] = [
    &keys::KEYSTONE_PUBLIC_URL,
    &keys::KEYSTONE_USER,
    &keys::KEYSTONE_PASSWORD_FILE,
    &keys::KEYSTONE_USER_DOMAIN,
    &keys::KEYSTONE_PROJECT,
    &keys::KEYSTONE_PROJECT_DOMAIN,
    &keys::KEYSTONE_CACHE,
    &keys::KEYSTONE_ADMIN_ROLE,
    &keys::KEYSTONE_MEMBER_ROLE,
];

impl Reader<'_> {
    /// Whether a Keystone says what a token stands for.
    fn is_keystone(&mut self) -> bool {
        let keystone = self.one(&keys::IDENTITY, |text| match text {
            "embedded" => Ok(false),
            "keystone" => Ok(true),
            _ => Err("there is no such service".to_owned()),
        });
        keystone == Some(true)
    }

    /// The Keystone that viewers sign in at, with `--only web`. It needs no account of its own: the
    /// metering API validates the tokens.
    pub(super) fn keystone_of_web(&mut self, directory: &Path) -> Option<ViewersKeystone> {
        for key in VALIDATION {
            self.refuse(key, "--only web validates no tokens");
        }
        if !self.is_keystone() {
            for key in [&keys::KEYSTONE_URL, &keys::KEYSTONE_DOMAIN]
                .into_iter()
                .chain(service_files::KEYSTONE)
            {
                self.refuse(key, NEEDS_KEYSTONE);
            }
            return None;
        }
        let reason = "with --identity keystone that is --keystone-url";
        self.refuse(&keys::IDENTITY_URL, reason);
        if self.raw.one(&keys::KEYSTONE_URL).is_none() {
            self.missing(
                &keys::KEYSTONE_URL,
                &keys::IDENTITY,
                "--identity keystone needs it",
            );
        }
        let url = self.one(&keys::KEYSTONE_URL, values::keystone);
        // Not used if absent: the absence was refused above.
        let tls = service_files::resolve(
            service_files::KEYSTONE,
            self.raw,
            directory,
            &mut self.refusals,
        );
        Some(self.viewers_keystone(url.unwrap_or_else(nowhere), tls))
    }

    pub(super) fn viewers_keystone(&mut self, url: Url, tls: TlsFiles) -> ViewersKeystone {
        let domain = self.one(&keys::KEYSTONE_DOMAIN, values::name);
        ViewersKeystone {
            url,
            tls,
            domain: domain.unwrap_or_else(|| keys::KEYSTONE_DOMAIN.default.to_owned()),
        }
    }

    pub(super) fn identity(&mut self, directory: &Path) -> IdentityConfig {
        if !self.is_keystone() {
            for key in [&keys::KEYSTONE_URL]
                .into_iter()
                .chain(VALIDATION)
                .chain([&keys::BROKER_PROJECT])
                .chain(service_files::KEYSTONE)
            {
                self.refuse(key, NEEDS_KEYSTONE);
            }
            return IdentityConfig::Embedded;
        }
        for key in [&keys::KEYSTONE_URL, &keys::KEYSTONE_PASSWORD_FILE] {
            if self.raw.one(key).is_none() {
                self.missing(key, &keys::IDENTITY, "--identity keystone needs it");
            }
        }
        let url = self.one(&keys::KEYSTONE_URL, values::keystone);
        // Not used if absent: the absence was refused above.
        let url = url.unwrap_or_else(nowhere);
        let mut text = |key: &keys::Key| {
            self.one(key, values::name)
                .unwrap_or_else(|| key.default.to_owned())
        };
        let username = text(&keys::KEYSTONE_USER);
        let user_domain = text(&keys::KEYSTONE_USER_DOMAIN);
        let project = text(&keys::KEYSTONE_PROJECT);
        let project_domain = text(&keys::KEYSTONE_PROJECT_DOMAIN);
        let mut roles = |key: &keys::Key| {
            let given = self.all(key, values::name);
            if given.is_empty() {
                key.default.split(' ').map(str::to_owned).collect()
            } else {
                given
            }
        };
        let admin_roles = roles(&keys::KEYSTONE_ADMIN_ROLE);
        let member_roles = roles(&keys::KEYSTONE_MEMBER_ROLE);
        let password = self.one(&keys::KEYSTONE_PASSWORD_FILE, |path| {
            passwords::read(directory, path)
        });
        IdentityConfig::Keystone(Box::new(KeystoneConfig {
            public_url: self
                .one(&keys::KEYSTONE_PUBLIC_URL, values::url)
                .unwrap_or_else(|| url.clone()),
            url,
            tls: service_files::resolve(
                service_files::KEYSTONE,
                self.raw,
                directory,
                &mut self.refusals,
            ),
            username,
            password: password.unwrap_or_default(),
            user_domain,
            project,
            project_domain,
            cache: self
                .one(&keys::KEYSTONE_CACHE, values::keystone_cache)
                .unwrap_or(KeystoneConfig::CACHE),
            timeout: KeystoneConfig::TIMEOUT,
            admin_roles,
            member_roles,
        }))
    }
}
