//! What the tests with real programs share.

#![allow(dead_code, reason = "each test binary uses its part")]

use api::BrokerConfig;
use test_brokers::PrivateBroker;

/// Waits for work that blocks.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// How the service reaches a private broker, which it calls `prod`.
pub(crate) fn prod(broker: &PrivateBroker) -> BrokerConfig {
    BrokerConfig {
        name: "prod".into(),
        url: broker.management_url().parse().expect("URL"),
        username: PrivateBroker::USER.into(),
        password: PrivateBroker::PASSWORD.into(),
        description: None,
        projects: Vec::new(),
    }
}
