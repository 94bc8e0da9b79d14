//! Giving a guest token to a portal.

use std::net::IpAddr;

use metering::guest::{GuestToken, GuestTokenRequest, LONGEST_LIFETIME};
use tokio::time::Instant;

use super::claims::Claims;
use super::{Guests, limits};
use crate::auth::context::AuthContext;
use crate::auth::identity::throttle::Secret;
use crate::auth::identity::tokens::TokenData;
use crate::config::{PortalConfig, Shown};
use crate::http::error::Error;

/// Most names in a list of a request.
const MAX_NAMES: usize = 1000;
/// Most bytes of each name. (RabbitMQ's vhosts have at most 255.)
const MAX_NAME: usize = 255;

/// The credentials of a request for a guest token.
pub(crate) enum Asker<'a> {
    /// A portal's key.
    Key(&'a str),
    /// The token of an account.
    Account(&'a TokenData),
}

impl Guests {
    /// A token for a portal.
    ///
    /// # Errors
    /// `400` for a request that cannot be understood, `401` for a wrong key, `403` for what the
    /// portal may not show, `429` for too many, `503` if the store does not answer.
    pub(crate) async fn issue(
        &self,
        context: &AuthContext,
        asker: Asker<'_>,
        wanted: &GuestTokenRequest,
        address: Option<IpAddr>,
    ) -> Result<GuestToken, Error> {
        let portal = match asker {
            Asker::Key(key) => self.portal_of_key(context, key, wanted, address)?,
            Asker::Account(_) => self.portal_of_origin(wanted)?,
        };
        let issued = self.issue_to(context, &portal, &asker, wanted).await;
        let now = context.config.clock.now();
        match &issued {
            Ok((_, claims)) => {
                self.usage.issued(&portal.name, now);
                let by = match asker {
                    Asker::Key(_) => None,
                    Asker::Account(caller) => Some(caller.user.as_str()),
                };
                context.system_log.guest_token_issued(claims, by);
                let (portal, id) = (&portal.name, &claims.jti);
                tracing::info!(portal, id, by, origin = claims.origin, "guest token");
            }
            Err(why) => {
                self.usage.refused(&portal.name, &why.to_string(), now);
                context.system_log.guest_token_refused(&portal.name, why);
            }
        }
        issued.map(|(token, _)| token)
    }

    async fn issue_to(
        &self,
        context: &AuthContext,
        portal: &PortalConfig,
        asker: &Asker<'_>,
        wanted: &GuestTokenRequest,
    ) -> Result<(GuestToken, Claims), Error> {
        let portal_state = self
            .memory(context)
            .await?
            .revoked
            .portal_state(&portal.name);
        if portal_state.revoked {
            let why = format!("The portal {} is revoked.", portal.name);
            return Err(Error::NotPermitted(why));
        }
        if !portal.origins.contains(&wanted.origin) {
            return Err(Error::NotPermitted(format!(
                "{:?} is no origin of the portal {}.",
                wanted.origin, portal.name
            )));
        }
        let lifetime = wanted.lifetime.unwrap_or(LONGEST_LIFETIME);
        if !(1..=LONGEST_LIFETIME).contains(&lifetime) {
            return Err(Error::BadTokenRequest(format!(
                "Invalid value {lifetime} for lifetime: accepted are 1 to {LONGEST_LIFETIME} s."
            )));
        }
        let panels = within("panels", &wanted.panels, &portal.panels, portal)?;
        let brokers = within("brokers", &wanted.brokers, &portal.brokers, portal)?;
        let vhosts = within("vhosts", &wanted.vhosts, &portal.vhosts, portal)?;
        let now = context.config.clock.now();
        let mut claims = Claims::new(now, lifetime);
        claims.generation = portal_state.generation;
        claims.portal.clone_from(&portal.name);
        claims.origin.clone_from(&wanted.origin);
        if let Asker::Account(caller) = asker {
            let limits = limits::of_caller(context, caller, &brokers, &vhosts);
            claims.limits = Some(limits);
            // Never longer than the token that it was got with.
            let end = caller.expires_at.as_millis().div_euclid(1000);
            claims.exp = claims.exp.min(end);
        }
        claims.panels = panels.to_list();
        claims.brokers = brokers.to_list();
        claims.vhosts = vhosts.to_list();
        if limits::grants(context, &claims, Some(portal), None).is_empty() {
            let why = "There is no broker among those that it may see.";
            return Err(Error::NotPermitted(why.into()));
        }
        // What was refused above costs the portal nothing.
        self.token_rate_limit
            .take(&portal.name, portal.rate_limit, Instant::now())
            .map_err(Error::TooManyTokens)?;
        Ok((self.sign(context, &claims).await?, claims))
    }

    /// The portal whose key it is.
    fn portal_of_key(
        &self,
        context: &AuthContext,
        key: &str,
        wanted: &GuestTokenRequest,
        address: Option<IpAddr>,
    ) -> Result<PortalConfig, Error> {
        let portals = self.portals.now();
        // All are compared, so that the time does not reveal which one matched.
        let mut found = None;
        for portal in portals.iter() {
            let is_it = portal.key.as_ref().is_some_and(|hash| hash.is_of(key));
            if is_it
                && wanted
                    .portal
                    .as_ref()
                    .is_none_or(|name| *name == portal.name)
            {
                found = Some(portal.clone());
            }
        }
        found.ok_or_else(|| {
            let throttle = &context.throttle;
            if let Err(wait) = throttle.wrong_secret(address, Secret::PortalKey, Instant::now()) {
                return Error::TooManyAttempts(wait);
            }
            context.system_log.portal_key_refused(address);
            Error::Unauthorized
        })
    }

    /// The portal that a signed-in account names, or whose origin it does.
    fn portal_of_origin(&self, wanted: &GuestTokenRequest) -> Result<PortalConfig, Error> {
        let portals = self.portals.now();
        let is_it = |portal: &&PortalConfig| match &wanted.portal {
            Some(name) => portal.name == *name,
            None => portal.origins.contains(&wanted.origin),
        };
        portals.iter().find(is_it).cloned().ok_or_else(|| {
            Error::NotPermitted("There is no such portal, or none of that origin.".into())
        })
    }
}

/// What is asked for, where the portal may show all of it; for every one, what it may show.
fn within(
    what: &str,
    wanted: &[String],
    allowed: &Shown,
    portal: &PortalConfig,
) -> Result<Shown, Error> {
    let is_name = |name: &String| !name.is_empty() && name.len() <= MAX_NAME;
    if wanted.is_empty() || wanted.len() > MAX_NAMES || !wanted.iter().all(is_name) {
        return Err(Error::BadTokenRequest(format!(
            "Invalid value for {what}: accepted are 1 to {MAX_NAMES} names, or [\"*\"]."
        )));
    }
    let Shown::Only(names) = Shown::from_names(wanted.to_vec()) else {
        return Ok(allowed.clone());
    };
    match names.iter().find(|name| !allowed.admits(name)) {
        None => Ok(Shown::Only(names)),
        Some(name) => Err(Error::NotPermitted(format!(
            "The portal {} may not show {name:?}, one of the {what}.",
            portal.name
        ))),
    }
}
