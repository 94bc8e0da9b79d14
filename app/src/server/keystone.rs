//! Signing in at a Keystone.
//!
//! The password buys a token for nothing, that one a list of the account's projects, and a token
//! for one of those: the one that was named, else the first by name that opens a broker here. The
//! first token stays in the session, so that another project needs no password. Whether a project
//! opens anything says the metering API, as it says it to everybody: nobody is signed in whom it
//! would not answer.

use std::sync::Arc;
use std::time::Duration;

use client::{Client, ClientError, Credentials, SignIn, Token};
use futures_util::future::join_all;
use metering::Broker;
use metering::identity::ListedProject;

use super::context::{AppContext, viewer_address};
use super::session::{AtKeystone, Form, SignedIn, reason, revoke};
use crate::routes::SignInReason;

/// A viewer waits no longer for all of a sign-in.
const PATIENCE: Duration = Duration::from_secs(25);
/// The most projects that are tried if none was named.
const TRIED: usize = 96;
/// How many of them are tried at once.
const AT_ONCE: usize = 8;

/// Signs in with what the form holds.
pub(crate) async fn sign_in(context: &AppContext, form: Form) -> Result<SignedIn, SignInReason> {
    let domain = form.domain.filter(|domain| !domain.is_empty());
    let domain = domain.or_else(|| context.keystone.as_deref().map(str::to_owned));
    let address = viewer_address().await;
    let credentials = Credentials::new(&*form.user, form.password)
        .domain(domain.unwrap_or_default())
        .unscoped()
        .forwarded_for(address);
    let client = &context.client;
    let opened = tokio::time::timeout(PATIENCE, async {
        let unscoped = client.sign_in(&credentials).await;
        let unscoped = unscoped.map_err(|error| reason(&error))?;
        let wanted = form.project.as_deref().filter(|name| !name.is_empty());
        let opened = async {
            let projects = client.projects(&unscoped.token).await;
            let projects = projects.map_err(|error| reason(&error))?;
            let candidates = candidates(projects, wanted, &unscoped.account.user.domain.id)?;
            first_that_opens(client, &unscoped.token, candidates).await
        };
        match opened.await {
            Ok(scoped) => Ok((unscoped, scoped)),
            Err(reason) => {
                revoke(&unscoped.token).await;
                Err(reason)
            }
        }
    });
    let (unscoped, scoped) = opened.await.map_err(|_| {
        tracing::warn!("a sign-in took too long");
        SignInReason::Unavailable
    })??;
    Ok(kept(&unscoped.token, scoped))
}

/// What a session keeps of these tokens.
pub(crate) fn kept(unscoped: &Token, scoped: SignIn) -> SignedIn {
    let project = scoped.account.project;
    SignedIn {
        token: scoped.token.expose().to_owned(),
        account: scoped.account.user.id,
        // As the Keystone writes it.
        user: scoped.account.user.name,
        keystone: project.map(|project| AtKeystone {
            unscoped: unscoped.expose().to_owned(),
            project: project.id,
            project_name: project.name,
        }),
    }
}

/// The projects that a token could be for, the likeliest first.
fn candidates(
    mut projects: Vec<ListedProject>,
    wanted: Option<&str>,
    domain: &str,
) -> Result<Vec<ListedProject>, SignInReason> {
    projects.retain(|project| project.enabled);
    if projects.is_empty() {
        return Err(SignInReason::NoProject);
    }
    if let Some(wanted) = wanted {
        projects.retain(|project| project.name == wanted || project.id == wanted);
        if projects.is_empty() {
            return Err(SignInReason::NoSuchProject);
        }
    }
    // Of two with the same name the one of the account's own domain is meant.
    projects.sort_by_cached_key(|project| {
        (
            project.name.to_lowercase(),
            project.domain_id != domain,
            project.id.clone(),
        )
    });
    projects.truncate(TRIED);
    Ok(projects)
}

