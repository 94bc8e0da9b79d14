//! The metering API: controllers, embedded identity, collector.

mod audience;
pub mod clock;
mod collector;
pub mod config;
mod meters;
mod ring;
mod series_cache;
mod snapshot;
mod watched;

use axum::Router;

pub use clock::Clock;
pub use config::{ApiConfig, ApiError, BrokerConfig, Network};

/// The running service: its collectors, and the router that answers from what they gathered.
pub struct Api {}

impl Api {
    /// Starts one collector task a broker on the current tokio runtime.
    ///
    /// # Errors
    /// Where the configuration cannot work.
    pub fn start(config: ApiConfig) -> Result<Api, ApiError> {
        config.check()?;
        Ok(Api {})
    }

    /// Every path of the service, for a listener (with `ConnectInfo<SocketAddr>`) and for callers in the same process.
    pub fn router(&self) -> Router {
        Router::new()
    }

    /// Whether every broker was tried at least once, answered or not.
    pub fn is_ready(&self) -> bool {
        false
    }

    /// Ends the collectors.
    pub async fn shutdown(self) {}
}

/// The OpenAPI document of the service.
pub fn openapi_json() -> String {
    String::new()
}
