//! What a cluster has switched on, and what will go: `GET /v2/rabbit/feature-flags`,
//! `deprecated-features`.

use crate::list_row::row;
use crate::record::record;

record! {
    /// What all nodes of a cluster must know before it can be used (3.8 and later).
    pub struct FeatureFlag {
        always {
            /// Its name.
            name,
        }
        /// What it is.
        desc: String,
        /// Where more is written.
        doc_url: String,
        /// `enabled`, `disabled` or `unavailable`.
        state: String,
        /// `stable`, `required` or `experimental`.
        stability: String,
        /// The plugin that has it.
        provided_by: String,
    }
}

row!(FeatureFlag: |row| row.name.as_str());

record! {
    /// What a later version will not have (3.13 and later).
    pub struct DeprecatedFeature {
        always {
            /// Its name.
            name,
        }
        /// What it is.
        desc: String,
        /// Where more is written.
        doc_url: String,
        /// `permitted` or `denied`.
        state: String,
        /// `permitted_by_default`, `denied_by_default`, `disconnected` or `removed`.
        deprecation_phase: String,
        /// The plugin that has it.
        provided_by: String,
    }
}

row!(DeprecatedFeature: |row| row.name.as_str());
