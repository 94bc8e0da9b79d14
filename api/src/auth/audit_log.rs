//! Lines of the system log about tokens, portals and share links.

use std::net::IpAddr;

use metering::EventType;
use metering::guest::ShareLink;
use tokio::time::Instant;

use super::guest::claims::Claims;
use super::identity::tokens::TokenData;
use crate::http::error::Error;
use crate::system_log::{MAX_NAME_LENGTH, SystemLog, cut, from, named};

impl SystemLog {
    /// A token was issued.
    pub(crate) fn token_issued(&self, token: &TokenData, address: Option<IpAddr>) {
        if self.issued.admits(Instant::now()) {
            let (user, from) = (named(&token.user), from(address));
            let (project, how) = (named(&token.project), token.methods.join(" and "));
            self.identity(
                EventType::SignIn,
                format!("{user} signed in{from} by {how}, for the project {project}."),
            );
        }
    }

    /// A token of the Keystone was used for the first time.
    pub(crate) fn token_admitted(&self, token: &TokenData) {
        if self.issued.admits(Instant::now()) {
            let (user, project) = (named(&token.user), named(&token.project));
            let desc =
                format!("{user} came with a token of the Keystone, for the project {project}.");
            self.identity(EventType::SignIn, desc);
        }
    }

    /// A token was revoked.
    pub(crate) fn token_revoked(&self, token: &TokenData, by: &TokenData) {
        if self.issued.admits(Instant::now()) {
            let user = named(&token.user);
            let desc = if by.is_same_person(token) {
                format!("{user} signed out.")
            } else {
                format!("{} ended a token of {user}.", named(&by.user))
            };
            self.identity(EventType::TokenRevoked, desc);
        }
    }

    /// A sign-in was refused.
    pub(crate) fn sign_in_refused(&self, user: &str, address: Option<IpAddr>, why: &Error) {
        if self.refused.admits(Instant::now()) {
            let (user, from) = (named(user), from(address));
            self.identity(
                EventType::SignInFailed,
                format!("A sign-in as {user}{from} was refused: {why}"),
            );
        }
    }

    /// A guest token was issued to a portal, for its key or for an account's token (`by`).
    pub(crate) fn guest_token_issued(&self, claims: &Claims, by: Option<&str>) {
        if self.guests.admits(Instant::now()) {
            let with = by.map_or_else(
                || "its key".to_owned(),
                |by| format!("a token of {}", named(by)),
            );
            let list = |names: &[String]| cut(names.join(", "), MAX_NAME_LENGTH);
            self.portal(
                EventType::GuestTokenIssued,
                format!(
                    "The portal {} got a guest token with {with}, for pages of {}: panels {}, brokers {}, vhosts {}.",
                    claims.portal,
                    claims.origin,
                    list(&claims.panels),
                    list(&claims.brokers),
                    list(&claims.vhosts),
                ),
            );
        }
    }

    /// A guest token was refused to a portal.
    pub(crate) fn guest_token_refused(&self, portal: &str, why: &Error) {
        if self.strangers.admits(Instant::now()) {
            self.portal(
                EventType::GuestTokenRefused,
                format!("A guest token was refused to the portal {portal}: {why}"),
            );
        }
    }

    /// A request had a key that is no portal's.
    pub(crate) fn portal_key_refused(&self, address: Option<IpAddr>) {
        if self.strangers.admits(Instant::now()) {
            let from = from(address);
            self.portal(
                EventType::GuestTokenRefused,
                format!("A guest token was asked for{from} with a key that is no portal's."),
            );
        }
    }

    /// A portal shows a panel for the first time.
    pub(crate) fn panel_shown(&self, portal: &str, panel: &str, origin: &str) {
        let panel = named(panel);
        self.portal(
            EventType::PanelShown,
            format!("The portal {portal} shows the panel {panel} on pages of {origin}."),
        );
    }

    /// A portal was revoked or admitted again.
    pub(crate) fn portal_revoked(&self, portal: &str, revoked: bool, by: &str) {
        let by = named(by);
        let (event, desc) = if revoked {
            let desc = format!("{by} revoked the portal {portal}: nothing of it opens anything.");
            (EventType::PortalRevoked, desc)
        } else {
            (
                EventType::PortalAdmitted,
                format!("{by} admitted the portal {portal} again."),
            )
        };
        self.portal(event, desc);
    }

    /// A guest token was revoked.
    pub(crate) fn guest_token_revoked(&self, id: &str, by: &str) {
        let by = named(by);
        self.portal(
            EventType::GuestTokenRevoked,
            format!("{by} revoked the guest token {id}."),
        );
    }

    /// A new key signs guest tokens.
    pub(crate) fn next_guest_key(&self, kid: &str) {
        let desc =
            format!("The key {kid} signs guest tokens now; the one before is still believed.");
        self.portal(EventType::GuestKeyChanged, desc);
    }

    /// The configuration of the portals was read again.
    pub(crate) fn portals_read(&self, names: &[&str]) {
        let desc = match names {
            [] => "The configuration was read again; it names no portal.".to_owned(),
            names => format!(
                "The configuration was read again; its portals are {}.",
                names.join(", ")
            ),
        };
        self.portal(EventType::PortalsRead, desc);
    }

    /// A share link was created.
    pub(crate) fn link_made(&self, link: &ShareLink) {
        let (by, view) = (named(&link.made_by), named(&link.view));
        let (id, until) = (&link.id, link.expires_at);
        self.portal(
            EventType::ShareLinkCreated,
            format!("{by} made the share link {id} to {view}, valid until {until}."),
        );
    }

    /// A share link was opened for the first time since the start.
    pub(crate) fn link_opened(&self, link: &ShareLink, address: Option<IpAddr>) {
        let (by, from) = (named(&link.made_by), from(address));
        let id = &link.id;
        self.portal(
            EventType::ShareLinkOpened,
            format!("The share link {id} of {by} was opened{from}."),
        );
    }

    /// A share link was revoked.
    pub(crate) fn link_ended(&self, id: &str, made_by: &str, by: &str) {
        let (made_by, by) = (named(made_by), named(by));
        self.portal(
            EventType::ShareLinkRevoked,
            format!("{by} revoked the share link {id} of {made_by}."),
        );
    }
}
