//! This service's own token: got when it is first needed, renewed before it ends or when refused.

use std::time::Duration;

use metering::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::http_client::{KeystoneClient, KeystoneFailure};
use super::own_token::OwnToken;
use crate::clock::after;
use crate::config::KeystoneConfig;

/// It is renewed so long before it ends, that none ends on its way.
const BEFORE_ITS_END: Duration = Duration::from_mins(1);
/// A refused account is not tried again within this: Keystone may lock it for good.
const REFUSED_FOR: Duration = Duration::from_secs(10);

/// This service's account. Whoever finds its token missing signs in for all who wait.
#[derive(Debug, Default)]
pub(super) struct Service(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    token: Option<OwnToken>,
    /// When the account was last refused.
    refused: Option<Instant>,
}

impl Service {
    /// A token other than the one that was refused.
    pub(super) async fn token(
        &self,
        http_client: &KeystoneClient,
        config: &KeystoneConfig,
        refused: Option<&OwnToken>,
        now: Timestamp,
    ) -> Result<OwnToken, KeystoneFailure> {
        let mut state = self.0.lock().await;
        let lasts = |token: &&OwnToken| after(now, BEFORE_ITS_END) < token.expires_at;
        let other = |token: &&OwnToken| Some(*token) != refused;
        if let Some(token) = state.token.as_ref().filter(other).filter(lasts) {
            return Ok(token.clone());
        }
        if state
            .refused
            .is_some_and(|then| then.elapsed() < REFUSED_FOR)
        {
            return Err(KeystoneFailure::Account);
        }
        state.token = None;
        let signed_in = http_client.sign_in(config).await;
        let is_refused = matches!(signed_in, Err(KeystoneFailure::Account));
        state.refused = is_refused.then(Instant::now);
        let token = signed_in?;
        state.token = Some(token.clone());
        Ok(token)
    }
}
