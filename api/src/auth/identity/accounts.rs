//! Who an account is: its broker decides, asked with the account's own password.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;
use metering::lenient_serde::Objects;
use metering::{Exchange, Vhost};
use secrecy::SecretString;
use tokio::time::Instant;

use super::tokens::Grant;
use crate::auth::context::AuthContext;
use crate::broker::broker_state::BrokerHandle;
use crate::broker::client::{Credentials, WhoAmI};
use crate::broker::error::BrokerError;
use crate::http::error::Error;
use crate::lists::rows::each;
use crate::vhost_set::{BrokerScope, VhostSet};

/// Tags that open all of a broker.
const SEES_ALL: [&str; 2] = ["administrator", "monitoring"];
/// Tags that open an account's own vhosts.
const SEES_ITS_OWN: [&str; 2] = ["management", "policymaker"];

/// What a broker says of an account.
enum Verdict {
    /// The password is right, and the account may see something.
    Accepted(Grant),
    /// The account or its password is wrong.
    Refused,
    /// The password is right, but the account has no tag of the management API.
    NoTag,
    /// The broker could not be asked.
    Unreachable(String),
    /// Too many passwords were wrong while this one waited for its turn.
    Throttled(Duration),
}

/// Somebody who wants to sign in.
pub(crate) struct Applicant<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a SecretString,
    pub(crate) address: Option<IpAddr>,
}

/// Asks some brokers at once, and gives those that accept the account.
///
/// # Errors
/// Where none does: why.
pub(crate) async fn sign_in(
    context: &AuthContext,
    brokers: &[usize],
    applicant: &Applicant<'_>,
) -> Result<Vec<Grant>, Error> {
    let Applicant {
        username, address, ..
    } = *applicant;
    context
        .throttle
        .admit(address, username)
        .await
        .map_err(Error::TooManyAttempts)?;
    let verdicts = join_all(
        brokers
            .iter()
            .map(|&broker| ask(context, broker, applicant)),
    )
    .await;

    let (mut grants, mut refused, mut no_tag, mut unreachable) =
        (Vec::new(), false, false, Vec::new());
    for (verdict, &broker) in verdicts.into_iter().zip(brokers) {
        match verdict {
            Verdict::Accepted(grant) => grants.push(grant),
            Verdict::Refused => refused = true,
            Verdict::NoTag => no_tag = true,
            Verdict::Throttled(wait) => return Err(Error::TooManyAttempts(wait)),
            Verdict::Unreachable(reason) => {
                unreachable.push((context.brokers[broker].name.as_str(), reason));
            }
        }
    }
    if !grants.is_empty() || no_tag {
        context.throttle.accepted(address, username, Instant::now());
    } else if refused {
        context.throttle.refused(address, username, Instant::now());
    }
    if !grants.is_empty() {
        return Ok(grants);
    }
    let silent: Vec<_> = unreachable.iter().map(|(name, _)| *name).collect();
    if no_tag {
        return Err(Error::NotPermitted(format!(
            "The account {username} has none of the tags administrator, monitoring, policymaker and management."
        )));
    }
    if refused && silent.is_empty() {
        return Err(Error::wrong_sign_in());
    }
    if refused {
        let silent = silent.join(", ");
        return Err(Error::SignInRefused(format!(
            "{} Not every broker could be asked: {silent} did not answer.",
            Error::wrong_sign_in()
        )));
    }
    let reasons: Vec<_> = unreachable
        .iter()
        .map(|(name, reason)| format!("broker {name}: {reason}"))
        .collect();
    Err(Error::NobodyToAsk(format!(
        "Nobody could be asked whether the password is right: {}",
        reasons.join("; ")
    )))
}

