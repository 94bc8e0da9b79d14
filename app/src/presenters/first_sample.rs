//! The time of a resource's first sample.

use client::ClientError;
use metering::Timestamp;

use crate::error::AppError;
use crate::server::errors::app_error;
use crate::server::session::metering_session;

pub(crate) async fn first_sample(resource: &str) -> Result<Option<Timestamp>, AppError> {
    let (session, _) = metering_session().await?;
    match session.resource(resource).await {
        Ok(resource) => Ok(resource.first_sample_timestamp),
        Err(ClientError::NotFound { .. } | ClientError::Forbidden { .. }) => Ok(None),
        Err(error) => Err(app_error(&error)),
    }
}
