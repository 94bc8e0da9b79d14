//! A broker's accounts: `GET /v2/rabbit/users`.

use serde::{Deserialize, Serialize};

use crate::lenient;

/// An account of a broker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct User {
    /// Its name.
    pub name: String,
    /// `administrator`, `monitoring`, `policymaker`, `management`, or the operator's own.
    #[serde(deserialize_with = "lenient::words")]
    pub tags: Vec<String>,
    /// Only where the operator switched that on and the caller is admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}
