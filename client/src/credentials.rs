//! Who signs in.

use std::fmt;
use std::net::IpAddr;

use metering::identity::{
    Auth, AuthRequest, DomainRef, IdentityMethods, PasswordMethod, PasswordUser, ProjectRef, Scope,
    Unscoped,
};
use secrecy::{ExposeSecret, SecretString};

/// What a token is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokenScope {
    /// The account's default project, where it has one.
    #[default]
    Default,
    /// The project of that name, in the account's domain.
    Project(String),
    /// No project, even if there is a default: such a token is exchanged for others, see
    /// [`Client::rescope`](crate::Client::rescope). Only for a Keystone.
    Unscoped,
}

/// An account, its password, and what the token is for.
#[derive(Clone)]
pub struct Credentials {
    /// The account's name.
    pub user: String,
    /// The name of the account's domain; by default `Default`.
    pub domain: String,
    /// The account's password.
    pub password: SecretString,
    /// What the token is for.
    pub scope: TokenScope,
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
            scope: TokenScope::Default,
            forwarded_for: None,
        }
    }

    /// Of the domain of that name.
    #[must_use]
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = name.into();
        self
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
        self.scope = TokenScope::Project(name.into());
        self
    }

    /// For no project: see [`TokenScope::Unscoped`].
    #[must_use]
    pub fn unscoped(mut self) -> Self {
        self.scope = TokenScope::Unscoped;
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
                scope: match &self.scope {
                    TokenScope::Default => None,
                    TokenScope::Project(name) => Some(Scope {
                        project: Some(ProjectRef {
                            id: None,
                            name: Some(name.clone()),
                            domain: Some(domain()),
                        }),
                        unscoped: None,
                    }),
                    TokenScope::Unscoped => Some(Scope {
                        project: None,
                        unscoped: Some(Unscoped {}),
                    }),
                },
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
            .field("scope", &self.scope)
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
    fn for_nothing_is_said_in_so_many_words() {
        let request = Credentials::new("anna", "secret")
            .domain("lab")
            .unscoped()
            .request();
        let json = serde_json::to_value(request).expect("JSON");
        assert_eq!(
            json["auth"]["scope"],
            serde_json::json!({"unscoped": {}}),
            "else Keystone takes the default project"
        );
        let user = &json["auth"]["identity"]["password"]["user"];
        assert_eq!(user["domain"]["name"], "lab");
    }

    #[test]
    fn without_a_project_there_is_no_scope() {
        let request = Credentials::new("guest", "guest").request();
        let json = serde_json::to_value(request).expect("JSON");
        assert_eq!(json["auth"].get("scope"), None);
    }
}
