//! What a caller may see of what is stored: one rule for samples, meters, resources, statistics,
//! complex queries, series, chart marks, the system log and its events.
//!
//! - A *posted* sample belongs to a project. The role `admin` sees every project's, any other
//!   caller those of its own project.
//! - A *collected* sample follows its broker, whatever the caller's project is: a caller sees what
//!   a broker that accepted it would show its account. See [`broker_samples`].
//! - A *line of the system log* follows the broker that it is about. Lines without a broker are for
//!   the role `admin`.
//!
//! The store separates posted from collected samples by how they came in, so no text of a posted
//! sample makes it a collected one.

use std::collections::BTreeSet;
use std::sync::Arc;

use metering::requests::{Field, Operator, Value};
use serde::{Deserialize, Serialize};
use store::{BrokerSamples, CollectedScope, Filter};

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::tokens::{Grant, TokenData};
use crate::context::Context;
use crate::http::error::{Error, shortened};
use crate::system_log::in_full;
use crate::vhost_set::{BrokerScope, VhostSet};

/// What a caller may see of what is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AccessScope {
    /// All of it: the role `admin`.
    All,
    /// What is its own.
    Own {
        /// The id of the project whose posted samples it sees.
        project: String,
        /// The id under which it posts.
        user: String,
        /// The collected samples that it sees.
        collected: Arc<CollectedScope>,
    },
}

impl AccessScope {
    /// A caller's.
    pub(crate) fn for_caller(context: &Context, caller: &TokenData) -> Self {
        if caller.is_admin() {
            return Self::All;
        }
        let brokers = caller.grants.iter().map(|grant| {
            let name = context.brokers[grant.broker].name.clone();
            (name, broker_samples(grant))
        });
        Self::Own {
            project: caller.project_id(),
            user: caller.user_id(),
            collected: Arc::new(brokers.collect()),
        }
    }

    /// That of a member of a project, `anna`, whom no broker shows anything.
    #[cfg(test)]
    pub(crate) fn of_project(project: &str) -> Self {
        Self::Own {
            project: project.into(),
            user: "anna".into(),
            collected: Arc::default(),
        }
    }

    /// Refuses to speak of a project that the caller is not in.
    pub(crate) fn must_admit(&self, project: &str) -> Result<(), Error> {
        match self {
            Self::Own { project: own, .. } if own != project => {
                Err(Error::ProjectNotAuthorized(shortened(project)))
            }
            _ => Ok(()),
        }
    }

    /// Whether samples may be posted to a project.
    pub(crate) fn may_post_to(&self, project: &str) -> bool {
        self.must_admit(project).is_ok()
    }

    /// Whether samples may be posted under the id of a user.
    pub(crate) fn may_post_as(&self, user: &str) -> bool {
        match self {
            Self::All => true,
            Self::Own { user: own, .. } => own == user,
        }
    }

    /// The samples of a filter that the caller may see.
    pub(crate) fn narrow(&self, filter: Filter) -> Filter {
        match self {
            Self::All => filter,
            Self::Own {
                project, collected, ..
            } => {
                let project = Value::Text(project.clone());
                let posted =
                    Filter::Posted.and(Filter::Is(Field::ProjectId, Operator::Eq, project));
                let seen = Filter::Any(vec![posted, Filter::Collected(Arc::clone(collected))]);
                Filter::All(vec![seen, filter])
            }
        }
    }
}

/// What an account sees of its broker's collected samples: those of the vhosts and queues that the
/// broker's own lists show it; those of the broker and its nodes where it sees all of the broker
/// (the tags `administrator` and `monitoring`; with Keystone, a project that is shown all of it).
pub(crate) fn broker_samples(grant: &Grant) -> BrokerSamples {
    let names = |vhost_set: Option<&VhostSet>| vhost_set.map(|found| Arc::clone(&found.vhosts));
    BrokerSamples {
        whole: matches!(grant.scope, BrokerScope::All),
        vhosts: names(grant.listed_vhosts()),
        queues: names(grant.permitted_vhosts()),
    }
}

/// Refuses a caller's series of a resource that it may not see. `path` is what follows `{broker}/`.
///
/// # Errors
/// `403` for a node, `404` for a queue or vhost, whose existence is hidden too.
pub(crate) fn must_see(authorized: &AuthorizedBroker<'_>, path: &str) -> Result<(), Error> {
    if broker_samples(authorized.grant).admits(Some(path)) {
        return Ok(());
    }
    if path.contains('/') {
        return Err(Error::NotFound {
            what: "Resource",
            id: format!("{}/{path}", authorized.broker.name),
        });
    }
    Err(Error::Forbidden)
}

/// About which brokers a caller may read in the system log, in the words of
/// [`LogRecord::broker`](store::LogRecord); none: every line, those without a broker among them.
pub(crate) fn log_brokers(context: &Context, caller: &TokenData) -> Option<Vec<String>> {
    if caller.is_admin() {
        return None;
    }
    let mut brokers = Vec::new();
    for grant in &caller.grants {
        let name = &context.brokers[grant.broker].name;
        brokers.push(name.clone());
        if broker_samples(grant).whole {
            brokers.push(in_full(name));
        }
    }
    Some(brokers)
}

/// Refuses callers without the role `admin`, as the old service does where it lists what all projects have.
///
/// # Errors
/// `401` that names the caller's project.
pub(crate) fn must_be_admin(caller: &TokenData) -> Result<(), Error> {
    if caller.is_admin() {
        Ok(())
    } else {
        Err(Error::ProjectNotAuthorized(caller.project_id()))
    }
}

/// Whether a caller sees all of every broker.
pub(crate) fn sees_every_broker(context: &Context, caller: &TokenData) -> bool {
    let whole = caller
        .grants
        .iter()
        .filter(|grant| broker_samples(grant).whole);
    let whole: BTreeSet<_> = whole.map(|grant| grant.broker).collect();
    whole.len() == context.brokers.len()
}
