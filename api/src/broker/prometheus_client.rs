//! Requests to the Prometheus plugins of a broker's nodes.

use std::time::Duration;

use reqwest::redirect;
use secrecy::ExposeSecret;

use super::log_limit::LogLimit;
use crate::config::{ApiError, BrokerAccess, PrometheusConfig};

/// A client of a broker's Prometheus plugins. They need no account, but a proxy in front of them may.
#[derive(Debug)]
pub(crate) struct PrometheusClient {
    http: reqwest::Client,
    /// The plugin of every node, as configured.
    pub(crate) plugins: Vec<PrometheusConfig>,
    limit: usize,
    /// How often a plugin that does not answer is logged.
    pub(crate) log_limit: LogLimit,
}

impl PrometheusClient {
    /// A client of these plugins. An answer may have `limit` bytes.
    pub(crate) fn new(
        plugins: Vec<PrometheusConfig>,
        connect_timeout: Duration,
        limit: usize,
        access: Option<&BrokerAccess>,
    ) -> Result<Self, ApiError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("warren/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(1);
        let http = match access {
            Some(access) => access.tls.apply(http)?,
            None => http,
        };
        let http = http.build().map_err(ApiError::HttpClient)?;
        Ok(Self {
            http,
            plugins,
            limit,
            log_limit: LogLimit::default(),
        })
    }

    /// The body of an answer, or why there is none.
    pub(crate) async fn get(
        &self,
        plugin: &PrometheusConfig,
        path: &str,
        timeout: Duration,
    ) -> Result<String, String> {
        let address = format!("{}/{path}", plugin.url.as_str().trim_end_matches('/'));
        let mut request = self.http.get(address);
        if let Some((user, password)) = &plugin.login {
            request = request.basic_auth(user, Some(password.expose_secret()));
        }
        let read = async {
            let mut response = request
                .send()
                .await
                .and_then(reqwest::Response::error_for_status)
                .map_err(|error| error.without_url().to_string())?;
            let mut body = Vec::new();
            while let Some(chunk) = response
                .chunk()
                .await
                .map_err(|error| error.without_url().to_string())?
            {
                if body.len() + chunk.len() > self.limit {
                    return Err(format!("longer than {} bytes", self.limit));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(String::from_utf8_lossy(&body).into_owned())
        };
        let answer = tokio::time::timeout(timeout, read).await;
        answer.unwrap_or_else(|_| Err(format!("no complete answer within {timeout:?}")))
    }
}
