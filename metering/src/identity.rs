//! Keystone's v3 token requests and answers, the least of them that real clients need.
//!
//! Source: OpenStack's Identity API v3, "Authentication and token management".

use serde::{Deserialize, Serialize};

/// The header that carries a token on every request.
pub const AUTH_TOKEN: &str = "x-auth-token";
/// The header in which a new token comes, and that names the token to validate or revoke.
pub const SUBJECT_TOKEN: &str = "x-subject-token";
/// The role that sees all.
pub const ROLE_ADMIN: &str = "admin";
/// The role that sees its own.
pub const ROLE_MEMBER: &str = "member";
/// The service type under which the catalog holds the metering API.
pub const SERVICE_TYPE: &str = "metering";

/// `POST /v3/auth/tokens`: the body.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthRequest {
    /// Who, and for what.
    pub auth: Auth,
}

/// Who signs in, and for what.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Auth {
    /// Who.
    pub identity: IdentityMethods,
    /// For which project; without it the account's default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// How the caller shows who it is.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityMethods {
    /// `["password"]`, or `["token"]`.
    pub methods: Vec<String>,
    /// For the method `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordMethod>,
    /// For the method `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenMethod>,
}

/// The method `password`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordMethod {
    /// The account.
    pub user: PasswordUser,
}

/// An account and its password. Has no `Debug`: the password must not reach a log.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordUser {
    /// The account's id, instead of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainRef>,
    /// The password.
    pub password: String,
}

/// The method `token`: a token for a token.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenMethod {
    /// The token.
    pub id: String,
}

/// What a token is for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scope {
    /// A project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectRef>,
    /// For nothing at all, though the account may have a default project: a token to get others with.
    /// A Keystone's alone, and so not in the embedded identity's document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub unscoped: Option<Unscoped>,
}

/// Stands, empty, where a token shall be for nothing at all.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Unscoped {}

/// A project by name or id.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectRef {
    /// By id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// By name, with its domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainRef>,
}

/// A domain by name or id.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DomainRef {
    /// By id, `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// By name, `Default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The answer to a token request and to its validation; the token itself stands in [`SUBJECT_TOKEN`].
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenBody {
    /// What the token stands for.
    pub token: Token,
}

/// What a token stands for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// How it was got.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Whose it is.
    pub user: TokenUser,
    /// What the account may do.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// What it is for; absent in an unscoped token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Project>,
    /// When it ends: ISO 8601 with microseconds and `Z`, Keystone's form.
    pub expires_at: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<String>,
    /// Where the services are.
    #[serde(default)]
    pub catalog: Vec<Service>,
    /// One random id, for the log.
    #[serde(default)]
    pub audit_ids: Vec<String>,
    /// Whether it is bound to the domain of administrators: never here, but old clients look for it.
    #[serde(default)]
    pub is_domain: bool,
}

impl Token {
    /// Whether the account has a role.
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role.name == name)
    }
}

/// An account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenUser {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Domain,
}

/// A project.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Domain,
}

/// `GET /v3/auth/projects`: where an account has a role. A Keystone's alone.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProjectList {
    /// The projects.
    pub projects: Vec<ListedProject>,
}

/// A project in a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListedProject {
    /// Its id.
    pub id: String,
    /// Its name: of one project alone in its domain.
    pub name: String,
    /// The id of its domain.
    #[serde(default)]
    pub domain_id: String,
    /// Whether tokens are given for it.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

/// What is not said to be disabled is enabled.
fn enabled() -> bool {
    true
}

/// A domain.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Domain {
    /// Its id, `default`.
    pub id: String,
    /// Its name, `Default`.
    pub name: String,
}

/// A role.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// Its id.
    pub id: String,
    /// Its name: [`ROLE_ADMIN`], [`ROLE_MEMBER`] …
    pub name: String,
}

/// A service of the catalog.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Service {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Its type, [`SERVICE_TYPE`] for this one.
    #[serde(rename = "type")]
    pub service_type: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Where it is.
    pub endpoints: Vec<Endpoint>,
}

/// Where a service is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Endpoint {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// Its region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_id: Option<String>,
    /// Its address.
    pub url: String,
}
