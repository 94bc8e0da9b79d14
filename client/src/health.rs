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
        let mut parameters = path::parameters();
        parameters.append_pair("broker", broker);
        self.fetch(path::with("/v2/rabbit/health", parameters))
            .await
    }
}
