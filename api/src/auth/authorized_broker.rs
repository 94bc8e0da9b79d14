//! A broker, and the part of it that a caller may see.

use std::sync::Arc;

use futures_util::future::join_all;

use super::identity::tokens::{Grant, TokenData};
use crate::broker::broker_state::BrokerHandle;
use crate::context::Context;
use crate::http::error::Error;
use crate::http::etag::EntityTag;
use crate::vhost_set::BrokerScope;

/// A broker, and the part of it that a caller may see.
pub(crate) struct AuthorizedBroker<'a> {
    /// The broker's index in [`Context::brokers`].
    pub(crate) index: usize,
    pub(crate) broker: &'a Arc<BrokerHandle>,
    pub(crate) scope: &'a BrokerScope,
    /// All rights of the caller's account there.
    pub(crate) grant: &'a Grant,
}

impl AuthorizedBroker<'_> {
    /// Whether the broker is of this version or a later one, as far as is known.
    pub(crate) fn is_at_least(&self, version: (u32, u32)) -> bool {
        let snapshot = self.broker.snapshot();
        let known = snapshot.poll_data.as_ref();
        let known = known.and_then(|poll_data| poll_data.common.rabbitmq_version.as_deref());
        let mut parts = known.unwrap_or_default().split('.').map(str::parse);
        match (parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= version,
            _ => false,
        }
    }
}

impl Context {
    /// Waits a little for the first poll of a caller's brokers after the start of the service.
    pub(crate) async fn wait_for_first_polls(&self, caller: &TokenData) {
        let brokers = caller
            .grants
            .iter()
            .map(|grant| &self.brokers[grant.broker]);
        join_all(
            brokers
                .filter(|broker| !broker.was_polled())
                .map(|broker| broker.wait_for_first_poll()),
        )
        .await;
    }

    /// The broker of a request: the one it names, or the only one that the caller sees.
    pub(crate) fn authorized_broker<'a>(
        &'a self,
        caller: &'a TokenData,
        name: Option<&str>,
    ) -> Result<AuthorizedBroker<'a>, Error> {
        let found = match (name, caller.grants.as_slice()) {
            (Some(name), grants) => grants
                .iter()
                .find(|grant| self.brokers[grant.broker].name == name),
            (None, [only]) => Some(only),
            (None, []) => return Err(Error::Forbidden),
            (None, grants) => {
                let names = grants
                    .iter()
                    .map(|grant| self.brokers[grant.broker].name.clone());
                return Err(Error::BrokerNeeded(names.collect()));
            }
        };
        let Some(grant) = found else {
            return Err(Error::UnknownBroker(name.unwrap_or_default().to_owned()));
        };
        Ok(self.authorize(grant))
    }

    /// Every broker that the caller sees, in the operator's order.
    pub(crate) fn authorized_brokers<'a>(
        &'a self,
        caller: &'a TokenData,
    ) -> Vec<AuthorizedBroker<'a>> {
        let grants = caller.grants.iter();
        grants.map(|grant| self.authorize(grant)).collect()
    }

    fn authorize<'a>(&'a self, grant: &'a Grant) -> AuthorizedBroker<'a> {
        AuthorizedBroker {
            index: grant.broker,
            broker: &self.brokers[grant.broker],
            scope: &grant.scope,
            grant,
        }
    }
}

impl AuthorizedBroker<'_> {
    /// The start of a validator for an answer of this broker. Different viewers' answers have different
    /// ones, and so have those of different brokers, even if the URL is the same.
    pub(crate) fn etag(&self, context: &Context) -> EntityTag {
        let etag = context.etag.clone().part(self.index).part(self.scope.id());
        match &self.grant.shown {
            Some(shown) => etag.hash_of(&shown.key()),
            None => etag,
        }
    }

    /// # Errors
    /// `403` for a caller who does not see all of the broker.
    pub(crate) fn require_all(&self) -> Result<(), Error> {
        match self.scope {
            BrokerScope::All => Ok(()),
            BrokerScope::Only(_) => Err(Error::Forbidden),
        }
    }

    /// The error of a broker that has never answered.
    pub(crate) fn not_answered(&self, context: &Context, reason: Option<String>) -> Error {
        Error::NotAnswered {
            broker: self.broker.name.clone(),
            reason: reason.unwrap_or_else(|| "unknown".into()),
            retry_after: context.config.tick,
        }
    }
}
