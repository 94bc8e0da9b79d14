//! What of each broker a guest sees: what its token names, within what whoever got it sees, within
//! what its portal may show now.

use std::collections::BTreeSet;

use super::broker_limit::Limit;
use super::claims::Claims;
use crate::auth::identity::tokens::{Grant, TokenData};
use crate::config::{PortalConfig, Shown};
use crate::context::Context;
use crate::vhost_set::{BrokerScope, VhostSet};

/// What an account sees of the brokers and vhosts that a guest token is asked for.
pub(super) fn of_caller(
    context: &Context,
    caller: &TokenData,
    brokers: &Shown,
    vhosts: &Shown,
) -> Vec<Limit> {
    let limits = caller.grants.iter().map(|grant| limit_of(context, grant));
    limits
        .filter(|limit| brokers.admits(&limit.broker))
        .map(|limit| limit.narrowed(vhosts))
        .collect()
}

/// What a grant allows, by the names of broker and vhosts.
fn limit_of(context: &Context, grant: &Grant) -> Limit {
    let names = |vhost_set: &VhostSet| BTreeSet::clone(&vhost_set.vhosts);
    let broker = context.brokers[grant.broker].name.clone();
    match &grant.scope {
        BrokerScope::All => Limit {
            broker,
            vhosts: None,
            own: grant.own.as_ref().map(names),
        },
        BrokerScope::Only(vhost_set) => Limit {
            broker,
            vhosts: Some(names(vhost_set)),
            own: None,
        },
    }
}

/// What a token opens: of each broker that all of token, account and portal admit, the vhosts that
/// all admit, and those that it is bound to. A broker of which nothing is left is left out.
pub(super) fn grants(
    context: &Context,
    claims: &Claims,
    portal: Option<&PortalConfig>,
    bound: Option<&Shown>,
) -> Vec<Grant> {
    let asked = (
        Shown::from_names(claims.brokers.clone()),
        Shown::from_names(claims.vhosts.clone()),
    );
    // A list that became empty opens nothing, rather than all.
    if claims.brokers.is_empty() || claims.vhosts.is_empty() {
        return Vec::new();
    }
    let admits = |broker: &str| {
        asked.0.admits(broker) && portal.is_none_or(|portal| portal.brokers.admits(broker))
    };
    let mut grants = Vec::new();
    for (index, broker) in context.brokers.iter().enumerate() {
        if !admits(&broker.name) {
            continue;
        }
        let limit = match &claims.limits {
            None => Limit {
                broker: broker.name.clone(),
                vhosts: None,
                own: None,
            },
            Some(limits) => match limits.iter().find(|limit| limit.broker == broker.name) {
                Some(limit) => limit.clone(),
                None => continue,
            },
        };
        let allowed = [Some(&asked.1), portal.map(|portal| &portal.vhosts), bound];
        if let Some(grant) = grant(index, limit, allowed.into_iter().flatten()) {
            grants.push(grant);
        }
    }
    grants
}

/// What is left of a limit within some lists of vhosts.
fn grant<'a>(
    broker: usize,
    limit: Limit,
    allowed: impl Iterator<Item = &'a Shown>,
) -> Option<Grant> {
    let mut left = limit.vhosts;
    for allowed in allowed {
        let Shown::Only(names) = allowed else {
            continue;
        };
        let names: BTreeSet<_> = names.iter().cloned().collect();
        // Who sees all of a broker sees the lists of some vhosts alone; the narrower view has no
        // other set for lists than for sums.
        let seen = left.as_ref().or(limit.own.as_ref());
        left = Some(match seen {
            Some(seen) => seen.intersection(&names).cloned().collect(),
            None => names,
        });
    }
    let (scope, own) = match left {
        None => (BrokerScope::All, limit.own.map(VhostSet::new)),
        Some(vhosts) if vhosts.is_empty() => return None,
        Some(vhosts) => (BrokerScope::Only(VhostSet::new(vhosts)), None),
    };
    Some(Grant {
        shown: None,
        broker,
        account: None,
        // What RabbitMQ shows administrators alone no guest sees.
        tags: Vec::new(),
        scope,
        own,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn only(names: &[&str]) -> Shown {
        Shown::Only(names.iter().map(|&name| name.to_owned()).collect())
    }

    /// `all`, `all, lists of a`, `a b`, or nothing.
    fn left(vhosts: Option<&[&str]>, own: Option<&[&str]>, allowed: &[Shown]) -> Option<String> {
        let limit = Limit {
            broker: "prod".into(),
            vhosts: vhosts.map(set),
            own: own.map(set),
        };
        let grant = grant(0, limit, allowed.iter())?;
        assert!(grant.tags.is_empty());
        let names = |vhost_set: &VhostSet| {
            let names: Vec<_> = vhost_set.vhosts.iter().map(String::as_str).collect();
            names.join(" ")
        };
        Some(match (&grant.scope, &grant.own) {
            (BrokerScope::All, None) => "all".to_owned(),
            (BrokerScope::All, Some(own)) => format!("all, lists of {}", names(own)),
            (BrokerScope::Only(vhost_set), _) => names(vhost_set),
        })
    }

    #[test]
    fn account_that_sees_all_grants_all_or_the_named_vhosts() {
        assert_eq!(left(None, None, &[Shown::All]).as_deref(), Some("all"));
        assert_eq!(left(None, None, &[only(&["a"])]).as_deref(), Some("a"));
    }

    #[test]
    fn account_that_sees_some_vhosts_grants_no_others() {
        let some = Some(&["a", "b"][..]);
        assert_eq!(left(some, None, &[Shown::All]).as_deref(), Some("a b"));
        assert_eq!(left(some, None, &[only(&["b", "c"])]).as_deref(), Some("b"));
        assert_eq!(left(some, None, &[only(&["c"])]), None);
        assert_eq!(left(Some(&[]), None, &[Shown::All]), None);
    }

    #[test]
    fn the_portal_narrows_what_the_token_names() {
        let both = [only(&["a", "b"]), only(&["b", "c"])];
        assert_eq!(left(None, None, &both).as_deref(), Some("b"));
        assert_eq!(left(None, None, &[only(&["a"]), only(&["c"])]), None);
    }

    #[test]
    fn lists_that_are_narrower_than_sums_stay_so() {
        let own = Some(&["a"][..]);
        assert_eq!(
            left(None, own, &[Shown::All]).as_deref(),
            Some("all, lists of a")
        );
        assert_eq!(left(None, own, &[only(&["a", "b"])]).as_deref(), Some("a"));
        assert_eq!(left(None, own, &[only(&["b"])]), None);
    }
}
