//! The projects of a Keystone account, and switching between them.

use std::collections::HashMap;

use crate::error::AppError;
use crate::percent;
use crate::routes::{self, SignInReason};
use crate::server::context::context;
use crate::server::errors::app_error;
use crate::server::keystone::{enter, kept};
use crate::server::session::{keep, revoke, signed_in, token};
use crate::view_models::projects::Project;

/// The account's projects, by name.
pub(crate) async fn projects() -> Result<Vec<Project>, AppError> {
    let Some(keystone) = signed_in().await?.keystone else {
        return Ok(Vec::new());
    };
    let unscoped = token(&keystone.unscoped)?;
    let listed = context()?.client.projects(&unscoped).await;
    let mut listed = listed.map_err(|error| app_error(&error))?;
    listed.retain(|project| project.enabled);
    listed.sort_by_cached_key(|project| (project.name.to_lowercase(), project.id.clone()));
    let mut named = HashMap::new();
    for project in &listed {
        *named.entry(project.name.clone()).or_insert(0) += 1;
    }
    let shown = listed.into_iter().map(|project| Project {
        domain: (named[&project.name] > 1).then_some(project.domain_id),
        current: project.id == keystone.project,
        name: project.name,
        id: project.id,
    });
    Ok(shown.collect())
}

/// Switches to another project, and redirects to `next` or back to the list.
pub(crate) async fn switch(project: &str, next: Option<&str>) -> Result<(), AppError> {
    let next = routes::checked_next(next);
    let target = match switched(project, next).await {
        Ok(target) => target,
        Err(Refused::Internal) => return Err(AppError::Internal),
        Err(Refused::SignedOut) => routes::sign_in(Some(next), None),
        Err(Refused::Because(reason)) => routes::projects(next, Some(reason)),
    };
    crate::server::context::redirect(&target);
    Ok(())
}

/// Why the project was not switched.
enum Refused {
    /// The tokens have ended.
    SignedOut,
    /// The project opens no broker, or this could not be checked.
    Because(SignInReason),
    /// The session cannot be stored.
    Internal,
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        match error {
            AppError::SignedOut => Self::SignedOut,
            AppError::Internal => Self::Internal,
            AppError::Forbidden => Self::Because(SignInReason::NoRole),
            _ => Self::Because(SignInReason::Unavailable),
        }
    }
}

/// Switches to another project and returns where to redirect.
async fn switched(project: &str, next: &str) -> Result<String, Refused> {
    let before = signed_in().await?;
    let keystone = before
        .keystone
        .ok_or(Refused::Because(SignInReason::NoProject))?;
    let unscoped = token(&keystone.unscoped)?;
    let client = &context()?.client;
    // A refused token for another project could mean either; the list of projects decides.
    let listed = client.projects(&unscoped).await;
    let listed = listed.map_err(|error| app_error(&error))?;
    if !listed.iter().any(|listed| listed.id == project) {
        return Err(Refused::Because(SignInReason::NoSuchProject));
    }
    let entered = enter(client, &unscoped, project).await;
    let (scoped, brokers) = entered.map_err(Refused::Because)?;
    keep(kept(&unscoped, scoped)).await?;
    if let Ok(old) = token(&before.token) {
        revoke(&old).await;
    }
    // A page about a broker of another project would only be an error.
    let stays = routes::broker_of(next).is_none_or(|asked| {
        brokers
            .iter()
            .any(|broker| percent::encode(&broker.name) == asked)
    });
    Ok(if stays { next } else { "/" }.to_owned())
}
