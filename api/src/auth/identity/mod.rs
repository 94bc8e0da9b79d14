//! The embedded identity: Keystone's protocol, the least of it that real clients need, with the
//! brokers' accounts as its users.
//!
//! A sign-in is tried at every broker at once, with the applicant's own password. Those that
//! accept it are what the token opens, each as far as the account's tags there go. Projects are
//! ways to narrow that: the project [`ALL`] is all brokers, and each broker is a project by its
//! name. (A broker that is itself called `warren` is meant by that name.) Without a project it is
//! [`ALL`]; any other one is refused, as Keystone does.
//!
//! A token lives for the configured time. An account that its broker removes, or takes a tag from,
//! keeps what it had until then: the token's lifetime is the bound.

pub(crate) mod accounts;
pub(crate) mod auth;
pub(crate) mod authority;
mod keystone;
pub(crate) mod request;
pub(crate) mod throttle;
pub(crate) mod token_body;
pub(crate) mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use crate::auth::context::AuthContext;
use crate::clock::after;
use crate::http::error::Error;
use crate::ids::{id_of, random_id};
use accounts::Applicant;
use request::{Project, Proof, TokenRequest};
use tokens::{Grant, TokenData, is_administrator_everywhere};

/// The project of all brokers.
pub(crate) const ALL: &str = "warren";

/// Issues a token for a password or for another token.
///
/// # Errors
/// `401`, `403`, `429` or `503`: why there is none.
pub(crate) async fn issue_token(
    context: &AuthContext,
    TokenRequest { proof, project }: TokenRequest,
    address: Option<IpAddr>,
) -> Result<(String, Arc<TokenData>), Error> {
    let now = context.config.clock.now();
    let (project, brokers) = brokers_of(context, project.as_ref())?;
    let (user, grants, expires_at, method) = match proof {
        Proof::Password { username, password } => {
            let applicant = Applicant {
                username: &username,
                password: &password,
                address,
            };
            let grants = accounts::sign_in(context, &brokers, &applicant)
                .await
                .inspect_err(|why| context.system_log.sign_in_refused(&username, address, why))?;
            (
                username,
                grants,
                after(now, context.config.token_lifetime),
                "password",
            )
        }
        Proof::Token(token) => {
            let known = context
                .tokens
                .find(&token, now)
                .ok_or(Error::Unauthorized)?;
            let within = |grant: &&Grant| brokers.contains(&grant.broker);
            let grants: Vec<_> = known.grants.iter().filter(within).cloned().collect();
            // Never longer than the one it was got with.
            (known.user.clone(), grants, known.expires_at, "token")
        }
    };
    if grants.is_empty() {
        return Err(Error::Unauthorized);
    }
    let data = TokenData {
        user_id: id_of("user", &user),
        user,
        admin: is_administrator_everywhere(&grants, context.brokers.len()),
        grants,
        project_id: id_of("project", &project),
        project,
        methods: vec![method.into()],
        issued_at: now,
        expires_at,
        audit_id: random_id(),
    };
    let (token, data) = context.tokens.issue(data, now);
    context.system_log.token_issued(&data, address);
    tracing::info!(
        user = data.user,
        audit_id = data.audit_id,
        project = data.project,
        "signed in"
    );
    Ok((token, data))
}

/// A project that there is: its name, and its brokers.
fn brokers_of(
    context: &AuthContext,
    project: Option<&Project>,
) -> Result<(String, Vec<usize>), Error> {
    let is = |name: &str| project.is_some_and(|project| project.is(name));
    if let Some(only) = context.brokers.iter().position(|broker| is(&broker.name)) {
        return Ok((context.brokers[only].name.clone(), vec![only]));
    }
    if project.is_none() || is(ALL) {
        return Ok((ALL.into(), (0..context.brokers.len()).collect()));
    }
    tracing::info!(project = ?project, "a sign-in named a project that is no broker");
    Err(Error::wrong_sign_in())
}
