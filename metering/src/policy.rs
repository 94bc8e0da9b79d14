//! Policies and operators' policies: `GET /v2/rabbit/policies`, `operator-policies`.

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
