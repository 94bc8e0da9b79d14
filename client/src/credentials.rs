//! Who signs in.

use std::fmt;
use std::net::IpAddr;

use metering::identity::{
    Auth, AuthRequest, DomainRef, IdentityMethods, PasswordMethod, PasswordUser, ProjectRef, Scope,
};
use secrecy::{ExposeSecret, SecretString};

/// An account, its password, and what the token shall be for.
#[derive(Clone)]
pub struct Credentials {
    /// The account's name.
    pub user: String,
    /// The name of the account's domain, `Default` unless told.
    pub domain: String,
    /// The account's password.
    pub password: SecretString,
    /// The name of the project to sign in to; `None`: the account's default one.
    pub project: Option<String>,
    /// The address of the viewer on whose behalf this is, sent as `X-Forwarded-For`, so that wrong
    /// passwords are counted against the viewer and not against this program.
    pub forwarded_for: Option<IpAddr>,
}

impl Credentials {
    /// An account of the domain `Default`, for its default project.
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            user: user.into(),
            domain: "Default".to_owned(),
            password: password.into(),
            project: None,
            forwarded_for: None,
        }
    }

    /// On behalf of a viewer at that address.
    #[must_use]
    pub fn forwarded_for(mut self, viewer: Option<IpAddr>) -> Self {
        self.forwarded_for = viewer;
        self
    }

    /// For the project of that name.
    #[must_use]
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.project = Some(name.into());
        self
    }

    /// The request of Keystone's v3 password method.
    pub(crate) fn request(&self) -> AuthRequest {
        let domain = || DomainRef {
            id: None,
            name: Some(self.domain.clone()),
        };
        AuthRequest {
            auth: Auth {
                identity: IdentityMethods {
                    methods: vec!["password".to_owned()],
                    password: Some(PasswordMethod {
                        user: PasswordUser {
                            id: None,
                            name: Some(self.user.clone()),
                            domain: Some(domain()),
                            password: self.password.expose_secret().to_owned(),
                        },
                    }),
                    token: None,
                },
                scope: self.project.as_ref().map(|name| Scope {
                    project: Some(ProjectRef {
                        id: None,
                        name: Some(name.clone()),
                        domain: Some(domain()),
                    }),
                }),
            },
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The password has a redacting `Debug` of its own; left out all the same.
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_holds_no_password() {
        let credentials = Credentials::new("guest", "hunter2");
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }

    #[test]
    fn a_project_is_named_with_its_domain() {
        let request = Credentials::new("guest", "guest").project("ops").request();
        let json = serde_json::to_value(request).expect("JSON");
        assert_eq!(json["auth"]["scope"]["project"]["name"], "ops");
        assert_eq!(
            json["auth"]["scope"]["project"]["domain"]["name"],
            "Default"
        );
    }

    #[test]
    fn without_a_project_there_is_no_scope() {
        let request = Credentials::new("guest", "guest").request();
        let json = serde_json::to_value(request).expect("JSON");
        assert_eq!(json["auth"].get("scope"), None);
    }
}
