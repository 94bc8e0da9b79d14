//! The signed-in account, its brokers, and how their health is.

use futures_util::future::join_all;

use super::health::summary_of;
use crate::error::AppError;
use crate::server::context::context;
use crate::server::errors::app_error;
use crate::server::session::{signed_in, token};
use crate::view_models::viewer::Viewer;

/// The account, its brokers and their health.
pub(crate) async fn viewer() -> Result<Viewer, AppError> {
    let signed_in = signed_in().await?;
    let session = context()?.client.session(token(&signed_in.token)?);
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let summaries = join_all(brokers.iter().map(|broker| summary_of(&session, broker)));
    let summaries = summaries.await;
    let (health, problems) = summaries
        .iter()
        .map(|one| (one.level, one.problems))
        .unzip();
    let alarms = summaries.into_iter().flat_map(|one| one.alarms).collect();
    Ok(Viewer {
        user: signed_in.user,
        brokers,
        project: signed_in.keystone.map(|keystone| keystone.project_name),
        health,
        problems,
        alarms,
    })
}