async fn ask(context: &AuthContext, index: usize, applicant: &Applicant<'_>) -> Verdict {
    let broker = &context.brokers[index];
    let timeout = context.config.answer_timeout;
    let Ok(Ok(_turn)) = tokio::time::timeout(timeout, broker.sign_ins.acquire()).await else {
        return Verdict::Unreachable("Too many sign-ins at once.".into());
    };
    // While this one waited, others may have been refused.
    if let Err(wait) = context
        .throttle
        .check(applicant.address, applicant.username, Instant::now())
    {
        return Verdict::Throttled(wait);
    }
    match grant(broker, index, applicant, timeout).await {
        Ok(Some(grant)) => Verdict::Accepted(grant),
        Ok(None) => Verdict::NoTag,
        Err(BrokerError::Credentials { .. }) => Verdict::Refused,
        Err(error @ BrokerError::NotPermitted { .. }) => {
            tracing::info!(broker = broker.name, user = applicant.username, %error, "a sign-in was not permitted");
            Verdict::NoTag
        }
        Err(error) => {
            tracing::warn!(broker = broker.name, %error, "a sign-in could not be checked");
            Verdict::Unreachable(error.to_string())
        }
    }
}

/// What the account may see of the broker; none without a tag.
async fn grant(
    broker: &BrokerHandle,
    index: usize,
    applicant: &Applicant<'_>,
    timeout: Duration,
) -> Result<Option<Grant>, BrokerError> {
    let credentials = || Credentials::Account {
        username: applicant.username,
        password: applicant.password,
    };
    let WhoAmI { tags, .. } = broker
        .client
        .get(credentials(), "api/whoami", timeout)
        .await?;
    let has_one_of = |wanted: &[&str]| tags.iter().any(|tag| wanted.contains(&tag.as_str()));
    let mut own = None;
    let scope = if has_one_of(&SEES_ALL) {
        if !has_one_of(&["administrator"]) {
            own = Some(own_vhosts(broker, applicant, timeout).await.unwrap_or_else(|error| {
                tracing::warn!(broker = broker.name, user = applicant.username, %error, "an account's own vhosts could not be read");
                VhostSet::new(BTreeSet::new())
            }));
        }
        BrokerScope::All
    } else if has_one_of(&SEES_ITS_OWN) {
        // The broker lists the vhosts that this account may see.
        let vhosts: Objects<Vhost> = broker
            .client
            .get(credentials(), "api/vhosts?columns=name", timeout)
            .await?;
        let names: BTreeSet<_> = vhosts.rows.into_iter().map(|vhost| vhost.name).collect();
        let vhost_set = VhostSet::new(names);
        own = Some(vhost_set.clone());
        BrokerScope::Only(vhost_set)
    } else {
        return Ok(None);
    };
    Ok(Some(Grant {
        shown: None,
        broker: index,
        account: Some(applicant.username.to_owned()),
        tags,
        scope,
        own,
    }))
}

/// The vhosts that an account has a permission in, where it sees others too: those whose exchanges
/// it is shown, for each has one of this name.
async fn own_vhosts(
    broker: &BrokerHandle,
    applicant: &Applicant<'_>,
    timeout: Duration,
) -> Result<VhostSet, BrokerError> {
    let client = &broker.client;
    let mut names = BTreeSet::new();
    let (mut page, mut pages) = (1, 1);
    while page <= pages {
        let path =
            format!("api/exchanges?columns=vhost,name&page={page}&page_size=500&name=amq.direct");
        let credentials = Credentials::Account {
            username: applicant.username,
            password: applicant.password,
        };
        let body = client
            .get_bytes(credentials, &path, timeout, client.limit())
            .await;
        let body = match body {
            // There are fewer vhosts than when the first page was read.
            Err(error) if page > 1 && error.is_past_the_end() => break,
            body => body?,
        };
        let read = each(&body, &mut |exchange: Exchange| {
            names.insert(exchange.vhost);
        });
        let read = read.map_err(|error| client.malformed(&path, error.to_string()))?;
        // A broker before 3.6 gives them all at once.
        pages = read.page_count.unwrap_or(1);
        page += 1;
    }
    Ok(VhostSet::new(names))
}
