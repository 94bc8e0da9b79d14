//! A broker's accounts: `GET /v2/rabbit/users`.

use serde::Serialize;

use crate::field_table::field_table;
use crate::list_row::row;
use crate::table::Table;
use crate::vhost::{Permission, TopicPermission};

/// An account of a broker.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Its name.
    pub name: String,
    /// `administrator`, `monitoring`, `policymaker`, `management`, or the operator's own.
    pub tags: Vec<String>,
    /// `max-connections`, `max-channels`, where they are set (3.8 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Table>,
    /// Whether it can sign in with a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_password: Option<bool>,
    /// Only where the operator switched that on and the caller is admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

field_table!(User: name tags limits has_password password_hash);

row! {
    User: |row| row.name.as_str(), user &row.name,
    drop_secrets |row, with_hashes| {
        let hash = row.password_hash.clone().filter(|_| with_hashes);
        row.forget_hash();
        row.password_hash = hash;
    }
}

impl User {
    /// Whether rows can be ordered by this: see [`Queue::has_column`](crate::Queue::has_column).
    fn has_column(path: &str) -> bool {
        let is_limit = |path: &str| {
            path.strip_prefix("limits.")
                .is_some_and(|key| !key.is_empty())
        };
        matches!(path, "name" | "tags" | "has_password") || is_limit(path)
    }

    /// Keeps of the hash of its password no more than whether there is one.
    pub fn forget_hash(&mut self) {
        if let Some(hash) = self.password_hash.take() {
            self.has_password = Some(!hash.is_empty());
        }
    }
}

/// An account in full: `GET /v2/rabbit/users/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub user: User,
    /// What it may do, for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// With which routing keys it may use topic exchanges, for administrators (3.7 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_permissions: Option<Vec<TopicPermission>>,
}

field_table!(UserDetails: permissions topic_permissions; user);
