//! Policies and operators' policies: `GET /v2/rabbit/policies`, `operator-policies`.

use serde::Serialize;

use crate::exchange::Exchange;
use crate::field_table::field_table;
use crate::list_row::row;
use crate::queue::Queue;
use crate::record::record;
use crate::table::Table;

record! {
    /// What holds for all queues or exchanges whose names match.
    pub struct Policy {
        always {
            /// Its name.
            name,
            /// The vhost that it holds in.
            vhost,
        }
        /// A regular expression on names.
        pattern: String,
        /// `queues`, `exchanges`, `all`, `classic_queues`, `quorum_queues` or `streams`.
        apply_to = "apply-to": String,
        /// Of several that match the one with the highest holds.
        priority: i64,
        /// What it sets.
        definition: Table,
    }
}

row!(Policy: |row| row.name.as_str(), vhost &row.vhost);

/// A policy in full: `GET /v2/rabbit/policies/{vhost}/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub policy: Policy,
    /// The queues of its vhost that its pattern matches and that are of a type it applies to, at most
    /// 500, each with the policy that holds for it: of several the one of the highest priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_queues: Option<Vec<Queue>>,
    /// The same of exchanges; absent where it applies to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_exchanges: Option<Vec<Exchange>>,
}

field_table!(PolicyDetails: matched_queues matched_exchanges; policy);
