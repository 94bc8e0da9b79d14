//! The accounts of a broker.

use std::sync::Arc;

use client::ClientError;
use metering::User;

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
        Ok(users) => Some(without_hashes(users)),
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

/// The accounts as the page shows them: what it does not show has no business in a browser.
fn without_hashes(users: Arc<Vec<User>>) -> Arc<Vec<User>> {
    if users.iter().all(|user| user.password_hash.is_none()) {
        return users;
    }
    let mut users = Arc::unwrap_or_clone(users);
    for user in &mut users {
        user.password_hash = None;
    }
    Arc::new(users)
}
