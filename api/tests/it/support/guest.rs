//! Portals and their guest tokens.

use api::{ApiConfig, KeyHash, PortalConfig, Portals, Shown};
use http::StatusCode;
use serde_json::{Value, json};

use super::app::{Answer, TestApp};

/// The key of the portal `shop`.
pub(crate) const KEY: &str = "5f2b8c1e9d7a4f60b3c8e1d2a7f49065";
/// The origin of its pages.
pub(crate) const ORIGIN: &str = "https://shop.example";
/// Where guest tokens are given.
pub(crate) const TOKENS: &str = "/v2/rabbit/guest-tokens";

/// The portal `shop`, which may show everything.
pub(crate) fn shop() -> PortalConfig {
    PortalConfig {
        name: "shop".into(),
        origins: vec![ORIGIN.into(), "https://shop.test:8443".into()],
        key: Some(KeyHash::of_key(KEY)),
        panels: Shown::All,
        brokers: Shown::All,
        vhosts: Shown::All,
        rate_limit: PortalConfig::RATE_LIMIT,
    }
}

pub(crate) fn only(names: &[&str]) -> Shown {
    Shown::Only(names.iter().map(|&name| name.to_owned()).collect())
}

/// A configuration with these portals.
pub(crate) fn with_portals(config: ApiConfig, portals: Vec<PortalConfig>) -> ApiConfig {
    ApiConfig {
        portals: Portals::new(portals),
        ..config
    }
}

impl TestApp {
    /// Asks for a guest token; what `wanted` leaves out is the shop's.
    pub(crate) async fn ask_for_guest(&self, by: (&str, &str), wanted: Value) -> Answer {
        let mut body = json!({"origin": ORIGIN});
        for (key, value) in wanted.as_object().expect("an object") {
            body[key] = value.clone();
        }
        self.post(TOKENS, &body, &[by]).await
    }

    /// A guest token that the shop's key gives.
    pub(crate) async fn guest(&self, wanted: Value) -> String {
        let answer = self.ask_for_guest(("x-service-key", KEY), wanted).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }
}
