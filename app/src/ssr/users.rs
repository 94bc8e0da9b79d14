//! The accounts of a broker.

use client::ClientError;

use super::session::metering_session;
use super::{app_error, now};
use crate::error::AppError;
use crate::server_fns::users::UsersPage;

pub(crate) async fn page(broker: Option<String>) -> Result<UsersPage, AppError> {
    let (session, _) = metering_session().await?;
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let brokers: Vec<_> = brokers.iter().map(|broker| broker.name.clone()).collect();
    let broker = broker.or_else(|| brokers.first().cloned());
    let broker = broker.unwrap_or_default();
    let users = match session.users(&broker).await {
        Ok(users) => Some(users),
        // The page stands, and says what is missing.
        Err(ClientError::Forbidden { .. }) => None,
        Err(_) if broker.is_empty() => None,
        Err(error) => return Err(app_error(&error)),
    };
    Ok(UsersPage {
        broker,
        brokers,
        users,
        server_time: now(),
    })
}
