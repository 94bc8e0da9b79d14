//! Keystone's v2.0 token request and answer: the older form, which clients of that time still speak.
//!
//! Source: OpenStack's Identity API v2.0, "Authenticate". A tenant is what v3 calls a project.

use serde::{Deserialize, Serialize};

/// `POST /v2.0/tokens`: the body.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessRequest {
    /// Who, and for what.
    pub auth: AccessAuth,
}

/// Who signs in, and for what.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccessAuth {
    /// By an account's password …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_credentials: Option<PasswordCredentials>,
    /// … or by a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<KnownToken>,
    /// For the tenant of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// For the tenant with this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

/// An account and its password. Has no `Debug`: the password must not reach a log.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordCredentials {
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The account's id, instead of its name.
    #[serde(default, rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The password.
    pub password: String,
}

/// A token that the caller has.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownToken {
    /// The token.
    pub id: String,
}

/// The answer: the token, and what it stands for. Has no `Debug`: it holds the token.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessBody {
    /// What the caller may access.
    pub access: Access,
}

/// What a caller may access.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// The token.
    pub token: AccessToken,
    /// Where the services are.
    pub service_catalog: Vec<AccessService>,
    /// Whose token it is.
    pub user: AccessUser,
    /// The same roles by id.
    pub metadata: AccessMetadata,
}

/// A token, itself and for what.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    /// The token.
    pub id: String,
    /// When it was made: ISO 8601 with `Z`.
    pub issued_at: String,
    /// When it ends.
    pub expires: String,
    /// What it is for.
    pub tenant: Tenant,
    /// One random id, for the log.
    pub audit_ids: Vec<String>,
}

/// A project, in v2.0's word.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Always on: what is off gets no token.
    pub enabled: bool,
}

/// An account with its roles.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessUser {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The same.
    pub username: String,
    /// What it may do.
    pub roles: Vec<RoleName>,
    /// Always empty; old clients look for it.
    pub roles_links: Vec<String>,
}

/// A role by its name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleName {
    /// `admin`, `member` …
    pub name: String,
}

/// The roles once more.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessMetadata {
    /// 1 for administrators.
    pub is_admin: u8,
    /// The roles' ids.
    pub roles: Vec<String>,
}

/// A service of the catalog.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessService {
    /// Its type, `metering` for this one.
    #[serde(rename = "type")]
    pub service_type: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub endpoints: Vec<AccessEndpoint>,
    /// Always empty; old clients look for it.
    pub endpoints_links: Vec<String>,
}

/// Where a service is in one region.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessEndpoint {
    /// Its id.
    pub id: String,
    /// Its region.
    pub region: String,
    /// For everybody.
    #[serde(rename = "publicURL")]
    pub public_url: String,
    /// For the services of the same cloud.
    #[serde(rename = "internalURL")]
    pub internal_url: String,
    /// For administrators.
    #[serde(rename = "adminURL")]
    pub admin_url: String,
}
