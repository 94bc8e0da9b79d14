//! Guests: pages of others that show panels, and people with a link.
//!
//! A portal that the operator registered asks, from its back end, for a *guest token*: with its own
//! key, or with the token of somebody who is signed in there. What comes back is a JWT, signed
//! here, for ten minutes at most, bound to the portal, to one origin of its pages, to panels,
//! brokers and vhosts. In `X-Auth-Token` it opens what panels are made of and nothing else; of
//! that, what an account with the tag `management` in those vhosts would see. Three things bound
//! it, and the narrowest counts: what was asked for, what the account saw that it was got with, and
//! what its portal may show at the moment of the request.
//!
//! A *share link* is the same without a portal: its secret, opened, becomes a guest token for what
//! its maker saw.
//!
//! Revoked is at once: a portal (by an administrator's call, or by leaving the configuration), one
//! token, one link. The keys that sign are kept in the store; a restart ends no embed.
//!
//! | module | what |
//! |---|---|
//! | `issue` | giving a token to a portal |
//! | `share` | share links, made and opened |
//! | `claims`, `keys`, `hs256` | what a token says, and who signed it |
//! | `limits`, `broker_limit` | what of each broker it opens |
//! | `route_access`, `paths` | which requests it may make |
//! | `shown` | which paths, series and fields its panels or its view open |
//! | `revoked`, `token_rate_limit`, `usage`, `links` | what is known of portals, tokens and links |

mod broker_limit;
pub(crate) mod claims;
mod hs256;
mod issue;
mod keys;
pub(crate) mod limits;
mod links;
mod paths;
mod revoked;
pub(crate) mod route_access;
mod share;
pub(crate) mod shown;
mod token_rate_limit;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::extract::MatchedPath;
use http::{HeaderMap, Method};
use metering::Timestamp;
use metering::guest::{Guest, GuestKey, GuestToken, Portal};
use metering::identity::AUTH_TOKEN;
use tokio::sync::{Mutex, OnceCell};

use self::claims::Claims;
use self::keys::Keys;
use self::links::Links;
use self::revoked::Revoked;
use self::shown::ShownParts;
use self::token_rate_limit::TokenRateLimit;
use self::usage::PortalUsages;
use crate::auth::context::AuthContext;
use crate::auth::identity::tokens::TokenData;
use crate::config::{ApiConfig, PortalConfig, Portals};
use crate::http::error::Error;
use crate::ids::id_of;

pub(crate) use self::issue::Asker;

/// What is known of guests.
#[derive(Debug)]
pub(crate) struct Guests {
    portals: Portals,
    rotation: Duration,
    /// What the store keeps, read when it is first needed.
    memory: OnceCell<Memory>,
    token_rate_limit: TokenRateLimit,
    usage: PortalUsages,
}

/// What the store keeps of guests.
#[derive(Debug)]
struct Memory {
    keys: ArcSwap<Keys>,
    /// Held by whoever makes the next key.
    turn: Mutex<()>,
    revoked: Revoked,
    links: Links,
}

/// A guest whose token is valid.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) claims: Arc<Claims>,
    /// What it opens, as of any account.
    pub(crate) data: Arc<TokenData>,
}

impl Guests {
    pub(crate) fn new(config: &ApiConfig) -> Self {
        hs256::install();
        Self {
            portals: config.portals.clone(),
            rotation: config.guest_key_rotation,
            memory: OnceCell::new(),
            token_rate_limit: TokenRateLimit::default(),
            usage: PortalUsages::new(config.clock.now()),
        }
    }

    async fn memory(&self, context: &AuthContext) -> Result<&Memory, Error> {
        let store = &*context.store;
        let now = context.config.clock.now();
        let load = async || {
            Ok(Memory {
                keys: ArcSwap::from_pointee(Keys::load(store, now).await?),
                turn: Mutex::new(()),
                revoked: Revoked::load(store, now).await?,
                links: Links::load(store).await?,
            })
        };
        self.memory.get_or_try_init(load).await
    }