/// A token for the first of these projects that the metering API shows a broker to; else for the
/// first that it lets in at all.
async fn first_that_opens(
    client: &Client,
    unscoped: &Token,
    candidates: Vec<ListedProject>,
) -> Result<SignIn, SignInReason> {
    let mut second_best: Option<SignIn> = None;
    for batch in candidates.chunks(AT_ONCE) {
        let entered = batch
            .iter()
            .map(|project| enter(client, unscoped, &project.id));
        let (mut best, mut failed) = (None, None);
        for entered in join_all(entered).await {
            let scoped = match entered {
                Ok((scoped, brokers)) if !brokers.is_empty() && best.is_none() => {
                    best = Some(scoped);
                    continue;
                }
                Ok((scoped, _)) => scoped,
                Err(SignInReason::NoRole) => continue,
                Err(reason) => {
                    failed = failed.or(Some(reason));
                    continue;
                }
            };
            match second_best {
                None => second_best = Some(scoped),
                Some(_) => revoke(&scoped.token).await,
            }
        }
        if best.is_some() || failed.is_some() {
            if let Some(other) = second_best {
                revoke(&other.token).await;
            }
            return best.ok_or_else(|| failed.unwrap_or(SignInReason::NoRole));
        }
    }
    second_best.ok_or(SignInReason::NoRole)
}

/// A token for a project, and the brokers that the metering API shows to it.
///
/// # Errors
/// [`SignInReason::NoRole`] where the account has no role there, or none that counts here.
pub(crate) async fn enter(
    client: &Client,
    unscoped: &Token,
    project: &str,
) -> Result<(SignIn, Arc<Vec<Broker>>), SignInReason> {
    let address = viewer_address().await;
    let scoped = match client.rescope(unscoped, project, address).await {
        Ok(scoped) => scoped,
        // The role, or the project, went between the list and now.
        Err(ClientError::Unauthorized | ClientError::Forbidden { .. }) => {
            return Err(SignInReason::NoRole);
        }
        Err(error) => return Err(reason(&error)),
    };
    match scoped.session.brokers().await {
        Ok(brokers) => Ok((scoped, brokers)),
        Err(error) => {
            revoke(&scoped.token).await;
            Err(match error {
                ClientError::Forbidden { .. } => SignInReason::NoRole,
                // The metering API asks another Keystone than we do, and the viewer cannot help it.
                ClientError::Unauthorized => {
                    tracing::error!(
                        "the metering API does not know a token that the Keystone gave"
                    );
                    SignInReason::Unavailable
                }
                error => reason(&error),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(id: &str, name: &str, domain: &str) -> ListedProject {
        ListedProject {
            id: id.into(),
            name: name.into(),
            domain_id: domain.into(),
            enabled: true,
        }
    }

    fn ids(projects: &[ListedProject], wanted: Option<&str>) -> Result<Vec<String>, SignInReason> {
        let found = candidates(projects.to_vec(), wanted, "default")?;
        Ok(found.into_iter().map(|project| project.id).collect())
    }

    #[test]
    fn without_a_name_projects_come_by_name() {
        let projects = [
            project("1", "ops", "default"),
            project("2", "Dev", "default"),
            project("3", "admin", "lab"),
        ];
        assert_eq!(
            ids(&projects, None),
            Ok(vec!["3".into(), "2".into(), "1".into()])
        );
    }

    #[test]
    fn of_two_with_one_name_the_own_domains_comes_first() {
        let projects = [project("1", "ops", "lab"), project("2", "ops", "default")];
        assert_eq!(
            ids(&projects, Some("ops")),
            Ok(vec!["2".into(), "1".into()])
        );
    }

    #[test]
    fn missing_project_has_its_own_reason() {
        let mut disabled = project("1", "ops", "default");
        disabled.enabled = false;
        assert_eq!(ids(&[disabled], None), Err(SignInReason::NoProject));
        let projects = [project("1", "ops", "default")];
        assert_eq!(
            ids(&projects, Some("prod")),
            Err(SignInReason::NoSuchProject)
        );
    }

    #[test]
    fn only_so_many_are_tried() {
        let projects: Vec<_> = (0..100)
            .map(|n| project(&n.to_string(), &format!("p{n:03}"), "default"))
            .collect();
        assert_eq!(ids(&projects, None).map(|ids| ids.len()), Ok(TRIED));
        assert_eq!(ids(&projects, Some("p099")), Ok(vec!["99".into()]));
    }
}
