//! Share links, made and opened.

use std::net::IpAddr;
use std::time::Duration;

use metering::Timestamp;
use metering::guest::{LONGEST_LIFETIME, OpenedShareLink, ShareLink, ShareLinkRequest};
use tokio::time::Instant;

use super::claims::Claims;
use super::links::{Draft, Link, MAX, MAX_OF_ONE};
use super::shown::ShownParts;
use super::{Guests, limits, paths};
use crate::auth::context::AuthContext;
use crate::auth::identity::throttle::Secret;
use crate::auth::identity::tokens::TokenData;
use crate::clock::after;
use crate::config::Shown;
use crate::http::error::Error;

/// No link is valid for longer.
const LONGEST: Duration = Duration::from_hours(366 * 24);
/// No address in the dashboard is longer, in bytes, …
const LONGEST_VIEW: usize = 2000;
/// Most characters of a note.
const LONGEST_NOTE: usize = 200;

impl Guests {
    /// A link to what the caller sees.
    ///
    /// # Errors
    /// `400` for what cannot be context, `404` for a broker that the caller does not see, `429` for
    /// too many links, `503` where the store does not keep it.
    pub(crate) async fn share(
        &self,
        context: &AuthContext,
        caller: &TokenData,
        wanted: ShareLinkRequest,
    ) -> Result<ShareLink, Error> {
        let now = context.config.clock.now();
        check(&wanted, now)?;
        context.authorized_broker(caller, Some(&wanted.broker))?;
        let broker = Shown::Only(vec![wanted.broker.clone()]);
        let seen = limits::of_caller(context, caller, &broker, &Shown::All);
        let Some(limit) = seen.into_iter().next() else {
            return Err(Error::UnknownBroker(wanted.broker));
        };
        let memory = self.memory(context).await?;
        memory.links.sweep(&*context.store, now).await?;
        let (theirs, all) = memory.links.count(|link| is_own(context, caller, link));
        if theirs >= MAX_OF_ONE || all >= MAX {
            let why = "There are too many share links: revoke some that nobody needs.";
            return Err(Error::BadArgument(why.into()));
        }
        let draft = Draft {
            view: wanted.view,
            broker: wanted.broker,
            page: wanted.page,
            note: wanted.note.filter(|note| !note.trim().is_empty()),
            made_by: caller.user.clone(),
            maker: caller.user_id.clone(),
            expires_at: wanted.expires_at,
            limit,
        };
        let link = memory.links.make(&*context.store, draft, now).await?;
        context.system_log.link_made(&link);
        Ok(link)
    }

    /// The link of a secret, and a guest token for what it shows.
    ///
    /// # Errors
    /// `404` for a secret that is none, or of a link that has ended; `429` for too many of those;
    /// `503` if the store does not answer.
    pub(crate) async fn open(
        &self,
        context: &AuthContext,
        secret: &str,
        address: Option<IpAddr>,
    ) -> Result<OpenedShareLink, Error> {
        let memory = self.memory(context).await?;
        let now = context.config.clock.now();
        let Some((link, described, is_first)) = memory.links.open(secret, now) else {
            context
                .throttle
                .wrong_secret(address, Secret::ShareLink, Instant::now())
                .map_err(Error::TooManyAttempts)?;
            return Err(Error::NotFound {
                what: "Share link",
                id: "of that secret".into(),
            });
        };
        if is_first {
            context.system_log.link_opened(&described, address);
        }
        let mut claims = Claims::new(now, LONGEST_LIFETIME);
        let end = link.expires_at.as_millis().div_euclid(1000);
        claims.exp = claims.exp.min(end);
        claims.panels = vec![link.page.clone()];
        claims.brokers = vec![link.broker.clone()];
        claims.vhosts = metering::guest::every();
        claims.limits = Some(vec![link.limit.clone()]);
        claims.share = Some(link.id.clone());
        Ok(OpenedShareLink {
            link: described,
            token: self.sign(context, &claims).await?,
        })
    }

    /// The caller's links; with the role `admin` all there are.
    pub(crate) async fn links(
        &self,
        context: &AuthContext,
        caller: &TokenData,
    ) -> Result<Vec<ShareLink>, Error> {
        let memory = self.memory(context).await?;
        let now = context.config.clock.now();
        memory.links.sweep(&*context.store, now).await?;
        Ok(memory.links.list(|link| may_end(context, caller, link)))
    }

    /// Ends a link.
    ///
    /// # Errors
    /// `404` for a link that is none, or somebody else's; `503` where the store does not keep it.
    pub(crate) async fn end_link(
        &self,
        context: &AuthContext,
        caller: &TokenData,
        id: &str,
    ) -> Result<(), Error> {
        let memory = self.memory(context).await?;
        let found = memory.links.find(id);
        let found = found.filter(|link| may_end(context, caller, link));
        let link = found.ok_or_else(|| Error::NotFound {
            what: "Share link",
            id: id.to_owned(),
        })?;
        memory.links.end(&*context.store, id).await?;
        context
            .system_log
            .link_ended(id, &link.made_by, &caller.user);
        Ok(())
    }
}

/// Whether a caller sees a link and may end it: its own, and with the role `admin` every one.
fn may_end(context: &AuthContext, caller: &TokenData, link: &Link) -> bool {
    caller.is_admin() || is_own(context, caller, link)
}

/// Whether a caller made a link. The owner is an account at the link's broker, so a caller owns it
/// whom that broker accepted under the maker's name; accounts of that name at other brokers do not.
/// With Keystone the owner is a user of it, by id. A link whose broker is no longer configured, or
/// that names none, is left to the role `admin`.
fn is_own(context: &AuthContext, caller: &TokenData, link: &Link) -> bool {
    if link.maker != caller.user_id {
        return false;
    }
    let has_accounts = caller.grants.iter().any(|grant| grant.account.is_some());
    if !has_accounts {
        return true;
    }
    let broker = context.brokers.iter();
    let mut broker = broker.map(|broker| broker.name.as_str());
    broker
        .position(|name| name == link.broker)
        .is_some_and(|broker| caller.has_account_at(broker, &link.made_by))
}

fn check(wanted: &ShareLinkRequest, now: Timestamp) -> Result<(), Error> {
    let bad = |name: &str, accepted: String| {
        Err(Error::BadTokenRequest(format!(
            "Invalid value for {name}: accepted {accepted}."
        )))
    };
    if !paths::SHAREABLE_PAGES.contains(&wanted.page.as_str()) {
        return bad("page", format!("are {}", paths::SHAREABLE_PAGES.join(", ")));
    }
    // An address of ours, never of another site.
    let is_ours = wanted.view.starts_with('/')
        && !wanted.view.starts_with("//")
        && !wanted.view.contains(|c: char| c == '\\' || c.is_control());
    if !is_ours || wanted.view.len() > LONGEST_VIEW {
        return bad("view", "is an address in the dashboard".into());
    }
    if let Err(why) = ShownParts::of_view(&wanted.page, &wanted.view) {
        return bad("view", format!("is an address in the dashboard: {why}"));
    }
    let note = wanted.note.as_deref().unwrap_or_default();
    if note.chars().count() > LONGEST_NOTE || note.contains(char::is_control) {
        return bad("note", format!("are at most {LONGEST_NOTE} characters"));
    }
    if wanted.expires_at <= now || wanted.expires_at > after(now, LONGEST) {
        return bad("expires_at", "is a time from now on, within a year".into());
    }
    Ok(())
}
