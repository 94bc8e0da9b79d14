//! What the service can do: `GET /v2/capabilities`.

use metering::telemetry::Capabilities;

use crate::error::ClientError;
use crate::session::Session;

impl Session {
    /// What the service can do.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn capabilities(&self) -> Result<Capabilities, ClientError> {
        self.read("/v2/capabilities".to_owned()).await
    }
}
