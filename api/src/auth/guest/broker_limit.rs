//! What an account may see of a broker, as a guest token carries it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::Shown;

/// What an account sees of a broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// The broker's name.
    pub(crate) broker: String,
    /// These vhosts; none: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vhosts: Option<BTreeSet<String>>,
    /// The vhosts that it has a permission in, where it sees all but has no permission everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<BTreeSet<String>>,
}

impl Limit {
    /// Only what was requested: this keeps the token short.
    pub(super) fn narrowed(mut self, vhosts: &Shown) -> Self {
        for set in [&mut self.vhosts, &mut self.own].into_iter().flatten() {
            set.retain(|vhost| vhosts.admits(vhost));
        }
        self
    }
}