    /// The token of a request, where it is a guest's or pretends to be.
    pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
        let token = headers.get(AUTH_TOKEN)?.to_str().ok()?;
        claims::claims_to_be_one(token).then_some(token)
    }

    /// The guest of a token, where that opens what is asked for.
    ///
    /// # Errors
    /// `401` for a token that is not or no longer valid, `403` for a path that is not open to it,
    /// `503` if the store does not answer.
    pub(crate) async fn visitor(
        &self,
        context: &AuthContext,
        token: &str,
        request: (&Method, Option<&MatchedPath>, &HeaderMap),
    ) -> Result<Visitor, Error> {
        let memory = self.memory(context).await?;
        let now = context.config.clock.now();
        let claims = Claims::read(token, &memory.keys.load(), now).ok_or(Error::Unauthorized)?;
        let portal = self.portal_of(&claims, memory, now)?;
        let parts = match (&portal, &claims.share) {
            (Some(portal), _) => Arc::new(ShownParts::of_portal(&claims, portal)),
            (None, Some(link)) => memory.links.shown(link).ok_or(Error::Unauthorized)?,
            (None, None) => return Err(Error::Unauthorized),
        };
        let (method, matched, headers) = request;
        let opened = route_access::must_be_open(&claims, &parts, method, matched, headers);
        if let Some(portal) = &portal {
            match &opened {
                Ok(()) => self.usage.read(&portal.name, now),
                Err(why) => self.usage.refused(&portal.name, &why.to_string(), now),
            }
        }
        opened?;
        let bound = parts.vhost();
        let mut grants = limits::grants(context, &claims, portal.as_ref(), bound.as_ref());
        for grant in &mut grants {
            grant.shown = Some(Arc::clone(&parts));
        }
        let data = Arc::new(TokenData {
            grants,
            ..nobody(&claims)
        });
        Ok(Visitor {
            claims: Arc::new(claims),
            data,
        })
    }

    /// The registered portal of a token that nothing has closed; none for a share link's.
    fn portal_of(
        &self,
        claims: &Claims,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<Option<PortalConfig>, Error> {
        if memory.revoked.closes(claims) {
            return Err(Error::Unauthorized);
        }
        if let Some(link) = &claims.share {
            let holds = memory.links.holds(link, now);
            return if holds {
                Ok(None)
            } else {
                Err(Error::Unauthorized)
            };
        }
        let portal = self.portals.named(&claims.portal);
        let portal = portal.filter(|portal| portal.origins.contains(&claims.origin));
        portal.map(Some).ok_or(Error::Unauthorized)
    }

    /// The description of a token for its guest; the panels are those that it is about to show, each of
    /// which counts.
    pub(crate) fn describe(
        &self,
        context: &AuthContext,
        visitor: &Visitor,
        panels: &[String],
    ) -> Guest {
        let now = context.config.clock.now();
        let claims = &*visitor.claims;
        let portal = self.portals.named(&claims.portal);
        let portal = portal.as_ref();
        let mut refused = Vec::new();
        for panel in panels {
            let admitted = claims.admits_panel(panel)
                && portal.is_none_or(|portal| portal.panels.admits(panel));
            if !admitted {
                refused.push(panel.clone());
            }
            let Some(portal) = portal else { continue };
            if !admitted {
                let why = format!("Its guest token is not for the panel {panel:?}.");
                self.usage.refused(&portal.name, &why, now);
            } else if self.usage.shown(&portal.name, panel, now) {
                let origin = &claims.origin;
                context.system_log.panel_shown(&portal.name, panel, origin);
            }
        }
        let brokers = visitor.data.grants.iter();
        let brokers = brokers.map(|grant| context.brokers[grant.broker].name.clone());
        claims.describe(brokers.collect(), refused, now)
    }

    /// A token that says this, signed by the youngest key, or by the next one where that is due.
    async fn sign(&self, context: &AuthContext, claims: &Claims) -> Result<GuestToken, Error> {
        let memory = self.memory(context).await?;
        let now = context.config.clock.now();
        if memory.keys.load().are_old(now, self.rotation) {
            self.next_key(context, false).await?;
        }
        let token = claims.sign(&memory.keys.load()).map_err(|_| {
            Error::BadArgument("The token would be too long: name fewer vhosts or panels.".into())
        })?;
        Ok(GuestToken {
            token,
            expires_at: claims.expires_at(),
        })
    }

    /// Makes the next key, now or where it is still due.
    ///
    /// # Errors
    /// `503` where the store does not keep it.
    pub(crate) async fn next_key(
        &self,
        context: &AuthContext,
        now: bool,
    ) -> Result<GuestKey, Error> {
        let memory = self.memory(context).await?;
        let _turn = memory.turn.lock().await;
        let keys = memory.keys.load_full();
        let time = context.config.clock.now();
        if !now && !keys.are_old(time, self.rotation) {
            return Ok(keys.youngest().describe());
        }
        let next = keys.next(&*context.store, time).await?;
        let described = next.youngest().describe();
        memory.keys.store(Arc::new(next));
        context.system_log.next_guest_key(&described.kid);
        tracing::info!(kid = described.kid, "the next key signs guest tokens");
        Ok(described)
    }

    /// The registered portals, and what use was made of them.
    pub(crate) async fn portals(&self, context: &AuthContext) -> Result<Vec<Portal>, Error> {
        let memory = self.memory(context).await?;
        let portals = self.portals.now();
        let describe = |portal: &PortalConfig| {
            let portal_state = memory.revoked.portal_state(&portal.name);
            self.usage.describe(portal, portal_state)
        };
        Ok(portals.iter().map(describe).collect())
    }

    /// Revokes a portal, or takes that back.
    ///
    /// # Errors
    /// `404` for a portal that there is not, `503` where the store does not keep it.
    pub(crate) async fn revoke_portal(
        &self,
        context: &AuthContext,
        name: &str,
        revoked: bool,
        by: &str,
    ) -> Result<Portal, Error> {
        let portal = self.portals.named(name).ok_or_else(|| Error::NotFound {
            what: "Portal",
            id: name.to_owned(),
        })?;
        let memory = self.memory(context).await?;
        let changed = memory.revoked.set(&*context.store, name, revoked).await?;
        if changed {
            context.system_log.portal_revoked(name, revoked, by);
            tracing::warn!(portal = name, revoked, by, "portal");
        }
        let portal_state = memory.revoked.portal_state(name);
        Ok(self.usage.describe(&portal, portal_state))
    }

    /// Closes one token by its id.
    ///
    /// # Errors
    /// `503` where the store does not keep it.
    pub(crate) async fn revoke_token(
        &self,
        context: &AuthContext,
        id: &str,
        by: &str,
    ) -> Result<(), Error> {
        let memory = self.memory(context).await?;
        let now = context.config.clock.now();
        // Whenever it was given, it ends by itself before that.
        let longest = Duration::from_secs(2 * u64::from(metering::guest::LONGEST_LIFETIME));
        let ends = crate::clock::after(now, longest);
        memory.revoked.close(&*context.store, id, ends, now).await?;
        context.system_log.guest_token_revoked(id, by);
        Ok(())
    }
}

/// The account that a guest is: one that no broker and no Keystone knows.
fn nobody(claims: &Claims) -> TokenData {
    let user = match &claims.share {
        Some(link) => format!("guest of the share link {link}"),
        None => format!("guest of the portal {}", claims.portal),
    };
    TokenData {
        user_id: id_of("guest", &user),
        project_id: id_of("guest project", &user),
        project: user.clone(),
        user,
        grants: Vec::new(),
        admin: false,
        methods: vec!["guest".into()],
        issued_at: claims.issued_at(),
        expires_at: claims.expires_at(),
        audit_id: claims.jti.clone(),
    }
}
