//! What is wrong with a broker: `GET /v2/rabbit/health`.

use std::sync::Arc;

use metering::Health;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

impl Session {
    /// What is wrong with a broker, and what was looked at.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown broker, and the others of [`ClientError`].
    pub async fn health(&self, broker: &str) -> Result<Arc<Health>, ClientError> {
        self.fetch(address(broker)).await
    }
}

fn address(broker: &str) -> String {
    let mut parameters = path::parameters();
    parameters.append_pair("broker", broker);
    path::with("/v2/rabbit/health", parameters)
}
