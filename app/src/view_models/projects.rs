//! The projects of a Keystone account.

use serde::{Deserialize, Serialize};

/// A project that the account has a role in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Keystone's id.
    pub id: String,
    /// Keystone's name.
    pub name: String,
    /// The id of its domain, if another project has the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Whether the viewer's token is for this project.
    pub current: bool,
}
