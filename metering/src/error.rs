//! The bodies of errors, as Ceilometer's stack wrote them.
//!
//! Three forms, by who made the error: a controller ([`Fault`]), the router
//! ([`RouterError`], or a plain text for callers that did not ask for JSON by
//! name), and the identity layer ([`KeystoneError`]).

use serde::{Deserialize, Serialize};

/// An error made by a controller: `{"error_message": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What went wrong.
    pub error_message: Fault,
}

/// Who is at fault, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fault {
    /// `Client` for 4xx, `Server` for 5xx.
    pub faultcode: FaultCode,
    /// In words.
    pub faultstring: String,
    /// Always null: causes are logged, not sent.
    pub debuginfo: Option<String>,
}

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FaultCode {
    /// The caller: the same request will fail again.
    Client,
    /// The service, or the broker behind it.
    Server,
}

/// An error made by the router (404 path, 405, 406) for `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouterErrorBody {
    /// Which error.
    pub error_message: RouterError,
}

/// The router's error in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouterError {
    /// The HTTP status.
    pub code: u16,
    /// The status's words.
    pub title: String,
    /// Empty.
    pub description: String,
}

/// An error of the identity layer: `{"error": {…}}`, Keystone's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeystoneErrorBody {
    /// What went wrong.
    pub error: KeystoneError,
}

/// Keystone's error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeystoneError {
    /// The HTTP status.
    pub code: u16,
    /// The status's words.
    pub title: String,
    /// In words.
    pub message: String,
}
