//! Since when there are samples of a resource.

use client::ClientError;
use metering::Timestamp;

use super::app_error;
use super::session::metering_session;
use crate::error::AppError;

pub(crate) async fn of(resource: &str) -> Result<Option<Timestamp>, AppError> {
    let (session, _) = metering_session().await?;
    match session.resource(resource).await {
        Ok(resource) => Ok(resource.first_sample_timestamp),
        Err(ClientError::NotFound { .. } | ClientError::Forbidden { .. }) => Ok(None),
        Err(error) => Err(app_error(&error)),
    }
}
